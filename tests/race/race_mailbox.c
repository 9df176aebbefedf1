// SPDX-License-Identifier: Apache-2.0
#include "threadpool/mailbox.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

/* Senders push numbered letters and notes into a small mailbox as fast as it takes them; the owner
 * must see every one once, each sender's in order. */
#define SENDERS 3u
#define LETTERS 20000u

struct sender {
    pthread_t thread;
    struct mailbox *mailbox;
    uint64_t next_sent;
    uint64_t next_seen; /* the owner's */
    unsigned wrong;     /* the owner's */
    struct mailbox_note note;
    _Atomic bool note_free;
    unsigned notes_seen; /* the owner's */
    unsigned notes_sent;
};

static struct sender senders[SENDERS];

static void on_letter(void *context, uint64_t value)
{
    struct sender *sender = context;
    sender->wrong += value == sender->next_seen ? 0 : 1;
    sender->next_seen++;
}

static void on_note(struct mailbox_note *note)
{
    struct sender *sender = (struct sender *)(void *)((char *)note - offsetof(struct sender, note));
    sender->notes_seen++;
    atomic_store_explicit(&sender->note_free, true, memory_order_release);
}

static void *send_all(void *argument)
{
    struct sender *sender = argument;
    while (sender->next_sent < LETTERS) {
        if (mailbox_push(sender->mailbox, on_letter, sender, sender->next_sent) == OK) {
            sender->next_sent++;
        } else {
            sched_yield();
        }
        if (atomic_load_explicit(&sender->note_free, memory_order_acquire)) {
            atomic_store_explicit(&sender->note_free, false, memory_order_relaxed);
            sender->notes_sent++;
            mailbox_return(sender->mailbox, &sender->note);
        }
    }
    return NULL;
}

int main(void)
{
    struct mailbox mailbox;
    if (mailbox_init(&mailbox, 16, NULL, NULL) != OK) {
        return 1;
    }
    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i].mailbox = &mailbox;
        senders[i].note.deliver = on_note;
        atomic_init(&senders[i].note_free, true);
        if (pthread_create(&senders[i].thread, NULL, send_all, &senders[i]) != 0) {
            return 1;
        }
    }
    uint64_t seen = 0;
    while (seen < (uint64_t)SENDERS * LETTERS) {
        if (mailbox_deliver(&mailbox, 8) == OK) {
            sched_yield();
        }
        seen = 0;
        for (unsigned i = 0; i < SENDERS; i++) {
            seen += senders[i].next_seen;
        }
    }
    int bad = 0;
    for (unsigned i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
    }
    enum result left = mailbox_deliver(&mailbox, UINT32_MAX);
    for (unsigned i = 0; i < SENDERS; i++) {
        if (senders[i].wrong != 0 || senders[i].notes_seen != senders[i].notes_sent || left != OK) {
            printf("sender %u: %u out of order, %u of %u notes\n", i, senders[i].wrong,
                   senders[i].notes_seen, senders[i].notes_sent);
            bad = 1;
        }
    }
    if (mailbox_read(&mailbox).high_water > 16 || mailbox_read(&mailbox).used != 0) {
        printf("high water %u, used %u\n", mailbox_read(&mailbox).high_water,
               mailbox_read(&mailbox).used);
        bad = 1;
    }
    mailbox_deinit(&mailbox);
    return bad;
}

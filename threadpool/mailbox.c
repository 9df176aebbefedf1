// SPDX-License-Identifier: Apache-2.0
#include "threadpool/mailbox.h"

#include "alloc/memory.h"

#include <assert.h>
#include <string.h>

/* A ring whose places carry sequence numbers: place i is free for ticket t when its sequence is t,
 * and full with it when the sequence is t + 1. Senders draw tickets from `tail`. */
struct mailbox_slot {
    _Atomic uint32_t sequence; /* release by who wrote the place, acquire by who uses it next */
    mailbox_fn deliver;
    void *context;
    uint64_t value;
};
static_assert(sizeof(struct mailbox_slot) == 32, "documented in the header");

static uint32_t mailbox_round(uint32_t places)
{
    uint32_t count = 2;
    while (count < places) {
        count *= 2;
    }
    return count;
}

size_t mailbox_cost_bytes(uint32_t places)
{
    return mailbox_round(places) * sizeof(struct mailbox_slot);
}

enum result mailbox_init(struct mailbox *mailbox, uint32_t places, mailbox_wake_fn wake,
                         void *wake_context)
{
    assert(places >= 1 && places <= MAILBOX_PLACES_MAX);
    memset(mailbox, 0, sizeof *mailbox);
    uint32_t count = mailbox_round(places);
    mailbox->slots = memory_take_array(ACCOUNT_PROGRAM, count, sizeof *mailbox->slots);
    if (mailbox->slots == NULL) {
        return REFUSED_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        atomic_init(&mailbox->slots[i].sequence, i);
    }
    mailbox->slot_count = count;
    mailbox->wake = wake;
    mailbox->wake_context = wake_context;
    return OK;
}

void mailbox_deinit(struct mailbox *mailbox)
{
    memory_give(ACCOUNT_PROGRAM, mailbox->slots, mailbox->slot_count * sizeof *mailbox->slots);
    memset(mailbox, 0, sizeof *mailbox);
}

void mailbox_wake(struct mailbox *mailbox)
{
    if (mailbox->wake != NULL) {
        mailbox->wake(mailbox->wake_context);
    }
}

static void mailbox_note_high_water(struct mailbox *mailbox, uint32_t ticket)
{
    uint32_t used = ticket + 1 - atomic_load_explicit(&mailbox->head, memory_order_relaxed);
    uint32_t known = atomic_load_explicit(&mailbox->high_water, memory_order_relaxed);
    if (used > mailbox->slot_count) {
        used = 1; /* the owner has delivered this very letter meanwhile */
    }
    while (used > known &&
           !atomic_compare_exchange_weak_explicit(&mailbox->high_water, &known, used,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

enum result mailbox_push(struct mailbox *mailbox, mailbox_fn deliver, void *context, uint64_t value)
{
    uint32_t ticket = atomic_load_explicit(&mailbox->tail, memory_order_relaxed);
    struct mailbox_slot *slot;
    for (;;) {
        slot = &mailbox->slots[ticket & (mailbox->slot_count - 1)];
        int32_t ahead =
            (int32_t)(atomic_load_explicit(&slot->sequence, memory_order_acquire) - ticket);
        if (ahead == 0) {
            if (atomic_compare_exchange_weak_explicit(&mailbox->tail, &ticket, ticket + 1,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                break;
            }
        } else if (ahead < 0) {
            atomic_fetch_add_explicit(&mailbox->refused, 1, memory_order_relaxed);
            return FULL;
        } else {
            ticket = atomic_load_explicit(&mailbox->tail, memory_order_relaxed);
        }
    }
    slot->deliver = deliver;
    slot->context = context;
    slot->value = value;
    atomic_store_explicit(&slot->sequence, ticket + 1, memory_order_release);
    mailbox_note_high_water(mailbox, ticket);
    mailbox_wake(mailbox);
    return OK;
}

void mailbox_return(struct mailbox *mailbox, struct mailbox_note *note)
{
    struct mailbox_note *first = atomic_load_explicit(&mailbox->notes, memory_order_relaxed);
    do {
        note->next = first;
    } while (!atomic_compare_exchange_weak_explicit(&mailbox->notes, &first, note,
                                                    memory_order_release, memory_order_relaxed));
    mailbox_wake(mailbox);
}

static void mailbox_deliver_notes(struct mailbox *mailbox)
{
    struct mailbox_note *stack =
        atomic_exchange_explicit(&mailbox->notes, NULL, memory_order_acquire);
    struct mailbox_note *queue = NULL;
    while (stack != NULL) {
        struct mailbox_note *next = stack->next;
        stack->next = queue;
        queue = stack;
        stack = next;
    }
    while (queue != NULL) {
        /* The note is its owner's again as soon as its function runs. */
        struct mailbox_note *note = queue;
        queue = note->next;
        note->deliver(note);
    }
}

static struct mailbox_slot *mailbox_first(struct mailbox *mailbox, uint32_t head)
{
    struct mailbox_slot *slot = &mailbox->slots[head & (mailbox->slot_count - 1)];
    uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    return sequence == head + 1 ? slot : NULL;
}

enum result mailbox_deliver(struct mailbox *mailbox, uint32_t count_max)
{
    mailbox_deliver_notes(mailbox);
    uint32_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
    for (uint32_t count = 0;; count++) {
        struct mailbox_slot *slot = mailbox_first(mailbox, head);
        if (slot == NULL) {
            return OK;
        }
        if (count == count_max) {
            return MORE;
        }
        mailbox_fn deliver = slot->deliver;
        void *context = slot->context;
        uint64_t value = slot->value;
        atomic_store_explicit(&slot->sequence, head + mailbox->slot_count, memory_order_release);
        head++;
        atomic_store_explicit(&mailbox->head, head, memory_order_relaxed);
        deliver(context, value);
    }
}

struct mailbox_state mailbox_read(const struct mailbox *mailbox)
{
    uint32_t head = atomic_load_explicit(&mailbox->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&mailbox->tail, memory_order_relaxed);
    uint32_t used = tail - head;
    return (struct mailbox_state){
        .limit = mailbox->slot_count,
        .used = used <= mailbox->slot_count ? used : mailbox->slot_count,
        .high_water = atomic_load_explicit(&mailbox->high_water, memory_order_relaxed),
        .refused = atomic_load_explicit(&mailbox->refused, memory_order_relaxed),
    };
}

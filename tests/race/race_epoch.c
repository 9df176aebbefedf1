// SPDX-License-Identifier: Apache-2.0
#include "alloc/memory.h"
#include "threadpool/epoch.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

/* One writer replaces a published object again and again; announcing readers and bracketing readers
 * must never see one that was freed. Freeing spoils the object first, so that a late reader is seen
 * without a sanitizer too. */
#define VERSIONS 5000u
#define READERS 4u
#define ALIVE UINT64_C(0x706c696d736f6c6c)

struct version {
    struct epoch_retired retired;
    uint64_t alive;
    uint64_t number;
};

static struct epoch epoch;
static _Atomic(struct version *) published; /* release by the writer, acquire by readers */
static _Atomic bool over;
static _Atomic unsigned seen_dead;
static uint64_t freed; /* the reclaiming thread's */

struct reader {
    pthread_t thread;
    struct epoch_reader *reader;
    bool brackets;
};

static void free_version(struct epoch_retired *retired)
{
    struct version *version = (struct version *)retired;
    version->alive = 0;
    freed++;
    memory_give(ACCOUNT_ZONES, version, sizeof *version);
}

static struct version *make_version(uint64_t number)
{
    struct version *version = memory_take(ACCOUNT_ZONES, sizeof *version);
    if (version != NULL) {
        version->alive = ALIVE;
        version->number = number;
    }
    return version;
}

static void look(void)
{
    uint64_t before = 0;
    for (unsigned i = 0; i < 4; i++) {
        const struct version *version = atomic_load_explicit(&published, memory_order_acquire);
        if (version->alive != ALIVE || version->number < before) {
            atomic_fetch_add_explicit(&seen_dead, 1, memory_order_relaxed);
        }
        before = version->number;
    }
}

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        if (reader->brackets) {
            epoch_enter(reader->reader);
            look();
            epoch_leave(reader->reader);
        } else {
            epoch_announce(reader->reader);
            look();
        }
    }
    epoch_leave(reader->reader);
    return NULL;
}

int main(void)
{
    struct reader readers[READERS];
    epoch_init(&epoch);
    atomic_init(&published, make_version(0));
    for (unsigned i = 0; i < READERS; i++) {
        readers[i].brackets = i % 2 == 1;
        if (epoch_register(&epoch, NULL, NULL, &readers[i].reader) != OK ||
            pthread_create(&readers[i].thread, NULL, read_on, &readers[i]) != 0) {
            return 1;
        }
    }
    uint64_t retired = 0;
    for (uint64_t number = 1; number <= VERSIONS; number++) {
        struct version *next = make_version(number);
        if (next == NULL) {
            return 1;
        }
        struct version *old = atomic_exchange_explicit(&published, next, memory_order_acq_rel);
        epoch_retire(&epoch, &old->retired, free_version);
        retired++;
        if (number % 16 == 0) {
            /* On few cores the readers need their turn, or nothing is ever over. */
            enum result result = epoch_reclaim(&epoch, 64);
            if (result == MORE) {
                sched_yield();
            }
        }
    }
    atomic_store_explicit(&over, true, memory_order_relaxed);
    for (unsigned i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        epoch_unregister(readers[i].reader);
    }
    epoch_deinit(&epoch);
    memory_give(ACCOUNT_ZONES, atomic_load(&published), sizeof(struct version));
    if (freed != retired || atomic_load(&seen_dead) != 0) {
        printf("freed %llu of %llu, seen dead %u\n", (unsigned long long)freed,
               (unsigned long long)retired, atomic_load(&seen_dead));
        return 1;
    }
    return 0;
}

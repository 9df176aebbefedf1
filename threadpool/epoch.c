// SPDX-License-Identifier: Apache-2.0
#include "threadpool/epoch.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

void epoch_init(struct epoch *epoch)
{
    memset(epoch, 0, sizeof *epoch);
    atomic_init(&epoch->now, 1);
    pthread_mutex_init(&epoch->lock, NULL);
}

void epoch_deinit(struct epoch *epoch)
{
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        assert(!epoch->readers[i].taken);
    }
    enum result left = epoch_reclaim(epoch, UINT32_MAX);
    assert(left == OK);
    (void)left;
    pthread_mutex_destroy(&epoch->lock);
}

enum result epoch_register(struct epoch *epoch, epoch_wake_fn wake, void *wake_context,
                           struct epoch_reader **ret_reader)
{
    struct epoch_reader *reader = NULL;
    pthread_mutex_lock(&epoch->lock);
    for (unsigned i = 0; i < EPOCH_READERS_MAX && reader == NULL; i++) {
        if (!epoch->readers[i].taken) {
            reader = &epoch->readers[i];
            reader->taken = true;
            reader->epoch = epoch;
            reader->wake = wake;
            reader->wake_context = wake_context;
        }
    }
    pthread_mutex_unlock(&epoch->lock);
    if (reader == NULL) {
        return REFUSED_LIMIT;
    }
    *ret_reader = reader;
    return OK;
}

void epoch_unregister(struct epoch_reader *reader)
{
    struct epoch *epoch = reader->epoch;
    epoch_leave(reader);
    pthread_mutex_lock(&epoch->lock);
    reader->taken = false;
    reader->wake = NULL;
    reader->wake_context = NULL;
    pthread_mutex_unlock(&epoch->lock);
}

void epoch_announce(struct epoch_reader *reader)
{
    uint64_t seen = atomic_load_explicit(&reader->seen, memory_order_relaxed);
    if (seen == 0) {
        epoch_enter(reader);
        return;
    }
    /* Pairs with the increment in epoch_retire(). */
    uint64_t now = atomic_load_explicit(&reader->epoch->now, memory_order_acquire);
    if (now != seen) {
        /* Pairs with the load in epoch_reclaim(): all reads before this are over. */
        atomic_store_explicit(&reader->seen, now, memory_order_release);
    }
}

void epoch_enter(struct epoch_reader *reader)
{
    assert(atomic_load_explicit(&reader->seen, memory_order_relaxed) == 0);
    struct epoch *epoch = reader->epoch;
    uint64_t now = atomic_load_explicit(&epoch->now, memory_order_relaxed);
    atomic_store_explicit(&reader->seen, now, memory_order_relaxed);
    /* Case 2 of the argument in the header: nothing is added, but the order is made. */
    atomic_fetch_add_explicit(&epoch->now, 0, memory_order_acq_rel);
}

void epoch_leave(struct epoch_reader *reader)
{
    atomic_store_explicit(&reader->seen, 0, memory_order_release);
}

void epoch_retire(struct epoch *epoch, struct epoch_retired *retired,
                  void (*free_function)(struct epoch_retired *retired))
{
    retired->next = NULL;
    retired->free = free_function;
    pthread_mutex_lock(&epoch->lock);
    retired->stamp = atomic_fetch_add_explicit(&epoch->now, 1, memory_order_acq_rel);
    if (epoch->last == NULL) {
        epoch->first = retired;
    } else {
        epoch->last->next = retired;
    }
    epoch->last = retired;
    epoch->pending++;
    pthread_mutex_unlock(&epoch->lock);
}

/* The oldest epoch that a reader is in; UINT64_MAX when all are off line. Under the lock. */
static uint64_t epoch_oldest_reader(const struct epoch *epoch)
{
    uint64_t oldest = UINT64_MAX;
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        uint64_t seen = atomic_load_explicit(&epoch->readers[i].seen, memory_order_acquire);
        if (seen != 0 && seen < oldest) {
            oldest = seen;
        }
    }
    return oldest;
}

/* Under the lock, so that unregistering waits for it. */
static void epoch_wake_lagging(struct epoch *epoch, uint64_t stamp)
{
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        struct epoch_reader *reader = &epoch->readers[i];
        uint64_t seen = atomic_load_explicit(&reader->seen, memory_order_relaxed);
        if (reader->wake != NULL && seen != 0 && seen <= stamp) {
            reader->wake(reader->wake_context);
        }
    }
}

enum result epoch_reclaim(struct epoch *epoch, uint32_t count_max)
{
    struct epoch_retired *free_first = NULL;
    struct epoch_retired *free_last = NULL;
    pthread_mutex_lock(&epoch->lock);
    uint64_t oldest = epoch_oldest_reader(epoch);
    for (uint32_t i = 0; i < count_max && epoch->first != NULL; i++) {
        struct epoch_retired *retired = epoch->first;
        if (retired->stamp >= oldest) {
            break;
        }
        epoch->first = retired->next;
        retired->next = NULL;
        if (free_last == NULL) {
            free_first = retired;
        } else {
            free_last->next = retired;
        }
        free_last = retired;
        epoch->pending--;
        epoch->freed++;
    }
    if (epoch->first == NULL) {
        epoch->last = NULL;
    } else {
        epoch_wake_lagging(epoch, epoch->last->stamp);
    }
    enum result result = epoch->first == NULL ? OK : MORE;
    pthread_mutex_unlock(&epoch->lock);
    while (free_first != NULL) {
        struct epoch_retired *retired = free_first;
        free_first = retired->next;
        retired->free(retired);
    }
    return result;
}

struct epoch_state epoch_read(struct epoch *epoch)
{
    struct epoch_state state = {0};
    pthread_mutex_lock(&epoch->lock);
    state.now = atomic_load_explicit(&epoch->now, memory_order_relaxed);
    state.pending = epoch->pending;
    state.freed = epoch->freed;
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        state.readers += epoch->readers[i].taken ? 1 : 0;
    }
    pthread_mutex_unlock(&epoch->lock);
    return state;
}

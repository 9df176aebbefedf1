// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Epochs: when may an object that was unpublished be freed?
 *
 * Its story: published data is immutable and reached through one atomic pointer. A reader registers
 * before its first read. A worker then announces once per loop turn, at a place where it holds
 * nothing it read before (uv_prepare); a job thread reads only between epoch_enter() and
 * epoch_leave(). Whoever replaces the pointer retires the old object; epoch_reclaim() frees what no
 * reader can still hold and wakes workers that sleep in their loop without having announced. Nobody
 * waits for a grace period.
 *
 * Why it is right. `now` only grows, and only by read-modify-write. retire() is called after the
 * pointer was swapped; it stamps the object with the value E that its increment replaced.
 *  1. A reader that announces loads `now` (acquire). If it sees more than E, it has seen the
 *     increment (release, and every later increment continues its release sequence), hence the
 *     swap: it cannot find the object any more. Its store of `seen` (release) comes after all its
 *     earlier reads, so when reclaim() loads a `seen` above E (acquire), these reads are over.
 *  2. A reader that comes on line stores `seen` first and then does a read-modify-write on `now`
 *     (acq_rel), which stands before or after the increment. Before: the increment has synchronised
 *     with it, and reclaim(), which holds the mutex after the retirer, sees `seen`, at most E, and
 *     waits. After: the reader has seen the swap.
 * No fences, so that ThreadSanitizer follows the argument too.
 *
 * Threads: registration, retire and reclaim from any; announce, enter and leave from the reader's
 * own. Lock order: `lock` is a leaf; free functions run outside it. Cost: this struct; retired
 * objects are intrusive and stay charged to their account until freed. An announcement is one load
 * and one store, no locked instruction.
 */
#define EPOCH_READERS_MAX 128u

typedef void (*epoch_wake_fn)(void *context);

/** One per reading thread; embedded in the epoch. */
struct epoch_reader {
    _Alignas(64) _Atomic uint64_t seen; /* 0: off line */
    epoch_wake_fn wake;                 /* under `lock`; NULL: cannot be woken (job threads) */
    void *wake_context;
    bool taken; /* under `lock` */
    struct epoch *epoch;
};

/** Embedded in each object that can be retired. */
struct epoch_retired {
    struct epoch_retired *next;
    uint64_t stamp;
    void (*free)(struct epoch_retired *retired); /* runs on the thread that reclaims */
};

struct epoch_state {
    uint64_t now;
    uint64_t pending; /* retired and not freed yet */
    uint64_t freed;   /* ever */
    uint32_t readers;
};

struct epoch {
    _Alignas(64) _Atomic uint64_t now; /* starts at 1 */
    _Alignas(64)
        pthread_mutex_t lock; /* guards the list, its counts, and the readers' fields but `seen` */
    struct epoch_retired *first; /* in the order of their stamps */
    struct epoch_retired *last;
    uint64_t pending;
    uint64_t freed;
    struct epoch_reader readers[EPOCH_READERS_MAX];
};

void epoch_init(struct epoch *epoch);
/** No reader may be registered; frees everything that is retired. */
void epoch_deinit(struct epoch *epoch);

/**
 * Registers a reader, off line. Called by any thread before the reader's first read.
 *
 * wake      called by reclaiming threads when this reader lags; NULL for readers that enter and
 *           leave
 * returns   OK, or REFUSED_LIMIT when EPOCH_READERS_MAX are registered
 */
RESULT_MUST_CHECK enum result epoch_register(struct epoch *epoch, epoch_wake_fn wake,
                                             void *wake_context, struct epoch_reader **ret_reader);
/** Takes the reader off line and forgets it; `wake` is not called after it returns. */
void epoch_unregister(struct epoch_reader *reader);

/** The reader holds nothing it read before this call, and is on line after it. A worker's first
 * call brings it on line. */
void epoch_announce(struct epoch_reader *reader);
/** Brings an off-line reader on line, for one bracket of reads. Brackets do not nest. */
void epoch_enter(struct epoch_reader *reader);
/** Takes the reader off line: it holds nothing any more. */
void epoch_leave(struct epoch_reader *reader);

/** Hands over an object that no new reader can find. `free_function` runs later, on a thread that
 * reclaims, at most once. Never waits for readers. */
void epoch_retire(struct epoch *epoch, struct epoch_retired *retired,
                  void (*free_function)(struct epoch_retired *retired));
/**
 * Frees what no reader can hold, at most `count_max` objects, and wakes the readers that hold up
 * the rest.
 *
 * returns   OK when nothing is pending; MORE when something is (call again later)
 */
RESULT_MUST_CHECK enum result epoch_reclaim(struct epoch *epoch, uint32_t count_max);
struct epoch_state epoch_read(struct epoch *epoch);

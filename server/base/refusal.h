// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/counter.h"
#include "threadpool/threads.h"

/**
 * Pools and refusals: every bounded resource of the server stands here with its limit, use and
 * high water, and every refusal with its reason.
 *
 * A room registers its pool once while preparing and one counter per reason; the place that refuses
 * increments that counter and nothing else. The metrics plimsoll_pool_limit, _used and _high_water
 * {pool} and plimsoll_refused_total{pool,reason} come from here, and so do the memory accounts'
 * (plimsoll_memory_*) and the threads' (plimsoll_threads), whose refusals become events.
 *
 * Threads: register and end on the control thread while preparing; counting from any.
 * Cost: POOLS_MAX x 40 bytes, static.
 */
#define POOLS_MAX 64u

struct pool_state {
    uint64_t limit;
    uint64_t used;
    uint64_t high_water;
};
/** Reads a pool; on the control thread, so what it reads is atomic or safe to read there. */
typedef void (*pool_read_fn)(void *context, struct pool_state *ret_state);

/** `name` is a literal, e.g. "tcp-connections". The same name again replaces it. OK or
 * REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result pool_register(const char *name, pool_read_fn read, void *context);
/** The context goes away. Unknown names are ignored. */
void pool_end(const char *name);
/** Reads the pool at a position 0, 1, …; false past the last. Positions are stable. */
bool pool_at(uint32_t position, const char **ret_name, struct pool_state *ret_state);

/** The counter of plimsoll_refused_total{pool,reason}; both literals. */
RESULT_MUST_CHECK enum result refusal_register(const char *pool, const char *reason,
                                               struct counter *ret_counter);

/** Registers the accounts' metrics and turns refused charges into events and counters. Once, after
 * event_init(). */
RESULT_MUST_CHECK enum result refusal_observe_memory(void);
/** The observer to give to threads_start(): event 111 and its kin. */
struct threads_observer refusal_threads_observer(void);
/** Registers plimsoll_threads and the pools `jobs` and `mailboxes`, once the threads stand. */
RESULT_MUST_CHECK enum result refusal_observe_threads(struct threads *threads);
/** Before threads_destroy(). */
void refusal_forget_threads(void);

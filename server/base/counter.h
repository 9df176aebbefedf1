// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/metric.h"

#include <stdatomic.h>

/**
 * Counters: per-thread places, never reset, summed by the reader; and gauges.
 *
 * Adding is one load and one plain store in a block that only this thread writes: no locked
 * instruction, no shared cache line. A thread takes a block with counter_thread_begin(); a thread
 * that has none adds to a shared block with an atomic add, correct and slower. A zeroed struct
 * counter counts into a place that nobody reads, so a refused registration harms nothing.
 *
 * Threads: add from any; register while preparing. Cost: COUNTER_BLOCK_BYTES per thread with a
 * block (account `program`, kept for the next thread), and one shared block.
 */
#define COUNTER_PLACES_MAX 4096u
#define COUNTER_THREADS_MAX 128u
#define GAUGES_MAX 256u
#define COUNTER_BLOCK_BYTES ((size_t)COUNTER_PLACES_MAX * 8u)

struct counter {
    uint32_t place; /* 0: not registered */
};
struct gauge {
    uint32_t place; /* 0: not registered */
};

typedef _Atomic uint64_t counter_place;
extern _Thread_local counter_place *counter_block; /* this thread's, or NULL */
void counter_add_shared(struct counter counter, uint64_t amount);

/**
 * Registers one series of a counter family.
 *
 * values    one text for each label of the family, literals or texts that live as long as the
 *           process; NULL for a family without labels
 * returns   OK (also when it is registered already) or REFUSED_LIMIT
 */
RESULT_MUST_CHECK enum result counter_register(const struct metric_family *family,
                                               const char *const *values,
                                               struct counter *ret_counter);
/** The same for each of `count` values of a family's last label (`before`: the values of the labels
 * before it, or NULL). When one is refused, all of `ret_counters` count nowhere. */
RESULT_MUST_CHECK enum result counter_register_each(const struct metric_family *family,
                                                    const char *const *before,
                                                    const char *const *values, uint32_t count,
                                                    struct counter *ret_counters);

/** Adds; any thread. */
static inline void counter_add(struct counter counter, uint64_t amount)
{
    counter_place *block = counter_block;
    if (__builtin_expect(block == NULL, 0)) {
        counter_add_shared(counter, amount);
        return;
    }
    /* Only this thread writes; the reader's relaxed load sees an older or the newer value. */
    uint64_t value = atomic_load_explicit(&block[counter.place], memory_order_relaxed);
    atomic_store_explicit(&block[counter.place], value + amount, memory_order_relaxed);
}
static inline void counter_increment(struct counter counter)
{
    counter_add(counter, 1);
}
/** The sum over all threads. Any thread. */
uint64_t counter_read(struct counter counter);

/** Takes a block for this thread. OK; REFUSED_MEMORY or REFUSED_LIMIT (the shared block is used).
 */
RESULT_MUST_CHECK enum result counter_thread_begin(void);
/** Gives it back with what it counted, before the thread ends. */
void counter_thread_end(void);

RESULT_MUST_CHECK enum result gauge_register(const struct metric_family *family,
                                             const char *const *values, struct gauge *ret_gauge);
/** Any thread; gauges are not for hot paths. */
void gauge_set(struct gauge gauge, uint64_t value);
void gauge_add(struct gauge gauge, int64_t amount);
uint64_t gauge_read(struct gauge gauge);

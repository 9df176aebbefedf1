// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * Latency histogram: log-linear buckets over nanoseconds.
 *
 * Each power of two is cut into LOAD_HISTOGRAM_STEPS equal buckets, so a quantile read from it is
 * at most 1/64 (1.6 %) above the true one, at any magnitude. Values past the top land in the last
 * bucket; the maximum is kept exactly beside the buckets. It is not a sample: every value is
 * counted.
 *
 * One thread; a fixed 15 KiB, no allocation.
 */
#include <stdint.h>

#define LOAD_HISTOGRAM_STEPS_LOG2 6
#define LOAD_HISTOGRAM_STEPS (1U << LOAD_HISTOGRAM_STEPS_LOG2)
#define LOAD_HISTOGRAM_VALUE_BITS 36 /* 68 s: longer than any run waits for an answer */
#define LOAD_HISTOGRAM_BUCKETS                                                                     \
    ((LOAD_HISTOGRAM_VALUE_BITS - LOAD_HISTOGRAM_STEPS_LOG2 + 1) * LOAD_HISTOGRAM_STEPS)

struct load_histogram {
    uint64_t counts[LOAD_HISTOGRAM_BUCKETS];
    uint64_t count;
    uint64_t sum_ns;
    uint64_t max_ns;
};

/** The bucket of a value, 0..LOAD_HISTOGRAM_BUCKETS-1. */
uint32_t load_histogram_bucket(uint64_t value_ns);

/** The highest value that falls into a bucket (the last bucket: the highest it was made for). */
uint64_t load_histogram_bucket_top(uint32_t bucket);

/** Counts one value. */
void load_histogram_add(struct load_histogram *histogram, uint64_t value_ns);

/**
 * The smallest recorded magnitude that `permille` thousandths of all values do not exceed.
 *
 * permille  1..1000
 * returns   nanoseconds, never above the maximum seen; 0 when nothing was counted
 */
uint64_t load_histogram_quantile(const struct load_histogram *histogram, uint32_t permille);

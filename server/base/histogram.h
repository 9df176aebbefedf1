// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/counter.h"

/**
 * Histograms with fixed bounds, made of counters: per thread, never reset.
 *
 * Values are whole numbers in a small unit (microseconds); bounds and sum are shown multiplied by
 * `scale` (0.000001 for seconds). Threads and cost as counter.h: bounds + 2 places.
 */
#define HISTOGRAM_BOUNDS_MAX 20u

struct histogram_options {
    const struct metric_family *family; /* METRIC_HISTOGRAM */
    const char *const *values;          /* label values, or NULL */
    const uint64_t *bounds;             /* rising; borrowed for ever */
    uint32_t bound_count;               /* 1..HISTOGRAM_BOUNDS_MAX */
    double scale;
};

struct histogram {
    const uint64_t *bounds; /* NULL: not registered, observing does nothing */
    uint32_t bound_count;
    uint32_t place; /* of the first bucket */
};

RESULT_MUST_CHECK enum result histogram_register(const struct histogram_options *options,
                                                 struct histogram *ret_histogram);
/** Counts a value into the first bucket whose bound is not below it. Any thread. */
void histogram_observe(const struct histogram *histogram, uint64_t value);
/** How many values were observed. */
uint64_t histogram_count(const struct histogram *histogram);

// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_histogram.h"

uint32_t load_histogram_bucket(uint64_t value_ns)
{
    if (value_ns >= UINT64_C(1) << LOAD_HISTOGRAM_VALUE_BITS) {
        return LOAD_HISTOGRAM_BUCKETS - 1;
    }
    if (value_ns < LOAD_HISTOGRAM_STEPS) {
        return (uint32_t)value_ns;
    }
    uint32_t exponent = 63U - (uint32_t)__builtin_clzll(value_ns);
    uint32_t shift = exponent - LOAD_HISTOGRAM_STEPS_LOG2;
    uint32_t step = (uint32_t)(value_ns >> shift) & (LOAD_HISTOGRAM_STEPS - 1);
    return (shift + 1) * LOAD_HISTOGRAM_STEPS + step;
}

uint64_t load_histogram_bucket_top(uint32_t bucket)
{
    if (bucket < LOAD_HISTOGRAM_STEPS) {
        return bucket;
    }
    uint32_t shift = bucket / LOAD_HISTOGRAM_STEPS - 1;
    uint64_t step = bucket % LOAD_HISTOGRAM_STEPS + LOAD_HISTOGRAM_STEPS;
    return ((step + 1) << shift) - 1;
}

void load_histogram_add(struct load_histogram *histogram, uint64_t value_ns)
{
    histogram->counts[load_histogram_bucket(value_ns)]++;
    histogram->count++;
    histogram->sum_ns += value_ns;
    if (value_ns > histogram->max_ns) {
        histogram->max_ns = value_ns;
    }
}

uint64_t load_histogram_quantile(const struct load_histogram *histogram, uint32_t permille)
{
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t wanted = (histogram->count / 1000) * permille;
    wanted += ((histogram->count % 1000) * permille + 999) / 1000;
    if (wanted == 0) {
        wanted = 1;
    }
    uint64_t seen = 0;
    for (uint32_t bucket = 0; bucket < LOAD_HISTOGRAM_BUCKETS - 1; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= wanted) {
            uint64_t top = load_histogram_bucket_top(bucket);
            return top < histogram->max_ns ? top : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

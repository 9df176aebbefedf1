// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_histogram.h"

#include <criterion/criterion.h>

static struct load_histogram histogram;

Test(load_histogram, small_values_have_a_bucket_each, .timeout = 10)
{
    for (uint64_t value = 0; value < LOAD_HISTOGRAM_STEPS; value++) {
        cr_assert_eq(load_histogram_bucket(value), value);
        cr_assert_eq(load_histogram_bucket_top((uint32_t)value), value);
    }
}

Test(load_histogram, every_bucket_begins_where_the_one_before_ends, .timeout = 10)
{
    for (uint32_t bucket = 0; bucket + 1 < LOAD_HISTOGRAM_BUCKETS; bucket++) {
        uint64_t top = load_histogram_bucket_top(bucket);
        cr_assert_eq(load_histogram_bucket(top), bucket);
        cr_assert_eq(load_histogram_bucket(top + 1), bucket + 1);
    }
}

Test(load_histogram, a_bucket_is_at_most_a_sixty_fourth_wide, .timeout = 10)
{
    for (uint32_t bucket = LOAD_HISTOGRAM_STEPS; bucket < LOAD_HISTOGRAM_BUCKETS; bucket++) {
        uint64_t low = load_histogram_bucket_top(bucket - 1) + 1;
        uint64_t top = load_histogram_bucket_top(bucket);
        cr_assert_leq((top - low + 1) * LOAD_HISTOGRAM_STEPS, low);
    }
}

Test(load_histogram, values_past_the_top_land_in_the_last_bucket, .timeout = 10)
{
    uint64_t end = UINT64_C(1) << LOAD_HISTOGRAM_VALUE_BITS;
    cr_assert_eq(load_histogram_bucket(end - 1), LOAD_HISTOGRAM_BUCKETS - 1);
    cr_assert_eq(load_histogram_bucket(end), LOAD_HISTOGRAM_BUCKETS - 1);
    cr_assert_eq(load_histogram_bucket(UINT64_MAX), LOAD_HISTOGRAM_BUCKETS - 1);
}

Test(load_histogram, nothing_counted_has_no_quantile, .timeout = 10)
{
    cr_assert_eq(load_histogram_quantile(&histogram, 500), 0);
    cr_assert_eq(load_histogram_quantile(&histogram, 1000), 0);
}

Test(load_histogram, one_value_is_every_quantile, .timeout = 10)
{
    load_histogram_add(&histogram, 123457);
    cr_assert_eq(load_histogram_quantile(&histogram, 1), 123457);
    cr_assert_eq(load_histogram_quantile(&histogram, 1000), 123457);
    cr_assert_eq(histogram.sum_ns, 123457);
}

Test(load_histogram, quantiles_of_a_ramp_are_right_within_the_step, .timeout = 10)
{
    for (uint64_t value = 1; value <= 100000; value++) {
        load_histogram_add(&histogram, value * 1000);
    }
    for (uint32_t permille = 100; permille <= 1000; permille += 100) {
        uint64_t exact = permille * UINT64_C(100000);
        uint64_t read = load_histogram_quantile(&histogram, permille);
        cr_assert_geq(read, exact);
        cr_assert_leq(read, exact + exact / LOAD_HISTOGRAM_STEPS);
    }
    cr_assert_eq(histogram.max_ns, 100000000);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/base/histogram.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct metric_family family = {
    .name = "plimsoll_test_seconds", .help = "t", .type = METRIC_HISTOGRAM, .labels = {"kind"}};
static const uint64_t bounds[] = {10, 100, 1000};
static const char *const kind[] = {"x"};
static const struct histogram_options options = {
    .family = &family, .values = kind, .bounds = bounds, .bound_count = 3, .scale = 0.001};

Test(histogram, values_fall_into_the_first_bound_not_below_them, .timeout = 10)
{
    struct histogram histogram;
    struct metric_cursor cursor;
    struct metric_sample sample;
    static const uint64_t values[] = {0, 10, 11, 100, 1000, 1001, 5000};
    static const uint64_t wanted[] = {2, 4, 5, 7};
    static const char *const le[] = {"0.01", "0.1", "1", "+Inf"};
    cr_assert_eq(histogram_register(&options, &histogram), OK);
    for (unsigned i = 0; i < 7; i++) {
        histogram_observe(&histogram, values[i]);
    }
    metric_cursor_init(&cursor);
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(metric_next(&cursor, &sample), OK);
        cr_assert_eq(sample.first, i == 0);
        cr_assert_str_eq(sample.suffix, "_bucket");
        cr_assert_eq(sample.label_count, 2);
        cr_assert_str_eq(sample.labels[0].value, "x");
        cr_assert_str_eq(sample.labels[1].name, "le");
        cr_assert_str_eq(sample.labels[1].value, le[i]);
        cr_assert_eq(sample.whole, wanted[i]);
    }
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert_str_eq(sample.suffix, "_sum");
    cr_assert(sample.is_real);
    cr_assert_float_eq(sample.real, 7.122, 1e-9);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert_str_eq(sample.suffix, "_count");
    cr_assert_eq(sample.whole, 7);
    cr_assert_eq(sample.label_count, 1);
    cr_assert_eq(metric_next(&cursor, &sample), END);
    cr_assert_eq(histogram_count(&histogram), 7);
}

Test(histogram, the_same_series_is_the_same_histogram, .timeout = 10)
{
    struct histogram first;
    struct histogram second;
    cr_assert_eq(histogram_register(&options, &first), OK);
    cr_assert_eq(histogram_register(&options, &second), OK);
    histogram_observe(&first, 1);
    cr_assert_eq(histogram_count(&second), 1);
}

Test(histogram, an_unregistered_one_does_nothing, .timeout = 10)
{
    struct histogram histogram = {0};
    histogram_observe(&histogram, 1);
    cr_assert_eq(histogram_count(&histogram), 0);
}

static char names[METRIC_SERIES_MAX][8];

Test(histogram, a_full_table_refuses, .timeout = 10)
{
    enum result result = OK;
    for (unsigned i = 0; i < METRIC_SERIES_MAX && result == OK; i++) {
        struct histogram histogram;
        struct histogram_options more = options;
        const char *value[] = {names[i]};
        snprintf(names[i], sizeof names[i], "%u", i);
        more.values = value;
        result = histogram_register(&more, &histogram);
    }
    cr_assert_eq(result, REFUSED_LIMIT);
    cr_assert_eq(metric_refused(), 1);
}

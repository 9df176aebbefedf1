// SPDX-License-Identifier: Apache-2.0
#include "server/base/counter.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct metric_family counters = {
    .name = "plimsoll_test_one_total", .help = "one", .labels = {"a"}};
static const struct metric_family gauges = {
    .name = "plimsoll_test_two", .help = "two", .type = METRIC_GAUGE};
static const struct metric_family collected = {
    .name = "plimsoll_test_three", .help = "three", .type = METRIC_GAUGE, .labels = {"x"}};

static enum result collect(void *context, uint32_t position, struct metric_sample *sample)
{
    const unsigned *count = context;
    if (position >= *count) {
        return END;
    }
    if (position == 1) {
        return UNCHANGED;
    }
    snprintf(sample->text, sizeof sample->text, "p%u", position);
    sample->labels[0].value = sample->text;
    sample->whole = position;
    return OK;
}

static unsigned count_samples(void)
{
    struct metric_cursor cursor;
    struct metric_sample sample;
    unsigned count = 0;
    metric_cursor_init(&cursor);
    while (metric_next(&cursor, &sample) == OK) {
        count++;
    }
    return count;
}

Test(metric, an_empty_table_ends_at_once, .timeout = 10)
{
    cr_assert_eq(count_samples(), 0);
}

Test(metric, families_come_whole_in_order_with_their_first_marked, .timeout = 10)
{
    const char *a[] = {"1"};
    const char *b[] = {"2"};
    struct counter first;
    struct counter second;
    struct gauge gauge;
    struct metric_cursor cursor;
    struct metric_sample sample;
    unsigned positions = 3;
    cr_assert_eq(counter_register(&counters, a, &first), OK);
    cr_assert_eq(gauge_register(&gauges, NULL, &gauge), OK);
    cr_assert_eq(metric_collect(&collected, collect, &positions), OK);
    cr_assert_eq(counter_register(&counters, b, &second), OK);
    counter_add(second, 5);
    gauge_set(gauge, 6);

    metric_cursor_init(&cursor);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert(sample.first);
    cr_assert_eq(sample.family, &counters);
    cr_assert_str_eq(sample.suffix, "");
    cr_assert_str_eq(sample.labels[0].name, "a");
    cr_assert_str_eq(sample.labels[0].value, "1");
    cr_assert_eq(sample.whole, 0);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert_not(sample.first);
    cr_assert_str_eq(sample.labels[0].value, "2");
    cr_assert_eq(sample.whole, 5);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert(sample.first);
    cr_assert_eq(sample.label_count, 0);
    cr_assert_eq(sample.whole, 6);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert(sample.first);
    cr_assert_str_eq(sample.labels[0].value, "p0");
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert_not(sample.first);
    cr_assert_str_eq(sample.labels[0].value, "p2");
    cr_assert_eq(metric_next(&cursor, &sample), END);
    cr_assert_eq(metric_next(&cursor, &sample), END);
}

Test(metric, a_collector_is_replaced_and_taken_away, .timeout = 10)
{
    unsigned few = 1;
    unsigned many = 4;
    cr_assert_eq(metric_collect(&collected, collect, &few), OK);
    cr_assert_eq(count_samples(), 1);
    cr_assert_eq(metric_collect(&collected, collect, &many), OK);
    cr_assert_eq(count_samples(), 3);
    metric_collect_end(&collected);
    cr_assert_eq(count_samples(), 0);
    metric_collect_end(&counters);
    cr_assert_eq(metric_refused(), 0);
}

Test(metric, a_family_may_have_series_and_a_collector, .timeout = 10)
{
    static const struct metric_family both = {
        .name = "plimsoll_test_both_total", .help = "both", .labels = {"x"}};
    const char *value[] = {"series"};
    struct counter counter;
    struct metric_cursor cursor;
    struct metric_sample sample;
    unsigned positions = 1;
    cr_assert_eq(metric_collect(&both, collect, &positions), OK);
    cr_assert_eq(counter_register(&both, value, &counter), OK);
    metric_cursor_init(&cursor);
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert(sample.first);
    cr_assert_str_eq(sample.labels[0].value, "series");
    cr_assert_eq(metric_next(&cursor, &sample), OK);
    cr_assert_not(sample.first);
    cr_assert_str_eq(sample.labels[0].value, "p0");
    cr_assert_eq(metric_next(&cursor, &sample), END);
}

static struct metric_family families[METRIC_FAMILIES_MAX + 1];
static char names[METRIC_FAMILIES_MAX + 1][32];

Test(metric, families_have_a_maximum, .timeout = 10)
{
    unsigned positions = 1;
    for (unsigned i = 0; i <= METRIC_FAMILIES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "plimsoll_test_%u", i);
        families[i] = (struct metric_family){.name = names[i], .help = "h", .labels = {"x"}};
        cr_assert_eq(metric_collect(&families[i], collect, &positions),
                     i < METRIC_FAMILIES_MAX ? OK : REFUSED_LIMIT);
    }
    cr_assert_eq(metric_refused(), 1);
    cr_assert_eq(count_samples(), METRIC_FAMILIES_MAX);
}

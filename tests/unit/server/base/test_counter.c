// SPDX-License-Identifier: Apache-2.0
#include "server/base/counter.h"

#include "alloc/ledger.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

static const struct metric_family plain = {.name = "plimsoll_test_plain_total", .help = "t"};
static const struct metric_family labelled = {
    .name = "plimsoll_test_labelled_total", .help = "t", .labels = {"a", "b"}};
static const struct metric_family level = {
    .name = "plimsoll_test_level", .help = "t", .type = METRIC_GAUGE, .labels = {"a"}};

Test(counter, counts_with_and_without_a_block, .timeout = 10)
{
    struct counter counter = {0};
    cr_assert_eq(counter_register(&plain, NULL, &counter), OK);
    counter_add(counter, 3);
    cr_assert_eq(counter_read(counter), 3);
    cr_assert_eq(counter_thread_begin(), OK);
    cr_assert_eq(counter_thread_begin(), OK);
    counter_add(counter, 4);
    counter_increment(counter);
    cr_assert_eq(counter_read(counter), 8);
    counter_thread_end();
    counter_thread_end();
    counter_increment(counter);
    cr_assert_eq(counter_read(counter), 9);
}

Test(counter, an_unregistered_one_counts_nowhere, .timeout = 10)
{
    struct counter counter = {0};
    counter_increment(counter);
    cr_assert_eq(counter_thread_begin(), OK);
    counter_increment(counter);
    cr_assert_eq(counter_read(counter), 0);
}

Test(counter, the_same_series_is_the_same_counter, .timeout = 10)
{
    const char *xy[] = {"x", "y"};
    const char *xz[] = {"x", "z"};
    struct counter first;
    struct counter second;
    struct counter other;
    cr_assert_eq(counter_register(&labelled, xy, &first), OK);
    cr_assert_eq(counter_register(&labelled, xy, &second), OK);
    cr_assert_eq(counter_register(&labelled, xz, &other), OK);
    cr_assert_eq(first.place, second.place);
    cr_assert_neq(first.place, other.place);
}

Test(counter, one_for_each_value, .timeout = 10)
{
    const char *before[] = {"x"};
    const char *values[] = {"1", "2", "3"};
    struct counter counters[3];
    cr_assert_eq(counter_register_each(&labelled, before, values, 3, counters), OK);
    for (unsigned i = 0; i < 3; i++) {
        counter_add(counters[i], i + 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(counter_read(counters[i]), i + 1);
    }
    cr_assert_eq(counter_register_each(&labelled, before, values, 0, counters), OK);
}

static char names[METRIC_SERIES_MAX + 1][8];

Test(counter, a_full_table_refuses_and_harms_nothing, .timeout = 30)
{
    struct counter counter = {0};
    enum result result = OK;
    unsigned count = 0;
    for (; count <= METRIC_SERIES_MAX && result == OK; count++) {
        snprintf(names[count], sizeof names[count], "%u", count);
        const char *values[] = {"x", names[count]};
        result = counter_register(&labelled, values, &counter);
    }
    cr_assert_eq(result, REFUSED_LIMIT);
    cr_assert_geq(count, COUNTER_PLACES_MAX - 1);
    cr_assert_eq(metric_refused(), 1);
    const char *values[] = {"one", "more"};
    const char *list[] = {"0", "more"};
    const char *before[] = {"x"};
    struct counter refused[2] = {{9}, {9}};
    cr_assert_eq(counter_register(&labelled, values, &counter), REFUSED_LIMIT);
    cr_assert_eq(counter_register_each(&labelled, before, list, 2, refused), REFUSED_LIMIT);
    cr_assert_eq(refused[0].place, 0);
    cr_assert_eq(refused[1].place, 0);
}

struct adder {
    struct counter counter;
    pthread_t thread;
};

static void *add_many(void *argument)
{
    struct adder *adder = argument;
    enum result result = counter_thread_begin();
    for (unsigned i = 0; i < 10000; i++) {
        counter_increment(adder->counter);
    }
    counter_thread_end();
    return result == OK ? argument : NULL;
}

Test(counter, the_sum_survives_threads_and_blocks_are_reused, .timeout = 20)
{
    struct adder adders[4];
    struct counter counter = {0};
    cr_assert_eq(counter_register(&plain, NULL, &counter), OK);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4; i++) {
            adders[i].counter = counter;
            cr_assert_eq(pthread_create(&adders[i].thread, NULL, add_many, &adders[i]), 0);
        }
        for (unsigned i = 0; i < 4; i++) {
            void *good;
            pthread_join(adders[i].thread, &good);
            cr_assert_not_null(good);
        }
    }
    cr_assert_eq(counter_read(counter), 120000);
    cr_assert_leq(ledger_read(ACCOUNT_PROGRAM).high_water_bytes, 4 * COUNTER_BLOCK_BYTES + 4096);
}

Test(counter, without_memory_the_shared_block_counts, .timeout = 10)
{
    struct counter counter = {0};
    cr_assert_eq(counter_register(&plain, NULL, &counter), OK);
    ledger_limit_set(ACCOUNT_PROGRAM, 0);
    cr_assert_eq(counter_thread_begin(), REFUSED_MEMORY);
    counter_increment(counter);
    cr_assert_eq(counter_read(counter), 1);
    counter_thread_end();
}

Test(counter, gauges_hold_what_was_set, .timeout = 10)
{
    const char *x[] = {"x"};
    const char *y[] = {"y"};
    struct gauge first = {0};
    struct gauge same = {0};
    struct gauge other = {0};
    cr_assert_eq(gauge_read(first), 0);
    cr_assert_eq(gauge_register(&level, x, &first), OK);
    cr_assert_eq(gauge_register(&level, x, &same), OK);
    cr_assert_eq(gauge_register(&level, y, &other), OK);
    gauge_set(first, 10);
    gauge_add(first, -3);
    cr_assert_eq(gauge_read(same), 7);
    cr_assert_eq(gauge_read(other), 0);
    enum result result = OK;
    for (unsigned i = 0; i < GAUGES_MAX && result == OK; i++) {
        const char *value[] = {names[i]};
        snprintf(names[i], sizeof names[i], "%u", i);
        result = gauge_register(&level, value, &other);
    }
    cr_assert_eq(result, REFUSED_LIMIT);
}

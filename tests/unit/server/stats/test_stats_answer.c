// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_state.h"

#include "server/base/event.h"
#include "server/base/refusal.h"

#include <criterion/criterion.h>
#include <string.h>

/* What is counted; the handler itself is asked over a socket in test_stats.c. */

static uint64_t value(const char *name, const char *label)
{
    static struct metric_sample sample;
    struct metric_cursor cursor;
    metric_cursor_init(&cursor);
    while (metric_next(&cursor, &sample) == OK) {
        if (strcmp(sample.family->name, name) == 0 &&
            (sample.label_count == 0 ||
             strcmp(sample.labels[sample.label_count - 1].value, label) == 0)) {
            return sample.whole;
        }
    }
    cr_assert_fail("%s %s is not there", name, label);
    return 0;
}

Test(stats_answer, every_refusal_is_counted_and_told, .timeout = 10)
{
    static const char *const names[STATS_REFUSED_COUNT] = {"full",        "client", "memory",
                                                           "descriptors", "slow",   "request"};
    struct event_reader reader;
    struct event event;
    event_init(clock_real());
    cr_assert_eq(stats_answer_register(), OK);
    cr_assert_eq(stats_answer_register(), OK);
    event_reader_init_newest(&reader);
    for (unsigned i = 0; i < STATS_REFUSED_COUNT; i++) {
        cr_assert_eq(value("plimsoll_refused_total", names[i]), 0);
        stats_refuse((enum stats_refusal)i);
        cr_assert_eq(value("plimsoll_refused_total", names[i]), 1);
        cr_assert(event_reader_next(&reader, &event));
        cr_assert_eq(event.id, EVENT_STATS_REFUSED);
        cr_assert_str_eq(event_field(&event, "reason"), names[i]);
    }
}

Test(stats_answer, ends_are_counted_by_status, .timeout = 10)
{
    event_init(clock_real());
    cr_assert_eq(stats_answer_register(), OK);
    stats_count_request(0);
    stats_count_request(200);
    stats_count_request(200);
    stats_count_request(431);
    stats_count_request(999); /* none of ours: nowhere */
    stats_count_error();
    cr_assert_eq(value("plimsoll_stats_requests_total", "none"), 1);
    cr_assert_eq(value("plimsoll_stats_requests_total", "200"), 2);
    cr_assert_eq(value("plimsoll_stats_requests_total", "431"), 1);
    cr_assert_eq(value("plimsoll_stats_requests_total", "404"), 0);
    cr_assert_eq(value("plimsoll_stats_errors_total", ""), 1);
}

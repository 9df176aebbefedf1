// SPDX-License-Identifier: Apache-2.0
#include "server/stats/exposition.h"

#include "server/base/histogram.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct exposition exposition;
static char page[512 * 1024];

static size_t read_page(size_t piece)
{
    size_t used = 0;
    size_t size = 0;
    exposition_init(&exposition);
    while ((size = exposition_read(&exposition, page + used, piece)) > 0) {
        cr_assert_leq(size, piece);
        used += size;
        cr_assert_lt(used + piece, sizeof page);
    }
    cr_assert_eq(exposition_read(&exposition, page + used, piece), 0, "the end stays the end");
    page[used] = 0;
    return used;
}

static const struct metric_family counted = {
    "test_things_total", "Things \\ and\nmore", METRIC_COUNTER, {"kind", "what"}};
static const struct metric_family bare = {"test_bare", "Bare", METRIC_GAUGE};
static const struct metric_family timed = {"test_seconds", "Time", METRIC_HISTOGRAM, {"which"}};
static const struct metric_family collected = {"test_rows", "Rows", METRIC_GAUGE, {"row"}};

static enum result collect(void *context, uint32_t position, struct metric_sample *sample)
{
    uint32_t count = *(const uint32_t *)context;
    if (position >= count) {
        return END;
    }
    if (position % 3 == 2) {
        return UNCHANGED;
    }
    snprintf(sample->text, sizeof sample->text, "r%u", position);
    sample->labels[0].value = sample->text;
    sample->is_real = true;
    sample->real = position / 2.0;
    return OK;
}

Test(exposition, an_empty_table, .timeout = 10)
{
    cr_assert_eq(read_page(1), 0);
    cr_assert_eq(read_page(1000), 0);
}

Test(exposition, every_type_as_documented, .timeout = 10)
{
    static const char *const odd[] = {"a\"b\\c\nd", "x"};
    static const char *const which[] = {"w"};
    static const uint64_t bounds[] = {1000, 2500000};
    static uint32_t rows = 4;
    struct counter counter;
    struct gauge gauge;
    struct histogram histogram;
    cr_assert_eq(counter_register(&counted, odd, &counter), OK);
    cr_assert_eq(gauge_register(&bare, NULL, &gauge), OK);
    cr_assert_eq(histogram_register(&(struct histogram_options){.family = &timed,
                                                                .values = which,
                                                                .bounds = bounds,
                                                                .bound_count = 2,
                                                                .scale = 0.000001},
                                    &histogram),
                 OK);
    cr_assert_eq(metric_collect(&collected, collect, &rows), OK);
    counter_add(counter, 7);
    gauge_set(gauge, UINT64_MAX);
    histogram_observe(&histogram, 1000);
    histogram_observe(&histogram, 2000);
    histogram_observe(&histogram, 3000000);
    static const char expected[] = "# HELP test_things_total Things \\\\ and\\nmore\n"
                                   "# TYPE test_things_total counter\n"
                                   "test_things_total{kind=\"a\\\"b\\\\c\\nd\",what=\"x\"} 7\n"
                                   "# HELP test_bare Bare\n"
                                   "# TYPE test_bare gauge\n"
                                   "test_bare 18446744073709551615\n"
                                   "# HELP test_seconds Time\n"
                                   "# TYPE test_seconds histogram\n"
                                   "test_seconds_bucket{which=\"w\",le=\"0.001\"} 1\n"
                                   "test_seconds_bucket{which=\"w\",le=\"2.5\"} 2\n"
                                   "test_seconds_bucket{which=\"w\",le=\"+Inf\"} 3\n"
                                   "test_seconds_sum{which=\"w\"} 3.003\n"
                                   "test_seconds_count{which=\"w\"} 3\n"
                                   "# HELP test_rows Rows\n"
                                   "# TYPE test_rows gauge\n"
                                   "test_rows{row=\"r0\"} 0\n"
                                   "test_rows{row=\"r1\"} 0.5\n"
                                   "test_rows{row=\"r3\"} 1.5\n";
    static const size_t pieces[] = {1, 2, 7, 64, sizeof expected - 1, 4096};
    for (unsigned i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        read_page(pieces[i]);
        cr_assert_str_eq(page, expected, "in pieces of %zu", pieces[i]);
    }
}

Test(exposition, a_large_buffer_is_filled_in_several_turns, .timeout = 10)
{
    static uint32_t rows = 9000;
    cr_assert_eq(metric_collect(&collected, collect, &rows), OK);
    exposition_init(&exposition);
    size_t first = exposition_read(&exposition, page, sizeof page);
    unsigned lines = 0;
    for (size_t i = 0; i < first; i++) {
        lines += page[i] == '\n';
    }
    cr_assert_eq(lines, EXPOSITION_SAMPLES_PER_READ + 2);
    read_page(4096);
    const char *last = strrchr(page, '{');
    cr_assert_str_eq(last, "{row=\"r8998\"} 4499\n");
    /* None left in the middle: the head is not shown without a line. */
    rows = 0;
    cr_assert_eq(read_page(4096), 0);
}

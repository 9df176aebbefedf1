// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct stats_text text;
static char out[STATS_PIECE_BYTES + 1];

static const char *taken(void)
{
    size_t size = stats_text_take(&text, out, STATS_PIECE_BYTES);
    out[size] = 0;
    stats_text_clear(&text);
    return out;
}

Test(stats_text, nothing, .timeout = 10)
{
    stats_text_clear(&text);
    cr_assert_eq(stats_text_take(&text, out, 1), 0);
    stats_text_add(&text, "");
    cr_assert_str_eq(taken(), "");
}

Test(stats_text, numbers, .timeout = 10)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0, "0"},        {1, "1"},        {0.25, "0.25"}, {1e21, "1e+21"},
        {-1.5, "-1.5"},  {INFINITY, "0"}, {NAN, "0"},     {123456789012345, "123456789012345"},
        {1e-7, "1e-07"}, {0.1, "0.1"},
    };
    stats_text_number(&text, 0);
    cr_assert_str_eq(taken(), "0");
    stats_text_number(&text, UINT64_MAX);
    cr_assert_str_eq(taken(), "18446744073709551615");
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        stats_text_real(&text, rows[i].number);
        cr_assert_str_eq(taken(), rows[i].text);
    }
}

Test(stats_text, escapes, .timeout = 10)
{
    stats_text_label(&text, "a\\b\"c\nd\te\xff");
    cr_assert_str_eq(taken(), "a\\\\b\\\"c\\nd\te\xff");
    stats_text_label(&text, "");
    cr_assert_str_eq(taken(), "");
    stats_text_label(&text, "\\");
    cr_assert_str_eq(taken(), "\\\\");
    stats_text_help(&text, "a \"word\" \\ and\nmore");
    cr_assert_str_eq(taken(), "a \"word\" \\\\ and\\nmore");
    stats_text_json(&text, "a\\b\"c\nd\x7f\xff/");
    cr_assert_str_eq(taken(), "\"a\\\\b\\\"c\\u000ad\\u007f\\u00ff/\"");
    stats_text_json(&text, "");
    cr_assert_str_eq(taken(), "\"\"");
    stats_text_key(&text, "k");
    cr_assert_str_eq(taken(), "\"k\":");
}

Test(stats_text, taken_in_parts, .timeout = 10)
{
    stats_text_add(&text, "abcde");
    cr_assert_eq(stats_text_take(&text, out, 0), 0);
    cr_assert_eq(stats_text_take(&text, out, 2), 2);
    cr_assert_eq(memcmp(out, "ab", 2), 0);
    cr_assert_eq(stats_text_take(&text, out, 3), 3);
    cr_assert_eq(memcmp(out, "cde", 3), 0);
    cr_assert_eq(stats_text_take(&text, out, 3), 0);
}

Test(stats_text, what_does_not_fit_is_void_whole, .timeout = 10)
{
    static char long_text[STATS_PIECE_BYTES + 2];
    static const size_t sizes[] = {STATS_PIECE_BYTES - 1, STATS_PIECE_BYTES, STATS_PIECE_BYTES + 1};
    for (unsigned i = 0; i < 3; i++) {
        memset(long_text, 'x', sizes[i]);
        long_text[sizes[i]] = 0;
        stats_text_clear(&text);
        stats_text_add(&text, long_text);
        cr_assert_eq(text.is_void, sizes[i] > STATS_PIECE_BYTES);
        cr_assert_eq(stats_text_take(&text, out, sizeof out),
                     sizes[i] > STATS_PIECE_BYTES ? 0 : sizes[i]);
    }
    stats_text_clear(&text);
    stats_text_add(&text, "begin");
    stats_text_add(&text, long_text);
    stats_text_add(&text, "end");
    cr_assert(text.is_void);
    cr_assert_str_eq(taken(), "");
    /* A label of a sample in its worst escapes fits either way. */
    memset(long_text, '\n', METRIC_TEXT_BYTES - 1);
    long_text[METRIC_TEXT_BYTES - 1] = 0;
    stats_text_label(&text, long_text);
    cr_assert_not(text.is_void);
    stats_text_clear(&text);
    stats_text_json(&text, long_text);
    cr_assert_not(text.is_void);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/config/value.h"

#include <criterion/criterion.h>

TestSuite(value, .timeout = 60);

Test(value, numbers_within_their_range)
{
    uint64_t number = 77;
    cr_expect_eq(value_number("0", 0, 10, &number), OK);
    cr_expect_eq(number, 0);
    cr_expect_eq(value_number("10", 0, 10, &number), OK);
    cr_expect_eq(number, 10);
    cr_expect_eq(value_number("007", 0, 10, &number), OK);
    cr_expect_eq(number, 7);
    cr_expect_eq(value_number("18446744073709551615", 0, UINT64_MAX, &number), OK);
    cr_expect_eq(number, UINT64_MAX);
    number = 77;
    cr_expect_eq(value_number("11", 0, 10, &number), REFUSED_LIMIT);
    cr_expect_eq(value_number("1", 2, 10, &number), REFUSED_LIMIT);
    cr_expect_eq(value_number("18446744073709551616", 0, UINT64_MAX, &number), REFUSED_LIMIT);
    cr_expect_eq(value_number("99999999999999999999999", 0, UINT64_MAX, &number), REFUSED_LIMIT);
    static const char *const wrong[] = {"", "x", "-1", "+1", " 1", "1 ", "1.5", "0x10", "1k", "١"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(value_number(wrong[i], 0, 10, &number), ERROR_SYNTAX, "%s", wrong[i]);
    }
    cr_expect_eq(number, 77, "written only on success");
}

Test(value, sizes_with_their_units)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"1", 1},
        {"4096B", 4096},
        {"1KiB", 1024},
        {"64MiB", 64ull << 20},
        {"3GiB", 3ull << 30},
        {"2TiB", 2ull << 40},
        {"16777215TiB", 16777215ull << 40},
        {"18446744073709551615B", UINT64_MAX},
    };
    uint64_t bytes;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect_eq(value_size(good[i].text, &bytes), OK, "%s", good[i].text);
        cr_expect_eq(bytes, good[i].bytes, "%s", good[i].text);
    }
    bytes = 77;
    cr_expect_eq(value_size("16777216TiB", &bytes), REFUSED_LIMIT);
    static const char *const wrong[] = {"",    "MiB",  "1MB",   "1 MiB", "1mib", "1M",
                                        "-1B", "1.5G", "1MiBx", "auto",  "1KiB "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(value_size(wrong[i], &bytes), ERROR_SYNTAX, "%s", wrong[i]);
    }
    cr_expect_eq(bytes, 77);
}

Test(value, durations_with_their_units)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } good[] = {{"0s", 0},       {"250ms", 250},    {"5s", 5000},     {"15m", 900000},
                {"1h", 3600000}, {"2d", 172800000}, {"1w", 604800000}};
    uint64_t ms;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect_eq(value_duration(good[i].text, &ms), OK, "%s", good[i].text);
        cr_expect_eq(ms, good[i].ms, "%s", good[i].text);
    }
    ms = 77;
    cr_expect_eq(value_duration("5", &ms), ERROR_SYNTAX);
    cr_expect_eq(value_duration("", &ms), ERROR_SYNTAX);
    cr_expect_eq(value_duration("5S", &ms), ERROR_SYNTAX);
    cr_expect_eq(value_duration("1h5m", &ms), ERROR_SYNTAX);
    cr_expect_eq(value_duration("18446744073709551615w", &ms), REFUSED_LIMIT);
    cr_expect_eq(ms, 77);
}

Test(value, only_yes_and_no_are_switches)
{
    bool on = false;
    cr_expect_eq(value_switch("yes", &on), OK);
    cr_expect(on);
    cr_expect_eq(value_switch("no", &on), OK);
    cr_expect_not(on);
    static const char *const wrong[] = {"", "true", "on", "Yes", "NO", "y", "1", "yes "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(value_switch(wrong[i], &on), ERROR_SYNTAX, "%s", wrong[i]);
    }
}

Test(value, the_nearest_word_is_at_most_two_edits_away)
{
    static const char *const words[] = {"memory", "workers", "jobs", "tcp-connections", NULL};
    static const char *const none[] = {NULL};
    char longest[80];
    cr_expect_str_eq(value_nearest("memory", words), "memory");
    cr_expect_str_eq(value_nearest("memry", words), "memory");
    cr_expect_str_eq(value_nearest("mmeory", words), "memory");
    cr_expect_str_eq(value_nearest("MEMORY", words), "memory", "case is no edit");
    cr_expect_str_eq(value_nearest("worker", words), "workers");
    cr_expect_str_eq(value_nearest("tcp-conections", words), "tcp-connections");
    cr_expect_null(value_nearest("mry", words), "three edits");
    cr_expect_null(value_nearest("zones", none));
    cr_expect_null(value_nearest("", words));
    memset(longest, 'm', sizeof longest);
    longest[79] = '\0';
    cr_expect_null(value_nearest(longest, words));
    longest[49] = '\0';
    const char *const long_words[] = {longest, NULL};
    cr_expect_null(value_nearest("memory", long_words));
    longest[48] = '\0';
    cr_expect_str_eq(value_nearest(longest, long_words), longest, "48 characters are compared");
}

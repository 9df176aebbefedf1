// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_generate.h"

#include <criterion/criterion.h>
#include <string.h>

static struct token word_of(const char *text)
{
    return (struct token){.kind = TOKEN_WORD, .text = text, .length = strlen(text)};
}

Test(master_generate, ranges, .timeout = 10)
{
    static const struct {
        const char *text;
        enum result result;
        uint32_t start, stop, step, count;
    } cases[] = {
        {"0-0", OK, 0, 0, 1, 1},
        {"1-10", OK, 1, 10, 1, 10},
        {"1-10/3", OK, 1, 10, 3, 4},
        {"1-9/3", OK, 1, 9, 3, 3},
        {"0-2147483647", OK, 0, 2147483647, 1, 2147483648u},
        {"0-2147483648", ERROR_SYNTAX, 0, 0, 0, 0},
        {"2-1", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1-2/0", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1-2/", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1-2x", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1-2/3x", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1", ERROR_SYNTAX, 0, 0, 0, 0},
        {"1-", ERROR_SYNTAX, 0, 0, 0, 0},
        {"-1-2", ERROR_SYNTAX, 0, 0, 0, 0},
        {"", ERROR_SYNTAX, 0, 0, 0, 0},
        {"99999999999999999999-1", ERROR_SYNTAX, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct master_range range;
        cr_assert_eq(master_range_parse(word_of(cases[i].text), &range), cases[i].result,
                     "case %zu", i);
        if (cases[i].result == OK) {
            cr_assert_eq(range.start, cases[i].start);
            cr_assert_eq(range.stop, cases[i].stop);
            cr_assert_eq(range.step, cases[i].step);
            cr_assert_eq(master_range_count(&range), cases[i].count);
        }
    }
}

Test(master_generate, templates, .timeout = 10)
{
    static const struct {
        const char *text;
        uint32_t number;
        enum result result;
        const char *expanded;
    } cases[] = {
        {"", 1, OK, ""},
        {"host", 1, OK, "host"},
        {"host$", 7, OK, "host7"},
        {"$.$", 12, OK, "12.12"},
        {"$$", 7, OK, "$"},
        {"a\\$b\\", 7, OK, "a\\$b\\"},
        {"${0}", 7, OK, "7"},
        {"${10}", 7, OK, "17"},
        {"${+10}", 7, OK, "17"},
        {"${-7}", 7, OK, "0"},
        {"${-8}", 7, OK, "-1"},
        {"${-8,3,d}", 7, OK, "-01"},
        {"${-8,3,x}", 7, ERROR_SYNTAX, ""},
        {"${0,3}", 7, OK, "007"},
        {"${0,0,d}", 7, OK, "7"},
        {"${0,3,o}", 8, OK, "010"},
        {"${0,4,x}", 255, OK, "00ff"},
        {"${0,4,X}", 255, OK, "00FF"},
        {"${0,1,n}", 0x1a, OK, "a.1"},
        {"${0,4,n}", 0x1a, OK, "a.1."},
        {"${0,7,n}", 0x1a, OK, "a.1.0.0"},
        {"${0,7,N}", 0x1a, OK, "A.1.0.0"},
        {"${0,0,n}", 0, OK, "0"},
        {"${0,2,n}", 0, OK, "0."},
        {"${0,255}", 1, OK,
         "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000000000001"},
        {"${0,256}", 1, ERROR_SYNTAX, ""},
        {"${0,1,y}", 1, ERROR_SYNTAX, ""},
        {"${0,1,}", 1, ERROR_SYNTAX, ""},
        {"${0", 1, ERROR_SYNTAX, ""},
        {"${", 1, ERROR_SYNTAX, ""},
        {"${}", 1, ERROR_SYNTAX, ""},
        {"${0,}", 1, ERROR_SYNTAX, ""},
        {"${0,1,d", 1, ERROR_SYNTAX, ""},
        {"${2147483647}", 0, OK, "2147483647"},
        {"${2147483647}", 1, ERROR_SYNTAX, ""},
        {"${2147483648}", 0, ERROR_SYNTAX, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char room[300];
        struct writer out = writer_over(room, sizeof room - 1);
        cr_assert_eq(
            master_template_expand(cases[i].text, strlen(cases[i].text), cases[i].number, &out),
            cases[i].result, "case %zu %s", i, cases[i].text);
        if (cases[i].result == OK) {
            room[out.at] = 0;
            cr_assert_str_eq(room, cases[i].expanded, "case %zu %s", i, cases[i].text);
        }
    }
}

Test(master_generate, an_expansion_that_does_not_fit, .timeout = 10)
{
    static const char *const texts[] = {"abcd", "abc$", "a$$bc", "${0,4}", "${0,3,n}a", "ab\\cd"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char room[5];
        struct writer out = writer_over(room, 3);
        size_t length = strlen(texts[i]);
        cr_assert_eq(master_template_expand(texts[i], length, 5, &out), REFUSED_LIMIT, "%s",
                     texts[i]);
        cr_assert(!writer_ok(&out) && out.at <= 3);
        out = writer_over(room, 5);
        cr_assert_eq(master_template_expand(texts[i], length, 5, &out), OK);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/wire/lexer.h"

#include <criterion/criterion.h>
#include <string.h>

static struct token word_of(const char *text)
{
    return (struct token){.kind = TOKEN_WORD, .text = text, .length = strlen(text)};
}

Test(lexer_token, decoding_escapes, .timeout = 10)
{
    static const struct {
        const char *text;
        enum result result;
        const char *bytes;
        size_t size;
    } cases[] = {
        {"", OK, "", 0},
        {"abc", OK, "abc", 3},
        {"a\\.b", OK, "a.b", 3},
        {"\\000\\255", OK, "\0\xff", 2},
        {"\\0651", OK, "A1", 2},
        {"\\256", ERROR_SYNTAX, "", 0},
        {"\\999", ERROR_SYNTAX, "", 0},
        {"\\12", ERROR_SYNTAX, "", 0},
        {"\\1a2", ERROR_SYNTAX, "", 0},
        {"\\12a", ERROR_SYNTAX, "", 0},
        {"a\\", ERROR_SYNTAX, "", 0},
        {"\\\\\\\"", OK, "\\\"", 2},
        {"abcd", OK, "abcd", 4},
        {"abcde", REFUSED_LIMIT, "", 0},
        {"abc\\100e", REFUSED_LIMIT, "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[4];
        size_t size = 77;
        enum result result = token_decode(word_of(cases[i].text), bytes, sizeof bytes, &size);
        cr_assert_eq(result, cases[i].result, "case %zu", i);
        if (result == OK) {
            cr_assert_eq(size, cases[i].size);
            cr_assert_arr_eq(bytes, cases[i].bytes, size);
        } else {
            cr_assert_eq(size, 77);
        }
    }
}

Test(lexer_token, numbers, .timeout = 10)
{
    static const struct {
        const char *text;
        uint64_t max;
        enum result result;
        uint64_t number;
    } cases[] = {
        {"", 9, ERROR_SYNTAX, 0},
        {"0", 0, OK, 0},
        {"1", 0, ERROR_SYNTAX, 0},
        {"65535", 65535, OK, 65535},
        {"65536", 65535, ERROR_SYNTAX, 0},
        {"007", 7, OK, 7},
        {"-1", 9, ERROR_SYNTAX, 0},
        {"+1", 9, ERROR_SYNTAX, 0},
        {"1x", 9, ERROR_SYNTAX, 0},
        {"\\049", 9, ERROR_SYNTAX, 0},
        {"18446744073709551615", UINT64_MAX, OK, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, ERROR_SYNTAX, 0},
        {"99999999999999999999999", UINT64_MAX, ERROR_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t number = 77;
        cr_assert_eq(token_number(word_of(cases[i].text), cases[i].max, &number), cases[i].result,
                     "case %zu", i);
        cr_assert_eq(number, cases[i].result == OK ? cases[i].number : 77);
    }
}

Test(lexer_token, periods, .timeout = 10)
{
    static const struct {
        const char *text;
        enum result result;
        uint32_t seconds;
    } cases[] = {
        {"", ERROR_SYNTAX, 0},
        {"0", OK, 0},
        {"3600", OK, 3600},
        {"4294967295", OK, UINT32_MAX},
        {"4294967296", ERROR_SYNTAX, 0},
        {"99999999999999999999999999", ERROR_SYNTAX, 0},
        {"1w2d3h4m5s", OK, 788645},
        {"1W2D3H4M5S", OK, 788645},
        {"5s1w", OK, 604805},
        {"1h30", OK, 3630},
        {"7101w", OK, 4294684800u},
        {"7102w", ERROR_SYNTAX, 0},
        {"7101w7101w", ERROR_SYNTAX, 0},
        {"h", ERROR_SYNTAX, 0},
        {"1hh", ERROR_SYNTAX, 0},
        {"1x", ERROR_SYNTAX, 0},
        {"-1", ERROR_SYNTAX, 0},
        {"A", ERROR_SYNTAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t seconds = 77;
        cr_assert_eq(token_period(word_of(cases[i].text), &seconds), cases[i].result, "case %zu",
                     i);
        cr_assert_eq(seconds, cases[i].result == OK ? cases[i].seconds : 77);
    }
}

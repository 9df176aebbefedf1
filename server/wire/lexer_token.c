// SPDX-License-Identifier: Apache-2.0
#include "server/wire/lexer.h"

#include <string.h>
#include <strings.h>

/* What tokens say: escapes, numbers, times. */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum result token_decode(struct token token, uint8_t *ret_bytes, size_t size_max, size_t *ret_size)
{
    size_t size = 0;
    for (size_t at = 0; at < token.length; at++) {
        unsigned byte = (uint8_t)token.text[at];
        if (byte == '\\') {
            size_t left = token.length - ++at;
            if (left == 0) {
                return ERROR_SYNTAX;
            }
            const char *digits = token.text + at;
            byte = (uint8_t)*digits;
            if (is_digit(*digits)) {
                if (left < 3 || !is_digit(digits[1]) || !is_digit(digits[2])) {
                    return ERROR_SYNTAX;
                }
                byte = (unsigned)(digits[0] - '0') * 100 + (unsigned)(digits[1] - '0') * 10 +
                       (unsigned)(digits[2] - '0');
                if (byte > 255) {
                    return ERROR_SYNTAX;
                }
                at += 2;
            }
        }
        if (size == size_max) {
            return REFUSED_LIMIT;
        }
        ret_bytes[size++] = (uint8_t)byte;
    }
    *ret_size = size;
    return OK;
}

enum result token_number(struct token token, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t at = 0; at < token.length; at++) {
        if (!is_digit(token.text[at]) || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(token.text[at] - '0'), &number)) {
            return ERROR_SYNTAX;
        }
    }
    if (token.length == 0 || number > max) {
        return ERROR_SYNTAX;
    }
    *ret_number = number;
    return OK;
}

static uint64_t unit_seconds(char unit)
{
    switch (unit | 0x20) {
    case 'w':
        return 604800;
    case 'd':
        return 86400;
    case 'h':
        return 3600;
    case 'm':
        return 60;
    case 's':
        return 1;
    default:
        return 0;
    }
}

enum result token_period(struct token token, uint32_t *ret_seconds)
{
    uint64_t sum = 0;
    size_t at = 0;
    while (at < token.length) {
        uint64_t number = 0;
        size_t digits = 0;
        for (; at < token.length && is_digit(token.text[at]); at++, digits++) {
            number = number * 10 + (uint64_t)(token.text[at] - '0');
            if (number > UINT32_MAX) {
                return ERROR_SYNTAX;
            }
        }
        uint64_t unit = 1;
        if (at < token.length) {
            unit = unit_seconds(token.text[at++]);
        }
        sum += number * unit; /* at most 2^32 * 604800 more each time, and checked each time */
        if (digits == 0 || unit == 0 || sum > UINT32_MAX) {
            return ERROR_SYNTAX;
        }
    }
    if (token.length == 0) {
        return ERROR_SYNTAX;
    }
    *ret_seconds = (uint32_t)sum;
    return OK;
}

bool token_is(struct token token, const char *word)
{
    return strlen(word) == token.length && strncasecmp(token.text, word, token.length) == 0;
}

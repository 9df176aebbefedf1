// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_generate.h"

#include <string.h>

struct modifier {
    int64_t offset;
    uint32_t width;
    char base;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A run of digits at text[*at], at most `max`; false: none, or more than that. */
static bool take_number(const char *text, size_t size, size_t *at, uint64_t max, uint64_t *ret)
{
    uint64_t number = 0;
    size_t begin = *at;
    for (; *at < size && is_digit(text[*at]); (*at)++) {
        number = number * 10 + (uint64_t)(text[*at] - '0');
        if (number > max) {
            return false;
        }
    }
    *ret = number;
    return *at != begin;
}

enum result master_range_parse(struct token token, struct master_range *ret_range)
{
    uint64_t start;
    uint64_t stop;
    uint64_t step = 1;
    size_t at = 0;
    if (!take_number(token.text, token.length, &at, INT32_MAX, &start) || at == token.length ||
        token.text[at++] != '-' || !take_number(token.text, token.length, &at, INT32_MAX, &stop) ||
        stop < start) {
        return ERROR_SYNTAX;
    }
    if (at < token.length && (token.text[at++] != '/' ||
                              !take_number(token.text, token.length, &at, INT32_MAX, &step))) {
        return ERROR_SYNTAX;
    }
    if (at != token.length || step == 0) {
        return ERROR_SYNTAX;
    }
    *ret_range = (struct master_range){(uint32_t)start, (uint32_t)stop, (uint32_t)step};
    return OK;
}

uint32_t master_range_count(const struct master_range *range)
{
    return (range->stop - range->start) / range->step + 1;
}

/* "{offset[,width[,base]]}" behind a $; *at is at the brace, and moves behind its partner. */
static bool take_modifier(const char *text, size_t size, size_t *at, struct modifier *ret)
{
    uint64_t number;
    (*at)++;
    bool negative = *at < size && text[*at] == '-';
    *at += negative || (*at < size && text[*at] == '+');
    if (!take_number(text, size, at, INT32_MAX, &number)) {
        return false;
    }
    ret->offset = negative ? -(int64_t)number : (int64_t)number;
    if (*at < size && text[*at] == ',') {
        (*at)++;
        if (!take_number(text, size, at, MASTER_GENERATE_WIDTH_MAX, &number)) {
            return false;
        }
        ret->width = (uint32_t)number;
        if (*at + 1 < size && text[*at] == ',') {
            ret->base = text[*at + 1];
            *at += 2;
        }
    }
    return *at < size && text[(*at)++] == '}' && strchr("doxXnN", ret->base) != NULL &&
           ret->base != 0;
}

static void append_nibbles(const struct modifier *modifier, uint64_t value, struct writer *out)
{
    const char *digits = modifier->base == 'N' ? "0123456789ABCDEF" : "0123456789abcdef";
    uint32_t width = modifier->width;
    while (writer_ok(out)) {
        writer_u8(out, (uint8_t)digits[value & 15]);
        value >>= 4;
        width -= width > 0;
        if (width == 0 && value == 0) {
            return;
        }
        writer_u8(out, '.');
        width -= width > 0;
        if (width == 0 && value == 0) {
            return;
        }
    }
}

static enum result append_number(const struct modifier *modifier, int64_t value, struct writer *out)
{
    if (value > INT32_MAX || value < INT32_MIN || (value < 0 && modifier->base != 'd')) {
        return ERROR_SYNTAX;
    }
    uint64_t left = (uint64_t)(value < 0 ? -value : value);
    if (modifier->base == 'n' || modifier->base == 'N') {
        append_nibbles(modifier, left, out);
        return OK;
    }
    const unsigned base = modifier->base == 'd' ? 10 : modifier->base == 'o' ? 8 : 16;
    const char *digits = modifier->base == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char reversed[MASTER_GENERATE_WIDTH_MAX + 16];
    size_t count = 0;
    do {
        reversed[count++] = digits[left % base];
        left /= base;
    } while (left != 0);
    while (count + (value < 0) < modifier->width) {
        reversed[count++] = '0';
    }
    if (value < 0) {
        reversed[count++] = '-';
    }
    while (count > 0) {
        writer_u8(out, (uint8_t)reversed[--count]);
    }
    return OK;
}

enum result master_template_expand(const char *text, size_t text_size, uint32_t number,
                                   struct writer *out)
{
    size_t at = 0;
    while (at < text_size && writer_ok(out)) {
        char byte = text[at++];
        bool plain = byte != '$';
        if (byte == '\\' && at < text_size) {
            writer_u8(out, (uint8_t)byte);
            byte = text[at++];
            plain = true;
        } else if (!plain && at < text_size && text[at] == '$') {
            at++;
            plain = true;
        }
        if (plain) {
            writer_u8(out, (uint8_t)byte);
            continue;
        }
        struct modifier modifier = {.base = 'd'};
        if (at < text_size && text[at] == '{' && !take_modifier(text, text_size, &at, &modifier)) {
            return ERROR_SYNTAX;
        }
        enum result result = append_number(&modifier, number + modifier.offset, out);
        if (result != OK) {
            return result;
        }
    }
    return writer_ok(out) ? OK : REFUSED_LIMIT;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void stats_text_clear(struct stats_text *text)
{
    text->size = 0;
    text->taken = 0;
    text->is_void = false;
}

static void stats_text_bytes(struct stats_text *text, const char *bytes, size_t size)
{
    if (text->is_void || size > STATS_PIECE_BYTES - text->size) {
        text->is_void = true;
        text->size = 0;
        return;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += (uint32_t)size;
}

void stats_text_add(struct stats_text *text, const char *string)
{
    stats_text_bytes(text, string, strlen(string));
}

void stats_text_number(struct stats_text *text, uint64_t number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    stats_text_bytes(text, digits, (size_t)size);
}

void stats_text_real(struct stats_text *text, double number)
{
    char digits[40];
    int size = snprintf(digits, sizeof digits, "%.15g", isfinite(number) ? number : 0.0);
    for (int i = 0; i < size; i++) {
        digits[i] = digits[i] == ',' ? '.' : digits[i];
    }
    stats_text_bytes(text, digits, (size_t)size);
}

/* Each of the bytes in `marked` with a backslash before it; a line feed as \n. */
static void stats_text_escaped(struct stats_text *text, const char *value, const char *marked)
{
    while (*value != 0) {
        size_t plain = strcspn(value, marked);
        stats_text_bytes(text, value, plain);
        value += plain;
        if (*value != 0) {
            const char escape[2] = {'\\', *value == '\n' ? 'n' : *value};
            stats_text_bytes(text, escape, sizeof escape);
            value++;
        }
    }
}

void stats_text_label(struct stats_text *text, const char *value)
{
    stats_text_escaped(text, value, "\\\"\n");
}

void stats_text_help(struct stats_text *text, const char *value)
{
    stats_text_escaped(text, value, "\\\n");
}

void stats_text_json(struct stats_text *text, const char *value)
{
    stats_text_bytes(text, "\"", 1);
    for (; *value != 0; value++) {
        unsigned char byte = (unsigned char)*value;
        char escape[8];
        if (byte < 0x20 || byte >= 0x7f) {
            int size = snprintf(escape, sizeof escape, "\\u%04x", byte);
            stats_text_bytes(text, escape, (size_t)size);
        } else {
            escape[0] = '\\';
            escape[1] = (char)byte;
            bool marked = byte == '"' || byte == '\\';
            stats_text_bytes(text, marked ? escape : escape + 1, marked ? 2 : 1);
        }
    }
    stats_text_bytes(text, "\"", 1);
}

void stats_text_key(struct stats_text *text, const char *key)
{
    stats_text_json(text, key);
    stats_text_bytes(text, ":", 1);
}

size_t stats_text_take(struct stats_text *text, char *out, size_t size)
{
    size_t left = text->size - text->taken;
    size_t count = size < left ? size : left;
    memcpy(out, text->bytes + text->taken, count);
    text->taken += (uint32_t)count;
    return count;
}

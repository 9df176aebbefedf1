// SPDX-License-Identifier: Apache-2.0
#include "server/config/value.h"

#include <string.h>
#include <strings.h>

#define NEAREST_EDITS_MAX 2u
#define NEAREST_WORD_MAX 48u

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit size_units[] = {
    {"", 1},
    {"B", 1},
    {"KiB", 1ull << 10},
    {"MiB", 1ull << 20},
    {"GiB", 1ull << 30},
    {"TiB", 1ull << 40},
    {NULL, 0},
};

static const struct unit duration_units[] = {
    {"ms", 1},       {"s", 1000},      {"m", 60000}, {"h", 3600000},
    {"d", 86400000}, {"w", 604800000}, {NULL, 0},
};

/** Digits at the beginning of the text; ERROR_SYNTAX when there are none, REFUSED_LIMIT past 64
 * bits. */
static enum result digits(const char *text, uint64_t *ret_number, const char **ret_rest)
{
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(number, 10u, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number)) {
            return REFUSED_LIMIT;
        }
    }
    if (at == text) {
        return ERROR_SYNTAX;
    }
    *ret_number = number;
    *ret_rest = at;
    return OK;
}

static enum result with_unit(const char *text, const struct unit *units, uint64_t *ret_value)
{
    uint64_t number;
    const char *rest;
    enum result result = digits(text, &number, &rest);
    if (result != OK) {
        return result;
    }
    for (const struct unit *unit = units; unit->suffix != NULL; unit++) {
        if (strcmp(rest, unit->suffix) == 0) {
            uint64_t value;
            if (__builtin_mul_overflow(number, unit->factor, &value)) {
                return REFUSED_LIMIT;
            }
            *ret_value = value;
            return OK;
        }
    }
    return ERROR_SYNTAX;
}

enum result value_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number)
{
    uint64_t number;
    const char *rest;
    enum result result = digits(text, &number, &rest);
    if (result != OK) {
        return result;
    }
    if (*rest != '\0') {
        return ERROR_SYNTAX;
    }
    if (number < min || number > max) {
        return REFUSED_LIMIT;
    }
    *ret_number = number;
    return OK;
}

enum result value_size(const char *text, uint64_t *ret_bytes)
{
    return with_unit(text, size_units, ret_bytes);
}

enum result value_duration(const char *text, uint64_t *ret_milliseconds)
{
    return with_unit(text, duration_units, ret_milliseconds);
}

enum result value_switch(const char *text, bool *ret_on)
{
    bool on = strcmp(text, "yes") == 0;
    if (!on && strcmp(text, "no") != 0) {
        return ERROR_SYNTAX;
    }
    *ret_on = on;
    return OK;
}

/** Levenshtein's distance, case aside; words longer than the table are as far as can be. */
static unsigned distance(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length > NEAREST_WORD_MAX || b_length > NEAREST_WORD_MAX) {
        return UINT32_MAX;
    }
    unsigned row[NEAREST_WORD_MAX + 1];
    for (unsigned j = 0; j <= b_length; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            unsigned above = row[j];
            unsigned best = diagonal + (strncasecmp(a + i - 1, b + j - 1, 1) != 0);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[b_length];
}

const char *value_nearest(const char *text, const char *const *words)
{
    const char *nearest = NULL;
    unsigned nearest_edits = NEAREST_EDITS_MAX + 1;
    for (; *words != NULL; words++) {
        unsigned edits = distance(text, *words);
        if (edits < nearest_edits) {
            nearest = *words;
            nearest_edits = edits;
        }
    }
    return nearest;
}

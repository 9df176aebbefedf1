// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/metric.h"

/**
 * A piece of a page: a text of bounded size that is made whole and then taken in parts of any size.
 *
 * What does not fit is not written half: the piece becomes void, and its maker leaves it out. The
 * largest that is made is one sample with a label of METRIC_TEXT_BYTES in its worst escapes, which
 * fits.
 *
 * Pure; one owner; no allocation. Cost: this struct.
 */
#define STATS_PIECE_BYTES 8192u

struct stats_text {
    uint32_t size;
    uint32_t taken; /* by stats_text_take() */
    bool is_void;   /* something did not fit */
    char bytes[STATS_PIECE_BYTES];
};

/** Empty again. */
void stats_text_clear(struct stats_text *text);
void stats_text_add(struct stats_text *text, const char *string);
void stats_text_number(struct stats_text *text, uint64_t number);
/** The shortest of up to 15 digits; never an exponent's comma or a locale's point. A value that is
 * no number is 0. */
void stats_text_real(struct stats_text *text, double number);
/** A label's value in the Prometheus text format: backslash, quote and line feed escaped. */
void stats_text_label(struct stats_text *text, const char *value);
/** A help text in the same format: backslash and line feed escaped. */
void stats_text_help(struct stats_text *text, const char *value);
/** A JSON string with its quotes (RFC 8259 section 7); a byte beyond ASCII is shown as the
 * character of that number. */
void stats_text_json(struct stats_text *text, const char *value);
/** `"key":` */
void stats_text_key(struct stats_text *text, const char *key);
/** Copies and consumes up to `size` bytes; returns how many, 0 when nothing is left. */
size_t stats_text_take(struct stats_text *text, char *out, size_t size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"
#include "server/wire/lexer.h"

/**
 * The templates of $GENERATE (a BIND extension): a range of numbers, and texts in which $ stands
 * for the number, ${offset,width,base} for the number plus offset in at least `width` digits of
 * base d, o, x or X, or as nibbles, least significant first with dots between, for n or N (there
 * the width counts digits and dots). $$ is a dollar sign, and so is \$, its backslash kept.
 *
 * Pure, no allocation, any thread.
 */
#define MASTER_GENERATE_WIDTH_MAX 255u

struct master_range {
    uint32_t start; /* 0..2^31-1 */
    uint32_t stop;  /* start..2^31-1 */
    uint32_t step;  /* 1 or more */
};

/** "start-stop" or "start-stop/step". OK or ERROR_SYNTAX. */
RESULT_MUST_CHECK enum result master_range_parse(struct token token,
                                                 struct master_range *ret_range);
/** How many numbers the range has. */
uint32_t master_range_count(const struct master_range *range);

/**
 * Expands a template for one number behind what `out` holds.
 *
 * returns   OK; ERROR_SYNTAX: a bad modifier, or a sum outside -2^31..2^31-1, or a negative one in
 *           a base other than d; REFUSED_LIMIT: it does not fit, and `out` has failed
 */
RESULT_MUST_CHECK enum result master_template_expand(const char *text, size_t text_size,
                                                     uint32_t number, struct writer *out);

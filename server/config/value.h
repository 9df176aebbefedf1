// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/yaml_tree.h"

/**
 * Values: one scalar of a configuration as a number, a size, a time, a switch, an address. Pure
 * text functions; what is wrong is said by the caller, which knows the place and what was expected.
 */

/** Decimal, whole text, within [min, max]. ERROR_SYNTAX or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result value_number(const char *text, uint64_t min, uint64_t max,
                                           uint64_t *ret_number);
/** A number with B, KiB, MiB, GiB or TiB ("64MiB"); a bare number is bytes. */
RESULT_MUST_CHECK enum result value_size(const char *text, uint64_t *ret_bytes);
/** A number with ms, s, m, h, d or w ("5s", "1h"). */
RESULT_MUST_CHECK enum result value_duration(const char *text, uint64_t *ret_milliseconds);
/** "yes" or "no", nothing else. */
RESULT_MUST_CHECK enum result value_switch(const char *text, bool *ret_on);
/** The word of a NULL-terminated list that is nearest to `text` (at most two edits away), or NULL:
 * for suggestions. */
const char *value_nearest(const char *text, const char *const *words);

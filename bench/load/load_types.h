// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The record types that question lists name, and the names of response codes.
 *
 * A small table on purpose: the load generator shares no code with the server it measures. Any
 * other type can be written as TYPEnnn (RFC 3597 section 5).
 *
 * Any thread; costs nothing.
 */
#include "alloc/result.h"

#include <stddef.h>
#include <stdint.h>

#define LOAD_RCODES 16U

/** The type number of a mnemonic of `size` bytes in any case. ERROR_SYNTAX when it is none. */
RESULT_MUST_CHECK enum result load_type_from_text(const char *text, size_t size,
                                                  uint16_t *ret_type);

/** The name of a response code 0..15 of the header (RFC 1035 section 4.1.1, RFC 2136). */
const char *load_rcode_name(uint32_t rcode);

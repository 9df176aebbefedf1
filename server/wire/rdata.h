// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"
#include "server/wire/lexer.h"
#include "server/wire/name.h"
#include "server/wire/rrtype.h"

/**
 * Record data, driven by one table (rrtype_table.c): for every type its fields, and from the fields
 * the parser, the checker, the canonical form, the embedded names and the text form. Types the
 * table does not know are opaque (RFC 3597).
 *
 * Rdata in memory is always uncompressed wire form. Pure, no allocation, no recursion, any thread.
 */
#define RDATA_BYTES_MAX 65535u
/* The longest printed form: a bitmap of all types, ten bytes each. Everything else needs less. */
#define RDATA_TEXT_MAX (704u * 1024u)

/** What went wrong in a text or wire form: constant text, and the token at which (text forms). */
struct rdata_error {
    const char *reason;
    uint32_t line;
    uint32_t column;
};

/**
 * Reads rdata of `size` bytes at the message cursor, expands compressed names where the type allows
 * them (RFC 3597 section 4), checks every field, and appends the uncompressed form to `out`.
 *
 * returns   OK; ERROR_SYNTAX when a field is malformed or bytes are left over; REFUSED_LIMIT when
 * `out` is too small
 */
RESULT_MUST_CHECK enum result rdata_from_wire(struct reader *message, uint16_t type, size_t size,
                                              struct writer *out);

/** Checks uncompressed rdata: OK or ERROR_SYNTAX. */
RESULT_MUST_CHECK enum result rdata_check(uint16_t type, const uint8_t *rdata, size_t size);

/**
 * Parses the text form from the lexer up to and including the end of the entry (TOKEN_LINE or
 * TOKEN_END is consumed), RFC 3597's \# form included for every type. Relative names are completed
 * with `origin`.
 *
 * returns   OK; ERROR_SYNTAX or REFUSED_LIMIT with *ret_error filled and nothing left in `out`;
 * then lexer_skip_line() goes on behind the entry
 */
RESULT_MUST_CHECK enum result rdata_from_text(struct lexer *lexer, uint16_t type,
                                              const uint8_t *origin, struct writer *out,
                                              struct rdata_error *ret_error);

/**
 * Appends the presentation form (no final newline), as BIND's tools print it but with base64 and
 * hexadecimal in one word. What passes the check and has no text of its own (a later version of
 * LOC, padded bitmaps, service parameters that contradict each other, …) comes out as \# data, so
 * that parsing what was printed always gives the same bytes. `rdata` must have passed rdata_check.
 *
 * returns   OK; REFUSED_LIMIT when `out` is too small (RDATA_TEXT_MAX always suffices), with
 * nothing left in it
 */
RESULT_MUST_CHECK enum result rdata_to_text(uint16_t type, const uint8_t *rdata, size_t size,
                                            struct writer *out);
/** The same in the unknown-type form of RFC 3597 section 5: \# size hex. */
RESULT_MUST_CHECK enum result rdata_to_text_unknown(const uint8_t *rdata, size_t size,
                                                    struct writer *out);

/** Lowers the case of embedded names in place where the canonical form wants it (RFC 4034
 * section 6.2 as amended by RFC 6840 section 5.1). */
void rdata_canonicalise(uint16_t type, uint8_t *rdata, size_t size);
/** Canonical order of two rdata, RFC 4034 section 6.3, on their canonical forms. */
int rdata_compare(uint16_t type, const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);
/** Equal, embedded names compared without regard to case where the type's canonical form lowers
 * them. */
bool rdata_equal(uint16_t type, const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);

/**
 * Walks the embedded names of valid rdata. Start with *offset 0; each call returns the next name
 * and sets *offset behind it, or returns NULL. Only the names that the table lists (an SRV's
 * target, an MX's exchange, both of SOA's, …).
 */
const uint8_t *rdata_name_next(uint16_t type, const uint8_t *rdata, size_t size, size_t *offset);

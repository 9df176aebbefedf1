// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/rdata.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What the tests of record data share: each expectation is a line of a table. */

#define SCRATCH_BYTES (4u * 65536u + 64u)

static inline size_t unhex(const char *hex, uint8_t *ret_bytes)
{
    size_t size = 0;
    unsigned high = 16;
    for (; *hex != 0; hex++) {
        if (*hex == ' ') {
            continue;
        }
        char digit[2] = {*hex, 0};
        unsigned value = (unsigned)strtoul(digit, NULL, 16);
        if (high == 16) {
            high = value;
        } else {
            ret_bytes[size++] = (uint8_t)(high << 4 | value);
            high = 16;
        }
    }
    return size;
}

static inline uint16_t type_named(const char *mnemonic)
{
    uint16_t type = 0;
    cr_assert_eq(rrtype_from_text(mnemonic, strlen(mnemonic), &type), OK, "%s", mnemonic);
    return type;
}

static inline enum result parse_text(uint16_t type, const char *text, struct writer *out,
                                     struct rdata_error *ret_error)
{
    struct lexer lexer;
    lexer_init_text(&lexer, text, strlen(text));
    lexer.at_line_begin = false;
    return rdata_from_text(&lexer, type, (const uint8_t *)"\6origin", out, ret_error);
}

/* The text gives those bytes, which pass the check. */
static inline void expect_wire(const char *mnemonic, const char *text, const char *hex)
{
    static uint8_t wanted[SCRATCH_BYTES];
    static uint8_t got[SCRATCH_BYTES];
    uint16_t type = type_named(mnemonic);
    size_t size = unhex(hex, wanted);
    struct writer out = writer_over(got, sizeof got);
    struct rdata_error error = {"none", 0, 0};
    cr_assert_eq(parse_text(type, text, &out, &error), OK, "%s %s: column %u: %s", mnemonic, text,
                 error.column, error.reason);
    cr_assert_eq(out.at, size, "%s %s: %zu bytes, not %zu", mnemonic, text, out.at, size);
    cr_assert_eq(memcmp(got, wanted, size), 0, "%s %s", mnemonic, text);
    cr_assert_eq(rdata_check(type, got, size), OK, "%s %s", mnemonic, text);
}

/* The bytes pass the check, print as that text, and the text gives the bytes back. */
static inline void expect_print(const char *mnemonic, const char *hex, const char *printed)
{
    static uint8_t wire[SCRATCH_BYTES];
    static uint8_t text[SCRATCH_BYTES];
    uint16_t type = type_named(mnemonic);
    size_t size = unhex(hex, wire);
    cr_assert_eq(rdata_check(type, wire, size), OK, "%s %s", mnemonic, hex);
    struct writer out = writer_over(text, sizeof text - 1);
    cr_assert_eq(rdata_to_text(type, wire, size, &out), OK);
    text[out.at] = 0;
    cr_assert_str_eq((const char *)text, printed, "%s", mnemonic);
    expect_wire(mnemonic, printed, hex);
}

/* Both ways with one text. */
static inline void expect_both(const char *mnemonic, const char *text, const char *hex)
{
    expect_wire(mnemonic, text, hex);
    expect_print(mnemonic, hex, text);
}

/* The text is refused with that reason at that column, and nothing is written. */
static inline void expect_refusal(const char *mnemonic, const char *text, uint32_t column,
                                  const char *reason)
{
    static uint8_t got[SCRATCH_BYTES];
    struct writer out = writer_over(got, sizeof got);
    out.at = 3;
    struct rdata_error error = {NULL, 0, 0};
    enum result result = parse_text(type_named(mnemonic), text, &out, &error);
    cr_assert(result == ERROR_SYNTAX || result == REFUSED_LIMIT, "%s %s: %s", mnemonic, text,
              result_name(result));
    cr_assert_not_null(error.reason, "%s %s", mnemonic, text);
    cr_assert_str_eq(error.reason, reason, "%s %s: %s", mnemonic, text, error.reason);
    cr_assert_eq(error.line, 1);
    cr_assert_eq(error.column, column, "%s %s: column %u", mnemonic, text, error.column);
    cr_assert_eq(out.at, 3);
    cr_assert(writer_ok(&out));
}

/* The bytes do not pass the check: in a block of their exact size, so that a sanitizer sees a step
 * outside. */
static inline enum result check_exactly(uint16_t type, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size + (size == 0));
    cr_assert_not_null(copy);
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    enum result result = rdata_check(type, copy, size);
    free(copy);
    return result;
}

static inline void expect_malformed(const char *mnemonic, const char *hex)
{
    static uint8_t wire[SCRATCH_BYTES];
    size_t size = unhex(hex, wire);
    cr_assert_eq(check_exactly(type_named(mnemonic), wire, size), ERROR_SYNTAX, "%s %s", mnemonic,
                 hex);
}

/* Every proper prefix is malformed; prefixes never make the
 * check look outside. */
static inline void expect_prefixes_malformed(const char *mnemonic, const char *hex)
{
    static uint8_t wire[SCRATCH_BYTES];
    size_t size = unhex(hex, wire);
    for (size_t cut = 0; cut < size; cut++) {
        cr_assert_eq(check_exactly(type_named(mnemonic), wire, cut), ERROR_SYNTAX,
                     "%s cut to %zu of %zu", mnemonic, cut, size);
    }
    cr_assert_eq(check_exactly(type_named(mnemonic), wire, size), OK, "%s", mnemonic);
}

#define MISSING "the entry ends where a field is expected"
#define EXTRA "more than the type's fields"

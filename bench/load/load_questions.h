// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The question list: text lines or a compiled file, held as ready-made DNS messages.
 *
 * A text line is `name type`, as dnsperf reads them, with an optional third word that says what
 * kind of answer is right: answer, nodata, nxdomain, referral. Names are taken as absolute; `\DDD`
 * and
 * `\X` escapes are understood (RFC 1035 section 5.1). Empty lines and lines that start with `;` or
 * `#` are skipped. A compiled file is what load_questions_save() wrote: the same messages without
 * the parsing.
 *
 * One thread, at start. Memory: the file (mapped while it is read) and one anonymous mapping, both
 * bounded by QUESTIONS_BYTES_MAX.
 */
#include "alloc/result.h"

#include <stddef.h>
#include <stdint.h>

#define QUESTIONS_COUNT_MAX 4000000U
#define QUESTIONS_BYTES_MAX (UINT32_C(1) << 29)
#define QUESTION_HEADER_SIZE 12U
#define QUESTION_EDNS_SIZE 11U
#define QUESTION_WIRE_MAX (QUESTION_HEADER_SIZE + 255U + 4U + QUESTION_EDNS_SIZE)

/** What kind of answer a question must get. */
enum load_expect {
    EXPECT_ANYTHING,
    EXPECT_ANSWER,   /* NOERROR, at least one record in the answer section */
    EXPECT_NODATA,   /* NOERROR, empty answer section, an SOA may follow */
    EXPECT_NXDOMAIN, /* NXDOMAIN */
    EXPECT_REFERRAL, /* NOERROR, not authoritative, empty answer, records in the authority section
                      */
    EXPECT_COUNT
};

/** One question as it is kept; `wire` is the whole message, its id zero. */
struct load_question {
    uint16_t size;          /* of the message, bytes */
    uint16_t question_size; /* of the question section: name, type, class */
    uint8_t expect;         /* enum load_expect */
    uint8_t unused;
    uint8_t wire[];
};

struct load_questions {
    uint8_t *pool;    /* owned: a mapping of pool_size bytes */
    size_t pool_size; /* mapped */
    size_t pool_used;
    uint32_t *offsets; /* owned: a mapping for QUESTIONS_COUNT_MAX places */
    uint32_t count;
};

/**
 * Reads a list, text or compiled.
 *
 * edns       nonzero: each message of a text list gets an OPT record with 1232 bytes
 * ret_line   the 1-based line at fault when the result is ERROR_SYNTAX, else 0
 * returns    OK; ERROR_IO; ERROR_SYNTAX; ERROR_SEMANTICS (no question in it); REFUSED_LIMIT;
 *            REFUSED_MEMORY. On failure nothing is held.
 */
RESULT_MUST_CHECK enum result load_questions_open(struct load_questions *questions,
                                                  const char *path, int edns, uint32_t *ret_line);

/** Gives the memory back; a zeroed structure is accepted. */
void load_questions_close(struct load_questions *questions);

/** Writes the compiled form. ERROR_IO when that fails. */
RESULT_MUST_CHECK enum result load_questions_save(const struct load_questions *questions,
                                                  const char *path);

/** The question with that index, 0..count-1; valid until load_questions_close(). */
const struct load_question *load_questions_at(const struct load_questions *questions,
                                              uint32_t index);

/**
 * Builds one message from a text line of `size` bytes without its end of line.
 *
 * question    at least sizeof *question + QUESTION_WIRE_MAX bytes
 * returns     OK; END for a line without a question; ERROR_SYNTAX
 */
RESULT_MUST_CHECK enum result load_question_parse(struct load_question *question, const char *line,
                                                  size_t size, int edns);

// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * Is this the right answer to that question?
 *
 * Every answer gets the cheap check (header, question section byte for byte, response code and
 * record counts against what the list expects); a sample also gets the walk over all its records.
 * It is not a validator: record data is not compared.
 *
 * Any thread; costs nothing.
 */
#include "bench/load/load_questions.h"

enum load_verdict {
    CHECK_RIGHT,
    CHECK_MALFORMED, /* too short, QR not set, or records that do not fill the message exactly */
    CHECK_WRONG_QUESTION, /* the question section is not the one that was sent */
    CHECK_WRONG_RCODE,    /* another response code than expected */
    CHECK_WRONG_SHAPE,    /* right code, records in the wrong sections */
    CHECK_COUNT
};

/** The cheap check. `answer` need not be aligned. */
enum load_verdict load_check_answer(const struct load_question *question, const uint8_t *answer,
                                    size_t size);

/** Walks all records of a message: CHECK_RIGHT when they fill it exactly, else CHECK_MALFORMED. */
enum load_verdict load_check_records(const uint8_t *answer, size_t size);

/** A short name in snake_case for reports. */
const char *load_check_name(enum load_verdict verdict);

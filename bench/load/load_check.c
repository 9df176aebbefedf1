// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_check.h"

#include <string.h>

#define FLAG_QR 0x80U
#define FLAG_AA 0x04U
#define FLAG_TC 0x02U
#define RCODE_NOERROR 0U
#define RCODE_NXDOMAIN 3U
#define RECORD_FIXED_SIZE 10U /* type, class, ttl, rdlength */

static uint32_t get_u16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static enum load_verdict check_kind(enum load_expect expect, const uint8_t *answer)
{
    uint32_t rcode = answer[3] & 0x0fU;
    uint32_t answers = get_u16(answer + 6);
    uint32_t authorities = get_u16(answer + 8);
    uint32_t wanted = expect == EXPECT_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR;
    if (expect == EXPECT_ANYTHING) {
        return CHECK_RIGHT;
    }
    if (rcode != wanted) {
        return CHECK_WRONG_RCODE;
    }
    if (answer[2] & FLAG_TC) {
        return CHECK_RIGHT; /* what is missing is missing by declaration; truncation is counted */
    }
    int right = 1;
    if (expect == EXPECT_ANSWER) {
        right = answers > 0;
    } else if (expect == EXPECT_NODATA) {
        right = answers == 0;
    } else if (expect == EXPECT_REFERRAL) {
        right = answers == 0 && authorities > 0 && !(answer[2] & FLAG_AA);
    }
    return right ? CHECK_RIGHT : CHECK_WRONG_SHAPE;
}

enum load_verdict load_check_answer(const struct load_question *question, const uint8_t *answer,
                                    size_t size)
{
    if (size < QUESTION_HEADER_SIZE || !(answer[2] & FLAG_QR)) {
        return CHECK_MALFORMED;
    }
    if (get_u16(answer + 4) != 1 || size - QUESTION_HEADER_SIZE < (size_t)question->question_size ||
        memcmp(answer + QUESTION_HEADER_SIZE, question->wire + QUESTION_HEADER_SIZE,
               question->question_size) != 0) {
        return CHECK_WRONG_QUESTION;
    }
    return check_kind(question->expect, answer);
}

/* The offset after the name at `offset`, or 0 when it runs out of the message. */
static size_t skip_name(const uint8_t *message, size_t size, size_t offset)
{
    while (offset < size) {
        uint32_t label = message[offset];
        if (label == 0) {
            return offset + 1;
        }
        if (label >= 0xc0) {
            return offset + 2 <= size ? offset + 2 : 0;
        }
        if (label > 63) {
            return 0;
        }
        offset += label + 1;
    }
    return 0;
}

enum load_verdict load_check_records(const uint8_t *answer, size_t size)
{
    if (size < QUESTION_HEADER_SIZE) {
        return CHECK_MALFORMED;
    }
    size_t offset = QUESTION_HEADER_SIZE;
    for (uint32_t left = get_u16(answer + 4); left > 0; left--) {
        offset = skip_name(answer, size, offset);
        if (offset == 0 || size - offset < 4) {
            return CHECK_MALFORMED;
        }
        offset += 4;
    }
    uint32_t records = get_u16(answer + 6) + get_u16(answer + 8) + get_u16(answer + 10);
    for (; records > 0; records--) {
        offset = skip_name(answer, size, offset);
        if (offset == 0 || size - offset < RECORD_FIXED_SIZE) {
            return CHECK_MALFORMED;
        }
        size_t rdata_size = get_u16(answer + offset + 8);
        offset += RECORD_FIXED_SIZE;
        if (size - offset < rdata_size) {
            return CHECK_MALFORMED;
        }
        offset += rdata_size;
    }
    return offset == size ? CHECK_RIGHT : CHECK_MALFORMED;
}

const char *load_check_name(enum load_verdict verdict)
{
    static const char *const names[CHECK_COUNT] = {"right", "malformed", "wrong_question",
                                                   "wrong_rcode", "wrong_shape"};
    return (unsigned)verdict < CHECK_COUNT ? names[verdict] : "unknown";
}

// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_check.h"

#include <criterion/criterion.h>
#include <string.h>

/* A question for a.b A and an answer with one record that points at the question's name. */
static union {
    struct load_question question;
    uint8_t bytes[sizeof(struct load_question) + QUESTION_WIRE_MAX];
} room;
static uint8_t answer[64];
static size_t answer_size;

static void setup(void)
{
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1};
    cr_assert_eq(load_question_parse(&room.question, "a.b A answer", 12, 0), OK);
    memcpy(answer, room.question.wire, room.question.size);
    memcpy(answer + room.question.size, record, sizeof record);
    answer_size = room.question.size + sizeof record;
    answer[2] = 0x84;
    answer[7] = 1;
}

static enum load_verdict verdict(void)
{
    return load_check_answer(&room.question, answer, answer_size);
}

Test(load_check, the_right_answer_is_right, .init = setup, .timeout = 10)
{
    cr_assert_eq(verdict(), CHECK_RIGHT);
    cr_assert_eq(load_check_records(answer, answer_size), CHECK_RIGHT);
}

Test(load_check, a_query_or_a_stump_is_malformed, .init = setup, .timeout = 10)
{
    cr_assert_eq(load_check_answer(&room.question, answer, 0), CHECK_MALFORMED);
    cr_assert_eq(load_check_answer(&room.question, answer, 11), CHECK_MALFORMED);
    answer[2] = 0;
    cr_assert_eq(verdict(), CHECK_MALFORMED);
}

Test(load_check, another_question_is_noticed, .init = setup, .timeout = 10)
{
    cr_assert_eq(load_check_answer(&room.question, answer, 12), CHECK_WRONG_QUESTION);
    cr_assert_eq(load_check_answer(&room.question, answer, room.question.size - 1U),
                 CHECK_WRONG_QUESTION);
    answer[13] = 'A'; /* the case must come back as it was sent */
    cr_assert_eq(verdict(), CHECK_WRONG_QUESTION);
    answer[13] = 'a';
    answer[5] = 0;
    cr_assert_eq(verdict(), CHECK_WRONG_QUESTION);
}

Test(load_check, each_kind_of_answer_has_its_shape, .init = setup, .timeout = 10)
{
    room.question.expect = EXPECT_NXDOMAIN;
    cr_assert_eq(verdict(), CHECK_WRONG_RCODE);
    answer[3] = 3;
    cr_assert_eq(verdict(), CHECK_RIGHT);
    room.question.expect = EXPECT_ANSWER;
    cr_assert_eq(verdict(), CHECK_WRONG_RCODE);
    answer[3] = 0;
    answer[7] = 0;
    cr_assert_eq(verdict(), CHECK_WRONG_SHAPE);
    answer[2] |= 2; /* truncated: the records are missing by declaration */
    cr_assert_eq(verdict(), CHECK_RIGHT);
    answer[2] = 0x84;
    room.question.expect = EXPECT_NODATA;
    cr_assert_eq(verdict(), CHECK_RIGHT);
    room.question.expect = EXPECT_REFERRAL;
    answer[9] = 1;
    cr_assert_eq(verdict(), CHECK_WRONG_SHAPE); /* authoritative: no referral */
    answer[2] = 0x80;
    cr_assert_eq(verdict(), CHECK_RIGHT);
    room.question.expect = EXPECT_ANYTHING;
    answer[3] = 5;
    cr_assert_eq(verdict(), CHECK_RIGHT);
}

Test(load_check, records_must_fill_the_message_exactly, .init = setup, .timeout = 10)
{
    for (size_t size = 0; size < answer_size; size++) {
        cr_assert_eq(load_check_records(answer, size), CHECK_MALFORMED, "%zu", size);
    }
    cr_assert_eq(load_check_records(answer, answer_size + 1), CHECK_MALFORMED);
    answer[7] = 2;
    cr_assert_eq(load_check_records(answer, answer_size), CHECK_MALFORMED);
}

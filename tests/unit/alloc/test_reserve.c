// SPDX-License-Identifier: Apache-2.0
#include "alloc/reserve.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

TestSuite(reserve, .timeout = 60);

/* More than any machine has: malloc's refusal without an account. */
#define TOO_MUCH (SIZE_MAX / 4)

Test(reserve, is_taken_once_and_given_back)
{
    cr_expect_eq(reserve_take(100), OK);
    cr_expect_eq(reserve_take(50), OK, "it is large enough");
    cr_expect_eq(reserve_take(200), OK);
    cr_expect_eq(reserve_take(TOO_MUCH), REFUSED_MEMORY);
    reserve_give();
    reserve_give();
}

Test(reserve, without_a_refusal_it_is_not_touched)
{
    cr_assert_eq(reserve_take(64), OK);
    char *block = reserve_malloc(8);
    cr_assert_not_null(block);
    memcpy(block, "abcdefg", 8);
    block = reserve_realloc(block, 64);
    cr_assert_not_null(block);
    cr_expect_str_eq(block, "abcdefg");
    block = reserve_realloc(block, 4);
    cr_expect_eq(memcmp(block, "abcd", 4), 0);
    reserve_free(block);
    reserve_free(NULL);
    char *zeroes = reserve_calloc(4, 4);
    cr_assert_not_null(zeroes);
    for (unsigned i = 0; i < 16; i++) {
        cr_expect_eq(zeroes[i], 0);
    }
    reserve_free(zeroes);
    reserve_give();
}

Test(reserve, more_than_there_is_stays_a_refusal)
{
    cr_assert_eq(reserve_take(64), OK);
    char *block = reserve_malloc(8);
    cr_assert_not_null(block);
    memcpy(block, "abcdefg", 8);
    cr_expect_null(reserve_realloc(block, TOO_MUCH));
    cr_expect_str_eq(block, "abcdefg", "the block is as it was");
    cr_expect_null(reserve_malloc(TOO_MUCH));
    cr_expect_null(reserve_calloc(TOO_MUCH, 2));
    reserve_free(block);
    reserve_give();
    cr_expect_null(reserve_realloc(NULL, TOO_MUCH));
}

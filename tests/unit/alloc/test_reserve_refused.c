// SPDX-License-Identifier: Apache-2.0
#include "alloc/reserve.h"

#include <criterion/criterion.h>
#include <string.h>

/* Linked with a realloc that can be told to refuse. */
static bool refuses;

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_realloc(void *block, size_t size)
{
    return refuses ? NULL : __real_realloc(block, size);
}

TestSuite(reserve_refused, .timeout = 60);

Test(reserve_refused, the_reserve_serves_once)
{
    cr_assert_eq(reserve_take(64), OK);
    char *block = reserve_malloc(8);
    cr_assert_not_null(block);
    memcpy(block, "abcdefg", 8);
    refuses = true;
    cr_expect_null(reserve_realloc(block, 65), "a byte more than was taken");
    char *moved = reserve_realloc(block, 64);
    cr_assert_not_null(moved);
    cr_expect_neq(moved, block);
    cr_expect_str_eq(moved, "abcdefg");
    memset(moved, 'x', 64);
    cr_expect_null(reserve_realloc(moved, 64), "it is used up");
    cr_assert_eq(reserve_take(32), OK);
    char *fresh = reserve_realloc(NULL, 32);
    cr_assert_not_null(fresh);
    refuses = false;
    reserve_free(moved);
    reserve_free(fresh);
    reserve_give();
}

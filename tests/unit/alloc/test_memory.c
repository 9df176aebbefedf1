// SPDX-License-Identifier: Apache-2.0
#include "alloc/memory.h"

#include <criterion/criterion.h>
#include <string.h>

static size_t used(void)
{
    return ledger_read(ACCOUNT_CONFIGURATION).used_bytes;
}

Test(memory, every_size_is_charged_and_comes_back, .timeout = 10)
{
    static const size_t sizes[] = {1,    15,   16,    17,    4095,  4096,
                                   4097, 8192, 65535, 65536, 65537, 3000000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *block = memory_take(ACCOUNT_CONFIGURATION, sizes[i]);
        cr_assert_not_null(block);
        cr_assert_eq((uintptr_t)block % 16, 0);
        cr_assert_geq(used(), sizes[i]);
        memset(block, 0xa5, sizes[i]);
        memory_give(ACCOUNT_CONFIGURATION, block, sizes[i]);
        cr_assert_eq(used(), 0);
    }
    memory_give(ACCOUNT_CONFIGURATION, NULL, 5);
    cr_assert_eq(used(), 0);
}

Test(memory, a_refused_block_is_null_and_counted, .timeout = 10)
{
    ledger_limit_set(ACCOUNT_CONFIGURATION, 1 << 20);
    cr_assert_null(memory_take(ACCOUNT_CONFIGURATION, (1 << 20) + 1));
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).refused, 1);
    cr_assert_null(memory_take(ACCOUNT_CONFIGURATION, SIZE_MAX));
    cr_assert_null(memory_take(ACCOUNT_CONFIGURATION, SIZE_MAX / 2 + 1));
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).refused, 3);
    cr_assert_eq(used(), 0);
}

Test(memory, what_the_machine_refuses_is_counted_too, .timeout = 10)
{
    cr_assert_null(memory_take(ACCOUNT_CONFIGURATION, (size_t)1 << 60));
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).refused, 1);
    cr_assert_eq(used(), 0);
}

Test(memory, arrays_are_zeroed_and_checked, .timeout = 10)
{
    unsigned char *array = memory_take_array(ACCOUNT_CONFIGURATION, 1000, 7);
    cr_assert_not_null(array);
    for (size_t i = 0; i < 7000; i++) {
        cr_assert_eq(array[i], 0);
    }
    memory_give(ACCOUNT_CONFIGURATION, array, 7000);
    cr_assert_null(memory_take_array(ACCOUNT_CONFIGURATION, SIZE_MAX, 2));
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).refused, 1);
    cr_assert_eq(used(), 0);
}

Test(memory, copies, .timeout = 10)
{
    char *copy = memory_copy(ACCOUNT_CONFIGURATION, "plimsoll", 9);
    cr_assert_not_null(copy);
    cr_assert_str_eq(copy, "plimsoll");
    memory_give(ACCOUNT_CONFIGURATION, copy, 9);
    ledger_limit_set(ACCOUNT_CONFIGURATION, 0);
    cr_assert_null(memory_copy(ACCOUNT_CONFIGURATION, "x", 2));
}

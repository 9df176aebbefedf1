// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall.h"

#include <criterion/criterion.h>
#include <string.h>

Test(wall_libc, says_what_it_is_not, .timeout = 10)
{
    cr_assert_eq(wall_raise(), OK);
    cr_assert_str_eq(wall_name(), "libc");
    cr_assert_not(wall_is_complete());
    cr_assert_eq(wall_metadata_bytes(), 0);
    cr_assert_eq(wall_metadata_bytes_max(SIZE_MAX), 0);
    cr_assert_str_eq(wall_difference(), "");
}

Test(wall_libc, charges_each_block_with_its_header, .timeout = 10)
{
    static const struct {
        size_t size;
        size_t charged;
    } blocks[] = {{1, 32}, {24, 32}, {25, 48}, {40, 48}, {41, 64}, {4096, 4112}};
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        void *block = wall_take(ACCOUNT_STORE, blocks[i].size);
        cr_assert_not_null(block);
        memset(block, 1, blocks[i].size);
        cr_assert_eq(ledger_read(ACCOUNT_STORE).used_bytes, blocks[i].charged);
        wall_give(ACCOUNT_STORE, block, blocks[i].size);
        cr_assert_eq(ledger_read(ACCOUNT_STORE).used_bytes, 0);
    }
}

Test(wall_libc, the_line_holds_to_the_byte, .timeout = 10)
{
    ledger_limit_set(ACCOUNT_STORE, 4111);
    cr_assert_null(wall_take(ACCOUNT_STORE, 4096));
    cr_assert_null(wall_take(ACCOUNT_STORE, SIZE_MAX));
    cr_assert_eq(ledger_read(ACCOUNT_STORE).refused, 2);
    ledger_limit_set(ACCOUNT_STORE, 4112);
    void *block = wall_take(ACCOUNT_STORE, 4096);
    cr_assert_not_null(block);
    wall_give(ACCOUNT_STORE, block, 4096);
}

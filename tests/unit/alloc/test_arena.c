// SPDX-License-Identifier: Apache-2.0
#include "alloc/arena.h"

#include "alloc/debug.h"

#include <criterion/criterion.h>
#include <string.h>

static _Alignas(16) unsigned char bytes[256];

Test(arena, takes_the_last_byte_and_refuses_one_more, .timeout = 10)
{
    struct arena arena;
    arena_init(&arena, bytes, 100);
    cr_assert_eq(arena_left(&arena), 100);
    cr_assert_null(arena_alloc(&arena, 101, 1));
    cr_assert_eq(arena_alloc(&arena, 99, 1), bytes);
    cr_assert_eq(arena_alloc(&arena, 1, 1), bytes + 99);
    cr_assert_null(arena_alloc(&arena, 1, 1));
    cr_assert_null(arena_alloc(&arena, SIZE_MAX, 16));
    cr_assert_eq(arena_left(&arena), 0);
    cr_assert_eq(arena.refused, 3);
    cr_assert_eq(arena.high_water, 100);
}

Test(arena, an_arena_of_one_byte, .timeout = 10)
{
    struct arena arena;
    arena_init(&arena, bytes, 1);
    cr_assert_null(arena_alloc(&arena, 2, 1));
    cr_assert_eq(arena_alloc(&arena, 1, 16), bytes);
    cr_assert_null(arena_alloc(&arena, 1, 1));
}

Test(arena, nothing_takes_no_room_and_is_not_null, .timeout = 10)
{
    struct arena arena;
    arena_init(&arena, bytes, 1);
    cr_assert_not_null(arena_alloc(&arena, 1, 1));
    cr_assert_not_null(arena_alloc(&arena, 0, 1));
    cr_assert_not_null(arena_alloc_array(&arena, 0, 100, 1));
    cr_assert_eq(arena.refused, 0);
}

Test(arena, aligns, .timeout = 10)
{
    struct arena arena;
    arena_init(&arena, bytes, 64);
    for (size_t align = 1; align <= 16; align *= 2) {
        arena_reset(&arena);
        cr_assert_not_null(arena_alloc(&arena, 1, 1));
        cr_assert_eq(arena_alloc(&arena, 1, align), bytes + align);
    }
    arena_reset(&arena);
    cr_assert_not_null(arena_alloc(&arena, 49, 1));
    cr_assert_null(arena_alloc(&arena, 1, 16), "the aligned place lies behind the end");
    cr_assert_not_null(arena_alloc(&arena, 15, 1));
}

Test(arena, arrays_are_zeroed_and_checked, .timeout = 10)
{
    struct arena arena;
    memset(bytes, 0xff, sizeof(bytes));
    arena_init(&arena, bytes, sizeof(bytes));
    unsigned char *array = arena_alloc_array(&arena, 3, 5, 1);
    cr_assert_not_null(array);
    for (unsigned i = 0; i < 15; i++) {
        cr_assert_eq(array[i], 0);
    }
    cr_assert_eq(array[15], 0xff);
    cr_assert_null(arena_alloc_array(&arena, SIZE_MAX / 2, 3, 1));
    cr_assert_null(arena_alloc_array(&arena, 242, 1, 1));
    cr_assert_eq(arena.refused, 2);
}

Test(arena, rewinds_to_the_mark_and_no_further, .timeout = 10)
{
    struct arena arena;
    arena_init(&arena, bytes, sizeof(bytes));
    unsigned char *kept = arena_alloc(&arena, 10, 1);
    memset(kept, 1, 10);
    struct arena_mark mark = arena_mark(&arena);
    unsigned char *gone = arena_alloc(&arena, 10, 1);
    memset(gone, 2, 10);
    arena_rewind(&arena, mark);
    cr_assert_eq(arena_left(&arena), sizeof(bytes) - 10);
    cr_assert_eq(kept[9], 1);
    if (DEBUG_BUILD) {
        cr_assert_eq(gone[0], DEBUG_FILL_BYTE);
        cr_assert_eq(gone[9], DEBUG_FILL_BYTE);
    }
    cr_assert_eq(arena_alloc(&arena, 1, 1), gone);
    arena_reset(&arena);
    cr_assert_eq(arena_left(&arena), sizeof(bytes));
    cr_assert_eq(arena.high_water, 20);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/trie_edit.h"

#include "zone_fixture.h"

static void note_many(struct heap *heap, struct retired *retired, void **blocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        blocks[i] = heap_take(heap, 32 + i);
        cr_assert_not_null(blocks[i]);
        cr_assert_eq(retired_reserve(retired, heap, 1), OK);
        retired_note(retired, blocks[i], 32 + i);
    }
}

Test(retired, free_gives_back_all_blocks_and_the_list, .timeout = 10)
{
    static const unsigned counts[] = {0,
                                      1,
                                      RETIRED_CHUNK_ENTRIES - 1,
                                      RETIRED_CHUNK_ENTRIES,
                                      RETIRED_CHUNK_ENTRIES + 1,
                                      10 * RETIRED_CHUNK_ENTRIES};
    struct heap *heap = heap_for_test();
    void *blocks[10 * RETIRED_CHUNK_ENTRIES];
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct retired retired;
        retired_init(&retired);
        note_many(heap, &retired, blocks, counts[i]);
        retired_free(&retired, heap);
        cr_assert_eq(heap_read(heap).live_bytes, 0);
    }
    heap_must_be_empty(heap);
}

Test(retired, drop_leaves_the_blocks, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct retired retired;
    void *block;
    retired_init(&retired);
    note_many(heap, &retired, &block, 1);
    retired_drop(&retired, heap);
    cr_assert_eq(heap_read(heap).live_bytes, 32);
    heap_give(heap, block, 32);
    heap_must_be_empty(heap);
}

Test(retired, a_full_reserve_holds_what_it_promised, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct retired retired;
    retired_init(&retired);
    cr_assert_eq(retired_reserve(&retired, heap, 0), OK);
    cr_assert_eq(heap_read(heap).live_bytes, 0);
    cr_assert_eq(retired_reserve(&retired, heap, RETIRED_CHUNK_ENTRIES), OK);
    cr_assert_geq(retired.room, RETIRED_CHUNK_ENTRIES);
    retired_drop(&retired, heap);
    heap_must_be_empty(heap);
}

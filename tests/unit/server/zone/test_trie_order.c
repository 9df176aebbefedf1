// SPDX-License-Identifier: Apache-2.0
#include "trie_fixture.h"

static int by_name(const void *a, const void *b)
{
    return name_compare(((const struct name *)a)->bytes, ((const struct name *)b)->bytes);
}

Test(trie_order, an_empty_trie_has_no_order, .timeout = 10)
{
    struct trie trie;
    struct trie_cursor cursor;
    struct name name;
    struct name_key key;
    bool exact;
    trie_init(&trie, leaf_is_name);
    key_of("a.", &name, &key);
    cr_assert_null(trie_first(&cursor, &trie));
    cr_assert_null(trie_last(&cursor, &trie));
    cr_assert_null(trie_next(&cursor));
    cr_assert_null(trie_previous(&cursor));
    cr_assert_null(trie_seek(&cursor, &trie, &key, &exact));
    cr_assert_null(trie_walk_begin(&cursor, &trie));
}

Test(trie_order, one_name_is_first_and_last, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct trie trie;
    struct trie_cursor cursor;
    struct name name;
    struct name_key key;
    bool exact;
    trie_of(heap, (const char *const[]){"m.", NULL}, &trie);
    const struct trie_entry *only = trie_first(&cursor, &trie);
    cr_assert_not_null(only);
    cr_assert_null(trie_next(&cursor));
    cr_assert_eq(trie_last(&cursor, &trie), only);
    cr_assert_null(trie_previous(&cursor));
    key_of("a.", &name, &key);
    cr_assert_null(trie_seek(&cursor, &trie, &key, &exact));
    key_of("M.", &name, &key);
    cr_assert_eq(trie_seek(&cursor, &trie, &key, &exact), only);
    cr_assert(exact);
    key_of("z.", &name, &key);
    cr_assert_eq(trie_seek(&cursor, &trie, &key, &exact), only);
    cr_assert_not(exact);
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

Test(trie_order, walks_and_seeks_agree_with_a_sorted_list, .timeout = 60)
{
    uint64_t state = seed_for_test();
    struct heap *heap = heap_for_test();
    struct retired retired;
    struct trie_edit edit;
    struct trie trie;
    struct trie_cursor cursor;
    static struct name sorted[UNIVERSE];
    unsigned count = 0;
    retired_init(&retired);
    trie_init(&trie, leaf_is_name);
    trie_edit_begin(&edit, &trie, heap, &retired);
    for (unsigned i = 0; i < UNIVERSE; i++) {
        struct name name;
        struct name_key key;
        universe_name(i, &name);
        name_key_make(name.bytes, &key);
        if (next_random(&state) % 3 == 0 && trie_edit_find(&edit, &key) == NULL) {
            put_name(&edit, name.bytes, 0);
            sorted[count++] = name;
        }
    }
    trie_edit_commit(&edit, &trie);
    qsort(sorted, count, sizeof *sorted, by_name);

    const struct trie_entry *entry = trie_first(&cursor, &trie);
    for (unsigned i = 0; i < count; i++, entry = trie_next(&cursor)) {
        cr_assert_not_null(entry);
        cr_assert(name_equal(trie_entry_leaf(entry), sorted[i].bytes));
    }
    cr_assert_null(entry);
    entry = trie_last(&cursor, &trie);
    for (unsigned i = count; i > 0; i--, entry = trie_previous(&cursor)) {
        cr_assert(name_equal(trie_entry_leaf(entry), sorted[i - 1].bytes));
    }
    cr_assert_null(entry);

    for (unsigned i = 0; i < UNIVERSE; i++) {
        struct name name;
        struct name_key key;
        bool exact;
        universe_name(i, &name);
        name_key_make(name.bytes, &key);
        unsigned place = 0;
        while (place < count && name_compare(sorted[place].bytes, name.bytes) <= 0) {
            place++;
        }
        entry = trie_seek(&cursor, &trie, &key, &exact);
        cr_assert_eq(entry == NULL, place == 0);
        if (place > 0) {
            cr_assert(name_equal(trie_entry_leaf(entry), sorted[place - 1].bytes));
            cr_assert_eq(exact, name_equal(sorted[place - 1].bytes, name.bytes));
            entry = trie_next(&cursor);
            cr_assert_eq(entry == NULL, place == count);
            cr_assert(entry == NULL || name_equal(trie_entry_leaf(entry), sorted[place].bytes));
        }
    }
    retired_drop(&retired, heap);
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

Test(trie_order, a_walk_over_subtrees_meets_every_leaf_or_passes_them, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct trie trie;
    struct trie_cursor cursor;
    trie_of(heap, (const char *const[]){"a.", "b.", "x.b.", "y.b.", "c.", NULL}, &trie);
    unsigned leaves = 0;
    const struct trie_entry *entry = trie_walk_begin(&cursor, &trie);
    cr_assert_null(trie_walk_over(&cursor));
    entry = trie_walk_begin(&cursor, &trie);
    while (entry != NULL) {
        bool branch = trie_entry_is_branch(entry);
        leaves += !branch;
        entry = branch ? trie_walk_enter(&cursor) : trie_walk_over(&cursor);
    }
    cr_assert_eq(leaves, 5);
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

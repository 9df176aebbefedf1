// SPDX-License-Identifier: Apache-2.0
#include "trie_fixture.h"

#define VERSIONS 20

struct version {
    struct trie trie;
    struct retired garbage;
    bool present[UNIVERSE];
    unsigned count;
};

static unsigned count_leaves(const struct trie *trie)
{
    struct trie_cursor cursor;
    unsigned count = 0;
    for (const struct trie_entry *at = trie_first(&cursor, trie); at != NULL;
         at = trie_next(&cursor)) {
        count++;
    }
    return count;
}

static void must_hold(const struct version *version, unsigned *first_of)
{
    cr_assert_eq(count_leaves(&version->trie), version->trie.count);
    for (unsigned i = 0; i < UNIVERSE; i++) {
        struct name name;
        struct name_key key;
        universe_name(i, &name);
        name_key_make(name.bytes, &key);
        cr_assert_eq(trie_find(&version->trie, &key) != NULL, version->present[first_of[i]]);
    }
}

/* Several numbers may give the same name: the least stands for all. */
static void find_firsts(unsigned *first_of)
{
    for (unsigned i = 0; i < UNIVERSE; i++) {
        struct name name;
        struct name other;
        universe_name(i, &name);
        for (unsigned j = 0; j <= i; j++) {
            universe_name(j, &other);
            if (name_equal(name.bytes, other.bytes)) {
                first_of[i] = j;
                break;
            }
        }
    }
}

static void edit_some(struct trie_edit *edit, struct version *version, unsigned *first_of,
                      uint64_t *state)
{
    for (unsigned n = 0; n < 150; n++) {
        unsigned i = first_of[next_random(state) % UNIVERSE];
        struct name name;
        universe_name(i, &name);
        if (next_random(state) % 2 == 0) {
            put_name(edit, name.bytes, 0);
            version->present[i] = true;
        } else {
            cr_assert_eq(remove_name(edit, name.bytes), version->present[i]);
            version->present[i] = false;
        }
    }
}

Test(trie_edit, old_versions_stay_while_new_ones_are_made, .timeout = 60)
{
    uint64_t state = seed_for_test();
    struct heap *heap = heap_for_test();
    static struct version versions[VERSIONS];
    static unsigned first_of[UNIVERSE];
    static struct trie_edit edit;
    find_firsts(first_of);
    trie_init(&versions[0].trie, leaf_is_name);
    for (unsigned v = 1; v < VERSIONS; v++) {
        struct retired retired;
        memcpy(versions[v].present, versions[v - 1].present, sizeof versions[v].present);
        retired_init(&retired);
        /* Every other transaction is given up first, and must leave no trace. */
        if (v % 2 == 0) {
            static struct version scratch;
            memcpy(&scratch, &versions[v], sizeof scratch);
            size_t live = heap_read(heap).live_bytes;
            trie_edit_begin(&edit, &versions[v - 1].trie, heap, &retired);
            edit_some(&edit, &scratch, first_of, &state);
            trie_edit_abandon(&edit, free_leaf, heap);
            retired_drop(&retired, heap);
            cr_assert_eq(heap_read(heap).live_bytes, live);
        }
        trie_edit_begin(&edit, &versions[v - 1].trie, heap, &retired);
        edit_some(&edit, &versions[v], first_of, &state);
        trie_edit_commit(&edit, &versions[v].trie);
        versions[v - 1].garbage = retired;
        for (unsigned old = 0; old <= v; old++) {
            must_hold(&versions[old], first_of);
        }
    }
    for (unsigned v = 0; v + 1 < VERSIONS; v++) {
        retired_free(&versions[v].garbage, heap);
        must_hold(&versions[v + 1], first_of);
    }
    trie_free(&versions[VERSIONS - 1].trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

Test(trie_edit, removing_from_nothing_is_not_found, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct retired retired;
    struct trie empty;
    struct trie_edit edit;
    struct name name;
    retired_init(&retired);
    trie_init(&empty, leaf_is_name);
    trie_edit_begin(&edit, &empty, heap, &retired);
    cr_assert_not(remove_name(&edit, name_of("a.", &name)));
    put_name(&edit, name_of("a.", &name), 0);
    cr_assert_not(remove_name(&edit, name_of("b.", &name)));
    cr_assert(remove_name(&edit, name_of("A.", &name)));
    cr_assert_eq(edit.trie.count, 0);
    trie_edit_abandon(&edit, free_leaf, heap);
    retired_drop(&retired, heap);
    heap_must_be_empty(heap);
}

Test(trie_edit, putting_again_hands_the_old_leaf_back_and_sets_the_flags, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct retired retired;
    struct trie trie;
    struct trie_edit edit;
    struct trie_replaced replaced;
    struct name name;
    struct name_key key;
    retired_init(&retired);
    trie_of(heap, (const char *const[]){"a.", "b.", NULL}, &trie);
    trie_edit_begin(&edit, &trie, heap, &retired);
    key_of("a.", &name, &key);
    uint8_t *second = leaf_of(heap, name.bytes);
    uint8_t *third = leaf_of(heap, name.bytes);
    cr_assert_eq(retired_reserve(&retired, heap, 1), OK);
    cr_assert_eq(trie_edit_put(&edit, &key, second, TRIE_FLAGS_MAX, &replaced), OK);
    cr_assert_not_null(replaced.leaf);
    cr_assert_not(replaced.fresh);
    retired_note(&retired, replaced.leaf, name_length(replaced.leaf));
    cr_assert_eq(trie_entry_flags(trie_edit_find(&edit, &key)), TRIE_FLAGS_MAX);
    cr_assert_eq(trie_edit_put(&edit, &key, third, 2, &replaced), OK);
    cr_assert_eq(replaced.leaf, second);
    cr_assert(replaced.fresh);
    free_leaf(heap, second);
    trie_edit_commit(&edit, &trie);
    cr_assert_eq(trie_entry_flags(trie_find(&trie, &key)), 2);
    cr_assert_eq(trie_entry_labels(trie_find(&trie, &key)), 1);
    cr_assert_eq(trie_entry_name_size(trie_find(&trie, &key)), 3);
    cr_assert_gt(trie_array_bytes(&trie), 0);
    retired_free(&retired, heap);
    trie_free(&trie, heap, free_leaf, heap);
    heap_must_be_empty(heap);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/trie_edit.h"
#include "zone_fixture.h"

/* Tries whose leaves are wire names in blocks of the heap. */

static inline const uint8_t *leaf_is_name(const void *leaf)
{
    return leaf;
}

static inline void free_leaf(void *heap, void *leaf)
{
    heap_give(heap, leaf, name_length(leaf));
}

static inline uint8_t *leaf_of(struct heap *heap, const uint8_t *name)
{
    uint8_t *leaf = heap_take(heap, name_length(name));
    cr_assert_not_null(leaf);
    (void)name_copy(leaf, name);
    return leaf;
}

static inline void put_name(struct trie_edit *edit, const uint8_t *name, unsigned flags)
{
    struct name_key key;
    struct trie_replaced replaced;
    name_key_make(name, &key);
    cr_assert_eq(retired_reserve(edit->retired, edit->heap, 1), OK);
    cr_assert_eq(trie_edit_put(edit, &key, leaf_of(edit->heap, name), flags, &replaced), OK);
    if (replaced.leaf != NULL && replaced.fresh) {
        free_leaf(edit->heap, replaced.leaf);
    } else if (replaced.leaf != NULL) {
        retired_note(edit->retired, replaced.leaf, name_length(replaced.leaf));
    }
}

static inline bool remove_name(struct trie_edit *edit, const uint8_t *name)
{
    struct name_key key;
    struct trie_replaced replaced;
    name_key_make(name, &key);
    cr_assert_eq(retired_reserve(edit->retired, edit->heap, 1), OK);
    enum result result = trie_edit_remove(edit, &key, &replaced);
    if (result == NOT_FOUND) {
        return false;
    }
    cr_assert_eq(result, OK);
    if (replaced.fresh) {
        free_leaf(edit->heap, replaced.leaf);
    } else {
        retired_note(edit->retired, replaced.leaf, name_length(replaced.leaf));
    }
    return true;
}

/* A version of the names given, each with flags 0 unless its text begins with '!', then 1. */
static inline void trie_of(struct heap *heap, const char *const *texts, struct trie *ret_trie)
{
    struct retired retired;
    struct trie_edit edit;
    struct trie empty;
    retired_init(&retired);
    trie_init(&empty, leaf_is_name);
    trie_edit_begin(&edit, &empty, heap, &retired);
    for (; *texts != NULL; texts++) {
        struct name name;
        bool marked = (*texts)[0] == '!';
        put_name(&edit, name_of(*texts + marked, &name), marked);
    }
    trie_edit_commit(&edit, ret_trie);
    retired_drop(&retired, heap);
}

/* Names of a small universe: many are ancestors of others, some have odd bytes. */
#define UNIVERSE 2000
static inline void universe_name(unsigned index, struct name *name)
{
    static const char *const parts[] = {"a",      "b",     "ab",  "*",  "abc",
                                        "x\\001", "\\255", "z-9", "_t", "0"};
    char text[64];
    unsigned labels = 1 + index % 3;
    unsigned rest = index / 3;
    text[0] = '\0';
    for (unsigned i = 0; i < labels; i++) {
        strcat(text, parts[rest % 10]);
        strcat(text, ".");
        rest /= 10;
    }
    if (rest > 0) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "n%u.", rest);
    }
    (void)name_of(text, name);
}

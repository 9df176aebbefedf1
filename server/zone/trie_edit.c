// SPDX-License-Identifier: Apache-2.0
#include "server/zone/trie_edit.h"

#include "server/zone/trie_bits.h"

#include <assert.h>
#include <string.h>

void trie_edit_begin(struct trie_edit *edit, const struct trie *base, struct heap *heap,
                     struct retired *retired)
{
    edit->trie = *base;
    edit->heap = heap;
    edit->retired = retired;
    edit->has_greatest = false;
}

const struct trie_entry *trie_edit_find(const struct trie_edit *edit, const struct name_key *key)
{
    if (edit->has_greatest) {
        unsigned at = name_key_difference(key, &edit->greatest);
        if (at != NAME_KEY_SAME && name_key_value(key, at) > name_key_value(&edit->greatest, at)) {
            return NULL;
        }
    }
    return trie_find(&edit->trie, key);
}

static size_t array_size(unsigned count)
{
    return count * sizeof(struct trie_entry);
}

/* Gives an array back, or leaves it to the readers of the old version (a place is reserved). */
static void give_array(struct trie_edit *edit, struct trie_entry *array, unsigned count, bool fresh)
{
    if (fresh) {
        heap_give(edit->heap, array, array_size(count));
    } else {
        retired_note(edit->retired, array, array_size(count));
    }
}

/* Everywhere two places are reserved where one is noted: the caller's reserved place, for the leaf
 * that put or remove hands back, must outlive our notes. */

/* Makes a branch's twigs changeable. The entry itself must be. */
static enum result own_twigs(struct trie_edit *edit, struct trie_entry *branch)
{
    if ((branch->word & TRIE_FRESH) != 0) {
        return OK;
    }
    enum result result = retired_reserve(edit->retired, edit->heap, 2);
    if (result != OK) {
        return result;
    }
    unsigned count = trie_twig_count(branch->word);
    struct trie_entry *copy = heap_take(edit->heap, array_size(count));
    if (copy == NULL) {
        return REFUSED_MEMORY;
    }
    memcpy(copy, branch->pointer, array_size(count));
    /* What the copied entries lead to belongs to the old version still: they come without
     * TRIE_FRESH, since a closed version has none. */
    retired_note(edit->retired, branch->pointer, array_size(count));
    branch->pointer = copy;
    branch->word |= TRIE_FRESH;
    return OK;
}

static struct trie_entry make_leaf(const struct name_key *key, void *leaf, unsigned flags)
{
    return (struct trie_entry){
        .word = TRIE_FRESH | (uint64_t)key->label_count << TRIE_LABELS_SHIFT |
                (uint64_t)flags << TRIE_FLAGS_SHIFT | (uint64_t)key->name_size << TRIE_SIZE_SHIFT,
        .pointer = leaf,
    };
}

/* Walks down, owning the arrays passed, to the entry whose subtree first differs from the key at
 * `difference` or later. */
static enum result own_path(struct trie_edit *edit, const struct name_key *key, unsigned difference,
                            struct trie_entry **ret_entry)
{
    struct trie_entry *at = &edit->trie.root;
    while (trie_entry_is_branch(at) && trie_position(at->word) < difference) {
        enum result result = own_twigs(edit, at);
        if (result != OK) {
            return result;
        }
        at = trie_twigs(at) +
             trie_twig_index(at->word, name_key_value(key, trie_position(at->word)));
    }
    *ret_entry = at;
    return OK;
}

/* One more twig in the branch at `at`. */
static enum result grow(struct trie_edit *edit, struct trie_entry *at, unsigned value,
                        struct trie_entry leaf)
{
    bool fresh = (at->word & TRIE_FRESH) != 0;
    unsigned count = trie_twig_count(at->word);
    unsigned index = trie_twig_index(at->word, value);
    enum result result = fresh ? OK : retired_reserve(edit->retired, edit->heap, 2);
    if (result != OK) {
        return result;
    }
    struct trie_entry *array = heap_take(edit->heap, array_size(count + 1));
    if (array == NULL) {
        return REFUSED_MEMORY;
    }
    struct trie_entry *old = trie_twigs(at);
    memcpy(array, old, array_size(index));
    array[index] = leaf;
    memcpy(array + index + 1, old + index, array_size(count - index));
    give_array(edit, old, count, fresh);
    at->word |= trie_bit(value) | TRIE_FRESH;
    at->pointer = array;
    return OK;
}

/* A new branch in place of the entry at `at`, which becomes one of its two twigs. */
static enum result split(struct trie_edit *edit, struct trie_entry *at, unsigned position,
                         const unsigned values[2], struct trie_entry leaf)
{
    struct trie_entry *array = heap_take(edit->heap, array_size(2));
    if (array == NULL) {
        return REFUSED_MEMORY;
    }
    bool leaf_first = values[0] < values[1];
    array[leaf_first ? 0 : 1] = leaf;
    array[leaf_first ? 1 : 0] = *at;
    at->word = TRIE_BRANCH | TRIE_FRESH | trie_bit(values[0]) | trie_bit(values[1]) |
               (uint64_t)position << TRIE_POSITION_SHIFT;
    at->pointer = array;
    return OK;
}

static void note_greatest(struct trie_edit *edit, const struct name_key *key)
{
    edit->has_greatest = true;
    edit->greatest.size = key->size;
    memcpy(edit->greatest.at, key->at, key->size);
}

/* Where the key parts from the tree, and the value that stands there in the tree. Sets *ret_last
 * when the key comes behind all others. */
static unsigned difference_from_tree(const struct trie_edit *edit, const struct name_key *key,
                                     unsigned *ret_other, bool *ret_last)
{
    *ret_last = false;
    if (edit->has_greatest) {
        unsigned at = name_key_difference(key, &edit->greatest);
        *ret_other = name_key_value(&edit->greatest, at);
        if (at != NAME_KEY_SAME && name_key_value(key, at) > *ret_other) {
            *ret_last = true;
            return at;
        }
    }
    const struct trie_entry *near = &edit->trie.root;
    while (trie_entry_is_branch(near)) {
        near = trie_twig_near(near, name_key_value(key, trie_position(near->word)));
    }
    struct name_key other;
    name_key_make(edit->trie.leaf_name(near->pointer), &other);
    unsigned at = name_key_difference(key, &other);
    *ret_other = name_key_value(&other, at);
    return at;
}

enum result trie_edit_put(struct trie_edit *edit, const struct name_key *key, void *leaf,
                          unsigned flags, struct trie_replaced *ret_replaced)
{
    struct trie_entry entry = make_leaf(key, leaf, flags);
    if (trie_is_empty(&edit->trie)) {
        edit->trie.root = entry;
        edit->trie.count = 1;
        note_greatest(edit, key);
        *ret_replaced = (struct trie_replaced){0};
        return OK;
    }
    unsigned other;
    bool is_last;
    unsigned difference = difference_from_tree(edit, key, &other, &is_last);
    struct trie_entry *at;
    enum result result = own_path(edit, key, difference, &at);
    if (result != OK) {
        return result;
    }
    if (difference == NAME_KEY_SAME) {
        *ret_replaced = (struct trie_replaced){
            .leaf = at->pointer,
            .fresh = (at->word & TRIE_FRESH) != 0,
        };
        *at = entry;
        return OK;
    }
    unsigned value = name_key_value(key, difference);
    if (trie_entry_is_branch(at) && trie_position(at->word) == difference) {
        result = grow(edit, at, value, entry);
    } else {
        result = split(edit, at, difference, (const unsigned[2]){value, other}, entry);
    }
    if (result != OK) {
        return result;
    }
    edit->trie.count++;
    if (is_last) {
        note_greatest(edit, key);
    }
    *ret_replaced = (struct trie_replaced){0};
    return OK;
}

/* One twig less in the branch at `at`; the last but one takes the branch's place. */
static enum result shrink(struct trie_edit *edit, struct trie_entry *at, unsigned value)
{
    bool fresh = (at->word & TRIE_FRESH) != 0;
    unsigned count = trie_twig_count(at->word);
    unsigned index = trie_twig_index(at->word, value);
    struct trie_entry *old = trie_twigs(at);
    enum result result = fresh ? OK : retired_reserve(edit->retired, edit->heap, 2);
    if (result != OK) {
        return result;
    }
    if (count == 2) {
        *at = old[1 - index];
        give_array(edit, old, count, fresh);
        return OK;
    }
    struct trie_entry *array = heap_take(edit->heap, array_size(count - 1));
    if (array == NULL) {
        return REFUSED_MEMORY;
    }
    memcpy(array, old, array_size(index));
    memcpy(array + index, old + index + 1, array_size(count - index - 1));
    give_array(edit, old, count, fresh);
    at->word = (at->word & ~trie_bit(value)) | TRIE_FRESH;
    at->pointer = array;
    return OK;
}

enum result trie_edit_remove(struct trie_edit *edit, const struct name_key *key,
                             struct trie_replaced *ret_replaced)
{
    const struct trie_entry *found = trie_find(&edit->trie, key);
    if (found == NULL) {
        return NOT_FOUND;
    }
    struct trie_replaced replaced = {
        .leaf = found->pointer,
        .fresh = (found->word & TRIE_FRESH) != 0,
    };
    if (found == &edit->trie.root) {
        edit->trie.root = (struct trie_entry){0};
    } else {
        struct trie_entry *at = &edit->trie.root;
        for (;;) {
            unsigned value = name_key_value(key, trie_position(at->word));
            unsigned index = trie_twig_index(at->word, value);
            enum result result;
            if (!trie_entry_is_branch(trie_twigs(at) + index)) {
                result = shrink(edit, at, value);
                if (result != OK) {
                    return result;
                }
                break;
            }
            result = own_twigs(edit, at);
            if (result != OK) {
                return result;
            }
            at = trie_twigs(at) + index;
        }
    }
    edit->trie.count--;
    edit->has_greatest = false;
    *ret_replaced = replaced;
    return OK;
}

/* What a walk over a tree does with each entry. */
struct sweep {
    bool only_fresh;
    bool free;
    struct heap *heap;
    trie_leaf_free_fn leaf_free;
    void *context;
};

/* Ends with an entry whose subtree, if any was entered, is done. */
static void sweep_entry(const struct sweep *sweep, struct trie_entry *entry)
{
    if (sweep->only_fresh && (entry->word & TRIE_FRESH) == 0) {
        return;
    }
    if (!sweep->free) {
        entry->word &= ~(uint64_t)TRIE_FRESH;
    } else if (trie_entry_is_branch(entry)) {
        heap_give(sweep->heap, entry->pointer, array_size(trie_twig_count(entry->word)));
    } else if (sweep->leaf_free != NULL) {
        sweep->leaf_free(sweep->context, entry->pointer);
    }
}

/* Visits the tree in post-order. */
static void sweep_tree(const struct sweep *sweep, struct trie_entry *root)
{
    struct trie_entry *path[TRIE_DEPTH_MAX + 1];
    unsigned depth = 0;
    path[0] = root;
    for (;;) {
        struct trie_entry *entry = path[depth];
        if (trie_entry_is_branch(entry) &&
            (!sweep->only_fresh || (entry->word & TRIE_FRESH) != 0)) {
            path[++depth] = trie_twigs(entry);
            continue;
        }
        sweep_entry(sweep, entry);
        while (depth > 0 && path[depth] + 1 == trie_twigs(path[depth - 1]) +
                                                   trie_twig_count(path[depth - 1]->word)) {
            depth--;
            sweep_entry(sweep, path[depth]);
        }
        if (depth == 0) {
            return;
        }
        path[depth]++;
    }
}

void trie_edit_commit(struct trie_edit *edit, struct trie *ret_trie)
{
    if (!trie_is_empty(&edit->trie)) {
        struct sweep sweep = {.only_fresh = true};
        sweep_tree(&sweep, &edit->trie.root);
    }
    *ret_trie = edit->trie;
}

void trie_edit_abandon(struct trie_edit *edit, trie_leaf_free_fn leaf_free, void *context)
{
    if (!trie_is_empty(&edit->trie)) {
        struct sweep sweep = {
            .only_fresh = true,
            .free = true,
            .heap = edit->heap,
            .leaf_free = leaf_free,
            .context = context,
        };
        sweep_tree(&sweep, &edit->trie.root);
    }
    edit->trie.root = (struct trie_entry){0};
    edit->trie.count = 0;
}

void trie_free(struct trie *trie, struct heap *heap, trie_leaf_free_fn leaf_free, void *context)
{
    if (!trie_is_empty(trie)) {
        struct sweep sweep = {
            .free = true,
            .heap = heap,
            .leaf_free = leaf_free,
            .context = context,
        };
        sweep_tree(&sweep, &trie->root);
    }
    trie->root = (struct trie_entry){0};
    trie->count = 0;
}

size_t trie_array_bytes(const struct trie *trie)
{
    struct trie_cursor cursor;
    size_t bytes = 0;
    const struct trie_entry *entry = trie_walk_begin(&cursor, trie);
    while (entry != NULL) {
        if (trie_entry_is_branch(entry)) {
            bytes += heap_block_bytes(array_size(trie_twig_count(entry->word)));
            entry = trie_walk_enter(&cursor);
        } else {
            entry = trie_walk_over(&cursor);
        }
    }
    return bytes;
}

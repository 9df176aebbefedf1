// SPDX-License-Identifier: Apache-2.0
#include "server/zone/trie.h"
#include "server/zone/trie_bits.h"

#include <assert.h>

static const struct trie_entry *top(const struct trie_cursor *cursor)
{
    return cursor->depth == 0 ? NULL : cursor->path[cursor->depth - 1];
}

static void push(struct trie_cursor *cursor, const struct trie_entry *entry)
{
    assert(cursor->depth <= TRIE_DEPTH_MAX);
    cursor->path[cursor->depth++] = entry;
}

static const struct trie_entry *descend_first(struct trie_cursor *cursor)
{
    if (cursor->depth == 0) {
        return NULL;
    }
    while (trie_entry_is_branch(top(cursor))) {
        push(cursor, trie_twigs(top(cursor)));
    }
    return top(cursor);
}

static const struct trie_entry *descend_last(struct trie_cursor *cursor)
{
    if (cursor->depth == 0) {
        return NULL;
    }
    while (trie_entry_is_branch(top(cursor))) {
        const struct trie_entry *branch = top(cursor);
        push(cursor, trie_twigs(branch) + trie_twig_count(branch->word) - 1);
    }
    return top(cursor);
}

const struct trie_entry *trie_walk_begin(struct trie_cursor *cursor, const struct trie *trie)
{
    cursor->trie = trie;
    cursor->depth = 0;
    if (!trie_is_empty(trie)) {
        push(cursor, &trie->root);
    }
    return top(cursor);
}

const struct trie_entry *trie_walk_enter(struct trie_cursor *cursor)
{
    assert(cursor->depth > 0 && trie_entry_is_branch(top(cursor)));
    push(cursor, trie_twigs(top(cursor)));
    return top(cursor);
}

const struct trie_entry *trie_walk_over(struct trie_cursor *cursor)
{
    while (cursor->depth > 1) {
        const struct trie_entry *entry = top(cursor);
        const struct trie_entry *parent = cursor->path[cursor->depth - 2];
        if (entry + 1 < trie_twigs(parent) + trie_twig_count(parent->word)) {
            cursor->path[cursor->depth - 1] = entry + 1;
            return entry + 1;
        }
        cursor->depth--;
    }
    cursor->depth = 0;
    return NULL;
}

/* Past the present subtree to the one before it. */
static const struct trie_entry *walk_back(struct trie_cursor *cursor)
{
    while (cursor->depth > 1) {
        const struct trie_entry *entry = top(cursor);
        const struct trie_entry *parent = cursor->path[cursor->depth - 2];
        if (entry > trie_twigs(parent)) {
            cursor->path[cursor->depth - 1] = entry - 1;
            return entry - 1;
        }
        cursor->depth--;
    }
    cursor->depth = 0;
    return NULL;
}

const struct trie_entry *trie_first(struct trie_cursor *cursor, const struct trie *trie)
{
    (void)trie_walk_begin(cursor, trie);
    return descend_first(cursor);
}

const struct trie_entry *trie_last(struct trie_cursor *cursor, const struct trie *trie)
{
    (void)trie_walk_begin(cursor, trie);
    return descend_last(cursor);
}

const struct trie_entry *trie_next(struct trie_cursor *cursor)
{
    (void)trie_walk_over(cursor);
    return descend_first(cursor);
}

const struct trie_entry *trie_previous(struct trie_cursor *cursor)
{
    (void)walk_back(cursor);
    return descend_last(cursor);
}

const struct trie_entry *trie_seek(struct trie_cursor *cursor, const struct trie *trie,
                                   const struct name_key *key, bool *ret_exact)
{
    const struct trie_entry *at = trie_walk_begin(cursor, trie);
    *ret_exact = false;
    if (at == NULL) {
        return NULL;
    }
    while (trie_entry_is_branch(at)) {
        at = trie_twig_near(at, name_key_value(key, trie_position(at->word)));
    }
    struct name_key other;
    name_key_make(trie->leaf_name(at->pointer), &other);
    unsigned difference = name_key_difference(key, &other);
    /* Down to the first entry whose whole subtree agrees with the key up to the difference. */
    while (trie_entry_is_branch(top(cursor)) && trie_position(top(cursor)->word) < difference) {
        const struct trie_entry *branch = top(cursor);
        push(cursor, trie_twig_near(branch, name_key_value(key, trie_position(branch->word))));
    }
    if (difference == NAME_KEY_SAME) {
        *ret_exact = true;
        return top(cursor);
    }
    const struct trie_entry *entry = top(cursor);
    unsigned value = name_key_value(key, difference);
    if (trie_entry_is_branch(entry) && trie_position(entry->word) == difference) {
        unsigned index = trie_twig_index(entry->word, value);
        if (index > 0) {
            push(cursor, trie_twigs(entry) + index - 1);
            return descend_last(cursor);
        }
    } else if (value > name_key_value(&other, difference)) {
        return descend_last(cursor);
    }
    (void)walk_back(cursor);
    return descend_last(cursor);
}

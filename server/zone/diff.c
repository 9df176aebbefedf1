// SPDX-License-Identifier: Apache-2.0
#include "server/zone/diff.h"

#include "server/wire/name.h"
#include "server/wire/rdata.h"

#include <string.h>

static const struct trie *tree_of(const struct snapshot *snapshot, bool in_nsec3)
{
    return in_nsec3 ? &snapshot->nsec3_names : &snapshot->names;
}

static const struct trie_entry *begin_walk(struct trie_cursor *cursor,
                                           const struct snapshot *snapshot, bool in_nsec3)
{
    cursor->depth = 0;
    return snapshot == NULL ? NULL : trie_walk_begin(cursor, tree_of(snapshot, in_nsec3));
}

static const struct trie_entry *standing(const struct trie_cursor *cursor)
{
    return cursor->depth == 0 ? NULL : cursor->path[cursor->depth - 1];
}

void diff_begin(struct diff *diff, const struct snapshot *older, const struct snapshot *newer,
                enum diff_side side)
{
    diff->older = older;
    diff->newer = newer;
    diff->side = side;
    diff->in_nsec3 = false;
    diff->adding = false;
    diff->left = NULL;
    diff->right = NULL;
    diff->left_index = 0;
    diff->right_index = 0;
    diff->left_set = (struct rrset){0};
    diff->right_set = (struct rrset){0};
    diff->left_at = 0;
    diff->right_at = 0;
    (void)begin_walk(&diff->left_cursor, older, false);
    (void)begin_walk(&diff->right_cursor, newer, false);
}

/* Two subtrees, at least one of them a branch and not the same: goes one step into what spans more,
 * which is what parts at the earlier position. */
static void enter_larger(struct diff *diff, const struct trie_entry *left,
                         const struct trie_entry *right)
{
    uint64_t left_position =
        trie_entry_is_branch(left) ? left->word >> TRIE_POSITION_SHIFT : UINT64_MAX;
    uint64_t right_position =
        trie_entry_is_branch(right) ? right->word >> TRIE_POSITION_SHIFT : UINT64_MAX;
    if (left_position <= right_position) {
        (void)trie_walk_enter(&diff->left_cursor);
    }
    if (right_position <= left_position) {
        (void)trie_walk_enter(&diff->right_cursor);
    }
}

/* Two leaves: the pair to compare, or the earlier of two names alone. */
static void take_leaves(struct diff *diff, const struct trie_entry *left,
                        const struct trie_entry *right)
{
    const struct zone_node *left_node = left == NULL ? NULL : trie_entry_leaf(left);
    const struct zone_node *right_node = right == NULL ? NULL : trie_entry_leaf(right);
    if (left_node != NULL && right_node != NULL) {
        int order = name_compare(zone_node_name(left_node), zone_node_name(right_node));
        left_node = order > 0 ? NULL : left_node;
        right_node = order < 0 ? NULL : right_node;
    }
    diff->left = left_node;
    diff->right = right_node;
    diff->left_index = 0;
    diff->right_index = 0;
    if (left_node != NULL) {
        (void)trie_walk_over(&diff->left_cursor);
    }
    if (right_node != NULL) {
        (void)trie_walk_over(&diff->right_cursor);
    }
}

/* Finds the next pair of nodes that are not the same block; false at the end of the tree. */
static bool next_pair(struct diff *diff)
{
    for (;;) {
        const struct trie_entry *left = standing(&diff->left_cursor);
        const struct trie_entry *right = standing(&diff->right_cursor);
        if (left == NULL && right == NULL) {
            return false;
        }
        if (left != NULL && right != NULL && left->pointer == right->pointer) {
            (void)trie_walk_over(&diff->left_cursor);
            (void)trie_walk_over(&diff->right_cursor);
        } else if (left == NULL && trie_entry_is_branch(right)) {
            (void)trie_walk_enter(&diff->right_cursor);
        } else if (right == NULL && trie_entry_is_branch(left)) {
            (void)trie_walk_enter(&diff->left_cursor);
        } else if ((left != NULL && trie_entry_is_branch(left)) ||
                   (right != NULL && trie_entry_is_branch(right))) {
            enter_larger(diff, left, right);
        } else {
            take_leaves(diff, left, right);
            return true;
        }
    }
}

static uint32_t set_order(const struct rrset *set)
{
    return set->covered != 0 || set->type == 46 ? (uint32_t)set->covered << 1 | 1u
                                                : (uint32_t)set->type << 1;
}

static bool sets_equal(const struct rrset *a, const struct rrset *b)
{
    return a->ttl == b->ttl && a->size == b->size && memcmp(a->packed, b->packed, a->size) == 0;
}

/* Finds the next pair of sets that differ; false when the pair of nodes is done. */
static bool next_sets(struct diff *diff)
{
    for (;;) {
        bool has_left = diff->left != NULL && diff->left_index < diff->left->set_count;
        bool has_right = diff->right != NULL && diff->right_index < diff->right->set_count;
        if (!has_left && !has_right) {
            return false;
        }
        struct rrset none = {0};
        struct rrset left = has_left ? zone_node_set(diff->left, diff->left_index) : none;
        struct rrset right = has_right ? zone_node_set(diff->right, diff->right_index) : none;
        if (has_left && has_right) {
            has_left = set_order(&left) <= set_order(&right);
            has_right = set_order(&right) <= set_order(&left);
        }
        diff->left_index += has_left;
        diff->right_index += has_right;
        if (has_left && has_right && sets_equal(&left, &right)) {
            continue;
        }
        diff->left_set = has_left ? left : none;
        diff->right_set = has_right ? right : none;
        diff->left_at = 0;
        diff->right_at = 0;
        diff->adding = false;
        return true;
    }
}

/* The next record of `ours` that `theirs` does not have; both are in canonical order. A record
 * whose bytes differ in case only counts as another record, so that the newer case comes over. */
static bool next_own(const struct rrset *ours, uint32_t *at, const struct rrset *theirs,
                     uint32_t *their_at, struct rr *ret_rr)
{
    bool same_ttl = ours->ttl == theirs->ttl;
    while (rrset_next(ours, at, ret_rr)) {
        bool shared = false;
        uint32_t peek = *their_at;
        struct rr other;
        while (same_ttl && rrset_next(theirs, &peek, &other)) {
            int order =
                rdata_compare(ours->type, other.rdata, other.size, ret_rr->rdata, ret_rr->size);
            if (order > 0) {
                break;
            }
            *their_at = peek;
            if (order == 0) {
                shared = other.size == ret_rr->size &&
                         memcmp(other.rdata, ret_rr->rdata, other.size) == 0;
                break;
            }
        }
        if (!shared) {
            return true;
        }
    }
    return false;
}

/* The next record of the pair of sets at work. */
static bool next_record(struct diff *diff, struct diff_record *record)
{
    if (!diff->adding) {
        if ((diff->side & DIFF_REMOVED) != 0 &&
            next_own(&diff->left_set, &diff->left_at, &diff->right_set, &diff->right_at,
                     &record->rr)) {
            record->added = false;
            record->type = diff->left_set.type;
            record->ttl = diff->left_set.ttl;
            record->owner = zone_node_name(diff->left);
            return true;
        }
        diff->adding = true;
        diff->left_at = 0;
        diff->right_at = 0;
    }
    if ((diff->side & DIFF_ADDED) != 0 &&
        next_own(&diff->right_set, &diff->right_at, &diff->left_set, &diff->left_at, &record->rr)) {
        record->added = true;
        record->type = diff->right_set.type;
        record->ttl = diff->right_set.ttl;
        record->owner = zone_node_name(diff->right);
        return true;
    }
    return false;
}

enum result diff_next(struct diff *diff, struct diff_record *ret_record)
{
    for (;;) {
        struct diff_record record;
        if (next_record(diff, &record)) {
            *ret_record = record;
            return OK;
        }
        if (next_sets(diff)) {
            continue;
        }
        diff->left_set = (struct rrset){0};
        diff->right_set = (struct rrset){0};
        if (next_pair(diff)) {
            continue;
        }
        if (diff->in_nsec3) {
            return END;
        }
        diff->in_nsec3 = true;
        diff->left = NULL;
        diff->right = NULL;
        (void)begin_walk(&diff->left_cursor, diff->older, true);
        (void)begin_walk(&diff->right_cursor, diff->newer, true);
    }
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/snapshot.h"

#include <pthread.h>

/**
 * What the versions of one zone share: the order they came in, and the one open transaction. For
 * snapshot.c and zone_edit.c only.
 *
 * The versions are linked from the oldest that is left to the newest. A version nobody refers to
 * stays in the line until all before it are gone, because what it left behind may be theirs too.
 */
struct zone_line {
    struct heap *heap; /* borrowed (from the registry, for the zones' life) */
    /* Guards everything below, and each version's `references` and `newer`. */
    pthread_mutex_t mutex;
    struct snapshot *oldest;
    struct snapshot *newest;
    uint32_t count;
    bool edit_open;
};

RESULT_MUST_CHECK enum result zone_line_create(struct heap *heap, struct zone_line **ret_line);
/** The line must have no versions. */
void zone_line_destroy(struct zone_line *line);
/** Takes the one transaction: true, and `base` is held; false when it is taken or `base` is not the
 * newest. */
bool zone_line_open_edit(struct zone_line *line, struct snapshot *base);
/** Gives the transaction back. Does not release the base. */
void zone_line_close_edit(struct zone_line *line);
/** Puts a new version with one reference at the end; `garbage` is what the one before it leaves. */
void zone_line_append(struct zone_line *line, struct snapshot *snapshot,
                      const struct retired *garbage);
/** Gives a node back; a trie_leaf_free_fn whose context is the heap. */
void zone_line_free_node(void *heap, void *node);

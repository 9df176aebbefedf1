// SPDX-License-Identifier: Apache-2.0
#include "server/zone/snapshot.h"

#include "server/zone/zone_line.h"

#include <assert.h>

enum result zone_line_create(struct heap *heap, struct zone_line **ret_line)
{
    struct zone_line *line = heap_take(heap, sizeof *line);
    if (line == NULL) {
        return REFUSED_MEMORY;
    }
    *line = (struct zone_line){.heap = heap};
    (void)pthread_mutex_init(&line->mutex, NULL);
    *ret_line = line;
    return OK;
}

void zone_line_destroy(struct zone_line *line)
{
    if (line == NULL) {
        return;
    }
    assert(line->oldest == NULL);
    (void)pthread_mutex_destroy(&line->mutex);
    heap_give(line->heap, line, sizeof *line);
}

bool zone_line_open_edit(struct zone_line *line, struct snapshot *base)
{
    (void)pthread_mutex_lock(&line->mutex);
    bool opened = !line->edit_open && line->newest == base;
    if (opened) {
        line->edit_open = true;
        base->references++;
    }
    (void)pthread_mutex_unlock(&line->mutex);
    return opened;
}

void zone_line_close_edit(struct zone_line *line)
{
    (void)pthread_mutex_lock(&line->mutex);
    line->edit_open = false;
    (void)pthread_mutex_unlock(&line->mutex);
}

void zone_line_append(struct zone_line *line, struct snapshot *snapshot,
                      const struct retired *garbage)
{
    (void)pthread_mutex_lock(&line->mutex);
    snapshot->line = line;
    snapshot->references = 1;
    snapshot->newer = NULL;
    if (line->newest != NULL) {
        line->newest->newer = snapshot;
        line->newest->garbage = *garbage;
    } else {
        line->oldest = snapshot;
    }
    line->newest = snapshot;
    line->count++;
    (void)pthread_mutex_unlock(&line->mutex);
}

void zone_line_free_node(void *heap, void *node)
{
    heap_give(heap, node, ((struct zone_node *)node)->size);
}

void snapshot_hold(struct snapshot *snapshot)
{
    (void)pthread_mutex_lock(&snapshot->line->mutex);
    snapshot->references++;
    (void)pthread_mutex_unlock(&snapshot->line->mutex);
}

void snapshot_release(struct snapshot *snapshot)
{
    if (snapshot == NULL) {
        return;
    }
    struct zone_line *line = snapshot->line;
    struct heap *heap = line->heap;
    (void)pthread_mutex_lock(&line->mutex);
    assert(snapshot->references > 0);
    snapshot->references--;
    /* Unlink under the lock, free behind it. */
    struct snapshot *gone = line->oldest;
    while (line->oldest != NULL && line->oldest->references == 0) {
        line->oldest = line->oldest->newer;
        line->count--;
    }
    struct snapshot *end = line->oldest;
    (void)pthread_mutex_unlock(&line->mutex);
    while (gone != end) {
        struct snapshot *newer = gone->newer;
        if (newer == NULL) {
            trie_free(&gone->names, heap, zone_line_free_node, heap);
            trie_free(&gone->nsec3_names, heap, zone_line_free_node, heap);
        }
        retired_free(&gone->garbage, heap);
        heap_give(heap, gone, sizeof *gone);
        gone = newer;
    }
    if (end == NULL) {
        line->newest = NULL;
        zone_line_destroy(line);
    }
}

uint32_t snapshot_versions(const struct snapshot *snapshot)
{
    (void)pthread_mutex_lock(&snapshot->line->mutex);
    uint32_t count = snapshot->line->count;
    (void)pthread_mutex_unlock(&snapshot->line->mutex);
    return count;
}

const struct zone_node *snapshot_find(const struct snapshot *snapshot, const struct name_key *key)
{
    const struct trie_entry *entry = trie_find(&snapshot->names, key);
    return entry == NULL ? NULL : trie_entry_leaf(entry);
}

static const struct zone_node *node_of(const struct trie_entry *entry)
{
    return entry == NULL ? NULL : trie_entry_leaf(entry);
}

void snapshot_walk_begin(struct snapshot_walk *walk, const struct snapshot *snapshot)
{
    walk->snapshot = snapshot;
    walk->in_nsec3 = false;
    walk->started = false;
}

void snapshot_walk_from(struct snapshot_walk *walk, const struct snapshot *snapshot,
                        const uint8_t *name, bool in_nsec3)
{
    struct name_key key;
    bool exact;
    name_key_make(name, &key);
    walk->snapshot = snapshot;
    walk->in_nsec3 = in_nsec3;
    /* Nothing at or before the name: its successor is the first. */
    walk->started = trie_seek(&walk->cursor, in_nsec3 ? &snapshot->nsec3_names : &snapshot->names,
                              &key, &exact) != NULL;
}

const struct zone_node *snapshot_walk_next(struct snapshot_walk *walk)
{
    for (;;) {
        const struct trie *trie =
            walk->in_nsec3 ? &walk->snapshot->nsec3_names : &walk->snapshot->names;
        const struct zone_node *node =
            node_of(walk->started ? trie_next(&walk->cursor) : trie_first(&walk->cursor, trie));
        walk->started = true;
        if (node != NULL || walk->in_nsec3) {
            return node;
        }
        walk->in_nsec3 = true;
        walk->started = false;
    }
}

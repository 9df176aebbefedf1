// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_state.h"

#include "server/zone/diff.h"

#include <string.h>

/* A reload that changes at most a quarter of the records, or these few, is applied to the version
 * before; one that changes more shares too little with it to be worth the work. */
#define CHANGES_SHARE 4u
#define CHANGES_FEW 64u

void registry_changing(struct registry *registry)
{
    atomic_fetch_add_explicit(&registry->changing, 1, memory_order_release);
}

bool registry_settled(const struct registry *registry, uint64_t changes)
{
    return atomic_load_explicit(&registry->changing, memory_order_acquire) == changes;
}

void registry_changed(struct registry *registry)
{
    atomic_fetch_add_explicit(&registry->changes, 1, memory_order_release);
}

uint64_t registry_changes(const struct registry *registry)
{
    return atomic_load_explicit(&registry->changes, memory_order_acquire);
}

enum result version_create(struct heap *heap, struct snapshot *snapshot,
                           struct version **ret_version)
{
    struct version *version = heap_take(heap, sizeof *version);
    if (version == NULL) {
        return REFUSED_MEMORY;
    }
    *version = (struct version){.snapshot = snapshot, .heap = heap};
    *ret_version = version;
    return OK;
}

void version_free(struct version *version)
{
    if (version != NULL) {
        snapshot_release(version->snapshot);
        heap_give(version->heap, version, sizeof *version);
    }
}

static void version_retired(struct epoch_retired *retired)
{
    version_free((struct version *)retired);
}

enum result registry_publish(struct registry *registry, struct zone *zone,
                             struct snapshot *snapshot)
{
    struct version *version;
    enum result result = version_create(registry->heap, snapshot, &version);
    if (result != OK) {
        snapshot_release(snapshot);
        return result;
    }
    struct version *before = zone->version;
    zone->version = version;
    registry_changing(registry);
    /* Pairs with the load in zone_snapshot(). */
    atomic_store_explicit(&zone->snapshot, snapshot, memory_order_release);
    registry_changed(registry);
    for (uint32_t i = 0; i < registry->observer_count; i++) {
        registry->observers[i].observer(registry->observers[i].context, zone,
                                        before == NULL ? NULL : before->snapshot, snapshot);
    }
    if (before != NULL) {
        epoch_retire(registry->epoch, &before->retired, version_retired);
    }
    return OK;
}

/** Whether two versions hold the same names, sets and records, the case of each letter included. */
static bool versions_equal(const struct snapshot *a, const struct snapshot *b)
{
    if (a->record_count != b->record_count || a->node_bytes != b->node_bytes) {
        return false;
    }
    struct snapshot_walk left_walk;
    struct snapshot_walk right_walk;
    snapshot_walk_begin(&left_walk, a);
    snapshot_walk_begin(&right_walk, b);
    for (;;) {
        const struct zone_node *left = snapshot_walk_next(&left_walk);
        const struct zone_node *right = snapshot_walk_next(&right_walk);
        if (left == NULL || right == NULL) {
            return left == right;
        }
        if (left->size != right->size || memcmp(left, right, left->size) != 0) {
            return false;
        }
    }
}

/** How many records differ; counted no further than `count_max` + 1. */
static uint64_t changes_count(const struct snapshot *older, const struct snapshot *newer,
                              uint64_t count_max)
{
    struct diff diff;
    struct diff_record record;
    uint64_t count = 0;
    diff_begin(&diff, older, newer, DIFF_BOTH);
    while (count <= count_max && diff_next(&diff, &record) == OK) {
        count++;
    }
    return count;
}

static enum result changes_apply(struct zone_edit *edit, const struct snapshot *older,
                                 const struct snapshot *newer, enum diff_side side)
{
    struct diff diff;
    struct diff_record record;
    enum result result = OK;
    diff_begin(&diff, older, newer, side);
    while (result == OK && diff_next(&diff, &record) == OK) {
        result = diff_apply(edit, &record);
    }
    return result;
}

/** Makes the next version of `older` that holds what `loaded` holds; NULL when that cannot be. */
static struct snapshot *rebased(const struct zone *zone, struct snapshot *older,
                                const struct snapshot *loaded)
{
    struct zone_limits limits = {.records_per_rrset = zone->records_per_rrset_max};
    struct zone_edit *edit;
    struct snapshot *snapshot = NULL;
    if (zone_edit_begin(older, &limits, &edit) != OK) {
        return NULL;
    }
    /* All removals first: what replaces a CNAME may come before it. */
    enum result result = changes_apply(edit, older, loaded, DIFF_REMOVED);
    if (result == OK) {
        result = changes_apply(edit, older, loaded, DIFF_ADDED);
    }
    if (result == OK) {
        result = zone_edit_commit(edit, &snapshot);
    }
    if (result != OK) {
        zone_edit_abandon(edit);
        return NULL;
    }
    if (!versions_equal(snapshot, loaded)) {
        snapshot_release(snapshot); /* a name in another case: as it stands in the file */
        return NULL;
    }
    return snapshot;
}

enum result registry_publish_loaded(struct registry *registry, struct zone *zone,
                                    struct snapshot *loaded)
{
    struct snapshot *older = zone->version == NULL ? NULL : zone->version->snapshot;
    if (older == NULL) {
        return registry_publish(registry, zone, loaded);
    }
    uint64_t count_max = older->record_count / CHANGES_SHARE + CHANGES_FEW;
    uint64_t count = changes_count(older, loaded, count_max);
    if (count == 0 && versions_equal(older, loaded)) {
        snapshot_release(loaded);
        return UNCHANGED;
    }
    struct snapshot *shared = count == 0 || count > count_max ? NULL : rebased(zone, older, loaded);
    if (shared == NULL) {
        return registry_publish(registry, zone, loaded);
    }
    snapshot_release(loaded);
    return registry_publish(registry, zone, shared);
}

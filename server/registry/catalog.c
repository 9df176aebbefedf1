// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_state.h"

#include "alloc/checked.h"
#include "server/wire/name.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *entry_name(const void *leaf)
{
    const struct catalog_entry *entry = leaf;
    return entry->zone->name;
}

const char *zone_state_name(enum zone_state state)
{
    static const char *const names[ZONE_STATE_COUNT] = {
        [ZONE_STATE_NEW] = "new",         [ZONE_STATE_LOADING] = "loading",
        [ZONE_STATE_SERVING] = "serving", [ZONE_STATE_RELOADING] = "reloading",
        [ZONE_STATE_FAILED] = "failed",   [ZONE_STATE_STALE] = "stale",
        [ZONE_STATE_EXPIRED] = "expired",
    };
    return state < ZONE_STATE_COUNT ? names[state] : "unknown";
}

const struct snapshot *zone_snapshot(const struct zone *zone)
{
    return atomic_load_explicit(&zone->snapshot, memory_order_acquire);
}

enum zone_state zone_state(const struct zone *zone)
{
    return (enum zone_state)atomic_load_explicit(&zone->state, memory_order_relaxed);
}

const struct catalog_entry *catalog_find(const struct catalog *catalog, const struct name_key *key)
{
    const struct trie_entry *entry = trie_find_deepest(&catalog->trie, key);
    return entry == NULL ? NULL : trie_entry_leaf(entry);
}

const struct catalog_entry *catalog_find_exact(const struct catalog *catalog,
                                               const struct name_key *key)
{
    const struct trie_entry *entry = trie_find(&catalog->trie, key);
    return entry == NULL ? NULL : trie_entry_leaf(entry);
}

void catalog_find_batch(const struct catalog *catalog, const struct name_key *const *keys,
                        unsigned count, const struct catalog_entry **ret_entries)
{
    struct trie_probe probes[TRIE_BATCH_MAX];
    unsigned places[TRIE_BATCH_MAX];
    unsigned begun = 0;
    for (unsigned i = 0; i < count; i++) {
        ret_entries[i] = NULL;
        if (keys[i] != NULL) {
            places[begun] = i;
            trie_probe_begin(&probes[begun++], &catalog->trie, keys[i], 0);
        }
    }
    trie_probe_run(probes, begun);
    for (unsigned i = 0; i < begun; i++) {
        struct trie_match match;
        trie_probe_finish(&probes[i], &match);
        if (match.encloser != NULL) {
            ret_entries[places[i]] = trie_entry_leaf(match.encloser);
        }
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct catalog_entry *a = left;
    const struct catalog_entry *b = right;
    return name_compare(a->options->name, b->options->name);
}

/** The zone that goes on serving under these options: the one of before, or a new one, which begins
 * with what a zone of that name served before. */
static enum result zone_for(struct registry *registry, const struct catalog *before,
                            const struct zone_options *options, struct zone **ret_zone)
{
    const struct catalog_entry *entry = NULL;
    if (before != NULL) {
        struct name_key key;
        name_key_make(options->name, &key);
        entry = catalog_find_exact(before, &key);
    }
    if (entry != NULL && zone_matches(entry->zone, options)) {
        *ret_zone = entry->zone;
        return OK;
    }
    struct zone *zone;
    enum result result = zone_create(registry, options, &zone);
    if (result == OK && entry != NULL) {
        result = zone_inherit(registry, zone, entry->zone);
        if (result != OK) {
            zone_free(registry->heap, zone);
        }
    }
    if (result == OK) {
        *ret_zone = zone;
    }
    return result;
}

static enum result fill(struct registry *registry, struct catalog *catalog,
                        const struct catalog *before)
{
    struct trie_edit edit;
    struct retired retired;
    retired_init(&retired);
    trie_init(&catalog->trie, entry_name);
    trie_edit_begin(&edit, &catalog->trie, registry->heap, &retired);
    enum result result = OK;
    for (uint32_t i = 0; i < catalog->count && result == OK; i++) {
        struct catalog_entry *entry = &catalog->entries[i];
        result = zone_for(registry, before, entry->options, &entry->zone);
        if (result == OK) {
            struct name_key key;
            struct trie_replaced replaced;
            name_key_make(entry->zone->name, &key);
            result = trie_edit_put(&edit, &key, entry, 0, &replaced);
        }
    }
    trie_edit_commit(&edit, &catalog->trie);
    retired_free(&retired, registry->heap);
    return result;
}

enum result catalog_build(struct registry *registry, const struct registry_zones *zones,
                          const struct catalog *before, struct catalog **ret_catalog)
{
    size_t size;
    if (!checked_multiply(zones->count, sizeof(struct catalog_entry), &size) ||
        !checked_add(size, sizeof(struct catalog), &size)) {
        return REFUSED_MEMORY;
    }
    struct catalog *catalog = heap_take(registry->heap, size);
    if (catalog == NULL) {
        return REFUSED_MEMORY;
    }
    memset(catalog, 0, size);
    catalog->registry = registry;
    catalog->size_bytes = size;
    catalog->zones = *zones;
    catalog->count = zones->count;
    for (uint32_t i = 0; i < zones->count; i++) {
        catalog->entries[i].options = &zones->options[i];
    }
    /* In order, each put is an append. */
    qsort(catalog->entries, catalog->count, sizeof *catalog->entries, compare_entries);
    enum result result = fill(registry, catalog, before);
    if (result != OK) {
        catalog_discard(catalog, before);
        return result;
    }
    *ret_catalog = catalog;
    return OK;
}

/** Entries lie in the catalog's own block. */
static void keep_leaf(void *context, void *leaf)
{
    (void)context;
    (void)leaf;
}

static void catalog_free(struct catalog *catalog)
{
    struct heap *heap = catalog->registry->heap;
    trie_free(&catalog->trie, heap, keep_leaf, NULL);
    heap_give(heap, catalog, catalog->size_bytes);
}

void catalog_discard(struct catalog *catalog, const struct catalog *before)
{
    for (uint32_t i = 0; i < catalog->count; i++) {
        struct zone *zone = catalog->entries[i].zone;
        if (zone == NULL) {
            continue;
        }
        struct name_key key;
        name_key_make(zone->name, &key);
        const struct catalog_entry *entry =
            before == NULL ? NULL : catalog_find_exact(before, &key);
        if (entry == NULL || entry->zone != zone) {
            zone_free(catalog->registry->heap, zone);
        }
    }
    catalog_free(catalog);
}

void catalog_retired(struct epoch_retired *retired)
{
    struct catalog *catalog = (struct catalog *)retired;
    struct registry_zones zones = catalog->zones;
    catalog_free(catalog);
    if (zones.release != NULL) {
        zones.release(zones.context);
    }
}

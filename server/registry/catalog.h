// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/registry/zone_options.h"
#include "server/zone/snapshot.h"

/**
 * The catalog: which zones there are, as workers see it. Immutable; a reload makes another one.
 *
 * Threads: the functions below are for workers inside their epoch (and for the control thread):
 * lock-free, no allocation; what they return is valid until the end of the loop turn.
 */
struct catalog;
struct zone;

enum zone_state {
    ZONE_STATE_NEW,     /* configured, its load has not begun */
    ZONE_STATE_LOADING, /* the first load is under way: nothing to serve yet */
    ZONE_STATE_SERVING,
    ZONE_STATE_RELOADING, /* serves a version while the next one is loaded */
    ZONE_STATE_FAILED,    /* the last load failed and there is no older version */
    ZONE_STATE_STALE,     /* the last load failed, the version before serves on */
    ZONE_STATE_EXPIRED,   /* past its expire time: not served */
    ZONE_STATE_COUNT,
};

/** What a catalog holds for one zone. */
struct catalog_entry {
    struct zone *zone;
    const struct zone_options *options; /* in force with this catalog */
};

/** The most specific zone at or above the name, or NULL. */
const struct catalog_entry *catalog_find(const struct catalog *catalog, const struct name_key *key);
/** The same for up to TRIE_BATCH_MAX names in lock-step; a NULL key gives NULL. */
void catalog_find_batch(const struct catalog *catalog, const struct name_key *const *keys,
                        unsigned count, const struct catalog_entry **ret_entries);
/** The zone of exactly that name, or NULL. */
const struct catalog_entry *catalog_find_exact(const struct catalog *catalog,
                                               const struct name_key *key);

/** The version that the zone serves, or NULL when there is none. */
const struct snapshot *zone_snapshot(const struct zone *zone);
enum zone_state zone_state(const struct zone *zone);
/** "new", "loading", "serving", …: as in the metrics' state label. */
const char *zone_state_name(enum zone_state state);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/registry/registry.h"

#include <pthread.h>
#include <stdatomic.h>

/**
 * What the files of this folder share. Lock order: `lock` is a leaf; nothing is called while it is
 * held.
 */

/** A published version and what is needed to retire it: made before it is published, so that
 * retiring cannot fail. */
struct version {
    struct epoch_retired retired;
    struct snapshot *snapshot; /* one reference, owned */
    struct heap *heap;
};

/** What the file looked like when it was last read. */
struct file_stamp {
    int64_t mtime_ns;
    int64_t size;
    uint64_t inode;
};

enum zone_work {
    WORK_NONE = 0,
    WORK_LOAD = 1,
    WORK_WRITE = 2,
};

/**
 * One zone, for as long as catalogs name it. Held by the catalog in force, by the line of zones
 * that wait, and by a loader; freed when none does and no worker can read it.
 */
struct zone {
    struct epoch_retired retired;
    _Atomic(struct snapshot *) snapshot; /* workers: acquire; partner: registry_publish's release */
    _Atomic uint8_t state;               /* enum zone_state; relaxed: a label, it orders nothing */
    bool include_outside;
    uint8_t type;
    uint8_t wanted; /* enum zone_work bits; under lock */
    bool waiting;   /* in the line; under lock */
    bool working;   /* with a loader; under lock */
    bool removed;   /* no catalog names it any more; under lock */
    bool left;      /* handed to the epoch, which frees it; under lock */
    bool tried;     /* a load has finished, whatever came of it; under lock */
    uint32_t records_per_rrset_max;
    struct heap *heap;   /* borrowed (from the registry) */
    uint32_t size_bytes; /* of this struct with its name and path */
    struct zone *next;   /* in the line; under lock */
    struct version
        *version; /* of what is published; the loader that works on the zone, or control */
    struct file_stamp stamp;      /* under lock */
    uint64_t loaded_wall_seconds; /* under lock, and so all below */
    uint32_t load_ms;
    uint32_t errors;
    uint32_t warnings;
    uint32_t loads;
    uint32_t writes;
    uint32_t published;
    int8_t load_result;
    int8_t write_result;
    char *reason;     /* owned, REGISTRY_REASON_BYTES, or NULL when there was none */
    const char *file; /* in this block, behind the name */
    uint8_t name[];   /* wire form */
};

/** The immutable table, one block with its entries. */
struct catalog {
    struct epoch_retired retired;
    struct registry *registry;
    struct trie trie; /* leaves: entries */
    struct registry_zones zones;
    size_t size_bytes; /* of this struct with its entries */
    uint32_t count;
    struct catalog_entry entries[]; /* in canonical order of names */
};

struct loader;

struct registry {
    struct registry_options options;
    struct jobs *jobs; /* borrowed, from registry_begin() on, like the epoch */
    struct epoch *epoch;
    struct heap *heap;                 /* owned */
    _Atomic(struct catalog *) catalog; /* workers: acquire; partner: apply's release */
    _Atomic uint64_t changing;         /* publications begun; before the pointer is swapped */
    _Atomic uint64_t changes;          /* workers: acquire; partner: registry_changed's release */
    struct {
        registry_observer_fn observer;
        void *context;
    } observers[REGISTRY_OBSERVERS_MAX];
    uint32_t observer_count;
    bool announced; /* "all zones loaded" was said for the present catalog */
    uint64_t progress_said_ms;
    struct loader *loaders; /* owned, options.loaders of them */

    pthread_mutex_t lock; /* guards what follows and the fields of zones marked so */
    struct zone *line_first;
    struct zone *line_last;
    uint32_t untried; /* zones in force whose first load has not finished */
};

/* catalog.c */

/** Builds a catalog; zones that `before` has already are taken over, others are made. OK or
 * REFUSED_MEMORY (nothing is left behind). */
RESULT_MUST_CHECK enum result catalog_build(struct registry *registry,
                                            const struct registry_zones *zones,
                                            const struct catalog *before,
                                            struct catalog **ret_catalog);
/** Frees a catalog that was never published, and the zones that only it has. */
void catalog_discard(struct catalog *catalog, const struct catalog *before);
/** For epoch_retire: frees the table and lets the options go. */
void catalog_retired(struct epoch_retired *retired);

/* served_zone.c */

RESULT_MUST_CHECK enum result
zone_create(struct registry *registry, const struct zone_options *options, struct zone **ret_zone);
/** Frees it at once: nobody reads it. */
void zone_free(struct heap *heap, struct zone *zone);
/** Whether the zone is what these options describe, so that it can go on serving under them. */
bool zone_matches(const struct zone *zone, const struct zone_options *options);
/** No catalog names it any more: it goes when its loader, if any, is done and no worker reads it.
 */
void zone_remove(struct registry *registry, struct zone *zone);
/** Whether a removed zone is in nobody's hands any more: true once, to the one who must then call
 * zone_let_go(). Under the lock, in the same bracket as the change that may have made it so: behind
 * it the zone may be gone. */
bool zone_leaves(struct zone *zone);
/** Frees the zone when no worker reads it. Under no lock. */
void zone_let_go(struct registry *registry, struct zone *zone);
/** The zone serves what `before`, of the same name, serves, until its own load has finished. On the
 * control thread, before anybody knows the zone. OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result zone_inherit(struct registry *registry, struct zone *zone,
                                           const struct zone *before);
/** Fills a status under the lock. */
void zone_read(struct registry *registry, struct zone *zone, struct zone_status *ret_status);

/* publish.c */

/** Counts a change, after the pointer was swapped and before what it replaced is retired. */
void registry_changed(struct registry *registry);
/** Counts the same change before the pointer is swapped: between the two it is under way. */
void registry_changing(struct registry *registry);

/** Wraps a version for its retirement; takes over the caller's reference when OK. OK;
 * REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result version_create(struct heap *heap, struct snapshot *snapshot,
                                             struct version **ret_version);
/** Releases the version at once: nobody reads it. Accepts NULL. */
void version_free(struct version *version);
/** The only way to a new version: swaps it in, retires the old one, tells the observers. Takes over
 * the caller's reference. On the loader's thread. OK; REFUSED_MEMORY: the version is released. */
RESULT_MUST_CHECK enum result registry_publish(struct registry *registry, struct zone *zone,
                                               struct snapshot *snapshot);
/**
 * The same for a version that was loaded from the zone's file. When it differs little from the one
 * in force, the differences are applied to that and the loaded copy goes, so that a reload keeps
 * memory in proportion to what changed; what comes to be served is the same, to the letter.
 *
 * returns   OK; UNCHANGED: the version in force is the same and stays, the loaded one is released;
 *           REFUSED_MEMORY: likewise
 */
RESULT_MUST_CHECK enum result registry_publish_loaded(struct registry *registry, struct zone *zone,
                                                      struct snapshot *loaded);

/* loader.c */

RESULT_MUST_CHECK enum result loaders_create(struct registry *registry);
void loaders_destroy(struct registry *registry);
/** Puts work for a zone in line. UNCHANGED when it waits already. */
RESULT_MUST_CHECK enum result loader_want(struct registry *registry, struct zone *zone,
                                          enum zone_work work);
/** Submits every loader that is idle while zones wait. */
void loaders_wake(struct registry *registry);
/** Whether a zone waits or a loader is at work. */
bool loaders_busy(struct registry *registry);
/** Says how far the loads are that take long. */
void loaders_report(struct registry *registry, uint64_t now_ms);
/** The percentage of the load of that zone, 0 when there is none. Under the lock. */
uint8_t loader_percent(const struct registry *registry, const struct zone *zone);
/** The file's stamp now; all zero when it cannot be read. */
struct file_stamp file_stamp_read(const char *path);

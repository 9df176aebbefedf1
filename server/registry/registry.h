// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/heap.h"
#include "server/base/clock.h"
#include "server/registry/catalog.h"
#include "threadpool/epoch.h"
#include "threadpool/jobs.h"

/**
 * The registry: the zones we serve, their states, and the one path by which a new version comes to
 * be served.
 *
 * Its story: the control thread applies a list of zone options, at start and at each reload. A new
 * catalog (catalog.h) is built and published with one pointer swap; zones whose name, type and file
 * are the same keep what they serve, and one of the same name with another file or other limits
 * serves what it served until its own load has finished. New zones, and those whose file has
 * changed, wait in a line; a loader on each job thread takes the next one, reads it in slices,
 * checks it and publishes it through registry_publish(), the only place that swaps a zone's version
 * and tells the observers. What was replaced is retired: freed when no worker can still read it,
 * and charged until then. Write-backs go the same way.
 *
 * Whatever fails, fails for one zone: the version before goes on being served, the reason is kept
 * for `zone status` and told as an event.
 *
 * Threads: workers use catalog.h; everything here is for the control thread except where noted.
 * Memory: the heap of account `zones` (versions, catalogs, one struct zone each), and
 * REGISTRY_LOADER_BYTES for each loader.
 */
#define REGISTRY_LOADERS_MAX 32u
#define REGISTRY_OBSERVERS_MAX 8u
#define REGISTRY_SLICE_RECORDS 20000u /* read by one slice: some 10 ms */
#define REGISTRY_ZONE_RECORDS 50u     /* what beginning and ending a load counts for in a slice */
#define REGISTRY_REASON_BYTES 256u    /* of the last problem kept for each zone */
#define REGISTRY_PROGRESS_MS 2000u    /* between two lines about a long load */

struct registry;

/** Told of every version that comes to be served; `before` is NULL for the first. On the publishing
 * (job) thread, must not block; both are valid for the call. */
typedef void (*registry_observer_fn)(void *context, struct zone *zone,
                                     const struct snapshot *before, const struct snapshot *after);

struct registry_options {
    const struct clock *clock; /* borrowed (until destroyed) */
    uint32_t loaders;          /* as many as job threads, 1..REGISTRY_LOADERS_MAX */
};

/** A list of zones and who keeps it alive. */
struct registry_zones {
    const struct zone_options *options; /* borrowed (until `release` is called) */
    uint32_t count;
    void (*release)(void *context); /* nobody reads the options any more; NULL: they live on */
    void *context;
};

/** What a reader wants to know of one zone. */
struct zone_status {
    const uint8_t *name; /* borrowed (from the zone) */
    const char *file;    /* borrowed (from the zone) */
    enum zone_type type;
    enum zone_state state;
    bool is_signed;
    uint32_t serial;
    uint64_t records;
    uint64_t bytes;
    uint32_t versions;            /* held in memory, the served one included */
    uint64_t loaded_wall_seconds; /* when the served version was published; 0: never */
    uint32_t load_ms;             /* how long its load took */
    uint32_t errors;              /* found by the last load */
    uint32_t warnings;
    uint32_t loads; /* finished, whatever the result: a caller can wait for the next */
    uint32_t writes;
    uint32_t published;       /* versions that loads brought into service */
    enum result load_result;  /* of the last load; OK also when the file said nothing new */
    enum result write_result; /* of the last write */
    uint8_t percent;          /* of the load under way */
    char reason[REGISTRY_REASON_BYTES]; /* the last load's first problem; "" when it had none */
};

/** OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result registry_create(const struct registry_options *options,
                                              struct registry **ret_registry);
/**
 * The threads stand: loads may begin. Before the first registry_apply(); workers may read (and find
 * no zones) earlier. Both borrowed (until destroyed).
 */
void registry_begin(struct registry *registry, struct jobs *jobs, struct epoch *epoch);
/** The job threads have stopped and no worker reads. Accepts NULL. */
void registry_destroy(struct registry *registry);

/**
 * Puts a list of zones into force. A zone without a version is queued for loading; with
 * `changed_files`, also one whose file has another size or time than at its last load.
 *
 * returns   OK; REFUSED_MEMORY, and everything is as it was (the list is the caller's still,
 * `release` is not called)
 */
RESULT_MUST_CHECK enum result
registry_apply(struct registry *registry, const struct registry_zones *zones, bool changed_files);
/** Adds an observer, before the first apply. OK or FULL. */
RESULT_MUST_CHECK enum result registry_observe(struct registry *registry,
                                               registry_observer_fn observer, void *context);

/** Queues a load of that zone, changed or not. OK; NOT_FOUND; UNCHANGED when it is queued already.
 */
RESULT_MUST_CHECK enum result registry_load(struct registry *registry, const uint8_t *name);
/** Queues writing a zone back to its file. OK; NOT_FOUND; UNCHANGED when queued already;
 * ERROR_STATE when it has nothing to write. */
RESULT_MUST_CHECK enum result registry_write(struct registry *registry, const uint8_t *name);

/** A few times a second: frees what is retired, says how far long loads are, and when all are done.
 * True while anything waits or is under way. */
bool registry_tick(struct registry *registry);
/** Zones whose load has not been tried since they were configured: 0 means ready. */
uint32_t registry_waiting(const struct registry *registry);

/** How many zones are in each state. */
void registry_state_counts(const struct registry *registry, uint32_t ret_counts[ZONE_STATE_COUNT]);
/** Zones in force. */
uint32_t registry_zone_count(const struct registry *registry);
/** The zone with an index 0..count-1, in canonical order of names. OK or NOT_FOUND. */
RESULT_MUST_CHECK enum result registry_zone_at(struct registry *registry, uint32_t index,
                                               struct zone_status *ret_status);
/** OK or NOT_FOUND. */
RESULT_MUST_CHECK enum result registry_zone_find(struct registry *registry, const uint8_t *name,
                                                 struct zone_status *ret_status);
/** The catalog in force, for a worker inside its epoch. Any thread. */
const struct catalog *registry_catalog(const struct registry *registry);
/**
 * Counts what was published: catalogs and versions. Any thread. Who reads it before the catalog and
 * finds the same number in a later turn may still use what it found then: nothing was replaced
 * since, so nothing was freed.
 */
uint64_t registry_changes(const struct registry *registry);
/**
 * Whether nothing began to be published since that count was read. Asked after the versions were
 * found: a version that was swapped in meanwhile has counted its beginning before. Any thread.
 */
bool registry_settled(const struct registry *registry, uint64_t changes);
/** The heap's figures: how much lives, how much is charged. */
struct heap_state registry_heap(struct registry *registry);
/** What creating one with that many loaders charges beside the zones themselves, for the sheet. */
size_t registry_cost_bytes(uint32_t loaders);

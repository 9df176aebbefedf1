// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_state.h"

#include "alloc/memory.h"
#include "server/base/event.h"
#include "server/wire/name.h"

#define RECLAIM_PER_TICK 4096u
#define RECLAIM_ROUNDS_MAX 1024u

enum result registry_create(const struct registry_options *options, struct registry **ret_registry)
{
    struct registry *registry = memory_take_array(ACCOUNT_ZONES, 1, sizeof *registry);
    if (registry == NULL) {
        return REFUSED_MEMORY;
    }
    registry->options = *options;
    pthread_mutex_init(&registry->lock, NULL);
    enum result result = heap_create(ACCOUNT_ZONES, &registry->heap);
    if (result == OK) {
        result = loaders_create(registry);
    }
    if (result != OK) {
        registry_destroy(registry);
        return result;
    }
    *ret_registry = registry;
    return OK;
}

void registry_begin(struct registry *registry, struct jobs *jobs, struct epoch *epoch)
{
    registry->jobs = jobs;
    registry->epoch = epoch;
}

static struct catalog *current(const struct registry *registry)
{
    return atomic_load_explicit(&registry->catalog, memory_order_acquire);
}

void registry_destroy(struct registry *registry)
{
    if (registry == NULL) {
        return;
    }
    loaders_destroy(registry);
    /* Nobody reads any more: what is retired goes back to the heap while there is one. */
    for (unsigned i = 0; i < RECLAIM_ROUNDS_MAX && registry->epoch != NULL; i++) {
        if (epoch_reclaim(registry->epoch, RECLAIM_PER_TICK) != MORE) {
            break;
        }
    }
    struct catalog *catalog = current(registry);
    if (catalog != NULL) {
        for (uint32_t i = 0; i < catalog->count; i++) {
            zone_free(registry->heap, catalog->entries[i].zone);
        }
        catalog_retired(&catalog->retired);
    }
    heap_destroy(registry->heap);
    pthread_mutex_destroy(&registry->lock);
    memory_give(ACCOUNT_ZONES, registry, sizeof *registry);
}

enum result registry_observe(struct registry *registry, registry_observer_fn observer,
                             void *context)
{
    if (registry->observer_count == REGISTRY_OBSERVERS_MAX) {
        return FULL;
    }
    registry->observers[registry->observer_count].observer = observer;
    registry->observers[registry->observer_count++].context = context;
    return OK;
}

/** Whether the catalog names this very zone. */
static bool catalog_has(const struct catalog *catalog, const struct zone *zone)
{
    if (catalog == NULL) {
        return false;
    }
    struct name_key key;
    name_key_make(zone->name, &key);
    const struct catalog_entry *entry = catalog_find_exact(catalog, &key);
    return entry != NULL && entry->zone == zone;
}

static bool stamps_differ(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->mtime_ns != b->mtime_ns || a->size != b->size || a->inode != b->inode;
}

/** Zones that the catalog before did not name, or whose file is another one now. */
static void queue_loads(struct registry *registry, const struct catalog *catalog,
                        const struct catalog *before, bool changed_files)
{
    for (uint32_t i = 0; i < catalog->count; i++) {
        struct zone *zone = catalog->entries[i].zone;
        bool is_new = !catalog_has(before, zone);
        if (is_new) {
            pthread_mutex_lock(&registry->lock);
            registry->untried++;
            pthread_mutex_unlock(&registry->lock);
        } else if (changed_files) {
            struct file_stamp now = file_stamp_read(zone->file);
            pthread_mutex_lock(&registry->lock);
            bool changed = stamps_differ(&now, &zone->stamp);
            pthread_mutex_unlock(&registry->lock);
            if (!changed) {
                continue;
            }
        } else {
            continue;
        }
        if (loader_want(registry, zone, WORK_LOAD) == UNCHANGED) {
            continue; /* it waits already */
        }
    }
}

static void tell_removed(const struct zone *zone)
{
    char name[NAME_TEXT_MAX];
    name_to_text(zone->name, name);
    event_emit_text(EVENT_ZONE_REMOVED, "zone", name);
}

enum result registry_apply(struct registry *registry, const struct registry_zones *zones,
                           bool changed_files)
{
    struct catalog *before = current(registry);
    struct catalog *catalog;
    enum result result = catalog_build(registry, zones, before, &catalog);
    if (result != OK) {
        return result;
    }
    registry->announced = false;
    queue_loads(registry, catalog, before, changed_files);
    registry_changing(registry);
    atomic_store_explicit(&registry->catalog, catalog, memory_order_release);
    registry_changed(registry);
    if (before != NULL) {
        for (uint32_t i = 0; i < before->count; i++) {
            struct zone *zone = before->entries[i].zone;
            if (!catalog_has(catalog, zone)) {
                tell_removed(zone);
                zone_remove(registry, zone);
            }
        }
        epoch_retire(registry->epoch, &before->retired, catalog_retired);
    }
    loaders_wake(registry);
    return OK;
}

static enum result want_by_name(struct registry *registry, const uint8_t *name, enum zone_work work)
{
    struct name_key key;
    name_key_make(name, &key);
    const struct catalog *catalog = current(registry);
    const struct catalog_entry *entry = catalog == NULL ? NULL : catalog_find_exact(catalog, &key);
    if (entry == NULL) {
        return NOT_FOUND;
    }
    if (work == WORK_WRITE && zone_snapshot(entry->zone) == NULL) {
        return ERROR_STATE;
    }
    enum result result = loader_want(registry, entry->zone, work);
    loaders_wake(registry);
    return result;
}

enum result registry_load(struct registry *registry, const uint8_t *name)
{
    return want_by_name(registry, name, WORK_LOAD);
}

enum result registry_write(struct registry *registry, const uint8_t *name)
{
    return want_by_name(registry, name, WORK_WRITE);
}

uint32_t registry_waiting(const struct registry *registry)
{
    struct registry *writable = (struct registry *)(uintptr_t)registry; /* for its mutex alone */
    pthread_mutex_lock(&writable->lock);
    uint32_t waiting = registry->untried;
    pthread_mutex_unlock(&writable->lock);
    return waiting;
}

static void tell_loaded(const struct registry *registry, uint32_t count)
{
    uint32_t states[ZONE_STATE_COUNT];
    struct event event;
    registry_state_counts(registry, states);
    event_begin(&event, EVENT_ALL_ZONES_LOADED);
    event_number(&event, "zones", count);
    event_number(&event, "failed", states[ZONE_STATE_FAILED] + states[ZONE_STATE_STALE]);
    event_emit(&event);
}

bool registry_tick(struct registry *registry)
{
    loaders_wake(registry);
    loaders_report(registry, clock_ms(registry->options.clock));
    bool pending = epoch_reclaim(registry->epoch, RECLAIM_PER_TICK) == MORE;
    uint32_t waiting = registry_waiting(registry);
    bool busy = loaders_busy(registry);
    const struct catalog *catalog = current(registry);
    if (waiting == 0 && !registry->announced && catalog != NULL) {
        registry->announced = true;
        tell_loaded(registry, catalog->count);
    }
    return pending || busy || waiting != 0;
}

uint32_t registry_zone_count(const struct registry *registry)
{
    const struct catalog *catalog = current(registry);
    return catalog == NULL ? 0 : catalog->count;
}

enum result registry_zone_at(struct registry *registry, uint32_t index,
                             struct zone_status *ret_status)
{
    const struct catalog *catalog = current(registry);
    if (catalog == NULL || index >= catalog->count) {
        return NOT_FOUND;
    }
    zone_read(registry, catalog->entries[index].zone, ret_status);
    return OK;
}

enum result registry_zone_find(struct registry *registry, const uint8_t *name,
                               struct zone_status *ret_status)
{
    struct name_key key;
    name_key_make(name, &key);
    const struct catalog *catalog = current(registry);
    const struct catalog_entry *entry = catalog == NULL ? NULL : catalog_find_exact(catalog, &key);
    if (entry == NULL) {
        return NOT_FOUND;
    }
    zone_read(registry, entry->zone, ret_status);
    return OK;
}

void registry_state_counts(const struct registry *registry, uint32_t ret_counts[ZONE_STATE_COUNT])
{
    const struct catalog *catalog = current(registry);
    for (unsigned i = 0; i < ZONE_STATE_COUNT; i++) {
        ret_counts[i] = 0;
    }
    for (uint32_t i = 0; catalog != NULL && i < catalog->count; i++) {
        ret_counts[zone_state(catalog->entries[i].zone)]++;
    }
}

const struct catalog *registry_catalog(const struct registry *registry)
{
    return current(registry);
}

struct heap_state registry_heap(struct registry *registry)
{
    return heap_read(registry->heap);
}

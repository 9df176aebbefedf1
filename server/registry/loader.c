// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_state.h"

#include "alloc/memory.h"
#include "server/base/event.h"
#include "server/wire/name.h"
#include "server/zone/master_load.h"
#include "server/zone/master_writer.h"

#include <stdio.h>
#include <string.h>

/**
 * One per job thread: takes the next zone in line, loads or writes it, slice by slice, and goes on
 * until the line is empty. What it reads into is taken once.
 */
struct loader {
    struct job job;
    struct registry *registry;    /* borrowed (it owns the loader) */
    struct master_reader *reader; /* owned */
    struct zone *zone;            /* the one at work; written under the registry's lock */
    bool busy;                    /* submitted or running; under the registry's lock */
    bool loading;                 /* `load` is open */
    struct master_load load;
    struct master_progress progress;
    struct file_stamp stamp; /* of the file, before it was opened */
    bool reading;            /* a load is under way; under the registry's lock */
    uint64_t began_ms;       /* of that load; written under the registry's lock */
    bool has_reason;
    char reason[REGISTRY_REASON_BYTES];
    char name[NAME_TEXT_MAX];
};

static enum result loader_slice(struct job *job);
static void loader_over(struct job *job, enum result result);

enum result loaders_create(struct registry *registry)
{
    uint32_t count = registry->options.loaders;
    struct loader *loaders = memory_take_array(ACCOUNT_ZONES, count, sizeof *loaders);
    if (loaders == NULL) {
        return REFUSED_MEMORY;
    }
    registry->loaders = loaders;
    enum result result = OK;
    for (uint32_t i = 0; i < count && result == OK; i++) {
        loaders[i].registry = registry;
        loaders[i].job = (struct job){.run = loader_slice,
                                      .done = loader_over,
                                      .priority = JOB_NORMAL,
                                      .context = &loaders[i]};
        result = master_reader_create(ACCOUNT_ZONES, &loaders[i].reader);
    }
    return result;
}

void loaders_destroy(struct registry *registry)
{
    if (registry->loaders == NULL) {
        return;
    }
    for (uint32_t i = 0; i < registry->options.loaders; i++) {
        struct loader *loader = &registry->loaders[i];
        if (loader->loading) {
            master_load_end(&loader->load, NULL);
        }
        master_reader_destroy(loader->reader);
    }
    memory_give(ACCOUNT_ZONES, registry->loaders,
                registry->options.loaders * sizeof *registry->loaders);
}

size_t registry_cost_bytes(uint32_t loaders)
{
    return sizeof(struct registry) +
           loaders * (sizeof(struct loader) + MASTER_READER_BYTES + MASTER_WRITER_BYTES);
}

/* ---- the line ---- */

enum result loader_want(struct registry *registry, struct zone *zone, enum zone_work work)
{
    pthread_mutex_lock(&registry->lock);
    enum result result = (zone->wanted & work) != 0 ? UNCHANGED : OK;
    zone->wanted |= (uint8_t)work;
    if (!zone->waiting && !zone->working) {
        zone->waiting = true;
        zone->next = NULL;
        if (registry->line_last == NULL) {
            registry->line_first = zone;
        } else {
            registry->line_last->next = zone;
        }
        registry->line_last = zone;
    }
    pthread_mutex_unlock(&registry->lock);
    return result;
}

/** Takes the next zone that still has a catalog; or *ret_removed, which must be let go. Under the
 * lock. */
static struct zone *line_take(struct registry *registry, struct zone **ret_removed)
{
    struct zone *zone = registry->line_first;
    *ret_removed = NULL;
    if (zone == NULL) {
        return NULL;
    }
    registry->line_first = zone->next;
    if (registry->line_first == NULL) {
        registry->line_last = NULL;
    }
    zone->waiting = false;
    if (zone_leaves(zone)) {
        *ret_removed = zone;
        return NULL;
    }
    zone->working = true;
    return zone;
}

void loaders_wake(struct registry *registry)
{
    for (uint32_t i = 0; i < registry->options.loaders; i++) {
        struct loader *loader = &registry->loaders[i];
        pthread_mutex_lock(&registry->lock);
        bool submit = registry->line_first != NULL && !loader->busy;
        if (submit) {
            loader->busy = true;
        }
        pthread_mutex_unlock(&registry->lock);
        if (!submit) {
            continue;
        }
        if (jobs_submit(registry->jobs, &loader->job) != OK) {
            /* A full queue is counted there; registry_tick() tries again. */
            pthread_mutex_lock(&registry->lock);
            loader->busy = false;
            pthread_mutex_unlock(&registry->lock);
            return;
        }
    }
}

bool loaders_busy(struct registry *registry)
{
    pthread_mutex_lock(&registry->lock);
    bool busy = registry->line_first != NULL;
    for (uint32_t i = 0; i < registry->options.loaders; i++) {
        busy = busy || registry->loaders[i].busy;
    }
    pthread_mutex_unlock(&registry->lock);
    return busy;
}

/* ---- one zone ---- */

static void keep_problem(void *context, const struct master_problem *problem)
{
    struct loader *loader = context;
    char place[EVENT_VALUE_BYTES_MAX];
    int length = snprintf(place, sizeof place, "%s",
                          problem->file == NULL ? loader->zone->file : problem->file);
    if (problem->line != 0 && length >= 0 && (size_t)length < sizeof place) {
        snprintf(place + length, sizeof place - (size_t)length, ":%u:%u", problem->line,
                 problem->column);
    }
    if (!loader->has_reason || problem->severity == MASTER_ERROR) {
        bool first_error = problem->severity == MASTER_ERROR && loader->load.problems.errors <= 1;
        if (!loader->has_reason || first_error) {
            snprintf(loader->reason, sizeof loader->reason, "%.120s: %s: %.110s", place,
                     problem->check, problem->text);
        }
        loader->has_reason = true;
    }
    struct event event;
    event_begin(&event, EVENT_ZONE_PROBLEM);
    event_text(&event, "zone", loader->name);
    event_text(&event, "place", place);
    event_text(&event, "problem", problem->text);
    event_text(&event, "check", problem->check);
    event_emit(&event);
}

static void zone_label(struct zone *zone, enum zone_state state)
{
    atomic_store_explicit(&zone->state, (uint8_t)state, memory_order_relaxed);
}

static enum result load_begin(struct loader *loader)
{
    struct registry *registry = loader->registry;
    struct zone *zone = loader->zone;
    loader->has_reason = false;
    loader->reason[0] = '\0';
    pthread_mutex_lock(&registry->lock);
    loader->reading = true;
    loader->began_ms = clock_ms(registry->options.clock);
    pthread_mutex_unlock(&registry->lock);
    loader->stamp = file_stamp_read(zone->file);
    zone_label(zone, zone_snapshot(zone) == NULL ? ZONE_STATE_LOADING : ZONE_STATE_RELOADING);
    struct master_load_options options = {
        .apex = zone->name,
        .heap = registry->heap,
        .limits = {.records_per_rrset = zone->records_per_rrset_max},
        .include_outside = zone->include_outside,
        .path = zone->file,
        .tell = keep_problem,
        .context = loader,
        .progress = &loader->progress,
    };
    enum result result = master_load_begin(&loader->load, loader->reader, &options);
    loader->loading = result == OK;
    return result;
}

static void tell_loaded(const struct loader *loader, const struct master_load_result *load,
                        uint64_t ms)
{
    struct event event;
    event_begin(&event, EVENT_ZONE_LOADED);
    event_text(&event, "zone", loader->name);
    event_number(&event, "serial", load->serial);
    event_number(&event, "records", load->records);
    event_number(&event, "ms", ms);
    event_emit(&event);
}

static void tell_failed(const struct loader *loader, enum result result)
{
    struct event event;
    event_begin(&event,
                result == REFUSED_MEMORY ? EVENT_ZONE_VERSION_REFUSED : EVENT_ZONE_LOAD_FAILED);
    event_text(&event, "zone", loader->name);
    event_text(&event, "reason", loader->reason);
    event_emit(&event);
}

/** Keeps what the load came to, for `zone status`. */
static void load_keep(struct loader *loader, const struct master_load_result *load, uint64_t ms,
                      enum result result)
{
    struct registry *registry = loader->registry;
    struct zone *zone = loader->zone;
    char *reason = NULL; /* NULL to the end: no reason is kept */
    if (loader->has_reason && zone->reason == NULL) {
        reason = heap_take(registry->heap, REGISTRY_REASON_BYTES);
    }
    pthread_mutex_lock(&registry->lock);
    loader->reading = false;
    zone->reason = zone->reason == NULL ? reason : zone->reason;
    if (zone->reason != NULL) {
        memcpy(zone->reason, loader->reason, REGISTRY_REASON_BYTES);
    }
    /* What did not fit may fit later: the next reload tries it again, changed or not. */
    const struct file_stamp none = {0};
    zone->stamp = result == REFUSED_MEMORY ? none : loader->stamp;
    zone->errors = load->errors;
    zone->warnings = load->warnings;
    zone->load_ms = (uint32_t)ms;
    zone->load_result = (int8_t)(result == UNCHANGED ? OK : result);
    zone->loads++;
    if (result == OK) {
        zone->published++;
        zone->loaded_wall_seconds = clock_wall_seconds(registry->options.clock);
    }
    if (!zone->tried) {
        zone->tried = true;
        if (!zone->removed) {
            registry->untried--;
        }
    }
    pthread_mutex_unlock(&registry->lock);
}

/** A load is over, well or not. */
static void load_finish(struct loader *loader, enum result result, struct snapshot *snapshot)
{
    struct zone *zone = loader->zone;
    struct master_load_result load = {.errors = loader->load.problems.errors};
    if (loader->loading) {
        master_load_end(&loader->load, &load);
        loader->loading = false;
    }
    uint64_t ms = clock_ms(loader->registry->options.clock) - loader->began_ms;
    if (result == OK) {
        result = registry_publish_loaded(loader->registry, zone, snapshot);
    }
    if (result == OK || result == UNCHANGED) {
        zone_label(zone, ZONE_STATE_SERVING);
        tell_loaded(loader, &load, ms);
    } else {
        if (!loader->has_reason) {
            snprintf(loader->reason, sizeof loader->reason, "%s", result_name(result));
            loader->has_reason = true;
        }
        zone_label(zone, zone_snapshot(zone) == NULL ? ZONE_STATE_FAILED : ZONE_STATE_STALE);
        tell_failed(loader, result);
    }
    load_keep(loader, &load, ms, result);
}

static void write_zone(struct loader *loader)
{
    struct zone *zone = loader->zone;
    int error = 0;
    enum result result = ERROR_STATE;
    if (zone->version != NULL) {
        result = master_write_file(zone->version->snapshot, ACCOUNT_ZONES, zone->file, &error);
    }
    struct event event;
    event_begin(&event, result == OK ? EVENT_ZONE_WRITTEN : EVENT_ZONE_WRITE_FAILED);
    event_text(&event, "zone", loader->name);
    event_text(&event, "file", zone->file);
    if (result != OK) {
        event_text(&event, "reason", result == ERROR_IO ? strerror(error) : result_name(result));
    }
    event_emit(&event);
    struct file_stamp stamp = file_stamp_read(zone->file);
    pthread_mutex_lock(&loader->registry->lock);
    zone->write_result = (int8_t)result;
    zone->writes++;
    if (result == OK) {
        zone->stamp = stamp; /* our own change is no reason to load it */
    }
    pthread_mutex_unlock(&loader->registry->lock);
}

/* ---- the job ---- */

/** Takes what is wanted of the zone at hand; false, and the zone is let go, when nothing is. */
static bool take_work(struct loader *loader, enum zone_work *ret_work)
{
    struct registry *registry = loader->registry;
    struct zone *zone = loader->zone;
    pthread_mutex_lock(&registry->lock);
    enum zone_work work = (zone->wanted & WORK_LOAD) != 0    ? WORK_LOAD
                          : (zone->wanted & WORK_WRITE) != 0 ? WORK_WRITE
                                                             : WORK_NONE;
    if (zone->removed) {
        work = WORK_NONE;
    }
    zone->wanted &= (uint8_t)~work;
    bool leaves = false;
    if (work == WORK_NONE) {
        zone->working = false;
        loader->zone = NULL;
        leaves = zone_leaves(zone);
    }
    pthread_mutex_unlock(&registry->lock);
    if (leaves) {
        zone_let_go(registry, zone);
    }
    if (work == WORK_NONE) {
        return false;
    }
    *ret_work = work;
    return true;
}

/** Takes the next zone in line. False, and the loader is idle, when the line is empty. */
static bool take_zone(struct loader *loader)
{
    struct registry *registry = loader->registry;
    struct zone *removed;
    pthread_mutex_lock(&registry->lock);
    loader->zone = line_take(registry, &removed);
    bool idle = loader->zone == NULL && removed == NULL;
    pthread_mutex_unlock(&registry->lock);
    if (removed != NULL) {
        zone_let_go(registry, removed);
    }
    if (loader->zone != NULL) {
        name_to_text(loader->zone->name, loader->name);
    }
    return !idle;
}

/** Nobody names the zone any more: what was read of it goes. */
static bool load_is_void(struct loader *loader)
{
    struct registry *registry = loader->registry;
    pthread_mutex_lock(&registry->lock);
    bool removed = loader->zone->removed;
    loader->reading = !removed;
    pthread_mutex_unlock(&registry->lock);
    if (removed) {
        master_load_end(&loader->load, NULL);
        loader->loading = false;
    }
    return removed;
}

/** Reads on; returns how many records that took. */
static uint32_t load_on(struct loader *loader, uint32_t records_max)
{
    struct snapshot *snapshot = NULL;
    if (load_is_void(loader)) {
        return 0;
    }
    uint64_t before = loader->load.result.read;
    enum result result = master_load_step(&loader->load, records_max, &snapshot);
    uint64_t count = loader->load.result.read - before;
    if (result != MORE) {
        load_finish(loader, result, snapshot);
    }
    return count < records_max ? (uint32_t)count : records_max;
}

/** Does whatever is wanted of the zone at hand, or lets it go; returns what counts for the slice.
 */
static uint32_t work_on(struct loader *loader)
{
    enum zone_work work;
    if (!take_work(loader, &work)) {
        return 0;
    }
    if (work == WORK_WRITE) {
        write_zone(loader);
        return REGISTRY_SLICE_RECORDS; /* whatever its size, it has synced a file */
    }
    enum result result = load_begin(loader);
    if (result != OK) {
        load_finish(loader, result, NULL);
    }
    return REGISTRY_ZONE_RECORDS;
}

/** One slice: part of a large zone, or many small ones. */
static enum result loader_slice(struct job *job)
{
    struct loader *loader = job->context;
    for (uint32_t used = 0; used < REGISTRY_SLICE_RECORDS;) {
        if (loader->loading) {
            used += load_on(loader, REGISTRY_SLICE_RECORDS - used);
        } else if (loader->zone != NULL) {
            used += work_on(loader);
        } else if (!take_zone(loader)) {
            /* All is served; now is the time to put it where look-ups find it faster. */
            return heap_settle(loader->registry->heap) ? MORE : OK;
        }
    }
    return MORE;
}

/** The job left the queue: the line was empty, or the queue stops. */
static void loader_over(struct job *job, enum result result)
{
    struct loader *loader = job->context;
    pthread_mutex_lock(&loader->registry->lock);
    loader->busy = false;
    pthread_mutex_unlock(&loader->registry->lock);
    if (result == OK) {
        loaders_wake(loader->registry); /* a zone may have come since the last look */
    }
}

/* ---- progress ---- */

static uint8_t percent_of(const struct master_progress *progress)
{
    uint64_t total = atomic_load_explicit(&progress->bytes_total, memory_order_relaxed);
    uint64_t read = atomic_load_explicit(&progress->bytes_read, memory_order_relaxed);
    return (uint8_t)(total == 0 ? 0 : read >= total ? 100 : read * 100 / total);
}

uint8_t loader_percent(const struct registry *registry, const struct zone *zone)
{
    for (uint32_t i = 0; i < registry->options.loaders; i++) {
        if (registry->loaders[i].zone == zone) {
            return percent_of(&registry->loaders[i].progress);
        }
    }
    return 0;
}

void loaders_report(struct registry *registry, uint64_t now_ms)
{
    if (now_ms - registry->progress_said_ms < REGISTRY_PROGRESS_MS) {
        return;
    }
    registry->progress_said_ms = now_ms;
    for (uint32_t i = 0; i < registry->options.loaders; i++) {
        struct loader *loader = &registry->loaders[i];
        char name[NAME_TEXT_MAX];
        pthread_mutex_lock(&registry->lock);
        bool slow = loader->reading && now_ms - loader->began_ms > REGISTRY_PROGRESS_MS;
        if (slow) {
            name_to_text(loader->zone->name, name);
        }
        pthread_mutex_unlock(&registry->lock);
        if (slow) {
            struct event event;
            event_begin(&event, EVENT_ZONE_LOADING);
            event_text(&event, "zone", name);
            event_number(&event, "percent", percent_of(&loader->progress));
            event_emit(&event);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_state.h"

#include "server/wire/name.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

struct file_stamp file_stamp_read(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return (struct file_stamp){0};
    }
    return (struct file_stamp){
        .mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec,
        .size = status.st_size,
        .inode = status.st_ino,
    };
}

enum result zone_create(struct registry *registry, const struct zone_options *options,
                        struct zone **ret_zone)
{
    size_t name_size = name_length(options->name);
    size_t file_size = strlen(options->file) + 1;
    size_t size = sizeof(struct zone) + name_size + file_size;
    struct zone *zone = heap_take(registry->heap, size);
    if (zone == NULL) {
        return REFUSED_MEMORY;
    }
    memset(zone, 0, sizeof *zone);
    zone->heap = registry->heap;
    zone->size_bytes = (uint32_t)size;
    zone->type = (uint8_t)options->type;
    zone->include_outside = options->include_outside;
    zone->records_per_rrset_max = options->records_per_rrset_max;
    memcpy(zone->name, options->name, name_size);
    zone->file = memcpy(zone->name + name_size, options->file, file_size);
    *ret_zone = zone;
    return OK;
}

static void version_free(struct version *version)
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

void zone_free(struct heap *heap, struct zone *zone)
{
    version_free(zone->version);
    if (zone->reason != NULL) {
        heap_give(heap, zone->reason, REGISTRY_REASON_BYTES);
    }
    heap_give(heap, zone, zone->size_bytes);
}

bool zone_matches(const struct zone *zone, const struct zone_options *options)
{
    return zone->type == options->type && zone->include_outside == options->include_outside &&
           zone->records_per_rrset_max == options->records_per_rrset_max &&
           strcmp(zone->file, options->file) == 0;
}

static void zone_retired(struct epoch_retired *retired)
{
    struct zone *zone = (struct zone *)retired;
    zone_free(zone->heap, zone);
}

void zone_settle(struct registry *registry, struct zone *zone)
{
    pthread_mutex_lock(&registry->lock);
    bool leaves = zone->removed && !zone->waiting && !zone->working;
    if (leaves) {
        zone->removed = false; /* once */
    }
    pthread_mutex_unlock(&registry->lock);
    if (leaves) {
        epoch_retire(registry->epoch, &zone->retired, zone_retired);
    }
}

void zone_remove(struct registry *registry, struct zone *zone)
{
    pthread_mutex_lock(&registry->lock);
    zone->removed = true;
    if (!zone->tried) {
        registry->untried--;
    }
    pthread_mutex_unlock(&registry->lock);
    zone_settle(registry, zone);
}

enum result registry_publish(struct registry *registry, struct zone *zone,
                             struct snapshot *snapshot)
{
    struct version *version = heap_take(registry->heap, sizeof *version);
    if (version == NULL) {
        snapshot_release(snapshot);
        return REFUSED_MEMORY;
    }
    *version = (struct version){.snapshot = snapshot, .heap = registry->heap};
    struct version *before = zone->version;
    zone->version = version;
    atomic_store_explicit(&zone->snapshot, snapshot, memory_order_release);
    for (uint32_t i = 0; i < registry->observer_count; i++) {
        registry->observers[i].observer(registry->observers[i].context, zone,
                                        before == NULL ? NULL : before->snapshot, snapshot);
    }
    if (before != NULL) {
        epoch_retire(registry->epoch, &before->retired, version_retired);
    }
    return OK;
}

void zone_read(struct registry *registry, struct zone *zone, struct zone_status *ret_status)
{
    pthread_mutex_lock(&registry->lock);
    *ret_status = (struct zone_status){
        .name = zone->name,
        .file = zone->file,
        .type = (enum zone_type)zone->type,
        .state = zone_state(zone),
        .loaded_wall_seconds = zone->loaded_wall_seconds,
        .load_ms = zone->load_ms,
        .errors = zone->errors,
        .warnings = zone->warnings,
        .loads = zone->loads,
        .writes = zone->writes,
        .load_result = (enum result)zone->load_result,
        .write_result = (enum result)zone->write_result,
        .percent = loader_percent(registry, zone),
    };
    if (zone->reason != NULL) {
        memcpy(ret_status->reason, zone->reason, sizeof ret_status->reason);
    }
    pthread_mutex_unlock(&registry->lock);
    /* The control thread is among the epoch's readers: a version it finds here stays until its turn
     * of the loop ends. */
    const struct snapshot *snapshot = zone_snapshot(zone);
    if (snapshot != NULL) {
        ret_status->serial = snapshot->serial;
        ret_status->records = snapshot->record_count;
        ret_status->bytes = snapshot->node_bytes;
        ret_status->is_signed = snapshot->is_signed;
        ret_status->versions = snapshot_versions(snapshot);
    }
}

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

bool zone_leaves(struct zone *zone)
{
    bool leaves = zone->removed && !zone->waiting && !zone->working && !zone->left;
    zone->left = zone->left || leaves;
    return leaves;
}

void zone_let_go(struct registry *registry, struct zone *zone)
{
    epoch_retire(registry->epoch, &zone->retired, zone_retired);
}

void zone_remove(struct registry *registry, struct zone *zone)
{
    pthread_mutex_lock(&registry->lock);
    zone->removed = true;
    if (!zone->tried) {
        registry->untried--;
    }
    bool leaves = zone_leaves(zone);
    pthread_mutex_unlock(&registry->lock);
    if (leaves) {
        zone_let_go(registry, zone);
    }
}

enum result zone_inherit(struct registry *registry, struct zone *zone, const struct zone *before)
{
    const struct snapshot *served = zone_snapshot(before);
    if (served == NULL || before->type != zone->type) {
        return OK;
    }
    struct snapshot *snapshot = (struct snapshot *)(uintptr_t)served; /* to count a reference */
    snapshot_hold(snapshot);
    enum result result = version_create(registry->heap, snapshot, &zone->version);
    if (result != OK) {
        snapshot_release(snapshot);
        return result;
    }
    pthread_mutex_lock(&registry->lock);
    zone->loaded_wall_seconds = before->loaded_wall_seconds;
    pthread_mutex_unlock(&registry->lock);
    atomic_store_explicit(&zone->snapshot, snapshot, memory_order_release);
    atomic_store_explicit(&zone->state, ZONE_STATE_SERVING, memory_order_relaxed);
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
        .published = zone->published,
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

// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/preflight.h"

#include "alloc/heap.h"
#include "server/wire/name.h"
#include "server/zone/master_load.h"

#include <inttypes.h>

struct preflight {
    FILE *out;
    const char *zone;
};

static void print_problem(void *context, const struct master_problem *problem)
{
    const struct preflight *preflight = context;
    fprintf(preflight->out, "%s", problem->severity == MASTER_ERROR ? "error" : "warning");
    fprintf(preflight->out, ": %s", problem->file == NULL ? preflight->zone : problem->file);
    if (problem->line != 0) {
        fprintf(preflight->out, ":%u:%u", problem->line, problem->column);
    }
    fprintf(preflight->out, ": %s [%s]\n", problem->text, problem->check);
}

static enum result check_zone(const struct preflight *preflight, const struct zone_options *zone,
                              struct master_reader *reader)
{
    struct heap *heap;
    enum result result = heap_create(ACCOUNT_ZONES, &heap);
    if (result != OK) {
        return result;
    }
    struct master_load_options options = {
        .apex = zone->name,
        .heap = heap,
        .limits = {.records_per_rrset = zone->records_per_rrset_max},
        .include_outside = zone->include_outside,
        .path = zone->file,
        .tell = print_problem,
        .context = (void *)(uintptr_t)preflight,
    };
    struct snapshot *snapshot = NULL;
    struct master_load_result load = {0};
    result = master_load_zone(reader, &options, &snapshot, &load);
    if (result == OK) {
        fprintf(preflight->out, "zone %s: serial %u, %" PRIu64 " records\n", preflight->zone,
                load.serial, load.records);
        snapshot_release(snapshot);
    } else {
        fprintf(preflight->out, "zone %s cannot be served: %s\n", preflight->zone,
                result_name(result));
    }
    heap_destroy(heap);
    return result;
}

enum result preflight_zones(const struct config *config, FILE *out, uint32_t *ret_failed)
{
    struct master_reader *reader;
    enum result result = master_reader_create(ACCOUNT_ZONES, &reader);
    if (result != OK) {
        return result;
    }
    uint32_t failed = 0;
    char name[NAME_TEXT_MAX];
    struct preflight preflight = {out, name};
    for (uint32_t i = 0; i < config->zone_count; i++) {
        name_to_text(config->zones[i].name, name);
        if (check_zone(&preflight, &config->zones[i], reader) != OK) {
            failed++;
        }
    }
    master_reader_destroy(reader);
    *ret_failed = failed;
    return OK;
}

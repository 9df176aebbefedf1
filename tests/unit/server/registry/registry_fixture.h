// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/event.h"
#include "server/registry/registry_state.h"
#include "server/wire/name.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * What the tests of the registry share: a registry without threads (jobs are run by hand), a
 * directory with zone files, a clock that stands still, and a list of options to apply.
 */
#define BED_ZONES_MAX 64u

static struct {
    char directory[64];
    struct clock_virtual clock;
    struct epoch epoch;
    struct jobs *jobs;
    struct registry *registry;
    struct event_reader events;
    struct zone_options options[BED_ZONES_MAX];
    struct name names[BED_ZONES_MAX];
    char files[BED_ZONES_MAX][128];
    uint32_t count;
    unsigned released;
    size_t charged_before;
} bed;

static inline const char *bed_path(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", bed.directory, name);
    return path;
}

static inline void bed_file(const char *name, const char *text)
{
    FILE *file = fopen(bed_path(name), "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    cr_assert_eq(fclose(file), 0);
}

/* A zone file with a serial and further lines; the file's size differs with the text. */
static inline void bed_zone_file(const char *name, unsigned serial, const char *more)
{
    char text[16384];
    snprintf(text, sizeof text, "$TTL 300\n@ SOA ns h %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n%s",
             serial, more);
    bed_file(name, text);
}

static inline void bed_open(uint32_t loaders)
{
    struct registry_options options = {.clock = &bed.clock.clock, .loaders = loaders};
    strcpy(bed.directory, "/tmp/plimsoll-test-XXXXXX");
    cr_assert_not_null(mkdtemp(bed.directory));
    bed.charged_before = ledger_read(ACCOUNT_ZONES).used_bytes;
    clock_virtual_init(&bed.clock, 1000000, 1700000000);
    epoch_init(&bed.epoch);
    cr_assert_eq(jobs_create(64, &bed.jobs), OK);
    cr_assert_eq(registry_create(&options, &bed.registry), OK);
    registry_begin(bed.registry, bed.jobs, &bed.epoch);
    event_reader_init_newest(&bed.events);
}

static inline void bed_close(void)
{
    char command[128];
    jobs_stop(bed.jobs);
    jobs_destroy(bed.jobs);
    registry_destroy(bed.registry);
    epoch_deinit(&bed.epoch);
    cr_expect_eq(ledger_read(ACCOUNT_ZONES).used_bytes, bed.charged_before);
    snprintf(command, sizeof command, "rm -rf '%s'", bed.directory);
    cr_assert_eq(system(command), 0);
}

static inline void bed_open_one(void)
{
    bed_open(1);
}

static inline const uint8_t *bed_name(const char *text)
{
    static struct name name;
    cr_assert_eq(name_from_text(text, strlen(text), NULL, &name), OK);
    return name.bytes;
}

/* Adds a zone to the list that bed_apply() puts into force. */
static inline struct zone_options *bed_add(const char *name, const char *file)
{
    cr_assert_lt(bed.count, BED_ZONES_MAX);
    uint32_t i = bed.count++;
    cr_assert_eq(name_from_text(name, strlen(name), NULL, &bed.names[i]), OK);
    strcpy(bed.files[i], bed_path(file));
    bed.options[i] = (struct zone_options){.name = bed.names[i].bytes,
                                           .type = ZONE_PRIMARY,
                                           .file = bed.files[i],
                                           .records_per_rrset_max = 1000};
    return &bed.options[i];
}

struct bed_list {
    struct zone_options options[BED_ZONES_MAX];
};

/* For registry_zones.release: counts, and frees the list. */
static inline void bed_release(void *context)
{
    bed.released++;
    free(context);
}

/* Applies a copy of the list: names and files stay, so only the options can go too early. */
static inline enum result bed_try_apply(bool changed_files)
{
    struct bed_list *list = malloc(sizeof *list);
    cr_assert_not_null(list);
    memcpy(list->options, bed.options, sizeof bed.options);
    struct registry_zones zones = {list->options, bed.count, bed_release, list};
    enum result result = registry_apply(bed.registry, &zones, changed_files);
    if (result != OK) {
        free(list);
    }
    return result;
}

static inline void bed_apply(bool changed_files)
{
    cr_assert_eq(bed_try_apply(changed_files), OK);
}

/* Runs jobs until none waits. */
static inline void bed_run(void)
{
    for (unsigned i = 0; jobs_run_next(bed.jobs) == OK; i++) {
        cr_assert_lt(i, 1000000);
    }
}

static inline struct zone_status bed_status(const char *name)
{
    struct zone_status status;
    cr_assert_eq(registry_zone_find(bed.registry, bed_name(name), &status), OK, "%s", name);
    return status;
}

static inline const struct catalog_entry *bed_entry(const char *name)
{
    struct name_key key;
    name_key_make(bed_name(name), &key);
    return catalog_find_exact(registry_catalog(bed.registry), &key);
}

static inline const struct snapshot *bed_snapshot(const char *name)
{
    const struct catalog_entry *entry = bed_entry(name);
    cr_assert_not_null(entry, "%s", name);
    return zone_snapshot(entry->zone);
}

/* How often the event was emitted since the last call, other events passed over. */
static inline unsigned bed_events(enum event_id id, struct event *ret_last)
{
    struct event event;
    unsigned count = 0;
    while (event_reader_next(&bed.events, &event)) {
        if (event.id == (uint32_t)id) {
            count++;
            if (ret_last != NULL) {
                *ret_last = event;
            }
        }
    }
    return count;
}

/* Frees what is retired: no reader is registered, so one round does. */
static inline void bed_reclaim(void)
{
    for (unsigned i = 0; epoch_reclaim(&bed.epoch, 4096) == MORE; i++) {
        cr_assert_lt(i, 100);
    }
}

/* Adds and applies one zone "example." in "e.zone" and loads it. */
static inline void bed_example(unsigned serial, const char *more)
{
    bed_zone_file("e.zone", serial, more);
    bed_add("example", "e.zone");
    bed_apply(false);
    bed_run();
    cr_assert_eq(bed_status("example").state, ZONE_STATE_SERVING, "%s",
                 bed_status("example").reason);
    bed_reclaim();
    (void)bed_events(EVENT_STARTED, NULL);
}

/* Loads the zone example. again, changed or not. */
static inline void bed_reload(void)
{
    cr_assert_eq(registry_load(bed.registry, bed_name("example")), OK);
    bed_run();
    bed_reclaim();
}

// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry.h"
#include "server/wire/name.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Zones come and go, change their files and are reloaded and written, two job threads load them and
 * two readers walk whatever is in force: each version is whole, and in the end the ledger is even.
 */
#define ZONES 12u
#define ROUNDS 150u
#define READERS 2u
#define JOB_THREADS 2u

static struct epoch epoch;
static struct jobs *jobs;
static struct registry *registry;
static char directory[] = "/tmp/plimsoll-race-XXXXXX";
static struct name names[ZONES];
static char files[2][ZONES][64];
static _Atomic bool over;
static _Atomic uint64_t versions_read;
static _Atomic uint64_t published;
static unsigned released;

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "race_registry: %s\n", what);
        abort();
    }
}

static void *serve(void *context)
{
    (void)context;
    jobs_serve(jobs);
    return NULL;
}

static void read_version(const struct snapshot *snapshot)
{
    struct snapshot_walk walk;
    uint64_t records = 0;
    snapshot_walk_begin(&walk, snapshot);
    for (const struct zone_node *node; (node = snapshot_walk_next(&walk)) != NULL;) {
        records += zone_node_record_count(node);
    }
    require(records == snapshot->record_count, "a version that is not whole");
    require(records == 3 + snapshot->serial % 50, "records of another version");
    atomic_fetch_add_explicit(&versions_read, 1, memory_order_relaxed);
}

static void *read_all(void *context)
{
    struct epoch_reader *reader = context;
    while (!atomic_load_explicit(&over, memory_order_acquire)) {
        epoch_announce(reader);
        const struct catalog *catalog = registry_catalog(registry);
        for (unsigned i = 0; catalog != NULL && i < ZONES; i++) {
            struct name_key key;
            name_key_make(names[i].bytes, &key);
            const struct catalog_entry *entry = catalog_find(catalog, &key);
            const struct snapshot *snapshot = entry == NULL ? NULL : zone_snapshot(entry->zone);
            if (snapshot != NULL) {
                read_version(snapshot);
                require(entry->options->records_per_rrset_max == 1000, "options that are gone");
            }
        }
        sched_yield();
    }
    epoch_leave(reader);
    return NULL;
}

static void observe(void *context, struct zone *zone, const struct snapshot *before,
                    const struct snapshot *after)
{
    (void)zone;
    require(before != after && (before == NULL || before->serial != 0), "a version before");
    atomic_fetch_add_explicit((_Atomic uint64_t *)context, 1, memory_order_relaxed);
}

/* serial % 50 hosts; replaced whole, so that no load sees half a file. */
static void write_file(const char *path, unsigned serial)
{
    char text[4096];
    char temporary[80];
    int used = snprintf(text, sizeof text,
                        "$TTL 300\n@ SOA ns h %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n", serial);
    for (unsigned i = 0; i < serial % 50; i++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "h%u A 192.0.2.2\n", i);
    }
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "a file");
    require(rename(temporary, path) == 0, "a rename");
}

static void release(void *context)
{
    released++;
    memset(context, 0xdb, ZONES * sizeof(struct zone_options));
    free(context);
}

static void apply(unsigned round)
{
    struct zone_options *options = calloc(ZONES, sizeof *options);
    struct registry_zones zones = {options, 0, release, options};
    require(options != NULL, "memory");
    for (unsigned i = 0; i < ZONES; i++) {
        if ((i + round) % 4 != 0) {
            options[zones.count++] = (struct zone_options){.name = names[i].bytes,
                                                           .file = files[(i + round / 8) % 2][i],
                                                           .records_per_rrset_max = 1000};
        }
    }
    require(registry_apply(registry, &zones, round % 2 == 0) == OK, "apply");
}

static void look(unsigned round)
{
    struct zone_status status;
    uint32_t counts[ZONE_STATE_COUNT];
    uint32_t sum = 0;
    registry_state_counts(registry, counts);
    for (unsigned i = 0; i < ZONE_STATE_COUNT; i++) {
        sum += counts[i];
    }
    require(sum == registry_zone_count(registry), "the sum of the states");
    if (registry_zone_find(registry, names[round % ZONES].bytes, &status) == OK) {
        require(status.percent <= 100, "more than all of it");
    }
    (void)registry_waiting(registry);
    (void)registry_heap(registry);
}

static void turn(unsigned round, struct epoch_reader *control)
{
    epoch_announce(control);
    for (unsigned i = 0; i < ZONES; i += 3) {
        unsigned at = (i + round) % ZONES;
        write_file(files[round % 2][at], 1 + round * ZONES + i);
        enum result result = registry_load(registry, names[at].bytes);
        require(result >= OK, "load");
        result = registry_write(registry, names[(at + 1) % ZONES].bytes);
        require(result >= OK || result == ERROR_STATE, "write");
    }
    if (round % 3 == 0) {
        apply(round);
    }
    look(round);
    (void)registry_tick(registry);
    usleep(500);
}

static void prepare(void)
{
    struct registry_options options = {.clock = clock_real(), .loaders = JOB_THREADS};
    require(mkdtemp(directory) != NULL, "a directory");
    for (unsigned i = 0; i < ZONES; i++) {
        char text[32];
        int length = snprintf(text, sizeof text, "z%u.example", i);
        require(name_from_text(text, (size_t)length, NULL, &names[i]) == OK, "a name");
        for (unsigned side = 0; side < 2; side++) {
            snprintf(files[side][i], sizeof files[side][i], "%s/z%u-%u", directory, i, side);
            write_file(files[side][i], 1 + i);
        }
    }
    epoch_init(&epoch);
    require(jobs_create(16, &jobs) == OK, "jobs");
    require(registry_create(&options, &registry) == OK, "registry");
    require(registry_observe(registry, observe, &published) == OK, "observe");
    registry_begin(registry, jobs, &epoch);
}

int main(void)
{
    pthread_t workers[READERS];
    pthread_t servers[JOB_THREADS];
    struct epoch_reader *readers[READERS + 1];
    prepare();
    for (unsigned i = 0; i <= READERS; i++) {
        require(epoch_register(&epoch, NULL, NULL, &readers[i]) == OK, "a reader");
    }
    for (unsigned i = 0; i < READERS; i++) {
        require(pthread_create(&workers[i], NULL, read_all, readers[i]) == 0, "a thread");
    }
    for (unsigned i = 0; i < JOB_THREADS; i++) {
        require(pthread_create(&servers[i], NULL, serve, NULL) == 0, "a thread");
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        turn(round, readers[READERS]);
    }
    jobs_stop(jobs); /* with loads under way */
    for (unsigned i = 0; i < JOB_THREADS; i++) {
        pthread_join(servers[i], NULL);
    }
    atomic_store_explicit(&over, true, memory_order_release);
    for (unsigned i = 0; i < READERS; i++) {
        pthread_join(workers[i], NULL);
    }
    for (unsigned i = 0; i <= READERS; i++) {
        epoch_unregister(readers[i]);
    }
    jobs_destroy(jobs);
    registry_destroy(registry);
    epoch_deinit(&epoch);
    require(released == (ROUNDS + 2) / 3, "every list is released once");
    require(ledger_read(ACCOUNT_ZONES).used_bytes == 0, "the ledger is even");
    require(versions_read > 0 && published > 0, "something happened");
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    require(system(command) == 0, "the files");
    return 0;
}

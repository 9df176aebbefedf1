// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/fault_loop.h"
#include "tests/unit/server/registry/registry_fixture.h"

#include <dirent.h>

/* A zone's life: loaded, loaded again with little and with much changed, written. Whatever is
 * refused is one zone's matter, told by one event, and the version before answers on. */
#define HOSTS 3000u
#define REPEATS_MS (2u * EVENT_WINDOW_MS)

static void setup(void)
{
    bed_open_one();
    event_init(&bed.clock.clock);
}

TestSuite(fault_zone, .init = setup, .fini = bed_close, .timeout = 250);

static void hosts_file(unsigned serial, unsigned from, unsigned count)
{
    FILE *file = fopen(bed_path("e.zone"), "w");
    cr_assert_not_null(file);
    fprintf(file, "$TTL 300\n@ SOA ns h %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n", serial);
    for (unsigned i = from; i < from + count; i++) {
        fprintf(file, "h%u A 192.0.2.%u\n", i, i % 256);
    }
    cr_assert_eq(fclose(file), 0);
}

/* Events of refused loads since the last call. */
static unsigned refusals(void)
{
    struct event event;
    unsigned count = 0;
    while (event_reader_next(&bed.events, &event)) {
        count += event.id == EVENT_ZONE_LOAD_FAILED || event.id == EVENT_ZONE_VERSION_REFUSED;
    }
    return count;
}

static void new_window(void)
{
    clock_virtual_advance_ms(&bed.clock, REPEATS_MS);
    (void)refusals();
}

/* What a refused load may be called. */
static bool is_expected(enum fault_point point, enum result result)
{
    return point == FAULT_CHARGE ? result == REFUSED_MEMORY : result == ERROR_IO;
}

static void load_first(enum fault_point point)
{
    struct fault_loop loop = {.point = point};
    hosts_file(7, 0, HOSTS);
    bed_add("example", "e.zone");
    unsigned failed = 0;
    while (fault_loop_next(&loop)) {
        bed.count = 0;
        bed_apply(false);
        bed_reclaim();
        struct fault_ledger before = fault_ledger_now();
        bed.count = 1;
        bed_apply(false);
        new_window();
        fault_loop_arm(&loop);
        bed_run();
        fault_loop_disarm(&loop);
        struct zone_status status = bed_status("example");
        cr_assert_eq(status.loads, 1);
        cr_assert_eq(registry_waiting(bed.registry), 0);
        if (status.load_result == OK) {
            cr_assert_eq(status.state, ZONE_STATE_SERVING);
            cr_assert_eq(status.records, HOSTS + 3);
            cr_assert_eq(refusals(), 0);
        } else {
            failed++;
            cr_assert(loop.struck);
            cr_assert(is_expected(point, status.load_result), "%s",
                      result_name(status.load_result));
            cr_assert_eq(status.state, ZONE_STATE_FAILED);
            cr_assert_null(bed_snapshot("example"));
            cr_assert_eq(refusals(), 1, "refusal %u", (unsigned)loop.n);
        }
        bed.count = 0;
        bed_apply(false);
        bed_reclaim();
        fault_ledger_even(&before, "load", loop.n);
    }
    cr_assert_gt(failed, 0);
}

Test(fault_zone, every_charge_of_a_first_load)
{
    load_first(FAULT_CHARGE);
}

Test(fault_zone, every_read_of_a_first_load)
{
    load_first(FAULT_READ);
}

/* From serial 7 to serial 8; the old version is put back before each turn. */
static void reload(enum fault_point point, unsigned from, unsigned count)
{
    struct fault_loop loop = {.point = point};
    unsigned failed = 0;
    while (fault_loop_next(&loop)) {
        bed.count = 0;
        bed_apply(false);
        bed_reclaim();
        hosts_file(7, 0, HOSTS);
        if (loop.n == 1) {
            bed_add("example", "e.zone");
        }
        bed.count = 1;
        bed_apply(false);
        bed_run();
        bed_reclaim();
        const struct snapshot *served = bed_snapshot("example");
        cr_assert_not_null(served);
        size_t live = registry_heap(bed.registry).live_bytes;
        hosts_file(8, from, count);
        cr_assert_eq(registry_load(bed.registry, bed_name("example")), OK);
        new_window();
        fault_loop_arm(&loop);
        bed_run();
        fault_loop_disarm(&loop);
        bed_reclaim();
        struct zone_status status = bed_status("example");
        cr_assert_eq(status.loads, 2);
        if (status.load_result == OK) {
            cr_assert_eq(status.state, ZONE_STATE_SERVING);
            cr_assert_eq(status.serial, 8);
            cr_assert_eq(status.records, count + 3);
            cr_assert_eq(status.versions, 1);
            cr_assert_eq(refusals(), 0);
        } else {
            failed++;
            cr_assert(loop.struck);
            cr_assert(is_expected(point, status.load_result), "%s",
                      result_name(status.load_result));
            cr_assert_eq(status.state, ZONE_STATE_STALE);
            cr_assert_eq(bed_snapshot("example"), served, "the version before serves on");
            cr_assert_eq(refusals(), 1);
            size_t kept = status.reason[0] == '\0' ? 0 : REGISTRY_REASON_BYTES;
            cr_assert_eq(registry_heap(bed.registry).live_bytes, live + kept);
        }
    }
    cr_assert_gt(failed, 0);
}

Test(fault_zone, every_charge_of_a_reload_that_changes_little)
{
    reload(FAULT_CHARGE, 0, HOSTS + 100);
}

Test(fault_zone, every_charge_of_a_reload_that_changes_much)
{
    reload(FAULT_CHARGE, HOSTS / 2, HOSTS);
}

Test(fault_zone, every_read_of_a_reload)
{
    reload(FAULT_READ, 0, HOSTS + 1);
}

static unsigned files_in_directory(void)
{
    unsigned count = 0;
    DIR *directory = opendir(bed.directory);
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

static bool file_is(const char *text)
{
    char found[64] = "";
    FILE *file = fopen(bed_path("e.zone"), "r");
    cr_assert_not_null(file);
    size_t size = fread(found, 1, sizeof found - 1, file);
    fclose(file);
    found[size] = '\0';
    return strcmp(found, text) == 0;
}

static void write_back(enum fault_point point)
{
    struct fault_loop loop = {.point = point};
    static const char old[] = "the file as it was\n";
    unsigned failed = 0;
    hosts_file(7, 0, 20);
    bed_add("example", "e.zone");
    bed_apply(false);
    bed_run();
    const struct snapshot *served = bed_snapshot("example");
    while (fault_loop_next(&loop)) {
        struct event event;
        bed_file("e.zone", old);
        new_window();
        cr_assert_eq(registry_write(bed.registry, bed_name("example")), OK);
        struct fault_ledger before = fault_ledger_now();
        fault_loop_arm(&loop);
        bed_run();
        fault_loop_disarm(&loop);
        struct zone_status status = bed_status("example");
        cr_assert_eq(status.writes, loop.n);
        cr_assert_eq(status.state, ZONE_STATE_SERVING);
        cr_assert_eq(bed_snapshot("example"), served);
        cr_assert_eq(files_in_directory(), 1, "nothing temporary is left");
        fault_ledger_even(&before, "write", loop.n);
        if (status.write_result == OK) {
            cr_assert_not(file_is(old));
            cr_assert_eq(bed_events(EVENT_ZONE_WRITTEN, NULL), 1);
            continue;
        }
        failed++;
        cr_assert(loop.struck);
        cr_assert(is_expected(point, status.write_result), "%s", result_name(status.write_result));
        cr_assert_eq(bed_events(EVENT_ZONE_WRITE_FAILED, &event), 1);
        cr_assert_not_null(event_field(&event, "reason"));
        if (!file_is(old)) {
            /* Only the directory's sync comes behind the rename: then the new file stands, whole.
             */
            cr_assert_eq(point, FAULT_SYNC);
            cr_assert_eq(registry_load(bed.registry, bed_name("example")), OK);
            bed_run();
            cr_assert_eq(bed_snapshot("example"), served);
        }
    }
    cr_assert_gt(failed, 0);
}

Test(fault_zone, every_charge_of_a_write)
{
    write_back(FAULT_CHARGE);
}

Test(fault_zone, every_write_of_a_write)
{
    write_back(FAULT_WRITE);
}

Test(fault_zone, every_sync_of_a_write)
{
    write_back(FAULT_SYNC);
}

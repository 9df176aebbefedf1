// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/registry/registry_fixture.h"

#include "alloc/fault.h"

TestSuite(loader, .init = bed_open_one, .fini = bed_close, .timeout = 60);

static enum result do_nothing(struct job *job)
{
    (void)job;
    return OK;
}

/* A zone that takes several slices. */
static void large_file(const char *name, unsigned serial, unsigned records)
{
    FILE *file = fopen(bed_path(name), "w");
    cr_assert_not_null(file);
    fprintf(file, "$TTL 300\n@ SOA ns h %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n", serial);
    for (unsigned i = 0; i < records; i++) {
        fprintf(file, "h%u A 192.0.2.%u\n", i, i % 256);
    }
    cr_assert_eq(fclose(file), 0);
}

Test(loader, zones_in_the_order_in_which_they_wait)
{
    for (unsigned i = 0; i < 5; i++) {
        char name[8];
        snprintf(name, sizeof name, "z%u", i);
        bed_zone_file(name, i + 1, "");
        bed_add(name, name);
    }
    bed_apply(false);
    cr_expect_eq(registry_waiting(bed.registry), 5);
    bed_run();
    struct event event;
    uint64_t next = 1;
    while (event_reader_next(&bed.events, &event)) {
        if (event.id == EVENT_ZONE_LOADED) {
            cr_expect_eq(strtoull(event_field(&event, "serial"), NULL, 10), next++);
        }
    }
    cr_expect_eq(next, 6);
    cr_expect_eq(registry_waiting(bed.registry), 0);
}

Test(loader, a_large_zone_takes_slices_and_says_how_far_it_is)
{
    large_file("e", 7, 2 * REGISTRY_SLICE_RECORDS + 10);
    bed_add("example", "e");
    bed_apply(false);
    cr_expect_eq(bed_status("example").state, ZONE_STATE_NEW);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_LOADING);
    cr_expect_gt(status.percent, 30);
    cr_expect_lt(status.percent, 70);
    cr_expect_null(bed_snapshot("example"));
    cr_expect_eq(registry_waiting(bed.registry), 1);
    cr_expect(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ZONE_LOADING, NULL), 0, "it takes no time so far");

    clock_virtual_advance_ms(&bed.clock, REGISTRY_PROGRESS_MS + 1);
    cr_expect(registry_tick(bed.registry));
    cr_expect(registry_tick(bed.registry));
    struct event event;
    cr_expect_eq(bed_events(EVENT_ZONE_LOADING, &event), 1, "not with every tick");
    cr_expect_str_eq(event_field(&event, "zone"), "example.");
    cr_expect_eq((unsigned)atoi(event_field(&event, "percent")), status.percent);
    bed_run();
    status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_SERVING);
    cr_expect_eq(status.records, 2 * REGISTRY_SLICE_RECORDS + 13);
    cr_expect_eq(status.load_ms, REGISTRY_PROGRESS_MS + 1);
    clock_virtual_advance_ms(&bed.clock, 10 * REGISTRY_PROGRESS_MS);
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ZONE_LOADING, NULL), 0);
}

Test(loader, many_small_zones_in_one_slice)
{
    for (unsigned i = 0; i < BED_ZONES_MAX; i++) {
        char name[8];
        snprintf(name, sizeof name, "z%u", i);
        bed_zone_file("z", 1, "");
        bed_add(name, "z");
    }
    bed_apply(false);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    cr_expect_eq(registry_waiting(bed.registry), 0);
    uint32_t counts[ZONE_STATE_COUNT];
    registry_state_counts(bed.registry, counts);
    cr_expect_eq(counts[ZONE_STATE_SERVING], BED_ZONES_MAX);
}

Test(loader, a_zone_waits_once)
{
    bed_example(7, "");
    const uint8_t *name = bed_name("example");
    cr_expect_eq(registry_load(bed.registry, name), OK);
    cr_expect_eq(registry_load(bed.registry, name), UNCHANGED);
    cr_expect_eq(registry_write(bed.registry, name), OK);
    cr_expect_eq(registry_write(bed.registry, name), UNCHANGED);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.loads, 2);
    cr_expect_eq(status.writes, 1);
}

Test(loader, wanted_again_while_it_is_at_work)
{
    large_file("e", 7, REGISTRY_SLICE_RECORDS + 10);
    bed_add("example", "e");
    bed_apply(false);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    cr_expect_eq(registry_load(bed.registry, bed_name("example")), OK);
    cr_expect_eq(registry_load(bed.registry, bed_name("example")), UNCHANGED);
    bed_run();
    cr_expect_eq(bed_status("example").loads, 2, "the one behind it reads the file anew");
}

Test(loader, removed_with_its_load_under_way)
{
    large_file("e", 7, 3 * REGISTRY_SLICE_RECORDS);
    size_t empty = registry_heap(bed.registry).live_bytes;
    bed_add("example", "e");
    bed_apply(false);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    bed.count = 0;
    bed_apply(false);
    cr_expect_eq(registry_waiting(bed.registry), 0);
    struct heap_state loading = registry_heap(bed.registry);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    cr_expect_eq(jobs_run_next(bed.jobs), NOT_FOUND, "it is given up at once");
    bed_reclaim();
    cr_expect_lt(registry_heap(bed.registry).live_bytes, loading.live_bytes / 10);
    cr_expect_eq(bed_events(EVENT_ZONE_LOADED, NULL), 0);
    bed_apply(false);
    bed_reclaim();
    cr_expect_lt(registry_heap(bed.registry).live_bytes, empty + 1024);
}

Test(loader, removed_and_named_again_with_its_load_under_way)
{
    large_file("e", 7, 2 * REGISTRY_SLICE_RECORDS);
    bed_add("example", "e");
    bed_apply(false);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    bed.count = 0;
    bed_apply(false);
    bed.count = 1;
    bed_apply(false);
    cr_expect_eq(registry_waiting(bed.registry), 1);
    bed_run();
    cr_expect_eq(bed_status("example").state, ZONE_STATE_SERVING);
    cr_expect_eq(bed_status("example").loads, 1);
    cr_expect_eq(registry_waiting(bed.registry), 0);
}

Test(loader, removed_while_it_waits)
{
    bed_zone_file("e", 1, "");
    bed_add("example", "e");
    bed_apply(false);
    bed.count = 0;
    bed_apply(false);
    bed_apply(false);
    cr_expect_eq(registry_waiting(bed.registry), 0);
    bed_run();
    bed_reclaim();
    cr_expect_eq(epoch_read(&bed.epoch).pending, 0);
    cr_expect_eq(bed_events(EVENT_ZONE_LOADED, NULL), 0);
    cr_expect_eq(registry_zone_count(bed.registry), 0);
}

Test(loader, stopped_half_way)
{
    large_file("e", 7, 2 * REGISTRY_SLICE_RECORDS);
    bed_add("example", "e");
    bed_zone_file("f", 1, "");
    bed_add("f", "f");
    bed_apply(false);
    cr_assert_eq(jobs_run_next(bed.jobs), OK);
    /* bed_close() stops the queue and finds the ledger even. */
}

Test(loader, a_queue_that_is_full_is_tried_again)
{
    struct job fillers[64] = {0};
    for (unsigned i = 0; i < 64; i++) {
        fillers[i] = (struct job){.run = do_nothing, .priority = JOB_BULK};
        cr_assert_eq(jobs_submit(bed.jobs, &fillers[i]), OK);
    }
    bed_zone_file("e", 1, "");
    bed_add("example", "e");
    bed_apply(false);
    cr_expect(registry_tick(bed.registry));
    cr_expect_eq(jobs_read(bed.jobs).refused, 2);
    jobs_stop(bed.jobs);
    jobs_destroy(bed.jobs);
    cr_assert_eq(jobs_create(64, &bed.jobs), OK);
    registry_begin(bed.registry, bed.jobs, &bed.epoch);
    cr_expect(registry_tick(bed.registry));
    bed_run();
    cr_expect_eq(bed_status("example").state, ZONE_STATE_SERVING);
}

Test(loader, a_first_load_that_fails)
{
    bed_file("e", "$TTL 300\n@ NS ns\nns A 192.0.2.1\nx A 300.0.0.1\n");
    bed_add("example", "e");
    bed_add("absent", "absent");
    bed_apply(false);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_FAILED);
    cr_expect_eq(status.load_result, ERROR_SYNTAX);
    cr_expect_gt(status.errors, 0);
    cr_expect_eq(status.loads, 1);
    cr_expect_eq(status.published, 0);
    cr_expect_eq(status.loaded_wall_seconds, 0);
    char reason[REGISTRY_REASON_BYTES];
    snprintf(reason, sizeof reason, "%s:4:5: ", bed_path("e"));
    cr_expect_eq(strncmp(status.reason, reason, strlen(reason)), 0, "%s", status.reason);
    cr_expect_null(bed_snapshot("example"));
    status = bed_status("absent");
    cr_expect_eq(status.state, ZONE_STATE_FAILED);
    cr_expect_eq(status.load_result, ERROR_IO);
    cr_expect_eq(status.errors, 1);
    cr_expect_not_null(strstr(status.reason, "No such file"), "%s", status.reason);
    cr_expect_eq(registry_waiting(bed.registry), 0, "tried is tried: the server is ready");
    cr_expect_eq(bed_events(EVENT_ZONE_LOAD_FAILED, NULL), 2);
}

Test(loader, a_reload_that_fails_and_one_that_mends_it)
{
    bed_example(7, "");
    const struct snapshot *served = bed_snapshot("example");
    bed_file("e.zone", "no zone\n");
    bed_apply(true);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_STALE);
    cr_expect_neq(status.load_result, OK);
    cr_expect_str_neq(status.reason, "");
    cr_expect_eq(status.serial, 7);
    cr_expect_eq(bed_snapshot("example"), served, "the version before serves on");
    cr_expect_eq(bed_events(EVENT_ZONE_LOAD_FAILED, NULL), 1);
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").loads, 2, "the same bad file is not read again");
    bed_zone_file("e.zone", 9, "");
    bed_apply(true);
    bed_run();
    status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_SERVING);
    cr_expect_eq(status.serial, 9);
    cr_expect_eq(status.load_result, OK);
    cr_expect_eq(status.errors, 0);
    cr_expect_str_eq(status.reason, "");
}

Test(loader, a_warning_is_kept_as_the_reason_until_an_error_comes)
{
    bed_zone_file("e", 1, "x.other. A 192.0.2.3\n");
    bed_add("example", "e");
    bed_apply(false);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_SERVING);
    cr_expect_eq(status.warnings, 1);
    cr_expect_not_null(strstr(status.reason, "out-of-zone"), "%s", status.reason);
    cr_expect_eq(bed_events(EVENT_ZONE_PROBLEM, NULL), 1);
    bed_zone_file("e", 2, "x.other. A 192.0.2.3\ny A 1\nz A 2\n");
    bed_apply(true);
    bed_run();
    status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_STALE);
    cr_expect_eq(status.errors, 2);
    cr_expect_not_null(strstr(status.reason, "e:6:5"), "the first error: %s", status.reason);
}

Test(loader, a_version_that_does_not_fit)
{
    bed_example(7, "");
    const struct snapshot *served = bed_snapshot("example");
    large_file("e.zone", 8, 10000);
    ledger_limit_set(ACCOUNT_ZONES, ledger_read(ACCOUNT_ZONES).used_bytes + 100000);
    bed_apply(true);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.state, ZONE_STATE_STALE);
    cr_expect_eq(status.load_result, REFUSED_MEMORY);
    cr_expect_str_neq(status.reason, "");
    cr_expect_eq(bed_snapshot("example"), served);
    cr_expect_eq(bed_events(EVENT_ZONE_VERSION_REFUSED, NULL), 1);
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").loads, 3, "what did not fit is tried again");
    ledger_limit_set(ACCOUNT_ZONES, SIZE_MAX);
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").serial, 8);
}

Test(loader, a_zone_is_written_back)
{
    bed_example(7, "a A 192.0.2.2\n");
    const struct snapshot *served = bed_snapshot("example");
    bed_file("e.zone", "overwritten\n");
    cr_assert_eq(registry_write(bed.registry, bed_name("example")), OK);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.writes, 1);
    cr_expect_eq(status.write_result, OK);
    cr_expect_eq(bed_events(EVENT_ZONE_WRITTEN, NULL), 1);
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").loads, 1, "our own change is no reason to load it");
    bed_reload();
    cr_expect_eq(bed_snapshot("example"), served, "and what was written is what is served");
    cr_expect_eq(bed_status("example").load_result, OK);
}

Test(loader, a_write_that_fails)
{
    bed_example(7, "");
    cr_assert_eq(unlink(bed_path("e.zone")), 0);
    cr_assert_eq(mkdir(bed_path("e.zone"), 0700), 0);
    cr_assert_eq(registry_write(bed.registry, bed_name("example")), OK);
    bed_run();
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.writes, 1);
    cr_expect_eq(status.write_result, ERROR_IO);
    cr_expect_eq(status.state, ZONE_STATE_SERVING);
    struct event event;
    cr_expect_eq(bed_events(EVENT_ZONE_WRITE_FAILED, &event), 1);
    cr_expect_str_eq(event_field(&event, "zone"), "example.");
    cr_expect_not_null(event_field(&event, "reason"));
}

Test(loader, what_it_costs)
{
    size_t one = registry_cost_bytes(1);
    size_t charged = ledger_read(ACCOUNT_ZONES).used_bytes - bed.charged_before;
    cr_expect_gt(registry_cost_bytes(2), one);
    cr_expect_geq(2 * one, charged, "%zu says the sheet, %zu are charged", one, charged);
}

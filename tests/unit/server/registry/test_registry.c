// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/registry/registry_fixture.h"

#include "alloc/fault.h"

static void open_two(void)
{
    bed_open(2);
}

TestSuite(registry, .init = open_two, .fini = bed_close, .timeout = 60);

Test(registry, empty_before_anything_is_applied)
{
    struct zone_status status;
    uint32_t counts[ZONE_STATE_COUNT];
    cr_expect_null(registry_catalog(bed.registry));
    cr_expect_eq(registry_zone_count(bed.registry), 0);
    cr_expect_eq(registry_zone_at(bed.registry, 0, &status), NOT_FOUND);
    cr_expect_eq(registry_zone_find(bed.registry, bed_name("a"), &status), NOT_FOUND);
    cr_expect_eq(registry_load(bed.registry, bed_name("a")), NOT_FOUND);
    cr_expect_eq(registry_write(bed.registry, bed_name("a")), NOT_FOUND);
    cr_expect_eq(registry_waiting(bed.registry), 0);
    registry_state_counts(bed.registry, counts);
    for (unsigned i = 0; i < ZONE_STATE_COUNT; i++) {
        cr_expect_eq(counts[i], 0);
    }
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ALL_ZONES_LOADED, NULL), 0);
    registry_destroy(NULL);
}

Test(registry, a_list_of_no_zones_is_ready_at_once)
{
    bed_apply(false);
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ALL_ZONES_LOADED, NULL), 1);
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ALL_ZONES_LOADED, NULL), 0, "once for each list");
}

Test(registry, zones_in_force_and_their_states)
{
    struct zone_status status;
    uint32_t counts[ZONE_STATE_COUNT];
    bed_zone_file("b", 2, "");
    bed_zone_file("a", 1, "");
    bed_add("b.example", "b");
    bed_add("a.example", "a");
    bed_add("c.example", "absent");
    bed_apply(false);
    registry_state_counts(bed.registry, counts);
    cr_expect_eq(counts[ZONE_STATE_NEW], 3);
    cr_expect(registry_tick(bed.registry));
    bed_run();
    registry_state_counts(bed.registry, counts);
    cr_expect_eq(counts[ZONE_STATE_SERVING], 2);
    cr_expect_eq(counts[ZONE_STATE_FAILED], 1);
    cr_expect_eq(registry_zone_count(bed.registry), 3);
    cr_assert_eq(registry_zone_at(bed.registry, 0, &status), OK);
    cr_expect_eq(status.serial, 1, "in canonical order");
    cr_assert_eq(registry_zone_at(bed.registry, 1, &status), OK);
    cr_expect_eq(status.serial, 2);
    cr_expect_eq(registry_zone_at(bed.registry, 2, &status), OK);
    cr_expect_eq(registry_zone_at(bed.registry, 3, &status), NOT_FOUND);
    cr_expect_eq(registry_zone_find(bed.registry, bed_name("A.Example"), &status), OK);
    cr_expect_eq(registry_zone_find(bed.registry, bed_name("example"), &status), NOT_FOUND);
    cr_expect_eq(registry_write(bed.registry, bed_name("c.example")), ERROR_STATE);
    struct event event;
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_events(EVENT_ALL_ZONES_LOADED, &event), 1);
    cr_expect_str_eq(event_field(&event, "zones"), "3");
    cr_expect_gt(registry_heap(bed.registry).live_bytes, 0);
}

Test(registry, zones_that_stay_keep_what_they_serve)
{
    bed_example(7, "");
    bed_zone_file("f.zone", 1, "");
    const struct snapshot *served = bed_snapshot("example");
    struct zone *zone = bed_entry("example")->zone;
    struct access_list list = {0};
    bed.options[0].query = &list;
    bed_add("f", "f.zone");
    bed_apply(true);
    cr_expect_eq(bed_snapshot("example"), served);
    cr_expect_eq(bed_entry("example")->zone, zone);
    cr_expect_eq(bed_entry("example")->options->query, &list, "its new options are in force");
    cr_expect_eq(bed.released, 0, "the old list may still be read");
    cr_expect_eq(registry_waiting(bed.registry), 1);
    bed_run();
    registry_tick(bed.registry);
    cr_expect_eq(bed.released, 1);
    cr_expect_eq(bed_status("example").loads, 1);
    cr_expect_eq(bed_status("f").loads, 1);
}

Test(registry, changed_files_are_loaded_when_asked)
{
    bed_example(7, "");
    bed_zone_file("e.zone", 1000, "");
    bed_apply(false);
    bed_run();
    cr_expect_eq(bed_status("example").serial, 7, "nobody asked");
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").serial, 1000);
    cr_assert_eq(unlink(bed_path("e.zone")), 0);
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").state, ZONE_STATE_STALE, "a file that is gone has changed");
    bed_zone_file("e.zone", 1001, "");
    bed_apply(true);
    bed_run();
    cr_expect_eq(bed_status("example").serial, 1001);
}

Test(registry, another_file_is_loaded_while_the_zone_serves)
{
    bed_example(7, "");
    const struct snapshot *served = bed_snapshot("example");
    bed_zone_file("g.zone", 8, "");
    strcpy(bed.files[1], bed_path("g.zone"));
    bed.options[0].file = bed.files[1];
    bed_apply(true);
    cr_expect_eq(bed_snapshot("example"), served);
    registry_tick(bed.registry);
    cr_expect_eq(bed_snapshot("example"), served, "the zone it came from is gone");
    bed_run();
    cr_expect_eq(bed_status("example").serial, 8);
    cr_expect_eq(bed_status("example").state, ZONE_STATE_SERVING);
    strcpy(bed.files[2], bed_path("absent"));
    bed.options[0].file = bed.files[2];
    bed_apply(true);
    bed_run();
    registry_tick(bed.registry);
    cr_expect_eq(bed_status("example").serial, 8);
    cr_expect_eq(bed_status("example").state, ZONE_STATE_STALE);
}

Test(registry, removed_zones_are_freed_when_nobody_reads)
{
    struct epoch_reader *reader;
    size_t empty;
    bed_apply(false);
    bed_reclaim();
    empty = registry_heap(bed.registry).live_bytes;
    bed_example(7, "");
    size_t full = registry_heap(bed.registry).live_bytes;
    cr_assert_eq(epoch_register(&bed.epoch, NULL, NULL, &reader), OK);
    epoch_announce(reader);
    bed.count = 0;
    bed_apply(false);
    cr_expect_eq(bed_events(EVENT_ZONE_REMOVED, NULL), 1);
    cr_expect(registry_tick(bed.registry));
    cr_expect_geq(registry_heap(bed.registry).live_bytes, full, "a worker may still read it");
    epoch_announce(reader);
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(registry_heap(bed.registry).live_bytes, empty);
    epoch_unregister(reader);
}

Test(registry, what_is_replaced_goes_in_the_order_of_its_retirement)
{
    struct epoch_reader *reader;
    bed_example(1, "");
    cr_assert_eq(epoch_register(&bed.epoch, NULL, NULL, &reader), OK);
    epoch_announce(reader);
    for (unsigned i = 2; i <= 4; i++) {
        bed_zone_file("e.zone", i * 1000, "");
        cr_assert_eq(registry_load(bed.registry, bed_name("example")), OK);
        bed_run();
        cr_expect_eq(bed_status("example").versions, i);
    }
    cr_expect_eq(epoch_read(&bed.epoch).pending, 3);
    epoch_announce(reader);
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed_status("example").versions, 1);
    epoch_unregister(reader);
}

Test(registry, refused_at_every_charge_changes_nothing)
{
    bed_example(7, "");
    for (unsigned i = 0; i < 30; i++) {
        char name[16];
        snprintf(name, sizeof name, "z%u", i);
        bed_add(name, "e.zone");
    }
    bed.options[0].records_per_rrset_max = 77; /* a new zone that inherits */
    const struct catalog *before = registry_catalog(bed.registry);
    const struct snapshot *served = bed_snapshot("example");
    size_t live = registry_heap(bed.registry).live_bytes;
    for (uint64_t n = 1;; n++) {
        cr_assert_lt(n, 1000);
        fault_arm(FAULT_CHARGE, n, 1);
        enum result result = bed_try_apply(true);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        if (!struck) {
            cr_assert_eq(result, OK);
            break;
        }
        cr_expect_eq(result, REFUSED_MEMORY);
        cr_expect_eq(registry_catalog(bed.registry), before);
        cr_expect_eq(registry_heap(bed.registry).live_bytes, live);
        cr_expect_eq(served->references, 1);
        cr_expect_eq(bed.released, 0);
        cr_expect_eq(registry_waiting(bed.registry), 0);
    }
    bed_run();
    cr_expect_eq(registry_zone_count(bed.registry), 31);
    cr_expect_eq(bed_status("z29").state, ZONE_STATE_SERVING);
}

Test(registry, refused_at_creation)
{
    struct registry_options options = {.clock = &bed.clock.clock, .loaders = 3};
    size_t before = ledger_read(ACCOUNT_ZONES).used_bytes;
    for (uint64_t n = 1;; n++) {
        struct registry *registry = NULL;
        cr_assert_lt(n, 100);
        fault_arm(FAULT_CHARGE, n, 1);
        enum result result = registry_create(&options, &registry);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        if (!struck) {
            cr_assert_eq(result, OK);
            registry_destroy(registry);
            break;
        }
        cr_expect_eq(result, REFUSED_MEMORY);
        cr_expect_null(registry);
        cr_expect_eq(ledger_read(ACCOUNT_ZONES).used_bytes, before);
    }
    cr_expect_eq(ledger_read(ACCOUNT_ZONES).used_bytes, before);
}

Test(registry, two_loaders_share_the_line)
{
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "z%u", i);
        bed_zone_file(name, i + 1, "");
        bed_add(name, name);
    }
    bed_apply(false);
    cr_expect_eq(jobs_read(bed.jobs).used, 2);
    bed_run();
    cr_expect_eq(jobs_read(bed.jobs).used, 0);
    cr_expect_eq(registry_waiting(bed.registry), 0);
    /* A zone that comes later wakes one that is idle. */
    bed_zone_file("z0", 900, "");
    cr_expect_eq(registry_load(bed.registry, bed_name("z0")), OK);
    cr_expect_geq(jobs_read(bed.jobs).used, 1);
    bed_run();
    cr_expect_eq(bed_status("z0").serial, 900);
}

Test(registry, more_than_one_tick_reclaims)
{
    bed_example(7, "");
    for (unsigned i = 0; i < 20; i++) {
        bed_apply(false);
    }
    cr_expect_not(registry_tick(bed.registry));
    cr_expect_eq(bed.released, 20);
}

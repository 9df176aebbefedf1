// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/registry/registry_fixture.h"

TestSuite(served_zone, .init = bed_open_one, .fini = bed_close, .timeout = 60);

Test(served_zone, the_stamp_of_a_file)
{
    struct file_stamp none = file_stamp_read(bed_path("absent"));
    cr_expect_eq(none.mtime_ns, 0);
    cr_expect_eq(none.size, 0);
    cr_expect_eq(none.inode, 0);
    bed_file("f", "four");
    struct file_stamp first = file_stamp_read(bed_path("f"));
    cr_expect_eq(first.size, 4);
    cr_expect_neq(first.mtime_ns, 0);
    bed_file("g", "four");
    cr_expect_neq(file_stamp_read(bed_path("g")).inode, first.inode);
}

Test(served_zone, made_from_options_and_matched_by_them)
{
    struct zone *zone;
    struct zone_options *options = bed_add("Corp.Example", "c.zone");
    size_t live = registry_heap(bed.registry).live_bytes;
    cr_assert_eq(zone_create(bed.registry, options, &zone), OK);
    cr_expect(name_equal(zone->name, options->name));
    cr_expect_str_eq(zone->file, options->file);
    cr_expect_neq((void *)zone->file, (void *)options->file, "its own copy");
    cr_expect_eq(zone_state(zone), ZONE_STATE_NEW);
    cr_expect_null(zone_snapshot(zone));
    cr_expect(zone_matches(zone, options));
    struct zone_options other = *options;
    other.query = &(struct access_list){0};
    cr_expect(zone_matches(zone, &other), "who may ask is the catalog's");
    other.include_outside = true;
    cr_expect_not(zone_matches(zone, &other));
    other = *options;
    other.records_per_rrset_max = 999;
    cr_expect_not(zone_matches(zone, &other));
    other = *options;
    other.file = "/elsewhere";
    cr_expect_not(zone_matches(zone, &other));
    zone_free(bed.registry->heap, zone);
    cr_expect_eq(registry_heap(bed.registry).live_bytes, live);
}

Test(served_zone, leaves_once_and_only_when_in_nobodys_hands)
{
    struct zone *zone;
    cr_assert_eq(zone_create(bed.registry, bed_add("a", "a"), &zone), OK);
    cr_expect_not(zone_leaves(zone), "it is named still");
    zone->removed = true;
    zone->waiting = true;
    cr_expect_not(zone_leaves(zone));
    zone->waiting = false;
    zone->working = true;
    cr_expect_not(zone_leaves(zone));
    zone->working = false;
    cr_expect(zone_leaves(zone));
    cr_expect_not(zone_leaves(zone));
    zone_let_go(bed.registry, zone);
    cr_expect_eq(epoch_read(&bed.epoch).pending, 1);
    bed_reclaim();
    cr_expect_eq(epoch_read(&bed.epoch).pending, 0);
}

Test(served_zone, another_of_the_name_begins_with_what_was_served)
{
    bed_example(7, "");
    struct zone *before = bed_entry("example")->zone;
    struct zone *zone;
    struct zone *empty;
    cr_assert_eq(zone_create(bed.registry, &bed.options[0], &zone), OK);
    cr_assert_eq(zone_create(bed.registry, &bed.options[0], &empty), OK);
    cr_assert_eq(zone_inherit(bed.registry, zone, empty), OK);
    cr_expect_null(zone_snapshot(zone), "nothing to begin with");
    cr_assert_eq(zone_inherit(bed.registry, zone, before), OK);
    cr_expect_eq(zone_snapshot(zone), zone_snapshot(before));
    cr_expect_eq(zone_state(zone), ZONE_STATE_SERVING);
    cr_expect_eq(zone_snapshot(zone)->references, 2);
    zone_free(bed.registry->heap, zone);
    zone_free(bed.registry->heap, empty);
    cr_expect_eq(zone_snapshot(before)->references, 1);
}

Test(served_zone, a_status_is_all_there_is_to_know)
{
    bed_example(7, "a A 192.0.2.2\n");
    struct zone_status status = bed_status("example");
    cr_expect(name_equal(status.name, bed_name("example")));
    cr_expect_str_eq(status.file, bed_path("e.zone"));
    cr_expect_eq(status.type, ZONE_PRIMARY);
    cr_expect_not(status.is_signed);
    cr_expect_eq(status.serial, 7);
    cr_expect_eq(status.records, 4);
    cr_expect_gt(status.bytes, 0);
    cr_expect_eq(status.versions, 1);
    cr_expect_eq(status.loaded_wall_seconds, 1700000000);
    cr_expect_eq(status.loads, 1);
    cr_expect_eq(status.published, 1);
    cr_expect_eq(status.writes, 0);
    cr_expect_eq(status.errors, 0);
    cr_expect_eq(status.warnings, 0);
    cr_expect_eq(status.load_result, OK);
    cr_expect_eq(status.percent, 0, "no load is under way");
    cr_expect_str_eq(status.reason, "");
}

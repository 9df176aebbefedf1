// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_load.h"
#include "tests/unit/server/registry/registry_fixture.h"

TestSuite(publish, .init = bed_open_one, .fini = bed_close, .timeout = 60);

static struct {
    unsigned count;
    uint32_t before, after;
    bool first;
} seen;

static void observe(void *context, struct zone *zone, const struct snapshot *before,
                    const struct snapshot *after)
{
    cr_expect_eq(context, &seen);
    cr_expect(name_equal(zone->name, bed_name("example")));
    cr_expect_eq(zone_snapshot(zone), after, "it is served when observers hear of it");
    seen.count++;
    seen.first = before == NULL;
    seen.before = before == NULL ? 0 : before->serial;
    seen.after = after->serial;
}

/* Lines of many hosts: enough for a small change to be one. */
static const char *hosts(unsigned from, unsigned count)
{
    static char text[12000];
    text[0] = '\0';
    for (unsigned i = from; i < from + count; i++) {
        sprintf(text + strlen(text), "h%03u A 192.0.2.%u\n", i, i % 256);
    }
    return text;
}

static char lines[12100];

static const char *hosts_and(const char *more)
{
    snprintf(lines, sizeof lines, "%s%s", hosts(0, 300), more);
    return lines;
}

static const struct zone_node *node(const struct snapshot *snapshot, const char *name)
{
    struct name_key key;
    name_key_make(bed_name(name), &key);
    return snapshot_find(snapshot, &key);
}

Test(publish, observers_hear_of_each_version_once)
{
    cr_assert_eq(registry_observe(bed.registry, observe, &seen), OK);
    bed_example(7, "");
    cr_expect_eq(seen.count, 1);
    cr_expect(seen.first);
    cr_expect_eq(seen.after, 7);
    bed_zone_file("e.zone", 8, "");
    bed_reload();
    cr_expect_eq(seen.count, 2);
    cr_expect_not(seen.first);
    cr_expect_eq(seen.before, 7);
    cr_expect_eq(seen.after, 8);
    bed_reload();
    cr_expect_eq(seen.count, 2, "nothing new");
}

Test(publish, as_many_observers_as_there_are_places)
{
    for (unsigned i = 0; i < REGISTRY_OBSERVERS_MAX; i++) {
        cr_expect_eq(registry_observe(bed.registry, observe, &seen), OK);
    }
    cr_expect_eq(registry_observe(bed.registry, observe, &seen), FULL);
    bed_example(7, "");
    cr_expect_eq(seen.count, REGISTRY_OBSERVERS_MAX);
}

Test(publish, an_unchanged_file_changes_nothing)
{
    bed_example(7, hosts(0, 50));
    const struct snapshot *served = bed_snapshot("example");
    struct heap_state before = registry_heap(bed.registry);
    clock_virtual_advance_ms(&bed.clock, 5000);
    bed_reload();
    cr_expect_eq(bed_snapshot("example"), served);
    cr_expect_eq(registry_heap(bed.registry).live_bytes, before.live_bytes);
    struct zone_status status = bed_status("example");
    cr_expect_eq(status.loads, 2);
    cr_expect_eq(status.published, 1);
    cr_expect_eq(status.load_result, OK);
    cr_expect_eq(status.loaded_wall_seconds, 1700000000);
    cr_expect_eq(status.state, ZONE_STATE_SERVING);
    cr_expect_eq(bed_events(EVENT_ZONE_LOADED, NULL), 1);
}

Test(publish, a_small_change_shares_the_rest)
{
    bed_example(7, hosts_and(""));
    const struct zone_node *kept = node(bed_snapshot("example"), "h007.example");
    struct heap_state before = registry_heap(bed.registry);
    bed_zone_file("e.zone", 8, hosts_and("new A 192.0.2.9\n"));
    bed_reload();
    const struct snapshot *served = bed_snapshot("example");
    cr_expect_eq(served->serial, 8);
    cr_expect_eq(served->record_count, 304);
    cr_expect_not_null(node(served, "new.example"));
    cr_expect_eq(node(served, "h007.example"), kept, "the same node, not a copy");
    cr_expect_eq(bed_status("example").versions, 1);
    struct heap_state after = registry_heap(bed.registry);
    cr_expect_lt(after.live_bytes, before.live_bytes + 1024, "%zu and %zu", before.live_bytes,
                 after.live_bytes);
}

Test(publish, a_large_change_is_served_as_loaded)
{
    bed_example(7, hosts_and(""));
    const struct zone_node *kept = node(bed_snapshot("example"), "h299.example");
    cr_assert_not_null(kept);
    static char text[6000];
    snprintf(text, sizeof text, "%s", hosts(200, 100));
    bed_zone_file("e.zone", 8, text);
    bed_reload();
    const struct snapshot *served = bed_snapshot("example");
    cr_expect_eq(served->record_count, 103);
    cr_expect_neq(node(served, "h299.example"), kept);
    cr_expect_not_null(node(served, "h299.example"));
    cr_expect_eq(bed_status("example").published, 2);
}

/* Each pair of texts is loaded after one another: what is served is what a fresh load gives. */
Test(publish, whatever_changes_is_served_to_the_letter)
{
    static const char *const texts[] = {
        "a A 192.0.2.2\n",
        "A A 192.0.2.2\n", /* a name in another case: no difference, and still another text */
        "a CNAME ns\n",
        "a A 192.0.2.2\n",
        "a 60 A 192.0.2.2\n",
        "a 60 A 192.0.2.3\na MX 1 NS\n",
        "a MX 1 ns\n",
        "b DNAME a\n",
        "b A 192.0.2.2\n",
        "",
        "sub NS ns.sub\nns.sub A 192.0.2.4\n",
        "* TXT \"x\"\n",
        "@ A 192.0.2.4\n",
    };
    bed_example(1, hosts_and("")); /* the changes are small beside it */
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct heap *heap;
        struct snapshot *fresh;
        struct master_load_result load;
        bed_zone_file("e.zone", i + 2, hosts_and(texts[i]));
        bed_reload();
        const struct snapshot *served = bed_snapshot("example");
        cr_assert_eq(bed_status("example").load_result, OK, "%s", bed_status("example").reason);
        struct master_reader *reader;
        struct master_load_options options = {.apex = served->apex_name,
                                              .path = bed_path("e.zone")};
        cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
        options.heap = heap;
        cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
        cr_assert_eq(master_load_zone(reader, &options, &fresh, &load), OK);
        struct snapshot_walk left;
        struct snapshot_walk right;
        snapshot_walk_begin(&left, served);
        snapshot_walk_begin(&right, fresh);
        for (;;) {
            const struct zone_node *a = snapshot_walk_next(&left);
            const struct zone_node *b = snapshot_walk_next(&right);
            cr_assert_eq(a == NULL, b == NULL, "%s", texts[i]);
            if (a == NULL) {
                break;
            }
            cr_assert_eq(a->size, b->size, "%s", texts[i]);
            cr_assert_eq(memcmp(a, b, a->size), 0, "%s", texts[i]);
        }
        cr_expect_eq(served->serial, i + 2);
        cr_expect_eq(served->record_count, fresh->record_count);
        cr_expect_eq(served->node_bytes, fresh->node_bytes);
        cr_expect_eq(served->wildcard_count, fresh->wildcard_count);
        cr_expect_eq(served->delegation_count, fresh->delegation_count);
        cr_expect_eq(served->dname_count, fresh->dname_count);
        snapshot_release(fresh);
        master_reader_destroy(reader);
        heap_destroy(heap);
    }
}

/* Somebody else works on the newest version: the loaded copy is served instead. */
Test(publish, a_version_that_cannot_be_edited)
{
    bed_example(7, hosts_and(""));
    struct zone_edit *edit;
    struct snapshot *served = (struct snapshot *)(uintptr_t)bed_snapshot("example");
    cr_assert_eq(zone_edit_begin(served, NULL, &edit), OK);
    const struct zone_node *kept = node(served, "h007.example");
    bed_zone_file("e.zone", 8, hosts_and("new A 192.0.2.9\n"));
    bed_reload();
    cr_expect_eq(bed_snapshot("example")->serial, 8);
    cr_expect_neq(node(bed_snapshot("example"), "h007.example"), kept);
    zone_edit_abandon(edit);
}

Test(publish, the_version_before_stays_while_it_is_held)
{
    bed_example(7, hosts_and(""));
    struct snapshot *held = (struct snapshot *)(uintptr_t)bed_snapshot("example");
    snapshot_hold(held);
    bed_zone_file("e.zone", 8, hosts_and("new A 192.0.2.9\n"));
    bed_reload();
    cr_expect_eq(held->serial, 7);
    cr_expect_null(node(held, "new.example"));
    cr_expect_eq(bed_status("example").versions, 2, "who pins memory shows");
    snapshot_release(held);
    cr_expect_eq(bed_status("example").versions, 1);
}

Test(publish, many_reloads_keep_what_lives)
{
    bed_example(1, hosts_and(""));
    size_t most = 0;
    size_t first = registry_heap(bed.registry).live_bytes;
    for (unsigned i = 2; i < 60; i++) {
        char more[64];
        snprintf(more, sizeof more, "x%u A 192.0.2.9\n", i);
        bed_zone_file("e.zone", i, hosts_and(more));
        bed_reload();
        size_t live = registry_heap(bed.registry).live_bytes;
        most = live > most ? live : most;
    }
    cr_expect_lt(most, first + 2048, "%zu grew to %zu", first, most);
}

Test(publish_counts, a_change_is_under_way_between_its_two_counts, .timeout = 10)
{
    struct registry *registry;
    const struct registry_options options = {.clock = clock_real(), .loaders = 1};
    cr_assert_eq(registry_create(&options, &registry), OK);
    uint64_t changes = registry_changes(registry);
    cr_assert(registry_settled(registry, changes));
    registry_changing(registry);
    cr_assert_not(registry_settled(registry, changes));
    cr_assert_eq(registry_changes(registry), changes);
    registry_changed(registry);
    cr_assert_not(registry_settled(registry, changes));
    cr_assert(registry_settled(registry, registry_changes(registry)));
    registry_destroy(registry);
}

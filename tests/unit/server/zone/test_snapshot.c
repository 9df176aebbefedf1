// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

#define VERSIONS 30

/* Versions 1..VERSIONS, each with the host h<serial> and without h<serial - 5>. */
static void make_versions(struct heap *heap, struct snapshot **versions)
{
    versions[0] = committed(edit_new(heap, "e.", 1));
    for (unsigned v = 1; v < VERSIONS; v++) {
        struct zone_edit *edit = edit_next(versions[v - 1]);
        struct name name;
        char text[32];
        set_serial(edit, "e.", v + 1);
        (void)snprintf(text, sizeof text, "h%u.e.", v);
        add_a(edit, text, v);
        if (v > 5) {
            (void)snprintf(text, sizeof text, "h%u.e.", v - 5);
            cr_assert_eq(zone_edit_remove_name(edit, name_of(text, &name)), OK);
        }
        versions[v] = committed(edit);
    }
}

static void must_hold(const struct snapshot *snapshot, unsigned v)
{
    cr_assert_eq(snapshot->serial, v + 1);
    for (unsigned i = 1; i < VERSIONS; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "h%u.e.", i);
        bool wanted = i <= v && i + 5 > v;
        cr_assert_eq(look(snapshot, text).outcome, wanted ? LOOKUP_EXACT : LOOKUP_NAME_ERROR);
    }
}

static void release_in_order(const unsigned *order)
{
    struct heap *heap = heap_for_test();
    struct snapshot *versions[VERSIONS];
    bool released[VERSIONS] = {false};
    make_versions(heap, versions);
    cr_assert_eq(snapshot_versions(versions[0]), VERSIONS);
    for (unsigned i = 0; i < VERSIONS; i++) {
        snapshot_release(versions[order[i]]);
        released[order[i]] = true;
        for (unsigned v = 0; v < VERSIONS; v++) {
            if (!released[v]) {
                must_hold(versions[v], v);
            }
        }
    }
    heap_must_be_empty(heap);
}

Test(snapshot, versions_live_until_released_in_any_order, .timeout = 30)
{
    uint64_t state = seed_for_test();
    unsigned order[VERSIONS];
    for (unsigned i = 0; i < VERSIONS; i++) {
        order[i] = i;
    }
    release_in_order(order);
    for (unsigned i = 0; i < VERSIONS; i++) {
        order[i] = VERSIONS - 1 - i;
    }
    release_in_order(order);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = VERSIONS - 1; i > 0; i--) {
            unsigned j = next_random(&state) % (i + 1);
            unsigned held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        release_in_order(order);
    }
}

Test(snapshot, a_hold_needs_its_release, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct snapshot *snapshot = committed(edit_new(heap, "e.", 1));
    snapshot_hold(snapshot);
    snapshot_release(snapshot);
    cr_assert_eq(look(snapshot, "e.").outcome, LOOKUP_EXACT);
    cr_assert_eq(snapshot_versions(snapshot), 1);
    snapshot_release(snapshot);
    snapshot_release(NULL);
    heap_must_be_empty(heap);
}

Test(snapshot, what_old_versions_kept_goes_with_them, .timeout = 30)
{
    struct heap *heap = heap_for_test();
    struct snapshot *pinned = committed(edit_new(heap, "e.", 1));
    struct snapshot *newest = pinned;
    snapshot_hold(newest);
    size_t before = heap_read(heap).live_bytes;
    for (unsigned v = 1; v <= 200; v++) {
        struct zone_edit *edit = edit_next(newest);
        set_serial(edit, "e.", v + 1);
        struct snapshot *next = committed(edit);
        snapshot_release(newest);
        newest = next;
    }
    cr_assert_eq(snapshot_versions(newest), 201);
    snapshot_release(pinned);
    cr_assert_eq(snapshot_versions(newest), 1);
    cr_assert_eq(heap_read(heap).live_bytes, before);
    snapshot_release(newest);
    heap_must_be_empty(heap);
}

Test(snapshot, find_reaches_glue, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct name_key key;
    add_name(edit, "cut.e.", TYPE_NS, "ns.cut.e.");
    add_a(edit, "ns.cut.e.", 1);
    struct snapshot *snapshot = committed(edit);
    key_of("NS.cut.e.", &name, &key);
    const struct zone_node *node = snapshot_find(snapshot, &key);
    cr_assert_not_null(node);
    cr_assert(name_equal(zone_node_name(node), name.bytes));
    key_of("x.cut.e.", &name, &key);
    cr_assert_null(snapshot_find(snapshot, &key));
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(snapshot, a_walk_meets_every_node_and_can_be_taken_up_anywhere, .timeout = 10)
{
    static const char *const wanted[] = {"e.", "a.e.", "x.a.e.", "b.e.", "0h.e.", "9h.e."};
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct data data;
    struct name name;
    for (unsigned i = 1; i < 4; i++) {
        add_a(edit, wanted[i], 1);
    }
    for (unsigned i = 4; i < 6; i++) {
        cr_assert_eq(add_rr(edit, wanted[i], TYPE_NSEC3, data_number(0x01000000, &data)), OK);
    }
    struct snapshot *snapshot = committed(edit);
    static struct snapshot_walk walk;
    for (unsigned from = 0; from <= 6; from++) {
        if (from == 0) {
            snapshot_walk_begin(&walk, snapshot);
        } else {
            snapshot_walk_from(&walk, snapshot, name_of(wanted[from - 1], &name), from > 4);
        }
        for (unsigned i = from; i < 6; i++) {
            const struct zone_node *node = snapshot_walk_next(&walk);
            cr_assert_not_null(node);
            cr_assert(name_equal(zone_node_name(node), name_of(wanted[i], &name)));
            cr_assert_eq(walk.in_nsec3, i >= 4);
        }
        cr_assert_null(snapshot_walk_next(&walk));
        cr_assert_null(snapshot_walk_next(&walk));
    }
    snapshot_walk_from(&walk, snapshot, name_of(".", &name), false);
    cr_assert(name_equal(zone_node_name(snapshot_walk_next(&walk)), name_of("e.", &name)));
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

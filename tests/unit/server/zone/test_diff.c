// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

static unsigned count_changes(const struct snapshot *older, const struct snapshot *newer,
                              enum diff_side side, unsigned *ret_added)
{
    static struct diff diff;
    struct diff_record record;
    unsigned count = 0;
    *ret_added = 0;
    diff_begin(&diff, older, newer, side);
    while (diff_next(&diff, &record) == OK) {
        count++;
        *ret_added += record.added;
        cr_assert((side & (record.added ? DIFF_ADDED : DIFF_REMOVED)) != 0);
    }
    cr_assert_eq(diff_next(&diff, &record), END);
    return count;
}

Test(diff, a_version_does_not_differ_from_itself_and_all_from_nothing, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    unsigned added;
    struct data data;
    add_a(edit, "a.e.", 1);
    add_a(edit, "a.e.", 2);
    cr_assert_eq(add_rr(edit, "h.e.", TYPE_NSEC3, data_number(0x01000000, &data)), OK);
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(count_changes(snapshot, snapshot, DIFF_BOTH, &added), 0);
    cr_assert_eq(count_changes(NULL, snapshot, DIFF_BOTH, &added), 4);
    cr_assert_eq(added, 4);
    cr_assert_eq(count_changes(snapshot, NULL, DIFF_BOTH, &added), 4);
    cr_assert_eq(added, 0);
    cr_assert_eq(count_changes(snapshot, NULL, DIFF_ADDED, &added), 0);
    cr_assert_eq(count_changes(NULL, NULL, DIFF_BOTH, &added), 0);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(diff, records_come_set_by_set_removed_first, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    static struct diff diff;
    struct diff_record record;
    add_a(edit, "a.e.", 1);
    add_a(edit, "a.e.", 2);
    add_a(edit, "b.e.", 1);
    add_a(edit, "t.e.", 1);
    add_a(edit, "t.e.", 2);
    struct snapshot *older = committed(edit);
    edit = edit_next(older);
    set_serial(edit, "e.", 2);
    cr_assert_eq(zone_edit_remove(edit, name_of("a.e.", &name), TYPE_A, data_number(2, &data)), OK);
    add_a(edit, "a.e.", 3);
    cr_assert_eq(zone_edit_remove_name(edit, name_of("b.e.", &name)), OK);
    cr_assert_eq(zone_edit_set_ttl(edit, name_of("t.e.", &name), TYPE_A, 5), OK);
    struct snapshot *newer = committed(edit);
    static const struct {
        bool added;
        const char *owner;
        uint16_t type;
        uint32_t ttl;
        uint8_t last; /* byte of an address; 0: not looked at */
    } wanted[] = {
        {false, "e.", TYPE_SOA, 3600, 0}, {true, "e.", TYPE_SOA, 3600, 0},
        {false, "a.e.", TYPE_A, 3600, 2}, {true, "a.e.", TYPE_A, 3600, 3},
        {false, "b.e.", TYPE_A, 3600, 1}, {false, "t.e.", TYPE_A, 3600, 1},
        {false, "t.e.", TYPE_A, 3600, 2}, {true, "t.e.", TYPE_A, 5, 1},
        {true, "t.e.", TYPE_A, 5, 2},
    };
    diff_begin(&diff, older, newer, DIFF_BOTH);
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        cr_assert_eq(diff_next(&diff, &record), OK);
        cr_assert_eq(record.added, wanted[i].added, "%u", i);
        cr_assert(name_equal(record.owner, name_of(wanted[i].owner, &name)), "%u", i);
        cr_assert_eq(record.type, wanted[i].type);
        cr_assert_eq(record.ttl, wanted[i].ttl);
        if (wanted[i].last != 0) {
            cr_assert_eq(record.rr.rdata[3], wanted[i].last, "%u", i);
        }
    }
    cr_assert_eq(diff_next(&diff, &record), END);
    snapshot_release(older);
    snapshot_release(newer);
    heap_must_be_empty(heap);
}

#define HOSTS 300

static void host_name(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size,
                   i % 3 == 0   ? "h%u.e."
                   : i % 3 == 1 ? "x.h%u.e."
                                : "y.x.h%u.e.",
                   i / 4);
}

/* Applies random changes; keeps a model of 4 addresses a host. */
static struct snapshot *change(struct snapshot *base, uint8_t *model, uint64_t *state)
{
    struct zone_edit *edit = edit_next(base);
    unsigned changes = 1 + next_random(state) % 40;
    for (unsigned n = 0; n < changes; n++) {
        unsigned host = next_random(state) % HOSTS;
        unsigned bit = next_random(state) % 4;
        char text[32];
        struct name name;
        struct data data;
        host_name(host, text, sizeof text);
        const uint8_t *owner = name_of(text, &name);
        if ((model[host] >> bit & 1) != 0) {
            cr_assert_eq(zone_edit_remove(edit, owner, TYPE_A, data_number(host * 4 + bit, &data)),
                         OK);
        } else {
            cr_assert_eq(zone_edit_add(edit, owner, TYPE_A, 60, data_number(host * 4 + bit, &data)),
                         OK);
        }
        model[host] ^= (uint8_t)(1u << bit);
    }
    return committed(edit);
}

static unsigned model_changes(const uint8_t *a, const uint8_t *b)
{
    unsigned count = 0;
    for (unsigned i = 0; i < HOSTS; i++) {
        count += (unsigned)__builtin_popcount((unsigned)(a[i] ^ b[i]));
    }
    return count;
}

Test(diff, random_versions_differ_as_the_model_says_and_the_difference_applies, .timeout = 60)
{
    uint64_t state = seed_for_test();
    struct heap *heap = heap_for_test();
    static uint8_t models[2][HOSTS];
    static struct diff diff;
    struct snapshot *older = committed(edit_new(heap, "e.", 1));
    struct snapshot *copy = committed(edit_new(heap, "e.", 1));
    for (unsigned round = 0; round < 200; round++) {
        struct diff_record record;
        unsigned added;
        memcpy(models[1], models[0], sizeof models[0]);
        struct snapshot *newer = change(older, models[1], &state);
        unsigned wanted = model_changes(models[0], models[1]);
        cr_assert_eq(count_changes(older, newer, DIFF_BOTH, &added), wanted);
        unsigned removed = count_changes(older, newer, DIFF_REMOVED, &added);
        cr_assert_eq(removed + count_changes(older, newer, DIFF_ADDED, &added), wanted);
        /* The copy shares nothing with the versions, and must come out the same. */
        struct zone_edit *edit = edit_next(copy);
        diff_begin(&diff, older, newer, DIFF_BOTH);
        while (diff_next(&diff, &record) == OK) {
            cr_assert_eq(diff_apply(edit, &record), OK);
        }
        struct snapshot *next = committed(edit);
        snapshot_release(copy);
        copy = next;
        cr_assert_eq(count_changes(copy, newer, DIFF_BOTH, &added), 0);
        cr_assert_eq(copy->record_count, newer->record_count);
        cr_assert_eq(copy->node_bytes, newer->node_bytes);
        snapshot_release(older);
        older = newer;
        memcpy(models[0], models[1], sizeof models[0]);
    }
    snapshot_release(older);
    snapshot_release(copy);
    heap_must_be_empty(heap);
}

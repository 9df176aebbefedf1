// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

static struct snapshot *zone_for_lookups(struct heap *heap)
{
    struct zone_edit *edit = edit_new(heap, "example.", 1);
    add_name(edit, "example.", TYPE_NS, "ns.example.");
    add_a(edit, "host.example.", 1);
    add_a(edit, "x.ent.example.", 1);
    add_name(edit, "cut.example.", TYPE_NS, "ns.cut.example.");
    add_a(edit, "ns.cut.example.", 1);
    add_name(edit, "deep.cut.example.", TYPE_NS, "ns.cut.example.");
    add_name(edit, "below.cut.example.", TYPE_DNAME, "elsewhere.");
    add_name(edit, "dname.example.", TYPE_DNAME, "elsewhere.");
    add_a(edit, "hidden.dname.example.", 1);
    add_a(edit, "*.wild.example.", 1);
    add_a(edit, "here.wild.example.", 1);
    add_a(edit, "y.*.entwild.example.", 1);
    add_name(edit, "*.cutwild.example.", TYPE_NS, "ns.example.");
    add_name(edit, "both.example.", TYPE_NS, "ns.example.");
    add_name(edit, "both.example.", TYPE_DNAME, "elsewhere.");
    return committed(edit);
}

struct expectation {
    const char *name;
    enum lookup_outcome outcome;
    const char *node;     /* NULL: none */
    const char *encloser; /* NULL: none */
    unsigned encloser_labels;
    bool at_owner;
};

static const struct expectation expectations[] = {
    {"example.", LOOKUP_EXACT, "example.", "example.", 1, true},
    {"HOST.example.", LOOKUP_EXACT, "host.example.", "host.example.", 2, true},
    {"below.host.example.", LOOKUP_NAME_ERROR, NULL, "host.example.", 2, false},
    {"ent.example.", LOOKUP_EMPTY_NONTERMINAL, NULL, NULL, 2, false},
    {"no.ent.example.", LOOKUP_NAME_ERROR, NULL, NULL, 2, false},
    {"en.example.", LOOKUP_NAME_ERROR, NULL, "example.", 1, false},
    {"cut.example.", LOOKUP_DELEGATION, "cut.example.", "cut.example.", 2, true},
    {"ns.cut.example.", LOOKUP_DELEGATION, "cut.example.", "cut.example.", 2, false},
    {"q.deep.cut.example.", LOOKUP_DELEGATION, "cut.example.", "cut.example.", 2, false},
    {"q.below.cut.example.", LOOKUP_DELEGATION, "cut.example.", "cut.example.", 2, false},
    {"dname.example.", LOOKUP_EXACT, "dname.example.", "dname.example.", 2, true},
    {"q.dname.example.", LOOKUP_DNAME, "dname.example.", "dname.example.", 2, false},
    {"hidden.dname.example.", LOOKUP_DNAME, "dname.example.", "dname.example.", 2, false},
    {"q.wild.example.", LOOKUP_WILDCARD, "*.wild.example.", NULL, 2, false},
    {"p.q.wild.example.", LOOKUP_WILDCARD, "*.wild.example.", NULL, 2, false},
    {"*.wild.example.", LOOKUP_EXACT, "*.wild.example.", "*.wild.example.", 3, true},
    {"here.wild.example.", LOOKUP_EXACT, "here.wild.example.", "here.wild.example.", 3, true},
    {"q.here.wild.example.", LOOKUP_NAME_ERROR, NULL, "here.wild.example.", 3, false},
    {"q.*.wild.example.", LOOKUP_NAME_ERROR, NULL, "*.wild.example.", 3, false},
    {"wild.example.", LOOKUP_EMPTY_NONTERMINAL, NULL, NULL, 2, false},
    {"q.entwild.example.", LOOKUP_WILDCARD, NULL, NULL, 2, false},
    {"*.entwild.example.", LOOKUP_EMPTY_NONTERMINAL, NULL, NULL, 3, false},
    {"q.cutwild.example.", LOOKUP_WILDCARD, "*.cutwild.example.", NULL, 2, false},
    {"q.both.example.", LOOKUP_DELEGATION, "both.example.", "both.example.", 2, false},
    {"nothing.example.", LOOKUP_NAME_ERROR, NULL, "example.", 1, false},
    {"a.b.c.nothing.example.", LOOKUP_NAME_ERROR, NULL, "example.", 1, false},
    {"other.", LOOKUP_OUT_OF_ZONE, NULL, NULL, 0, false},
    {".", LOOKUP_OUT_OF_ZONE, NULL, NULL, 0, false},
};
#define COUNT (sizeof expectations / sizeof *expectations)

static void must_name(const struct zone_node *node, const char *wanted, const char *asked)
{
    struct name name;
    cr_assert_eq(node != NULL, wanted != NULL, "%s", asked);
    if (node != NULL) {
        cr_assert(name_equal(zone_node_name(node), name_of(wanted, &name)), "%s", asked);
    }
}

static void must_be(const struct lookup *lookup, const struct expectation *wanted)
{
    cr_assert_eq(lookup->outcome, wanted->outcome, "%s is %d", wanted->name, lookup->outcome);
    cr_assert_eq(lookup->encloser_labels, wanted->encloser_labels, "%s", wanted->name);
    cr_assert_eq(lookup->at_owner, wanted->at_owner, "%s", wanted->name);
    must_name(lookup->node, wanted->node, wanted->name);
    must_name(lookup->encloser, wanted->encloser, wanted->name);
}

Test(lookup, each_outcome_of_rfc_1034_and_4592, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct snapshot *snapshot = zone_for_lookups(heap);
    for (unsigned i = 0; i < COUNT; i++) {
        struct lookup lookup = look(snapshot, expectations[i].name);
        must_be(&lookup, &expectations[i]);
    }
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(lookup, a_batch_agrees_with_single_look_ups, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct snapshot *snapshot = zone_for_lookups(heap);
    struct snapshot *other = committed(edit_new(heap, "other.", 1));
    static struct name names[LOOKUP_BATCH_MAX];
    static struct name_key keys[LOOKUP_BATCH_MAX];
    const struct snapshot *snapshots[LOOKUP_BATCH_MAX];
    struct lookup lookups[LOOKUP_BATCH_MAX];
    for (unsigned i = 0; i < LOOKUP_BATCH_MAX; i++) {
        key_of(expectations[i % COUNT].name, &names[i], &keys[i]);
        snapshots[i] = i < COUNT ? snapshot : i % 2 == 0 ? other : NULL;
    }
    lookup_batch(snapshots, keys, LOOKUP_BATCH_MAX, lookups);
    for (unsigned i = 0; i < LOOKUP_BATCH_MAX; i++) {
        if (i < COUNT) {
            must_be(&lookups[i], &expectations[i]);
        } else {
            cr_assert_eq(lookups[i].outcome, LOOKUP_OUT_OF_ZONE);
        }
    }
    lookup_batch(snapshots, keys, 0, lookups);
    lookup_batch(snapshots, keys, 1, lookups);
    must_be(&lookups[0], &expectations[0]);
    snapshot_release(snapshot);
    snapshot_release(other);
    heap_must_be_empty(heap);
}

Test(lookup, a_dname_at_the_apex_redirects_everything_below, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    add_name(edit, "e.", TYPE_NS, "ns.elsewhere.");
    add_name(edit, "e.", TYPE_DNAME, "elsewhere.");
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(look(snapshot, "e.").outcome, LOOKUP_EXACT);
    cr_assert_eq(look(snapshot, "a.b.e.").outcome, LOOKUP_DNAME);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(lookup, cuts_appear_and_go_with_their_ns, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct name name;
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    add_a(edit, "a.cut.e.", 1);
    struct snapshot *first = committed(edit);
    cr_assert_eq(look(first, "a.cut.e.").outcome, LOOKUP_EXACT);
    edit = edit_next(first);
    add_name(edit, "cut.e.", TYPE_NS, "a.cut.e.");
    struct snapshot *second = committed(edit);
    cr_assert_eq(look(second, "a.cut.e.").outcome, LOOKUP_DELEGATION);
    cr_assert_eq(second->delegation_count, 1);
    edit = edit_next(second);
    cr_assert_eq(zone_edit_remove_rrset(edit, name_of("cut.e.", &name), TYPE_NS), OK);
    struct snapshot *third = committed(edit);
    cr_assert_eq(look(third, "a.cut.e.").outcome, LOOKUP_EXACT);
    cr_assert_eq(look(third, "cut.e.").outcome, LOOKUP_EMPTY_NONTERMINAL);
    cr_assert_eq(third->delegation_count, 0);
    cr_assert_eq(look(first, "a.cut.e.").outcome, LOOKUP_EXACT);
    cr_assert_eq(look(second, "a.cut.e.").outcome, LOOKUP_DELEGATION);
    snapshot_release(first);
    snapshot_release(second);
    snapshot_release(third);
    heap_must_be_empty(heap);
}

// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

static enum result try_name(struct zone_edit *edit, const char *owner, uint16_t type,
                            const char *target)
{
    struct data data;
    return add_rr(edit, owner, type, data_name(target, &data));
}

Test(zone_edit, the_structure_of_a_zone_is_kept, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "example.", 1);
    struct data data;
    cr_assert_eq(try_name(edit, "other.", TYPE_NS, "t."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_OUT_OF_ZONE);
    cr_assert_eq(try_name(edit, "xexample.", TYPE_NS, "t."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_OUT_OF_ZONE);
    cr_assert_eq(try_name(edit, "a.example.", TYPE_ANY, "t."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_META_TYPE);
    cr_assert_eq(add_rr(edit, "a.example.", TYPE_SOA, data_soa(1, &data)), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_SOA_NOT_APEX);
    cr_assert_eq(add_rr(edit, "example.", TYPE_SOA, data_soa(2, &data)), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_SINGLETON);
    cr_assert_eq(add_rr(edit, "EXAMPLE.", TYPE_SOA, data_soa(1, &data)), UNCHANGED);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_NONE);
    data_soa(1, &data);
    data.rr.size--;
    cr_assert_eq(add_rr(edit, "example.", TYPE_SOA, &data.rr), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_RDATA);
    data_signature(TYPE_A, 1, &data);
    data.rr.size = 17;
    cr_assert_eq(add_rr(edit, "example.", TYPE_RRSIG, &data.rr), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_RDATA);

    add_name(edit, "c.example.", TYPE_CNAME, "t.");
    cr_assert_eq(try_name(edit, "c.example.", TYPE_CNAME, "u."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_SINGLETON);
    cr_assert_eq(try_name(edit, "c.example.", TYPE_NS, "u."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_CNAME_AND_OTHER);
    cr_assert_eq(add_rr(edit, "c.example.", TYPE_RRSIG, data_signature(TYPE_CNAME, 1, &data)), OK);
    cr_assert_eq(try_name(edit, "c.example.", TYPE_NSEC, "u."), OK);
    cr_assert_eq(try_name(edit, "example.", TYPE_CNAME, "u."), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_CNAME_AND_OTHER);
    zone_edit_abandon(edit);
    heap_must_be_empty(heap);
}

Test(zone_edit, limits_name_themselves, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_limits limits = {.records_per_rrset = 2, .types_per_name = 2};
    struct zone_edit *edit;
    struct name name;
    struct data data;
    cr_assert_eq(zone_edit_begin_new(heap, name_of("e.", &name), &limits, &edit), OK);
    add_a(edit, "e.", 1);
    add_a(edit, "e.", 2);
    cr_assert_eq(add_rr(edit, "e.", TYPE_A, data_number(3, &data)), REFUSED_LIMIT);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_RECORDS_PER_RRSET);
    add_name(edit, "e.", TYPE_NS, "t.");
    cr_assert_eq(try_name(edit, "e.", TYPE_PTR, "t."), REFUSED_LIMIT);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_TYPES_PER_NAME);
    zone_edit_abandon(edit);
    /* 0 and what is beyond reason mean the defaults. */
    limits = (struct zone_limits){.records_per_rrset = 65536, .types_per_name = 101};
    cr_assert_eq(zone_edit_begin_new(heap, name_of("e.", &name), &limits, &edit), OK);
    for (unsigned i = 0; i < ZONE_RECORDS_PER_RRSET; i++) {
        add_a(edit, "e.", i);
    }
    cr_assert_eq(add_rr(edit, "e.", TYPE_A, data_number(5000, &data)), REFUSED_LIMIT);
    for (uint16_t type = 1; type < ZONE_TYPES_PER_NAME; type++) {
        cr_assert_eq(add_rr(edit, "e.", (uint16_t)(1000 + type), data_number(1, &data)), OK);
    }
    cr_assert_eq(add_rr(edit, "e.", 2000, data_number(1, &data)), REFUSED_LIMIT);
    zone_edit_abandon(edit);
    heap_must_be_empty(heap);
}

Test(zone_edit, the_first_ttl_wins_and_is_reported, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    struct rrset set;
    const uint8_t *owner = name_of("a.e.", &name);
    cr_assert_eq(zone_edit_add(edit, owner, TYPE_A, 10, data_number(1, &data)), OK);
    cr_assert_not(zone_edit_ttl_differed(edit));
    cr_assert_eq(zone_edit_add(edit, owner, TYPE_A, 20, data_number(2, &data)), OK);
    cr_assert(zone_edit_ttl_differed(edit));
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_A, &set), OK);
    cr_assert_eq(set.ttl, 10);
    cr_assert_eq(set.count, 2);
    cr_assert_eq(zone_edit_set_ttl(edit, owner, TYPE_A, 20), OK);
    cr_assert_eq(zone_edit_set_ttl(edit, owner, TYPE_A, 20), UNCHANGED);
    cr_assert_eq(zone_edit_set_ttl(edit, owner, TYPE_MX, 20), NOT_FOUND);
    cr_assert_eq(zone_edit_set_ttl(edit, owner, TYPE_A, ZONE_TTL_MAX), OK);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_A, &set), OK);
    cr_assert_eq(set.ttl, ZONE_TTL_MAX);
    cr_assert_eq(zone_edit_add(edit, owner, TYPE_TXT, 0x80000000u, data_number(1, &data)), OK);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_TXT, &set), OK);
    cr_assert_eq(set.ttl, 0);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_MX, &set), NOT_FOUND);
    zone_edit_abandon(edit);
    heap_must_be_empty(heap);
}

Test(zone_edit, removals_say_what_was_there, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    struct rrset set;
    add_a(edit, "a.e.", 1);
    add_a(edit, "a.e.", 2);
    add_name(edit, "a.e.", TYPE_PTR, "t.");
    cr_assert_eq(add_rr(edit, "a.e.", TYPE_RRSIG, data_signature(TYPE_A, 1, &data)), OK);
    cr_assert_eq(add_rr(edit, "a.e.", TYPE_RRSIG, data_signature(TYPE_PTR, 1, &data)), OK);
    add_a(edit, "b.e.", 1);
    const uint8_t *owner = name_of("A.e.", &name);
    cr_assert_eq(zone_edit_remove(edit, owner, TYPE_A, data_number(3, &data)), NOT_FOUND);
    cr_assert_eq(zone_edit_remove(edit, owner, TYPE_MX, data_number(3, &data)), NOT_FOUND);
    cr_assert_eq(zone_edit_remove(edit, owner, TYPE_A, data_number(1, &data)), OK);
    cr_assert_eq(zone_edit_remove(edit, owner, TYPE_A, data_number(1, &data)), NOT_FOUND);
    cr_assert_eq(zone_edit_remove_rrset(edit, owner, TYPE_RRSIG), OK);
    cr_assert_eq(zone_edit_remove_rrset(edit, owner, TYPE_RRSIG), NOT_FOUND);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_A, &set), OK);
    cr_assert_eq(set.count, 1);
    cr_assert_eq(zone_edit_remove_name(edit, owner), OK);
    cr_assert_eq(zone_edit_remove_name(edit, owner), NOT_FOUND);
    cr_assert_eq(zone_edit_remove_name(edit, name_of("x.", &name)), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_OUT_OF_ZONE);
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(snapshot->names.count, 2);
    cr_assert_eq(snapshot->record_count, 2);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(zone_edit, nsec3_and_its_signatures_live_apart, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    cr_assert_eq(add_rr(edit, "hash.e.", TYPE_NSEC3, data_number(0x01000000, &data)), OK);
    cr_assert_eq(add_rr(edit, "hash.e.", TYPE_RRSIG, data_signature(TYPE_NSEC3, 1, &data)), OK);
    add_a(edit, "hash.e.", 1);
    cr_assert_eq(add_rr(edit, "hash.e.", TYPE_RRSIG, data_signature(TYPE_A, 1, &data)), OK);
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(snapshot->nsec3_names.count, 1);
    cr_assert_eq(snapshot->names.count, 2);
    cr_assert_eq(snapshot->record_count, 5);
    edit = edit_next(snapshot);
    cr_assert_eq(zone_edit_remove_rrset(edit, name_of("hash.e.", &name), TYPE_RRSIG), OK);
    struct snapshot *second = committed(edit);
    cr_assert_eq(second->record_count, 3);
    edit = edit_next(second);
    cr_assert_eq(zone_edit_remove_name(edit, name_of("hash.e.", &name)), OK);
    struct snapshot *third = committed(edit);
    cr_assert_eq(third->nsec3_names.count, 0);
    cr_assert_eq(third->names.count, 1);
    cr_assert_eq(third->record_count, 1);
    snapshot_release(second);
    snapshot_release(snapshot);
    snapshot_release(third);
    heap_must_be_empty(heap);
}

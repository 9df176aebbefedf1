// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

Test(zone_commit, a_version_knows_its_soa_and_its_counts, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "Example.", 77);
    struct data data;
    add_name(edit, "example.", TYPE_NS, "ns.example.");
    add_name(edit, "cut.example.", TYPE_NS, "ns.cut.example.");
    add_a(edit, "ns.cut.example.", 1);
    add_name(edit, "d.example.", TYPE_DNAME, "t.");
    add_a(edit, "a.*.example.", 1);
    cr_assert_eq(add_rr(edit, "example.", TYPE_DNSKEY, data_number(1, &data)), OK);
    cr_assert_eq(zone_edit_record_count(edit), 6, "the owner at work is not counted yet");
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(snapshot->serial, 77);
    cr_assert_eq(snapshot->refresh, 7200);
    cr_assert_eq(snapshot->retry, 900);
    cr_assert_eq(snapshot->expire, 86400);
    cr_assert_eq(snapshot->negative_ttl, 300);
    cr_assert_eq(snapshot->soa.ttl, 3600);
    cr_assert_eq(snapshot->apex_labels, 1);
    cr_assert_eq(memcmp(snapshot->apex_name, "\7Example", 9), 0);
    cr_assert(snapshot->is_signed);
    cr_assert_not(snapshot->has_nsec);
    cr_assert_not(snapshot->nsec3.in_use);
    cr_assert_eq(snapshot->record_count, 7);
    cr_assert_eq(snapshot->delegation_count, 1);
    cr_assert_eq(snapshot->dname_count, 1);
    cr_assert_eq(snapshot->wildcard_count, 1);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(zone_commit, the_negative_ttl_is_the_smaller_one, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    cr_assert_eq(zone_edit_set_ttl(edit, name_of("e.", &name), TYPE_SOA, 60), OK);
    struct snapshot *snapshot = committed(edit);
    cr_assert_eq(snapshot->negative_ttl, 60);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(zone_commit, without_soa_the_edit_stays_open, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit;
    struct snapshot *snapshot;
    struct name name;
    struct data data;
    cr_assert_eq(zone_edit_begin_new(heap, name_of(".", &name), NULL, &edit), OK);
    cr_assert_eq(zone_edit_commit(edit, &snapshot), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_NO_SOA);
    add_a(edit, ".", 1);
    cr_assert_eq(zone_edit_commit(edit, &snapshot), ERROR_SEMANTICS);
    cr_assert_eq(add_rr(edit, ".", TYPE_SOA, data_soa(1, &data)), OK);
    snapshot = committed(edit);
    cr_assert_eq(snapshot->apex_labels, 0);
    cr_assert_eq(look(snapshot, ".").outcome, LOOKUP_EXACT);
    snapshot_release(snapshot);
    zone_edit_abandon(NULL);
    heap_must_be_empty(heap);
}

Test(zone_commit, nsec3param_that_is_understood_is_in_use, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    static const uint8_t other_hash[] = {0, 0, 0, 1, 0};
    static const uint8_t flagged[] = {1, 1, 0, 1, 0};
    static const uint8_t good[] = {1, 0, 1, 2, 2, 0xaa, 0xbb};
    cr_assert_eq(add_rr(edit, "e.", TYPE_NSEC3PARAM, &(struct rr){other_hash, 5}), OK);
    cr_assert_eq(add_rr(edit, "e.", TYPE_NSEC3PARAM, &(struct rr){flagged, 5}), OK);
    cr_assert_eq(add_rr(edit, "e.", TYPE_NSEC3PARAM, &(struct rr){good, 7}), OK);
    struct snapshot *snapshot = committed(edit);
    cr_assert(snapshot->nsec3.in_use);
    cr_assert_eq(snapshot->nsec3.iterations, 258);
    cr_assert_eq(snapshot->nsec3.salt_size, 2);
    cr_assert_eq(snapshot->nsec3.salt[1], 0xbb);
    snapshot_release(snapshot);
    heap_must_be_empty(heap);
}

Test(zone_commit, every_fault_has_a_name, .timeout = 10)
{
    for (unsigned i = 0; i < ZONE_FAULT_COUNT; i++) {
        cr_assert_str_neq(zone_fault_name((enum zone_fault)i), "unknown");
    }
    cr_assert_str_eq(zone_fault_name(ZONE_FAULT_COUNT), "unknown");
}

Test(zone_commit, one_transaction_at_a_time_and_on_the_newest_only, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct snapshot *first = committed(edit_new(heap, "e.", 1));
    struct zone_edit *edit = edit_next(first);
    struct zone_edit *other;
    cr_assert_eq(zone_edit_begin(first, NULL, &other), ERROR_STATE);
    add_a(edit, "a.e.", 1);
    zone_edit_abandon(edit);
    edit = edit_next(first);
    set_serial(edit, "e.", 2);
    struct snapshot *second = committed(edit);
    cr_assert_eq(zone_edit_begin(first, NULL, &other), ERROR_STATE);
    edit = edit_next(second);
    /* The base may be released while its transaction is open. */
    snapshot_release(first);
    snapshot_release(second);
    set_serial(edit, "e.", 3);
    struct snapshot *third = committed(edit);
    cr_assert_eq(third->serial, 3);
    snapshot_release(third);
    heap_must_be_empty(heap);
}

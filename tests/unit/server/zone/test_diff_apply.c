// SPDX-License-Identifier: Apache-2.0
#include "zone_fixture.h"

static struct diff_record change_of(bool added, const uint8_t *owner, uint32_t ttl,
                                    const struct rr *rr)
{
    return (struct diff_record){
        .added = added, .type = TYPE_A, .ttl = ttl, .owner = owner, .rr = *rr};
}

Test(diff_apply, what_is_absent_cannot_go_and_what_is_there_cannot_come, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    const uint8_t *owner = name_of("a.e.", &name);
    struct diff_record record = change_of(false, owner, 60, data_number(1, &data));
    cr_assert_eq(diff_apply(edit, &record), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_DIFF);
    record.added = true;
    cr_assert_eq(diff_apply(edit, &record), OK);
    cr_assert_eq(diff_apply(edit, &record), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_DIFF);
    record.added = false;
    cr_assert_eq(diff_apply(edit, &record), OK);
    record.owner = name_of("x.", &name);
    cr_assert_eq(diff_apply(edit, &record), ERROR_SEMANTICS);
    cr_assert_eq(zone_edit_fault(edit), ZONE_FAULT_OUT_OF_ZONE);
    zone_edit_abandon(edit);
    heap_must_be_empty(heap);
}

Test(diff_apply, an_added_record_brings_its_ttl, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    struct zone_edit *edit = edit_new(heap, "e.", 1);
    struct name name;
    struct data data;
    struct rrset set;
    const uint8_t *owner = name_of("a.e.", &name);
    struct diff_record record = change_of(true, owner, 60, data_number(1, &data));
    cr_assert_eq(diff_apply(edit, &record), OK);
    record = change_of(true, owner, 61, data_number(2, &data));
    cr_assert_eq(diff_apply(edit, &record), OK);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_A, &set), OK);
    cr_assert_eq(set.ttl, 61);
    cr_assert_eq(set.count, 2);
    record = change_of(true, owner, 0xffffffffu, data_signature(TYPE_A, 1, &data));
    record.type = TYPE_RRSIG;
    cr_assert_eq(diff_apply(edit, &record), OK);
    record = change_of(true, owner, 62, data_signature(TYPE_A, 2, &data));
    record.type = TYPE_RRSIG;
    cr_assert_eq(diff_apply(edit, &record), OK);
    cr_assert_eq(zone_edit_get(edit, owner, TYPE_RRSIG, &set), OK);
    cr_assert_eq(set.ttl, 62);
    zone_edit_abandon(edit);
    heap_must_be_empty(heap);
}

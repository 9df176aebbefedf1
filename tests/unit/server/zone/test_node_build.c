// SPDX-License-Identifier: Apache-2.0
#include "server/zone/node_build.h"
#include "zone_fixture.h"

static const struct node_build_limits limits = {.records_per_rrset = 1000, .types_per_name = 100};

static void must_be_in_order(const struct rrset *set)
{
    struct rr rr;
    uint32_t at = 0;
    uint64_t last = 0;
    unsigned count = 0;
    while (rrset_next(set, &at, &rr)) {
        uint64_t value = ((uint64_t)rr.rdata[0] << 24 | (uint64_t)rr.rdata[1] << 16 |
                          (uint64_t)rr.rdata[2] << 8 | rr.rdata[3]) +
                         1;
        cr_assert_gt(value, last);
        last = value;
        count++;
    }
    cr_assert_eq(count, set->count);
    cr_assert_eq(at, set->size);
}

Test(node_build, records_keep_canonical_order_whatever_order_they_come_in, .timeout = 30)
{
    uint64_t state = seed_for_test();
    struct heap *heap = heap_for_test();
    static struct node_build build;
    static bool present[2][500];
    struct zone_node *node = NULL;
    struct name name;
    struct data data;
    node_build_init(&build, heap);
    cr_assert_eq(node_build_open(&build, name_of("x.", &name), NULL), OK);
    for (unsigned n = 0; n < 20000; n++) {
        unsigned which = next_random(&state) % 2;
        uint16_t type = which == 0 ? TYPE_A : TYPE_NULL;
        unsigned value = next_random(&state) % 500;
        const struct rr *rr = data_number(value, &data);
        if (next_random(&state) % 2 == 0) {
            cr_assert_eq(node_build_add(&build, type, 5, rr, &limits),
                         present[which][value] ? UNCHANGED : OK);
            present[which][value] = true;
        } else {
            cr_assert_eq(node_build_remove(&build, type, rr),
                         present[which][value] ? OK : NOT_FOUND);
            present[which][value] = false;
        }
        if (n % 1000 == 999) {
            /* Through a block and back. */
            cr_assert_eq(node_build_pack(&build, &node), OK);
            cr_assert_eq(node_build_open(&build, name.bytes, node), OK);
            heap_give(heap, node, node->size);
        }
    }
    for (unsigned i = 0; i < build.set_count; i++) {
        struct rrset set = node_build_set(&build, i);
        must_be_in_order(&set);
    }
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

Test(node_build, limits_hold_at_their_edge, .timeout = 30)
{
    struct heap *heap = heap_for_test();
    static struct node_build build;
    struct node_build_limits few = {.records_per_rrset = 3, .types_per_name = 2};
    struct name name;
    struct data data;
    node_build_init(&build, heap);
    cr_assert_eq(node_build_open(&build, name_of("x.", &name), NULL), OK);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(node_build_add(&build, TYPE_A, 5, data_number(i, &data), &few), OK);
    }
    cr_assert_eq(node_build_add(&build, TYPE_A, 5, data_number(3, &data), &few), FULL);
    cr_assert_eq(node_build_add(&build, TYPE_A, 5, data_number(2, &data), &few), UNCHANGED);
    cr_assert_eq(node_build_add(&build, TYPE_TXT, 5, data_number(0, &data), &few), OK);
    cr_assert_eq(node_build_add(&build, TYPE_NULL, 5, data_number(0, &data), &few), REFUSED_LIMIT);
    /* Signatures are counted apart. */
    cr_assert_eq(node_build_add(&build, TYPE_RRSIG, 5, data_signature(1, 0, &data), &few), OK);
    cr_assert_eq(build.set_count, 3);
    node_build_remove_set(&build, 0);
    cr_assert_eq(build.set_count, 2);
    cr_assert_eq(node_build_find(&build, TYPE_A, false), -1);
    cr_assert_eq(node_build_find(&build, TYPE_A, true), 0);
    cr_assert_eq(node_build_find(&build, TYPE_TXT, false), 1);
    node_build_clear(&build);
    cr_assert_eq(build.set_count, 0);
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

Test(node_build, a_node_never_passes_its_maximum, .timeout = 60)
{
    struct heap *heap = heap_for_test();
    static struct node_build build;
    static uint8_t bytes[65535];
    struct rr rr = {.rdata = bytes, .size = 65535};
    struct name name;
    enum result result = OK;
    unsigned count = 0;
    node_build_init(&build, heap);
    cr_assert_eq(node_build_open(&build, name_of("x.", &name), NULL), OK);
    for (; result == OK && count < 1000; count++) {
        bytes[0] = (uint8_t)(count >> 8);
        bytes[1] = (uint8_t)count;
        result = node_build_add(&build, TYPE_A, 5, &rr, &limits);
    }
    cr_assert_eq(result, TRUNCATED);
    cr_assert_eq(count - 1, (NODE_BYTES_MAX - 1) / 65537);
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

Test(node_build, empty_rdata_and_the_covered_type, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    static struct node_build build;
    struct rr none = {.rdata = name_root};
    struct data data;
    struct name name;
    node_build_init(&build, heap);
    cr_assert_eq(node_build_open(&build, name_of("x.", &name), NULL), OK);
    cr_assert_eq(node_build_add(&build, TYPE_NULL, 5, &none, &limits), OK);
    cr_assert_eq(node_build_add(&build, TYPE_NULL, 5, &none, &limits), UNCHANGED);
    struct rrset set = node_build_set(&build, 0);
    cr_assert_eq(set.size, 2);
    cr_assert_eq(rrset_first(&set).size, 0);
    cr_assert_eq(node_build_covered(TYPE_RRSIG, data_signature(TYPE_MX, 0, &data)), TYPE_MX);
    cr_assert_eq(node_build_covered(TYPE_RRSIG, &none), 0);
    cr_assert_eq(node_build_covered(TYPE_A, data_number(0xffffffff, &data)), 0);
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

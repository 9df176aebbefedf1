// SPDX-License-Identifier: Apache-2.0
#include "server/zone/node_build.h"
#include "zone_fixture.h"

static const struct node_build_limits limits = {.records_per_rrset = 1000, .types_per_name = 100};

Test(zone_node, sets_are_found_by_type_and_signatures_by_what_they_cover, .timeout = 10)
{
    struct heap *heap = heap_for_test();
    static struct node_build build;
    struct zone_node *node;
    struct rrset set;
    struct name name;
    struct data data;
    node_build_init(&build, heap);
    cr_assert_eq(node_build_open(&build, name_of("Host.example.", &name), NULL), OK);
    cr_assert_eq(node_build_add(&build, TYPE_AAAA, 60, data_number(9, &data), &limits), OK);
    cr_assert_eq(node_build_add(&build, TYPE_RRSIG, 60, data_signature(TYPE_A, 1, &data), &limits),
                 OK);
    cr_assert_eq(
        node_build_add(&build, TYPE_RRSIG, 60, data_signature(TYPE_AAAA, 1, &data), &limits), OK);
    cr_assert_eq(node_build_add(&build, TYPE_RRSIG, 60, data_signature(TYPE_A, 2, &data), &limits),
                 OK);
    cr_assert_eq(node_build_add(&build, TYPE_A, 30, data_number(1, &data), &limits), OK);
    cr_assert_eq(node_build_pack(&build, &node), OK);

    cr_assert(name_equal(zone_node_name(node), name.bytes));
    cr_assert_eq(memcmp(zone_node_name(node), name.bytes, name.length), 0, "case is kept");
    cr_assert_eq(node->set_count, 4);
    cr_assert_eq(zone_node_record_count(node), 5);
    cr_assert(zone_node_find(node, TYPE_A, &set));
    cr_assert_eq(set.ttl, 30);
    cr_assert_eq(set.count, 1);
    cr_assert_eq(set.size, 6);
    cr_assert_eq(set.type, TYPE_A);
    cr_assert_eq(rrset_first(&set).size, 4);
    cr_assert_eq(rrset_first(&set).rdata[3], 1);
    cr_assert(zone_node_find_signatures(node, TYPE_A, &set));
    cr_assert_eq(set.count, 2);
    cr_assert_eq(set.type, TYPE_RRSIG);
    cr_assert_eq(set.covered, TYPE_A);
    cr_assert(zone_node_find_signatures(node, TYPE_AAAA, &set));
    cr_assert_eq(set.count, 1);
    cr_assert(zone_node_find(node, TYPE_RRSIG, &set));
    cr_assert_eq(set.covered, TYPE_A);
    cr_assert_not(zone_node_find(node, TYPE_NS, &set));
    cr_assert_not(zone_node_find(node, TYPE_MX, &set));
    cr_assert_not(zone_node_find_signatures(node, TYPE_MX, &set));

    heap_give(heap, node, node->size);
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

Test(zone_node, flags_follow_the_content, .timeout = 10)
{
    static const struct {
        const char *owner;
        uint16_t type;
        bool is_apex;
        unsigned flags;
    } cases[] = {
        {"a.example.", TYPE_NS, false, NODE_DELEGATION},
        {"example.", TYPE_NS, true, 0},
        {"example.", TYPE_DNAME, true, NODE_DNAME},
        {"a.example.", TYPE_DNAME, false, NODE_DNAME},
        {"a.example.", TYPE_CNAME, false, NODE_CNAME},
        {"*.example.", TYPE_NS, false, NODE_DELEGATION | NODE_WILDCARD},
        {"a.*.example.", TYPE_TXT, false, 0},
        {"*a.example.", TYPE_TXT, false, 0},
    };
    struct heap *heap = heap_for_test();
    static struct node_build build;
    node_build_init(&build, heap);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone_node *node;
        struct name name;
        struct data data;
        cr_assert_eq(node_build_open(&build, name_of(cases[i].owner, &name), NULL), OK);
        cr_assert_eq(node_build_add(&build, cases[i].type, 1, data_name("t.", &data), &limits), OK);
        cr_assert_eq(node_build_pack(&build, &node), OK);
        cr_assert_eq(zone_node_flags(node, cases[i].is_apex), cases[i].flags, "%s", cases[i].owner);
        heap_give(heap, node, node->size);
    }
    node_build_deinit(&build);
    heap_must_be_empty(heap);
}

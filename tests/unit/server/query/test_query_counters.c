// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_counters.h"

#include "server/query/query_state.h"
#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

Test(query_counters, every_type_has_one_slot, .timeout = 20)
{
    static const uint16_t named[] = {TYPE_A,    TYPE_NS,    TYPE_CNAME,  TYPE_SOA,   TYPE_PTR,
                                     TYPE_MX,   TYPE_TXT,   TYPE_AAAA,   TYPE_SRV,   TYPE_NAPTR,
                                     TYPE_DS,   TYPE_RRSIG, TYPE_DNSKEY, TYPE_HTTPS, TYPE_ANY,
                                     TYPE_AXFR, TYPE_IXFR,  TYPE_URI};
    bool seen[QUERY_TYPE_SLOTS] = {false};
    unsigned others = 0;
    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        unsigned slot = query_type_slot((uint16_t)type);
        cr_assert_lt(slot, QUERY_TYPE_SLOTS);
        others += slot == QUERY_TYPE_SLOTS - 1;
        seen[slot] = true;
    }
    for (unsigned i = 0; i < QUERY_TYPE_SLOTS; i++) {
        cr_expect(seen[i], "%u", i);
    }
    cr_expect_eq(others, 65536 - sizeof named / sizeof *named - 1);
    for (unsigned i = 0; i < sizeof named / sizeof *named; i++) {
        cr_expect_eq(query_type_slot(named[i]), i);
    }
    cr_expect_eq(query_type_slot(0), QUERY_TYPE_SLOTS - 2);
}

Test(query_counters, registered_again_they_are_the_same, .timeout = 20)
{
    struct query_counters first;
    struct query_counters second;
    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    cr_assert_eq(query_counters_register(&first), OK);
    cr_assert_eq(query_counters_register(&second), OK);
    cr_expect_eq(memcmp(&first, &second, sizeof first), 0);
    for (unsigned i = 0; i < QUERY_REFUSAL_COUNT; i++) {
        cr_expect_neq(first.refusals[i].place, 0);
    }
}

Test(query_counters, each_request_counts_once_and_each_answer_once, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n");
    fixture_start(&f);
    const struct query_counters *counters = &f.server->counters;
    (void)fixture_ask(&f, &(struct ask){"ns.example."});
    (void)fixture_ask(&f, &(struct ask){"ns.example.", .transport = TRANSPORT_TCP});
    (void)fixture_ask(&f, &(struct ask){"ns.example.", TYPE_MX});
    (void)fixture_ask(&f, &(struct ask){"no.example.", 65400});
    (void)fixture_ask(&f, &(struct ask){NULL});
    (void)fixture_ask(&f, &(struct ask){"ns.example.", .version = 1});
    cr_expect_eq(counter_read(counters->queries[TRANSPORT_UDP][query_type_slot(TYPE_A)]), 2);
    cr_expect_eq(counter_read(counters->queries[TRANSPORT_TCP][query_type_slot(TYPE_A)]), 1);
    cr_expect_eq(counter_read(counters->queries[TRANSPORT_UDP][query_type_slot(TYPE_MX)]), 1);
    cr_expect_eq(counter_read(counters->queries[TRANSPORT_UDP][query_type_slot(65400)]), 1);
    cr_expect_eq(counter_read(counters->queries[TRANSPORT_UDP][query_type_slot(0)]), 1);
    cr_expect_eq(counter_read(counters->responses[RCODE_NOERROR]), 3);
    cr_expect_eq(counter_read(counters->responses[RCODE_NXDOMAIN]), 1);
    cr_expect_eq(counter_read(counters->responses[RCODE_FORMERR]), 1);
    cr_expect_eq(counter_read(counters->responses[RCODE_BADVERS]), 1);
    cr_expect_eq(counter_read(counters->truncated), 0);
    fixture_end(&f);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/query/query.h"

#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

#define HEAD "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n"

/* One message of a batch of its own. */
struct item {
    uint8_t packet[512];
    uint8_t response[1232];
};
static struct item items[QUERY_BATCH_MAX];
static struct query_message messages[QUERY_BATCH_MAX];
static const struct address client = {.family = ADDRESS_V4, .bytes = {192, 0, 2, 1}};

static void prepare(unsigned index, const struct ask *ask)
{
    size_t size = fixture_packet(&f, ask);
    memcpy(items[index].packet, f.packet, size);
    items[index].packet[1] = (uint8_t)index; /* the id */
    messages[index] = (struct query_message){.packet = items[index].packet,
                                             .packet_size = size,
                                             .client = &client,
                                             .transport = TRANSPORT_UDP,
                                             .response = items[index].response,
                                             .response_max = sizeof items[index].response,
                                             .response_size = 9999};
}

Test(query, a_batch_of_none_one_and_the_largest, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", HEAD "a A 192.0.2.1\n");
    fixture_zone(&f, "other.", HEAD "b A 192.0.2.2\n");
    fixture_start(&f);
    static const struct {
        const char *name;
        unsigned rcode;
        unsigned answers;
    } kinds[] = {{"a.example.", RCODE_NOERROR, 1},
                 {"no.example.", RCODE_NXDOMAIN, 0},
                 {"b.other.", RCODE_NOERROR, 1},
                 {"nobodys.", RCODE_REFUSED, 0},
                 {NULL, RCODE_NOERROR, 0}};
    static const unsigned counts[] = {0, 1, 2, QUERY_BATCH_MAX - 1, QUERY_BATCH_MAX};
    for (unsigned c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (unsigned i = 0; i < counts[c]; i++) {
            prepare(i, &(struct ask){kinds[i % 5].name == NULL ? "a.example." : kinds[i % 5].name});
            if (kinds[i % 5].name == NULL) {
                messages[i].packet_size = 11; /* no header: dropped */
            }
        }
        query_batch(f.worker, messages, counts[c]);
        for (unsigned i = 0; i < counts[c]; i++) {
            const uint8_t *response = items[i].response;
            if (kinds[i % 5].name == NULL) {
                cr_expect_eq(messages[i].response_size, 0);
                continue;
            }
            cr_assert_gt(messages[i].response_size, MESSAGE_HEADER_BYTES);
            cr_expect_eq(response[1], i, "each answer has its question's id");
            cr_expect_eq(response[3] & 15u, kinds[i % 5].rcode, "%u", i);
            cr_expect_eq(response[7], kinds[i % 5].answers, "%u", i);
        }
    }
    fixture_end(&f);
}

Test(query, without_a_catalog_nothing_is_ready, .timeout = 20)
{
    fixture_init(&f);
    cr_assert_eq(registry_create(&(struct registry_options){.clock = &f.clock.clock, .loaders = 1},
                                 &f.registry),
                 OK);
    fixture_serve(&f);
    fixture_expect(&f, &(struct ask){"a.example.", .edns = 1232}, "SERVFAIL\nopt 1232 ede=14\n");
    fixture_expect(&f, &(struct ask){"a.example."}, "SERVFAIL\n");
    query_worker_destroy(f.worker);
    query_server_destroy(f.server);
    registry_destroy(f.registry);
}

Test(query, a_zone_without_a_version_is_servfail_and_never_the_parents, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", HEAD "child NS ns\na A 192.0.2.1\n");
    fixture_zone(&f, "child.example.", NULL);
    fixture_start(&f);
    static const struct exchange exchanges[] = {
        {{"www.child.example.", .edns = 1232}, "SERVFAIL\nopt 1232 ede=14\n"},
        {{"child.example.", TYPE_NS, .edns = 1232}, "SERVFAIL\nopt 1232 ede=14\n"},
        {{"www.child.example.", .transport = TRANSPORT_TCP}, "SERVFAIL\n"},
        {{"a.example."}, "NOERROR aa\nan a.example. 300 A 192.0.2.1\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
    fixture_end(&f);
}

Test(query, another_policy_holds_from_the_next_batch_on, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", HEAD);
    fixture_start(&f);
    fixture_expect(&f, &(struct ask){"ns.example."},
                   "NOERROR aa\nan ns.example. 300 A "
                   "192.0.2.53\n");
    struct query_options closed = f.policy;
    closed.query = fixture_nobody;
    query_server_policy(f.server, &closed);
    fixture_expect(&f, &(struct ask){"ns.example."}, "REFUSED\n");
    query_server_policy(f.server, &f.policy);
    fixture_expect(&f, &(struct ask){"ns.example."},
                   "NOERROR aa\nan ns.example. 300 A "
                   "192.0.2.53\n");
    fixture_end(&f);
}

Test(query, the_cost_is_what_is_charged, .timeout = 20)
{
    fixture_init(&f);
    cr_assert_eq(registry_create(&(struct registry_options){.clock = &f.clock.clock, .loaders = 1},
                                 &f.registry),
                 OK);
    fixture_serve(&f);
    query_worker_destroy(f.worker);
    uint64_t before = ledger_read(ACCOUNT_REQUESTS).used_bytes;
    cr_assert_eq(query_worker_create(f.server, 1, &f.worker), OK);
    uint64_t charged = ledger_read(ACCOUNT_REQUESTS).used_bytes - before;
    cr_expect_geq(charged, query_worker_cost_bytes());
    cr_expect_lt(query_worker_cost_bytes(), 65536);
    query_worker_destroy(f.worker);
    query_worker_destroy(NULL);
    query_server_destroy(f.server);
    query_server_destroy(NULL);
    registry_destroy(f.registry);
}

Test(query, memory_that_is_refused_is_a_result, .timeout = 20)
{
    struct query_worker *worker = NULL;
    fixture_init(&f);
    fixture_serve(&f);
    query_worker_destroy(f.worker);
    ledger_limit_set(ACCOUNT_REQUESTS, ledger_read(ACCOUNT_REQUESTS).used_bytes);
    cr_expect_eq(query_worker_create(f.server, 1, &worker), REFUSED_MEMORY);
    cr_expect_null(worker);
    query_server_destroy(f.server);

    struct query_server *server = NULL;
    struct query_server_options options = {.clock = &f.clock.clock, .policy = &f.policy};
    ledger_limit_set(ACCOUNT_REQUESTS, 0);
    cr_expect_eq(query_server_create(&options, &server), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_REQUESTS, SIZE_MAX);
    ledger_limit_set(ACCOUNT_NETWORK, 0);
    cr_expect_eq(query_server_create(&options, &server), REFUSED_MEMORY);
    cr_expect_null(server);
    cr_expect_eq(ledger_read(ACCOUNT_REQUESTS).used_bytes, 0);
}

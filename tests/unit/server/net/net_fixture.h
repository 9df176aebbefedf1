// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/fault.h"
#include "alloc/ledger.h"
#include "server/net/tcp_accept.h"
#include "server/net/tcp_connection.h"
#include "server/wire/framing.h"
#include "server/wire/name.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the network's tests share: a server for one small zone on the calling thread, questions as
 * bytes, and a worker's TCP side without a loop, whose time the test moves. */

#define FIXTURE_NAME "\4test"
#define FIXTURE_WAIT_MS 10000 /* far beyond what a loaded machine needs */

struct fixture {
    struct jobs *jobs;
    struct epoch epoch;
    struct clock_virtual clock;
    struct registry *registry;
    struct query_server *server;
    struct query_worker *query;
    size_t network_bytes; /* what of that account is not the network's own */
    char path[64];
};

static const struct access_entry fixture_any[] = {{.kind = ACCESS_ANY}};
static const struct query_options fixture_policy = {
    .answer = {.address_order = ADDRESS_ORDER_FIXED},
    .query = {fixture_any, 1},
};

/** www.test has an address, big.test an answer of some 60 kB. */
static inline void fixture_zone_write(struct fixture *fixture)
{
    snprintf(fixture->path, sizeof fixture->path, "/tmp/plimsoll-net-XXXXXX");
    int fd = mkstemp(fixture->path);
    cr_assert_geq(fd, 0);
    FILE *file = fdopen(fd, "w");
    fputs("test. 300 IN SOA ns.test. mail.test. 1 7200 900 86400 300\n"
          "test. 300 IN NS ns.test.\n"
          "ns.test. 300 IN A 192.0.2.1\n"
          "www.test. 300 IN A 192.0.2.2\n",
          file);
    for (unsigned i = 0; i < 250; i++) {
        fprintf(file, "big.test. 300 IN TXT \"%03u%0220u\"\n", i, 0);
    }
    cr_assert_eq(fclose(file), 0);
}

static inline void fixture_zone_load(struct fixture *fixture)
{
    static struct zone_options zone = {
        .name = (const uint8_t *)FIXTURE_NAME, .type = ZONE_PRIMARY, .records_per_rrset_max = 1000};
    zone.file = fixture->path;
    struct registry_zones zones = {.options = &zone, .count = 1};
    cr_assert_eq(registry_apply(fixture->registry, &zones, false), OK);
    while (registry_tick(fixture->registry)) {
        while (jobs_run_next(fixture->jobs) == OK) {
        }
    }
    struct zone_status status;
    cr_assert_eq(registry_zone_at(fixture->registry, 0, &status), OK);
    cr_assert_eq(status.load_result, OK, "%s", status.reason);
}

static inline void fixture_begin(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    epoch_init(&fixture->epoch);
    clock_virtual_init(&fixture->clock, 1000000, 1700000000);
    cr_assert_eq(jobs_create(64, &fixture->jobs), OK);
    struct registry_options options = {.clock = &fixture->clock.clock, .loaders = 1};
    cr_assert_eq(registry_create(&options, &fixture->registry), OK);
    registry_begin(fixture->registry, fixture->jobs, &fixture->epoch);
    fixture_zone_write(fixture);
    fixture_zone_load(fixture);
    struct query_server_options server = {
        .registry = fixture->registry, .clock = &fixture->clock.clock, .policy = &fixture_policy};
    cr_assert_eq(query_server_create(&server, &fixture->server), OK);
    cr_assert_eq(query_worker_create(fixture->server, 1, &fixture->query), OK);
    fixture->network_bytes = ledger_read(ACCOUNT_NETWORK).used_bytes - before;
}

static inline void fixture_end(struct fixture *fixture)
{
    unlink(fixture->path);
    query_worker_destroy(fixture->query);
    query_server_destroy(fixture->server);
    registry_destroy(fixture->registry);
    jobs_destroy(fixture->jobs);
    epoch_deinit(&fixture->epoch);
}

/** A question for the host's address (or TXT for "big"); returns its size. */
static inline size_t question_make(uint8_t *to, uint16_t id, const char *host)
{
    bool big = strcmp(host, "big") == 0;
    size_t length = strlen(host);
    const uint8_t header[12] = {(uint8_t)(id >> 8), (uint8_t)id, 0, 0, 0, 1};
    memcpy(to, header, sizeof header);
    uint8_t *p = to + sizeof header;
    *p++ = (uint8_t)length;
    memcpy(p, host, length);
    p += length;
    memcpy(p, "\4test", 6);
    p += 6;
    *p++ = 0;
    *p++ = big ? 16 : 1;
    *p++ = 0;
    *p++ = 1;
    return (size_t)(p - to);
}

/** The same with its length before it. */
static inline size_t framed_make(uint8_t *to, uint16_t id, const char *host)
{
    size_t size = question_make(to + FRAMING_PREFIX_BYTES, id, host);
    framing_prefix(to, size);
    return FRAMING_PREFIX_BYTES + size;
}

static inline uint16_t id_of(const uint8_t *message)
{
    return (uint16_t)(message[0] << 8 | message[1]);
}
static inline unsigned rcode_of(const uint8_t *message)
{
    return message[3] & 15u;
}
static inline unsigned answers_of(const uint8_t *message)
{
    return (unsigned)(message[6] << 8 | message[7]);
}

/** A worker's TCP side: its time stands still until the test moves it. */
struct bed {
    struct fixture fixture;
    struct net_counters counters;
    struct tcp_table *table;
    struct net_poll poll;
    struct tcp_worker *worker;
    _Atomic uint32_t buffers_used;
    uint64_t now_ms;
};

static inline void bed_begin(struct bed *bed, uint32_t connections, uint32_t per_client)
{
    memset(bed, 0, sizeof *bed);
    fixture_begin(&bed->fixture);
    bed->now_ms = 5000;
    cr_assert_eq(net_counters_register(&bed->counters), OK);
    struct tcp_table_options table = {.connections = connections,
                                      .connections_per_client = per_client};
    cr_assert_eq(tcp_table_create(&table, &bed->table), OK);
    cr_assert_eq(net_poll_open(&bed->poll), OK);
    struct tcp_worker_options options = {.table = bed->table,
                                         .counters = &bed->counters,
                                         .query = bed->fixture.query,
                                         .poll = &bed->poll,
                                         .buffers_used = &bed->buffers_used};
    cr_assert_eq(tcp_worker_create(&options, &bed->worker), OK);
}

static inline uint32_t bed_used(const struct bed *bed)
{
    struct pool_state state;
    tcp_table_read(bed->table, &state);
    return (uint32_t)state.used;
}

static inline uint64_t bed_ended(const struct bed *bed, enum tcp_ending ending)
{
    return counter_read(bed->counters.tcp_ended[ending]);
}
static inline uint64_t bed_refused(const struct bed *bed, enum tcp_refusal refusal)
{
    return counter_read(bed->counters.tcp_refused[refusal]);
}

static inline void bed_end(struct bed *bed)
{
    tcp_worker_end_all(bed->worker, TCP_ENDED_STOPPING);
    cr_assert_eq(bed_used(bed), 0);
    cr_assert_eq(atomic_load(&bed->buffers_used), 0);
    tcp_worker_destroy(bed->worker);
    net_poll_close(&bed->poll);
    tcp_table_destroy(bed->table);
    fixture_end(&bed->fixture);
}

static inline void bed_turn(struct bed *bed)
{
    net_poll_turn(&bed->poll, bed->now_ms);
}
/** Waits until something is ready, then turns once. */
static inline void bed_turn_waiting(struct bed *bed)
{
    struct pollfd ready = {.fd = bed->poll.fd, .events = POLLIN};
    cr_assert_eq(poll(&ready, 1, FIXTURE_WAIT_MS), 1, "nothing became ready");
    bed_turn(bed);
}
static inline void bed_pass(struct bed *bed, uint64_t ms)
{
    bed->now_ms += ms;
    tcp_worker_expire(bed->worker, bed->now_ms);
}

/** A connection over a socket pair, taken up as if it had been accepted; returns the client's end.
 */
static inline int bed_connect(struct bed *bed, uint8_t host, struct tcp_connection **ret_connection)
{
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    struct address client = {.family = ADDRESS_V4, .port = 40000, .bytes = {192, 0, 2, host}};
    struct tcp_connection *connection = NULL;
    cr_assert_eq(tcp_table_take(bed->table, &client, &connection), OK);
    connection->fd = ends[0];
    connection->worker = bed->worker;
    tcp_connection_begin(connection, bed->now_ms);
    if (ret_connection != NULL) {
        *ret_connection = connection;
    }
    return ends[1];
}

static inline void client_send(int fd, const void *bytes, size_t size)
{
    cr_assert_eq(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size, "%s", strerror(errno));
}
/** What has arrived; 0 at the end of the stream, -1 when nothing is there. */
static inline ssize_t client_take(int fd, void *to, size_t size)
{
    ssize_t taken = recv(fd, to, size, MSG_DONTWAIT);
    return taken < 0 && errno == ECONNRESET ? 0 : taken;
}
static inline bool client_closed(int fd)
{
    uint8_t byte;
    return client_take(fd, &byte, 1) == 0;
}
/** Whole messages in the bytes, all asserted to be answers without error and with ids that count up
 * from `first_id`; returns how many. */
static inline unsigned answers_check(const uint8_t *bytes, size_t size, uint16_t first_id)
{
    struct reader stream = reader_over(bytes, size);
    const uint8_t *message = NULL;
    size_t message_size = 0;
    unsigned count = 0;
    while (framing_next(&stream, &message, &message_size) == OK) {
        cr_assert_eq(id_of(message), (uint16_t)(first_id + count));
        cr_assert_eq(rcode_of(message), 0);
        cr_assert_geq(answers_of(message), 1);
        count++;
    }
    cr_assert_eq(reader_left(&stream), 0, "%zu bytes of a cut answer", reader_left(&stream));
    return count;
}

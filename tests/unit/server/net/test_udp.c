// SPDX-License-Identifier: Apache-2.0
#include "server/net/udp.h"

#include "server/net/socket.h"
#include "tests/unit/server/net/net_fixture.h"

#include <netinet/in.h>

TestSuite(udp, .timeout = 60);

static struct fixture fixture;
static struct net_counters counters;
static struct udp_batch *batch;
static int server;
static struct sockaddr_storage server_name;
static socklen_t server_name_size;

static void begin(struct address address)
{
    struct socket_error error;
    fixture_begin(&fixture);
    cr_assert_eq(net_counters_register(&counters), OK);
    cr_assert_eq(udp_create(fixture.query, &counters, &batch), OK);
    cr_assert_eq(socket_open_udp(&address, &server, &error), OK);
    server_name_size = sizeof server_name;
    cr_assert_eq(getsockname(server, (struct sockaddr *)&server_name, &server_name_size), 0);
}

static void end(void)
{
    close(server);
    udp_destroy(batch);
    udp_destroy(NULL);
    fixture_end(&fixture);
}

static struct address loopback_address(void)
{
    return (struct address){.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};
}

static int client_open(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = FIXTURE_WAIT_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    cr_assert_eq(connect(fd, (struct sockaddr *)&server_name, server_name_size), 0);
    return fd;
}

static void wait_for(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    cr_assert_eq(poll(&ready, 1, FIXTURE_WAIT_MS), 1);
}

static void ask_many(int client, unsigned count)
{
    uint8_t bytes[1500];
    bool seen[3 * UDP_BATCH_MAX] = {false};
    for (unsigned i = 0; i < count; i++) {
        cr_assert_gt(send(client, bytes, question_make(bytes, (uint16_t)i, "www"), 0), 0);
    }
    wait_for(server);
    udp_serve(batch, server, false);
    for (unsigned i = 0; i < count; i++) {
        cr_assert_gt(recv(client, bytes, sizeof bytes, 0), 12);
        cr_assert_lt(id_of(bytes), count);
        cr_assert_not(seen[id_of(bytes)]);
        cr_assert_eq(answers_of(bytes), 1);
        seen[id_of(bytes)] = true;
    }
}

Test(udp, batches_at_their_edges)
{
    begin(loopback_address());
    udp_serve(batch, server, false); /* nothing waits */
    int client = client_open();
    const unsigned counts[] = {1,
                               QUERY_BATCH_MAX - 1,
                               QUERY_BATCH_MAX,
                               QUERY_BATCH_MAX + 1,
                               UDP_BATCH_MAX - 1,
                               UDP_BATCH_MAX,
                               UDP_BATCH_MAX + 1,
                               2};
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        ask_many(client, counts[i]);
    }
    close(client);
    end();
}

Test(udp, large_answers_are_cut_and_silence_is_silence)
{
    begin(loopback_address());
    int client = client_open();
    uint8_t bytes[4096];
    size_t size = question_make(bytes, 1, "www");
    bytes[2] |= 0x80; /* a response: dropped */
    cr_assert_gt(send(client, bytes, size, 0), 0);
    cr_assert_gt(send(client, bytes, 3, 0), 0); /* no header: dropped */
    cr_assert_eq(send(client, bytes, 0, 0), 0);
    cr_assert_gt(send(client, bytes, question_make(bytes, 2, "big"), 0), 0);
    wait_for(server);
    udp_serve(batch, server, false);
    ssize_t got = recv(client, bytes, sizeof bytes, 0);
    cr_assert_geq(got, 12);
    cr_assert_leq(got, 512);
    cr_assert_eq(id_of(bytes), 2);
    cr_assert((bytes[2] & 2) != 0, "TC");
    cr_assert_eq(recv(client, bytes, sizeof bytes, MSG_DONTWAIT), -1);
    close(client);
    end();
}

/* A connected client takes answers from the address it asked only. */
Test(udp, a_wildcard_answers_from_the_address_that_was_asked)
{
    begin((struct address){.family = ADDRESS_V4});
    ((struct sockaddr_in *)&server_name)->sin_addr.s_addr = htonl(0x7f000009);
    int client = client_open();
    uint8_t bytes[1500];
    for (uint16_t id = 0; id < 3; id++) {
        cr_assert_gt(send(client, bytes, question_make(bytes, id, "www"), 0), 0);
        wait_for(server);
        udp_serve(batch, server, true);
        cr_assert_gt(recv(client, bytes, sizeof bytes, 0), 12);
        cr_assert_eq(id_of(bytes), id);
    }
    close(client);
    end();
}

Test(udp, one_batch_serves_both_kinds_of_socket)
{
    begin((struct address){.family = ADDRESS_V4});
    int wild = server;
    struct sockaddr_storage wild_name = server_name;
    ((struct sockaddr_in *)&wild_name)->sin_addr.s_addr = htonl(0x7f000009);
    struct address exact = loopback_address();
    struct socket_error error;
    cr_assert_eq(socket_open_udp(&exact, &server, &error), OK);
    server_name_size = sizeof server_name;
    cr_assert_eq(getsockname(server, (struct sockaddr *)&server_name, &server_name_size), 0);
    int exact_client = client_open();
    server_name = wild_name;
    int wild_client = client_open();
    for (unsigned round = 0; round < 3; round++) {
        ask_many(exact_client, 3);
        uint8_t bytes[1500];
        cr_assert_gt(send(wild_client, bytes, question_make(bytes, 7, "www"), 0), 0);
        wait_for(wild);
        udp_serve(batch, wild, true);
        cr_assert_gt(recv(wild_client, bytes, sizeof bytes, 0), 12);
    }
    close(wild);
    close(exact_client);
    close(wild_client);
    end();
}

Test(udp, v6)
{
    struct address address = {.family = ADDRESS_V6, .bytes = {[15] = 1}};
    struct socket_error error;
    int probe = -1;
    if (socket_open_udp(&address, &probe, &error) != OK) {
        cr_skip("no IPv6 here");
    }
    close(probe);
    begin((struct address){.family = ADDRESS_V6});
    ((struct sockaddr_in6 *)&server_name)->sin6_addr = in6addr_loopback;
    int client = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = FIXTURE_WAIT_MS / 1000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    cr_assert_eq(connect(client, (struct sockaddr *)&server_name, server_name_size), 0);
    uint8_t bytes[1500];
    cr_assert_gt(send(client, bytes, question_make(bytes, 5, "www"), 0), 0);
    wait_for(server);
    udp_serve(batch, server, true);
    cr_assert_gt(recv(client, bytes, sizeof bytes, 0), 12);
    cr_assert_eq(id_of(bytes), 5);
    close(client);
    end();
}

Test(udp, failed_calls_are_counted_and_survived)
{
    begin(loopback_address());
    int client = client_open();
    uint8_t bytes[1500];
    cr_assert_gt(send(client, bytes, question_make(bytes, 1, "www"), 0), 0);
    wait_for(server);
    fault_arm(FAULT_READ, 1, 1);
    udp_serve(batch, server, false);
    if (!fault_struck(FAULT_READ)) {
        close(client);
        end();
        cr_skip("built without fault injection");
    }
    cr_assert_eq(counter_read(counters.udp_receive_failed), 1);
    cr_assert_gt(send(client, bytes, question_make(bytes, 2, "www"), 0), 0);
    fault_arm(FAULT_WRITE, 1, 1);
    udp_serve(batch, server, false);
    fault_disarm_all();
    cr_assert_eq(counter_read(counters.udp_send_failed), 1);
    cr_assert_gt(recv(client, bytes, sizeof bytes, 0), 12);
    cr_assert_eq(id_of(bytes), 2, "only the first was lost");
    close(client);
    end();
}

Test(udp, memory_is_charged_as_said)
{
    begin(loopback_address());
    struct udp_batch *other = NULL;
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    cr_assert_eq(udp_create(fixture.query, &counters, &other), OK);
    size_t charged = ledger_read(ACCOUNT_NETWORK).used_bytes - before;
    cr_assert_geq(charged, udp_cost_bytes());
    cr_assert_lt(charged, udp_cost_bytes() + 4096);
    udp_destroy(other);
    cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
    end();
}

// SPDX-License-Identifier: Apache-2.0
#include "server/net/net.h"

#include "tests/unit/server/net/net_house.h"

TestSuite(net, .timeout = 60);

static struct net_house house;

static bool event_seen(struct event_reader *reader, enum event_id id)
{
    struct event event;
    while (event_reader_next(reader, &event)) {
        if (event.id == (uint32_t)id) {
            return true;
        }
    }
    return false;
}

Test(net, serves_udp_and_tcp_on_every_lane)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 3);
    net_house_begin(&house, &options);
    struct address real;
    bool bound = false;
    cr_assert(net_listening(house.net, 0, &real, &bound));
    cr_assert(bound);
    cr_assert_neq(real.port, 0);
    cr_assert_not(net_listening(house.net, 1, &real, &bound));
    /* Each client's port leads to some lane: with this many, to all of them. */
    for (uint16_t i = 0; i < 40; i++) {
        int udp = client_open(house.net, SOCK_DGRAM, NULL);
        udp_ask(udp, i);
        close(udp);
        int tcp = client_open(house.net, SOCK_STREAM, NULL);
        tcp_ask(tcp, i);
        tcp_ask(tcp, (uint16_t)(i + 1000));
        close(tcp);
    }
    net_house_end(&house);
}

/* The answer comes from the address that was asked: a connected socket takes no other. */
Test(net, a_wildcard_answers_from_the_address_that_was_asked)
{
    struct address address = {.family = ADDRESS_V4};
    struct net_options options = net_house_options(&address, 1);
    net_house_begin(&house, &options);
    int udp = client_open(house.net, SOCK_DGRAM, NULL);
    for (uint16_t i = 0; i < 3; i++) {
        udp_ask(udp, i);
    }
    close(udp);
    net_house_end(&house);
}

Test(net, nothing_is_answered_before_the_first_tick)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 1);
    net_house_open(&house, &options);
    cr_assert_not(net_whole(house.net));
    net_house_settle(&house);
    net_house_end(&house);
}

Test(net, stops_with_connections_open)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    net_house_begin(&house, &options);
    int clients[4];
    for (unsigned i = 0; i < 4; i++) {
        clients[i] = client_open(house.net, SOCK_STREAM, NULL);
        tcp_ask(clients[i], (uint16_t)i);
    }
    cr_assert_eq(send(clients[0], "\0", 1, MSG_NOSIGNAL), 1); /* in the middle of a message */
    cr_assert_eq(net_connections(house.net), 4);
    net_house_end(&house);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t byte;
        cr_assert_leq(recv(clients[i], &byte, 1, 0), 0);
        close(clients[i]);
    }
}

/* Workers share the slots: an idle connection of any of them gives way. */
Test(net, the_total_holds_over_all_workers)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    options.tcp_connections_per_client = 8;
    net_house_begin(&house, &options);
    enum { CLIENTS = 24 };
    int clients[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_open(house.net, SOCK_STREAM, i < CLIENTS / 2 ? NULL : "127.0.0.2");
        if (i < 8) {
            tcp_ask(clients[i], (uint16_t)i); /* then it is idle */
        }
        cr_assert_leq(net_connections(house.net), 8);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        cr_assert_leq(net_connections(house.net), 8);
        close(clients[i]);
    }
    int again = client_open(house.net, SOCK_STREAM, "127.0.0.3");
    tcp_ask(again, 1);
    close(again);
    net_house_end(&house);
}

/* A worker that could not be created leaves its lane to another, and gets it back. */
Test(net, a_missing_worker_s_lane_is_adopted_and_returned)
{
    fault_arm(FAULT_THREAD, UINT64_MAX, 1);
    event_init(clock_real());
    struct event_reader events;
    event_reader_init_newest(&events);
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    fault_disarm_all();
    fault_arm(FAULT_THREAD, 3, 1); /* the job thread, worker 0, worker 1 */
    net_house_open(&house, &options);
    if (!fault_struck(FAULT_THREAD)) {
        net_house_end(&house);
        cr_skip("built without fault injection");
    }
    net_house_settle(&house);
    cr_assert(event_seen(&events, EVENT_LANE_ADOPTED));
    for (uint16_t i = 0; i < 20; i++) {
        int udp = client_open(house.net, SOCK_DGRAM, NULL);
        udp_ask(udp, i);
        close(udp);
    }
    cr_assert_eq(threads_retry(house.threads, THREADS_RETRY_FIRST_MS), UINT64_MAX);
    net_tick(house.net, 0); /* asks the one to release */
    for (unsigned i = 0; i < FIXTURE_WAIT_MS && !event_seen(&events, EVENT_LANE_RETURNED); i++) {
        usleep(1000);
        net_tick(house.net, 0);
    }
    net_house_settle(&house);
    for (uint16_t i = 0; i < 20; i++) {
        int tcp = client_open(house.net, SOCK_STREAM, NULL);
        tcp_ask(tcp, i);
        close(tcp);
    }
    net_house_end(&house);
}

/* 192.0.2.0/24 is for documentation: no machine has it. */
Test(net, a_missing_address_is_tried_again)
{
    event_init(clock_real());
    struct event_reader events;
    event_reader_init_newest(&events);
    struct address addresses[2] = {loopback(),
                                   {.family = ADDRESS_V4, .port = 5300, .bytes = {192, 0, 2, 77}}};
    struct net_options options = net_house_options(addresses, 1);
    options.address_count = 2;
    net_house_open(&house, &options);
    cr_assert(event_seen(&events, EVENT_ADDRESS_MISSING));
    net_tick(house.net, 0);
    struct address address;
    bool bound = true;
    cr_assert(net_listening(house.net, 1, &address, &bound));
    cr_assert_not(bound);
    cr_assert_eq(address.port, 5300);
    cr_assert_not(net_whole(house.net));
    net_tick(house.net, NET_RETRY_MS - 1);
    net_tick(house.net, NET_RETRY_MS);
    net_tick(house.net, 10 * NET_RETRY_MS);
    cr_assert_not(event_seen(&events, EVENT_ADDRESS_MISSING), "it is said once");
    int udp = client_open(house.net, SOCK_DGRAM, NULL);
    udp_ask(udp, 1);
    close(udp);
    net_house_end(&house);
}

Test(net, an_address_that_cannot_be_bound_is_a_failure)
{
    event_init(clock_real());
    struct event_reader events;
    event_reader_init_newest(&events);
    struct address address = loopback();
    struct sockaddr_storage storage;
    socklen_t size = address_to_sockaddr(&address, &storage);
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(taken, (struct sockaddr *)&storage, size), 0);
    cr_assert_eq(listen(taken, 1), 0);
    size = sizeof storage;
    cr_assert_eq(getsockname(taken, (struct sockaddr *)&storage, &size), 0);
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&storage, size, &address), OK);
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    struct net_options options = net_house_options(&address, 1);
    struct net *net = NULL;
    cr_assert_eq(net_open(&options, 0, &net), ERROR_IO);
    cr_assert_null(net);
    cr_assert(event_seen(&events, EVENT_TCP_BIND_FAILED));
    cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
    close(taken);
}

/* What is taken is what was declared, the kernel's buffers too. */
Test(net, the_budget_holds)
{
    static struct budget budget;
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    budget_init(&budget, SIZE_MAX);
    cr_assert_eq(net_budget(&options, &budget), OK);
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    net_house_begin(&house, &options);
    size_t taken = ledger_read(ACCOUNT_NETWORK).used_bytes - before - house.fixture.network_bytes;
    cr_assert_leq(taken, budget_account_total(&budget, ACCOUNT_NETWORK));
    cr_assert_eq(taken, budget_account_total(&budget, ACCOUNT_NETWORK));
    net_house_end(&house);
    cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
}

/* Every charge and every socket of opening fails once: refused, and everything is given back. */
Test(net, opening_fails_at_every_step_without_a_trace)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    const struct {
        enum fault_point point;
        enum result result;
    } cases[] = {{FAULT_CHARGE, REFUSED_MEMORY}, {FAULT_SOCKET, REFUSED_SOCKET}};
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    for (unsigned i = 0; i < 2; i++) {
        enum result result = REFUSED_LIMIT;
        unsigned failures = 0;
        for (uint64_t nth = 1; nth < 100 && result != OK; nth++) {
            struct net *net = NULL;
            fault_arm(cases[i].point, nth, 1);
            result = net_open(&options, 0, &net);
            bool struck = fault_struck(cases[i].point);
            fault_disarm_all();
            cr_assert_eq(result, struck ? cases[i].result : OK);
            cr_assert_eq(result == OK, net != NULL);
            failures += result != OK;
            net_close(net);
            cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
        }
        cr_assert_eq(result, OK);
        (void)failures;
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/net/net_house.h"

TestSuite(net_worker, .timeout = 60);

static struct net_house house;

/* Every charge and descriptor of a worker's start fails once: the thread is refused, the memory is
 * given back, and the other worker serves both lanes. */
Test(net_worker, a_start_that_fails_is_a_missing_worker)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 2);
    net_house_begin(&house, &options);
    struct fixture *fixture = &house.fixture;
    struct worker_options other = {
        .role = THREAD_WORKER, .index = 0, .mailbox_places = 4, .descriptors_max = 256};
    struct epoch epoch;
    struct worker *worker = NULL;
    struct net *net = NULL;
    epoch_init(&epoch);
    other.epoch = &epoch;
    cr_assert_eq(worker_create(&other, &worker), OK);
    cr_assert_eq(net_open(&options, 0, &net), OK);
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    const enum fault_point points[] = {FAULT_CHARGE, FAULT_SOCKET};
    for (unsigned i = 0; i < 2; i++) {
        for (uint64_t nth = 1; nth < 10; nth++) {
            fault_arm(points[i], nth, 1);
            enum result result = net_worker_start(net, worker, fixture->query);
            bool struck = fault_struck(points[i]);
            fault_disarm_all();
            if (!struck) {
                cr_assert_eq(result, OK);
                net_worker_stop(net, worker);
                uv_run(worker_loop(worker), UV_RUN_NOWAIT);
                net_close(net);
                cr_assert_eq(net_open(&options, 0, &net), OK);
                break;
            }
            cr_assert_eq(result, points[i] == FAULT_CHARGE ? REFUSED_MEMORY : REFUSED_SOCKET);
            cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
        }
    }
    net_close(net);
    worker_destroy(worker);
    epoch_deinit(&epoch);
    net_house_end(&house);
}

/* The one timer of a worker ends what is over: driven by the loop's clock. */
Test(net_worker, a_stalled_connection_ends_by_the_timer, .timeout = 30)
{
    struct address address = loopback();
    struct net_options options = net_house_options(&address, 1);
    net_house_begin(&house, &options);
    int client = client_open(house.net, SOCK_STREAM, NULL);
    tcp_ask(client, 1);
    cr_assert_eq(send(client, "\0", 1, MSG_NOSIGNAL), 1);
    uint8_t byte;
    cr_assert_leq(recv(client, &byte, 1, 0), 0, "closed by the server, not by the time-out");
    for (unsigned i = 0; i < FIXTURE_WAIT_MS && net_connections(house.net) != 0; i++) {
        usleep(1000); /* the slot is given back after the socket is closed */
    }
    cr_assert_eq(net_connections(house.net), 0);
    close(client);
    net_house_end(&house);
}

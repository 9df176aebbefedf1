// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_worker.h"

#include "tests/unit/server/net/net_fixture.h"

TestSuite(tcp_worker, .timeout = 60);

static struct bed bed;

Test(tcp_worker, nothing_is_due_without_connections)
{
    bed_begin(&bed, 2, 2);
    cr_assert_eq(tcp_worker_due_ms(bed.worker), UINT64_MAX);
    cr_assert_eq(tcp_worker_oldest_ms(bed.worker), UINT64_MAX);
    cr_assert_not(tcp_worker_evict(bed.worker));
    tcp_worker_expire(bed.worker, UINT64_MAX - 1);
    bed_end(&bed);
}

Test(tcp_worker, deadlines_in_their_order)
{
    bed_begin(&bed, 4, 4);
    uint64_t start = bed.now_ms;
    struct tcp_connection *connections[3];
    int clients[3];
    for (unsigned i = 0; i < 3; i++) {
        clients[i] = bed_connect(&bed, 1, &connections[i]);
        bed.now_ms += 100;
    }
    cr_assert_eq(tcp_worker_due_ms(bed.worker), start + TCP_IDLE_MS);
    cr_assert_eq(tcp_worker_oldest_ms(bed.worker), start + TCP_IDLE_MS);
    /* The first becomes busy: its deadline is nearer, and the second is the oldest idle. */
    tcp_worker_enlist(connections[0], TCP_LIST_BUSY, bed.now_ms);
    cr_assert_eq(tcp_worker_due_ms(bed.worker), bed.now_ms + TCP_PROGRESS_MS);
    cr_assert_eq(tcp_worker_oldest_ms(bed.worker), start + 100 + TCP_IDLE_MS);
    cr_assert(tcp_worker_evict(bed.worker));
    cr_assert(client_closed(clients[1]));
    cr_assert_not(client_closed(clients[0]));
    cr_assert(tcp_worker_evict(bed.worker));
    cr_assert(client_closed(clients[2]));
    cr_assert_not(tcp_worker_evict(bed.worker), "a busy one does not give way");
    bed_pass(&bed, TCP_PROGRESS_MS);
    cr_assert(client_closed(clients[0]));
    for (unsigned i = 0; i < 3; i++) {
        close(clients[i]);
    }
    bed_end(&bed);
}

Test(tcp_worker, out_of_the_middle_of_a_list)
{
    bed_begin(&bed, 3, 3);
    struct tcp_connection *connections[3];
    int clients[3];
    for (unsigned i = 0; i < 3; i++) {
        clients[i] = bed_connect(&bed, 1, &connections[i]);
    }
    tcp_worker_delist(connections[1]);
    tcp_worker_delist(connections[1]);
    cr_assert_eq(bed.worker->idle.first, connections[0]);
    cr_assert_eq(connections[0]->next, connections[2]);
    cr_assert_eq(connections[2]->previous, connections[0]);
    tcp_worker_enlist(connections[1], TCP_LIST_IDLE, bed.now_ms);
    cr_assert_eq(bed.worker->idle.last, connections[1]);
    for (unsigned i = 0; i < 3; i++) {
        close(clients[i]);
    }
    bed_end(&bed);
}

Test(tcp_worker, a_pause_is_prolonged_and_ends)
{
    bed_begin(&bed, 2, 2);
    tcp_worker_pause(bed.worker, bed.now_ms, 5);
    tcp_worker_pause(bed.worker, bed.now_ms, 50);
    cr_assert_eq(tcp_worker_due_ms(bed.worker), bed.now_ms + 50);
    bed_pass(&bed, 50);
    cr_assert_eq(tcp_worker_due_ms(bed.worker), UINT64_MAX);
    bed_end(&bed);
}

Test(tcp_worker, memory_is_charged_as_said)
{
    bed_begin(&bed, 1, 1);
    struct tcp_worker *worker = NULL;
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    cr_assert_eq(tcp_worker_create(&bed.worker->options, &worker), OK);
    cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes - before, tcp_worker_cost_bytes());
    tcp_worker_destroy(worker);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fault_arm(FAULT_CHARGE, nth, 1);
        enum result result = tcp_worker_create(&bed.worker->options, &worker);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        cr_assert_eq(result, struck ? REFUSED_MEMORY : OK);
        if (result == OK) {
            tcp_worker_destroy(worker);
        }
        cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
    }
    tcp_worker_destroy(NULL);
    bed_end(&bed);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_state.h"

#include <assert.h>

/* The worker's side: everything in this file runs on the worker's thread, except the choice of
 * another worker to ask for room, which reads atomics only. */

static void on_timer(uv_timer_t *timer);

/** The one timer runs when the earliest deadline comes; deadlines move on without touching it. */
static void timer_arm(struct net_worker *worker)
{
    uint64_t due = tcp_worker_due_ms(worker->server.tcp);
    if (due >= worker->timer_due_ms) {
        return;
    }
    uint64_t now = uv_now(worker->timer.loop);
    worker->timer_due_ms = due;
    uv_timer_start(&worker->timer, on_timer, due > now ? due - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct net_worker *worker = timer->data;
    worker->timer_due_ms = UINT64_MAX;
    tcp_worker_expire(worker->server.tcp, uv_now(timer->loop));
    timer_arm(worker);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct net_worker *worker = poll->data;
    (void)status;
    (void)events;
    net_poll_turn(&worker->poll, uv_now(poll->loop));
    timer_arm(worker);
}

static void room_letter(void *context, uint64_t value)
{
    struct net_worker *worker = context;
    (void)value;
    atomic_store_explicit(&worker->asked_room, false, memory_order_relaxed);
    if (worker->server.tcp != NULL) {
        bool evicted = tcp_worker_evict(worker->server.tcp);
        (void)evicted; /* it may have become busy: the one that asked asks again */
    }
}

/** Asks the worker whose connection has been idle longest. */
static bool want_room(void *context)
{
    struct net_worker *asking = context;
    struct net *net = asking->net;
    struct net_worker *best = NULL;
    uint64_t best_ms = UINT64_MAX;
    for (uint16_t i = 0; i < net->workers_count; i++) {
        struct net_worker *other = &net->workers[i];
        struct tcp_worker *tcp = atomic_load_explicit(&other->tcp, memory_order_acquire);
        uint64_t oldest = other == asking || tcp == NULL ? UINT64_MAX : tcp_worker_oldest_ms(tcp);
        if (oldest < best_ms) {
            best = other;
            best_ms = oldest;
        }
    }
    if (best == NULL) {
        return false;
    }
    if (atomic_exchange_explicit(&best->asked_room, true, memory_order_relaxed)) {
        return true; /* somebody's letter is under way */
    }
    struct worker *worker = atomic_load_explicit(&best->living, memory_order_acquire);
    if (worker == NULL || mailbox_push(worker_mailbox(worker), room_letter, best, 0) != OK) {
        atomic_store_explicit(&best->asked_room, false, memory_order_relaxed);
        return false;
    }
    return true;
}

static enum result buffers_take(struct net_worker *worker, struct query_worker *query)
{
    struct net *net = worker->net;
    enum result result = udp_create(query, &net->counters, &worker->server.udp);
    if (result != OK) {
        return result;
    }
    struct tcp_worker_options options = {
        .table = net->table,
        .counters = &net->counters,
        .query = query,
        .poll = &worker->poll,
        .buffers_used = &net->buffers_used,
        .want_room = net->workers_count > 1 ? want_room : NULL,
        .context = worker,
    };
    return tcp_worker_create(&options, &worker->server.tcp);
}

void net_worker_forget(struct net_worker *worker)
{
    tcp_worker_destroy(worker->server.tcp);
    udp_destroy(worker->server.udp);
    atomic_store_explicit(&worker->tcp, NULL, memory_order_relaxed);
    net_poll_close(&worker->poll);
    worker->server = (struct lane_server){.poll = &worker->poll};
}

static enum result handles_open(struct net_worker *worker, uv_loop_t *loop)
{
    if (uv_poll_init(loop, &worker->poll_handle, worker->poll.fd) != 0) {
        return REFUSED_SOCKET;
    }
    worker->poll_handle.data = worker;
    if (uv_poll_start(&worker->poll_handle, UV_READABLE, on_poll) != 0) {
        uv_close((uv_handle_t *)&worker->poll_handle, NULL);
        return REFUSED_SOCKET;
    }
    uv_timer_init(loop, &worker->timer);
    worker->timer.data = worker;
    worker->timer_due_ms = UINT64_MAX;
    return OK;
}

enum result net_worker_start(struct net *net, struct worker *worker, struct query_worker *query)
{
    assert(worker_index(worker) < net->workers_count);
    struct net_worker *place = &net->workers[worker_index(worker)];
    place->server = (struct lane_server){.poll = &place->poll};
    enum result result = net_poll_open(&place->poll);
    if (result == OK) {
        result = buffers_take(place, query);
    }
    if (result == OK) {
        result = handles_open(place, worker_loop(worker));
    }
    if (result != OK) {
        net_worker_forget(place);
        return result;
    }
    atomic_store_explicit(&place->tcp, place->server.tcp, memory_order_release);
    atomic_store_explicit(&place->living, worker, memory_order_release);
    return OK;
}

void net_worker_stop(struct net *net, struct worker *worker)
{
    struct net_worker *place = &net->workers[worker_index(worker)];
    atomic_store_explicit(&place->living, NULL, memory_order_release);
    for (uint16_t i = 0; i < net->workers_count; i++) {
        struct net_lane *lane = &net->lanes[i];
        if (atomic_load_explicit(&lane->server, memory_order_acquire) == place) {
            net_lane_release_letter(lane, worker_index(worker));
        }
    }
    tcp_worker_end_all(place->server.tcp, TCP_ENDED_STOPPING);
    uv_poll_stop(&place->poll_handle);
    uv_close((uv_handle_t *)&place->poll_handle, NULL);
    uv_timer_stop(&place->timer);
    uv_close((uv_handle_t *)&place->timer, NULL);
    /* The query worker goes now, the rest when no other worker looks at it any more: net_close().
     */
}

void net_lane_adopt_letter(void *context, uint64_t value)
{
    struct net_lane *lane = context;
    struct net_worker *worker = &lane->net->workers[value];
    atomic_store_explicit(&lane->server, worker, memory_order_release);
    enum result result = lane_adopt(&lane->lane, &worker->server);
    atomic_store_explicit(&lane->phase, result == OK ? LANE_SERVED : LANE_PARTLY,
                          memory_order_release);
}

void net_lane_release_letter(void *context, uint64_t value)
{
    struct net_lane *lane = context;
    (void)value;
    lane_release(&lane->lane);
    atomic_store_explicit(&lane->server, NULL, memory_order_release);
    atomic_store_explicit(&lane->phase, LANE_UNSERVED, memory_order_release);
}

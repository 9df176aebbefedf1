// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_state.h"

#include "server/base/event.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_TRIES_MAX 16u /* for a free port that UDP and TCP both have */
#define REASON_BYTES 128u

static size_t lanes_at(void)
{
    return (sizeof(struct net) + 63) / 64 * 64;
}

static size_t region_bytes(uint16_t workers)
{
    return lanes_at() + workers * (sizeof(struct net_lane) + sizeof(struct net_worker) + 64);
}

/** As a mapping of its own is charged. */
static size_t pages(size_t size)
{
    return (size + 4095) / 4096 * 4096;
}

enum result net_budget(const struct net_options *options, struct budget *budget)
{
    size_t workers = options->workers;
    size_t sockets = workers * options->address_count;
    uint32_t connections = options->tcp_connections;
    enum result result =
        budget_add(budget, ACCOUNT_NETWORK, workers * pages(udp_cost_bytes()), "udp batches",
                   "%zu workers x %u messages", workers, UDP_BATCH_MAX);
    if (result == OK) {
        result = budget_add(budget, ACCOUNT_NETWORK, pages(tcp_table_cost_bytes(connections)),
                            "tcp slots", "%u connections", connections);
    }
    if (result == OK) {
        result = budget_add(budget, ACCOUNT_NETWORK, workers * tcp_worker_cost_bytes(),
                            "tcp buffers", "%zu workers x (%u answers + %u buffers)", workers,
                            TCP_BATCH_MAX, TCP_BUFFERS_MAX + 2);
    }
    if (result == OK) {
        result = budget_add(budget, ACCOUNT_NETWORK, pages(region_bytes(options->workers)), "lanes",
                            "%zu workers", workers);
    }
    if (result == OK) {
        result = budget_add(
            budget, ACCOUNT_NETWORK, sockets * (socket_udp_estimate() + socket_tcp_estimate()),
            "listening socket buffers", "%zu lanes x %u addresses, as the kernel reports", workers,
            options->address_count);
    }
    if (result == OK) {
        result =
            budget_add(budget, ACCOUNT_NETWORK, connections * socket_tcp_estimate(),
                       "tcp socket buffers", "%u connections, as the kernel reports", connections);
    }
    return result;
}

static void tell_bind_failed(const struct address *address, const struct lane_error *error,
                             enum result result)
{
    char text[ADDRESS_TEXT_BYTES];
    char reason[REASON_BYTES];
    struct event event;
    enum event_id id = error->transport == LANE_TCP ? EVENT_TCP_BIND_FAILED : EVENT_UDP_BIND_FAILED;
    snprintf(reason, sizeof reason, "%s: %s", error->error.step,
             strerrordesc_np(error->error.number));
    address_format(address, text);
    if (result == REFUSED_SOCKET) {
        event_begin(&event, EVENT_SOCKET_REFUSED);
        event_text(&event, "purpose", text);
    } else {
        event_begin(&event, result == NOT_FOUND ? EVENT_ADDRESS_MISSING : id);
        event_text(&event, "address", text);
    }
    event_text(&event, "reason", reason);
    event_emit(&event);
}

static void address_unbind(struct net *net, uint32_t index)
{
    for (uint16_t i = 0; i < net->workers_count; i++) {
        lane_unbind(&net->lanes[i].lane, index);
    }
}

/** Binds it in every lane. With port 0 the first lane finds the port. */
static enum result address_bind_once(struct net *net, uint32_t index, struct address *address,
                                     struct lane_error *ret_error)
{
    enum result result = OK;
    for (uint16_t i = 0; i < net->workers_count && result == OK; i++) {
        result = lane_bind(&net->lanes[i].lane, index, address, ret_error);
        if (result == OK && address->port == 0) {
            address->port = lane_port(&net->lanes[i].lane, index);
        }
    }
    if (result != OK) {
        address_unbind(net, index);
    }
    return result;
}

/** Charges the kernel's buffers. */
static enum result address_charge(struct net *net, uint32_t index)
{
    size_t bytes = 0;
    for (uint16_t i = 0; i < net->workers_count; i++) {
        bytes += lane_socket_bytes(&net->lanes[i].lane, index);
    }
    enum result result = ledger_charge(ACCOUNT_NETWORK, bytes);
    if (result != OK) {
        address_unbind(net, index);
        return result;
    }
    net->socket_bytes += bytes;
    return OK;
}

/** A small receive buffer loses questions in bursts: the operator can have the limit raised. */
static void tell_small_buffer(const struct net *net, uint32_t index, const char *text)
{
    const struct lane_udp *udp = &net->lanes[0].lane.places[index].udp;
    size_t got = socket_receive_bytes(atomic_load_explicit(&udp->fd, memory_order_acquire));
    struct event event;
    if (got >= SOCKET_UDP_RECEIVE_LEAST) {
        return;
    }
    event_begin(&event, EVENT_SOCKET_BUFFER_SMALL);
    event_text(&event, "address", text);
    event_number(&event, "got", got);
    event_number(&event, "wanted", SOCKET_UDP_RECEIVE_BYTES);
    event_emit(&event);
}

/** All lanes or none; tells how it went. */
static enum result address_bind(struct net *net, uint32_t index)
{
    struct net_address *entry = &net->addresses[index];
    struct address exact = entry->address;
    struct lane_error error = {0};
    enum result result = OK;
    for (unsigned i = 0; i < PORT_TRIES_MAX; i++) {
        exact = entry->address;
        result = address_bind_once(net, index, &exact, &error);
        if (result != ERROR_IO || entry->address.port != 0 || error.error.number != EADDRINUSE) {
            break;
        }
    }
    if (result != OK) {
        if (result != NOT_FOUND || !entry->told) {
            tell_bind_failed(&entry->address, &error, result);
        }
        entry->told = entry->told || result == NOT_FOUND;
        return result;
    }
    result = address_charge(net, index);
    if (result == OK) {
        char text[ADDRESS_TEXT_BYTES];
        entry->address = exact;
        entry->bound = true;
        event_emit_text(entry->told ? EVENT_ADDRESS_BOUND_LATE : EVENT_LISTENING, "address",
                        address_format(&exact, text));
        tell_small_buffer(net, index, text);
    }
    return result;
}

/** Of all addresses: a missing one is left for later. */
static enum result addresses_bind(struct net *net, uint64_t now_ms)
{
    net->retry_at_ms = UINT64_MAX;
    for (uint32_t i = 0; i < net->address_count; i++) {
        enum result result = address_bind(net, i);
        if (result == NOT_FOUND) {
            net->retry_at_ms = now_ms + NET_RETRY_MS;
        } else if (result != OK) {
            return result;
        }
    }
    return OK;
}

static void read_buffers(void *context, struct pool_state *ret_state)
{
    const struct net *net = context;
    uint64_t used = atomic_load_explicit(&net->buffers_used, memory_order_relaxed);
    *ret_state = (struct pool_state){
        .limit = (uint64_t)net->workers_count * TCP_BUFFERS_MAX, .used = used, .high_water = used};
}

static enum result pools_register(struct net *net)
{
    enum result result = pool_register("tcp-connections", tcp_table_read, net->table);
    return result == OK ? pool_register("tcp-buffers", read_buffers, net) : result;
}

static void parts_init(struct net *net, const struct net_options *options)
{
    net->workers_count = options->workers;
    net->address_count = options->address_count;
    net->lanes = (struct net_lane *)(void *)((uint8_t *)net + lanes_at());
    net->workers = (struct net_worker *)(void *)(net->lanes + options->workers);
    lanes_init(&net->schedule, options->workers);
    for (uint32_t i = 0; i < options->address_count; i++) {
        net->addresses[i].address = options->addresses[i];
    }
    for (uint16_t i = 0; i < options->workers; i++) {
        net->lanes[i].net = net;
        net->lanes[i].asked = LANES_NOBODY;
        lane_init(&net->lanes[i].lane, options->address_count);
        net->workers[i].net = net;
        net->workers[i].poll.fd = -1;
        net->workers[i].server.poll = &net->workers[i].poll;
    }
}

/** The buffers of connections that will come are charged before they do. */
static enum result connections_charge(struct net *net, uint32_t connections)
{
    size_t bytes = connections * socket_tcp_estimate();
    enum result result = ledger_charge(ACCOUNT_NETWORK, bytes);
    if (result == OK) {
        net->socket_bytes += bytes;
    }
    return result;
}

/** Before the first of our own is bound, because a wildcard address covers others. One that is not
 * there yet is for later. */
static enum result addresses_probe(const struct net *net)
{
    for (uint32_t i = 0; i < net->address_count; i++) {
        struct lane_error error = {.transport = LANE_UDP};
        enum result result = socket_probe(&net->addresses[i].address, &error.error);
        if (result != OK && result != NOT_FOUND) {
            tell_bind_failed(&net->addresses[i].address, &error, result);
            return result;
        }
    }
    return OK;
}

static enum result parts_open(struct net *net, const struct net_options *options, uint64_t now_ms)
{
    struct tcp_table_options table = {
        .connections = options->tcp_connections,
        .connections_per_client = options->tcp_connections_per_client,
    };
    memcpy(table.key, options->table_key, sizeof table.key);
    enum result result = net_counters_register(&net->counters);
    if (result == OK) {
        result = tcp_table_create(&table, &net->table);
    }
    if (result == OK) {
        result = pools_register(net);
    }
    if (result == OK) {
        result = connections_charge(net, options->tcp_connections);
    }
    if (result == OK) {
        result = addresses_probe(net);
    }
    return result == OK ? addresses_bind(net, now_ms) : result;
}

enum result net_open(const struct net_options *options, uint64_t now_ms, struct net **ret_net)
{
    assert(options->workers >= 1 && options->workers <= LANES_MAX);
    assert(options->address_count >= 1 && options->address_count <= NET_ADDRESSES_MAX);
    assert(options->tcp_connections >= 1 && options->tcp_connections <= NET_TCP_CONNECTIONS_MAX);
    struct region region = {0};
    enum result result = region_open(&region, ACCOUNT_NETWORK, region_bytes(options->workers),
                                     (struct region_options){.populate = true});
    if (result != OK) {
        return result;
    }
    struct net *net = region.base;
    net->region = region;
    parts_init(net, options);
    result = parts_open(net, options, now_ms);
    if (result != OK) {
        net_close(net);
        return result;
    }
    *ret_net = net;
    return OK;
}

void net_close(struct net *net)
{
    if (net == NULL) {
        return;
    }
    pool_end("tcp-connections");
    pool_end("tcp-buffers");
    for (uint16_t i = 0; i < net->workers_count; i++) {
        net_worker_forget(&net->workers[i]);
    }
    for (uint16_t i = 0; i < net->workers_count; i++) {
        lane_close(&net->lanes[i].lane);
    }
    tcp_table_destroy(net->table);
    ledger_release(ACCOUNT_NETWORK, net->socket_bytes);
    struct region region = net->region; /* net lies inside it */
    region_close(&region);
}

/** Pushes a letter; the phase is set before, because the letter may be carried out at once. */
static void lane_send(struct net_lane *lane, uint16_t worker, mailbox_fn letter, int phase)
{
    struct worker *to =
        atomic_load_explicit(&lane->net->workers[worker].living, memory_order_acquire);
    int before = atomic_load_explicit(&lane->phase, memory_order_acquire);
    atomic_store_explicit(&lane->phase, phase, memory_order_release);
    if (to == NULL || mailbox_push(worker_mailbox(to), letter, lane, worker) != OK) {
        atomic_store_explicit(&lane->phase, before, memory_order_release); /* at the next tick */
    }
}

static void tell_lane(uint16_t index, uint16_t worker, uint16_t before)
{
    struct event event;
    if (worker == index && (before == LANES_NOBODY || before == index)) {
        return; /* as it should be */
    }
    event_begin(&event, worker == index ? EVENT_LANE_RETURNED : EVENT_LANE_ADOPTED);
    event_number(&event, "lane", index);
    event_number(&event, "worker", worker);
    event_emit(&event);
}

static void lane_tick(struct net *net, uint16_t index)
{
    struct net_lane *lane = &net->lanes[index];
    uint16_t wanted = lanes_server(&net->schedule, index);
    int phase = atomic_load_explicit(&lane->phase, memory_order_acquire);
    if (phase == LANE_ADOPTING || phase == LANE_RELEASING || wanted == LANES_NOBODY) {
        return;
    }
    if (phase == LANE_UNSERVED) {
        if (lane->asked != wanted) {
            tell_lane(index, wanted, lane->asked);
            lane->asked = wanted;
        }
        lane->again = false;
        lane_send(lane, wanted, net_lane_adopt_letter, LANE_ADOPTING);
    } else if (lane->asked != wanted) {
        lane_send(lane, lane->asked, net_lane_release_letter, LANE_RELEASING);
    } else if (phase == LANE_PARTLY || lane->again) {
        lane->again = false;
        lane_send(lane, wanted, net_lane_adopt_letter, LANE_ADOPTING);
    }
}

/** No worker looks at the lanes' sockets on its own: they may be changed. */
static bool lanes_quiet(const struct net *net)
{
    for (uint16_t i = 0; i < net->workers_count; i++) {
        int phase = atomic_load_explicit(&net->lanes[i].phase, memory_order_acquire);
        if (phase == LANE_ADOPTING || phase == LANE_RELEASING) {
            return false;
        }
    }
    return true;
}

static void retry_tick(struct net *net, uint64_t now_ms)
{
    if (now_ms < net->retry_at_ms || net->retry_at_ms == UINT64_MAX || !lanes_quiet(net)) {
        return;
    }
    net->retry_at_ms = UINT64_MAX;
    for (uint32_t i = 0; i < net->address_count; i++) {
        if (net->addresses[i].bound) {
            continue;
        }
        if (address_bind(net, i) != OK) {
            net->retry_at_ms = now_ms + NET_RETRY_MS;
            continue;
        }
        for (uint16_t lane = 0; lane < net->workers_count; lane++) {
            net->lanes[lane].again = true;
        }
    }
}

void net_tick(struct net *net, uint64_t now_ms)
{
    bool living[LANES_MAX] = {false};
    struct lane_move moves[LANES_MAX];
    for (uint16_t i = 0; i < net->workers_count; i++) {
        living[i] = atomic_load_explicit(&net->workers[i].living, memory_order_acquire) != NULL;
    }
    /* The schedule says who should serve; each lane finds its own way there, at its own pace. */
    uint16_t count = lanes_update(&net->schedule, living, moves);
    (void)count;
    retry_tick(net, now_ms);
    for (uint16_t i = 0; i < net->workers_count; i++) {
        lane_tick(net, i);
    }
}

bool net_listening(const struct net *net, uint32_t position, struct address *ret_address,
                   bool *ret_bound)
{
    if (position >= net->address_count) {
        return false;
    }
    *ret_address = net->addresses[position].address;
    *ret_bound = net->addresses[position].bound;
    return true;
}

bool net_whole(const struct net *net)
{
    bool whole = net->retry_at_ms == UINT64_MAX;
    for (uint16_t i = 0; i < net->workers_count; i++) {
        whole = whole &&
                atomic_load_explicit(&net->lanes[i].phase, memory_order_acquire) == LANE_SERVED;
    }
    return whole;
}

uint32_t net_connections(const struct net *net)
{
    struct pool_state state;
    tcp_table_read(net->table, &state);
    return (uint32_t)state.used;
}

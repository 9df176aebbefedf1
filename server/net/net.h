// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/budget.h"
#include "server/base/address.h"
#include "server/query/query.h"
#include "threadpool/worker.h"

/**
 * The network: every listening socket of the server, and who serves it.
 *
 * Its story: net_open() binds one lane of sockets (UDP and TCP, each address) per declared worker,
 * while the process still may bind low ports. Each worker's start function calls
 * net_worker_start(), which takes the memory for its batches and buffers; from then on it can adopt
 * lanes. net_tick(), on the control thread, gives each lane to a living worker through the workers'
 * mailboxes, hands adopted lanes back when their own worker appears, and tries again to bind
 * addresses that were not there. Until the first net_tick() nothing is answered: call it once when
 * the threads stand and what is to be served is ready, and then a few times a second.
 *
 * An address that the machine does not have (yet) is no failure: event 10403, then a try every
 * NET_RETRY_MS, and event 10404 when it is bound. Anything else that keeps an address from being
 * bound is event 404 (TCP) or 407 (UDP) and a failure to start.
 *
 * Threads: control, except the two worker functions. Cost: the lines of net_budget(), account
 * `network`, taken at net_open() and net_worker_start(); nothing is allocated while serving.
 */
#define NET_ADDRESSES_MAX 32u
#define NET_RETRY_MS 5000u
#define NET_TCP_CONNECTIONS_MAX 65536u

struct net_options {
    const struct address *addresses; /* borrowed (for the call); port 0: any free one, the same for
                                        UDP and TCP */
    uint32_t address_count;          /* 1..NET_ADDRESSES_MAX */
    uint16_t workers;                /* declared; one lane each; 1..LANES_MAX */
    uint32_t tcp_connections;        /* all together, 1..NET_TCP_CONNECTIONS_MAX */
    uint32_t tcp_connections_per_client; /* 1..tcp_connections */
    uint8_t table_key[16];               /* random: clients cannot choose where they are counted */
};

struct net;

/**
 * Adds what the network will hold to the sheet, the kernel's socket buffers too (as this machine
 * grants them).
 *
 * returns   OK; REFUSED_LIMIT when the sheet is full
 */
RESULT_MUST_CHECK enum result net_budget(const struct net_options *options, struct budget *budget);
/** Descriptors that the network opens at most, for net_descriptors_secure(). */
uint32_t net_descriptors_needed(const struct net_options *options);
/**
 * Sees to it that the process may open `needed` descriptors: raises the soft limit as far as
 * needed. Before threads_start(), which sizes its tables by that limit.
 *
 * returns   OK; REFUSED_SOCKET when the hard limit is too low (event 10401)
 */
RESULT_MUST_CHECK enum result net_descriptors_secure(uint64_t needed);

/**
 * Registers counters and pools, binds every address in every lane.
 *
 * now_ms    monotonic, the clock that net_tick is given
 * returns   OK (an address that is not there is tried again later); ERROR_IO when an address cannot
 *           be bound (events 404, 407); REFUSED_SOCKET (event 10400), REFUSED_MEMORY, REFUSED_LIMIT
 */
RESULT_MUST_CHECK enum result net_open(const struct net_options *options, uint64_t now_ms,
                                       struct net **ret_net);
/** All workers have stopped. Accepts NULL. */
void net_close(struct net *net);

/**
 * In the worker's start function, on its thread: takes its buffers, ready to adopt lanes.
 *
 * query     borrowed (until net_worker_stop)
 * returns   OK; REFUSED_MEMORY; REFUSED_SOCKET: nothing is left open on the loop, except closing
 *           handles
 */
RESULT_MUST_CHECK enum result net_worker_start(struct net *net, struct worker *worker,
                                               struct query_worker *query);
/** In the worker's stop function, on its thread: ends its connections, lets its lanes go, closes
 * its handles. `query` is not used after it returns. */
void net_worker_stop(struct net *net, struct worker *worker);

/** Moves lanes and binds late addresses, as far as there is something to do. */
void net_tick(struct net *net, uint64_t now_ms);

/** What is listened on: a position 0, 1, …; false past the last.
 * ret_address   with the port that was really bound (or the configured one when not bound)
 * ret_bound     whether it is bound */
bool net_listening(const struct net *net, uint32_t position, struct address *ret_address,
                   bool *ret_bound);
/** Whether every address is bound and every lane is served: what health asks. */
bool net_whole(const struct net *net);
/** Connections open now, all workers together. Any thread. */
uint32_t net_connections(const struct net *net);

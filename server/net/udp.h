// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/net/net_counters.h"
#include "server/query/query.h"

/**
 * UDP in batches: up to UDP_BATCH_MAX datagrams are received with one system call, answered on the
 * same thread, and sent with another.
 *
 * One batch of buffers per worker serves all of its sockets, because a batch is finished before the
 * next is received. Answers leave from the address that was asked. A datagram longer than
 * UDP_PACKET_BYTES is not a question; it is received cut short and does not parse. A full send
 * buffer drops the answer (counted): the client asks again, and waiting would let the queue decide
 * who is served.
 *
 * Thread: the worker. No allocation after udp_create. Cost: UDP_BATCH_BYTES, account `network`.
 */
#define UDP_BATCH_MAX 64u
#define UDP_PACKET_BYTES 4096u
#define UDP_ROUNDS_MAX 8u /* batches for one socket before the others get their turn */

struct udp_batch;

RESULT_MUST_CHECK enum result udp_create(struct query_worker *query,
                                         const struct net_counters *counters,
                                         struct udp_batch **ret_batch);
/** Accepts NULL. */
void udp_destroy(struct udp_batch *batch);
/**
 * Receives and answers what waits at a socket, at most UDP_ROUNDS_MAX batches.
 *
 * wildcard  the socket is bound to a wildcard address: each packet tells where it came to
 */
void udp_serve(struct udp_batch *batch, int fd, bool wildcard);
size_t udp_cost_bytes(void);

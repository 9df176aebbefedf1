// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/net/net_counters.h"
#include "server/net/net_poll.h"
#include "server/net/socket.h"
#include "server/net/tcp_worker.h"
#include "server/net/udp.h"

#include <stdatomic.h>

/**
 * A lane: the sockets that belong together, one UDP and one TCP socket for each listen address, all
 * of them served by one worker at a time.
 *
 * The control thread opens and closes sockets; a socket that is opened late shows to the serving
 * worker at its next lane_adopt(), which may be called again and takes up what it does not watch
 * yet.
 *
 * Threads: lane_bind() control; lane_adopt() and lane_release() the worker's; lane_close() after
 * all workers have stopped. Cost: the struct, in net's; the kernel's buffers.
 */
#define LANE_PLACES_MAX 32u

/** A worker's side of serving. */
struct lane_server {
    struct net_poll *poll;
    struct udp_batch *udp;
    struct tcp_worker *tcp;
};

struct lane_udp {
    struct net_watch watch;
    const struct lane_server
        *server;    /* borrowed (its worker's, while watched); NULL: not watched */
    _Atomic int fd; /* owned; -1: not bound; release by control */
    bool wildcard;
};

struct lane_place {
    struct lane_udp udp;
    struct tcp_listener tcp;
    _Atomic int tcp_fd; /* owned; -1: not bound; release by control */
};

struct lane {
    uint32_t place_count;
    struct lane_place places[LANE_PLACES_MAX];
};

/** Which of the two could not be bound. */
enum lane_transport {
    LANE_UDP,
    LANE_TCP,
};

struct lane_error {
    enum lane_transport transport;
    struct socket_error error;
};

/** `place_count` 1..LANE_PLACES_MAX, none bound. */
void lane_init(struct lane *lane, uint32_t place_count);
/**
 * Opens and binds both sockets of a place that has none; both or none.
 *
 * address   with port 0: the port that UDP gets is taken for TCP too
 * returns   OK; the results of socket_open_udp() and socket_open_tcp()
 */
RESULT_MUST_CHECK enum result lane_bind(struct lane *lane, uint32_t place,
                                        const struct address *address,
                                        struct lane_error *ret_error);
/** Closes a place's sockets; nobody watches them. */
void lane_unbind(struct lane *lane, uint32_t index);
/** The port that a bound place has. */
uint16_t lane_port(const struct lane *lane, uint32_t place);
/** Bytes the kernel may hold for a place's UDP and listening sockets. */
size_t lane_socket_bytes(const struct lane *lane, uint32_t index);
/** Watches every bound socket that it does not watch yet. OK; REFUSED_SOCKET: some are not watched;
 * call again. */
RESULT_MUST_CHECK enum result lane_adopt(struct lane *lane, const struct lane_server *server);
/** Watches none of them any more; connections that were accepted stay with their worker. */
void lane_release(struct lane *lane);
/** Closes all. */
void lane_close(struct lane *lane);

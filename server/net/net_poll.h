// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

/**
 * A worker's set of watched descriptors: one epoll descriptor of its own, which the worker's loop
 * watches as one handle.
 *
 * Why not a loop handle for each socket: these close at once, while a loop's handle closes in a
 * later turn, and a connection that gives way must free its slot now; a refused epoll_ctl is a
 * result here, while a loop aborts; and a connection costs 16 bytes of watching instead of 160. The
 * price is one system call more for each turn, shared by everything that is ready in it.
 *
 * Level-triggered. Thread: one owner. No memory beyond the struct.
 */
#define NET_POLL_EVENTS_MAX 64

/** Embedded in whatever is watched. */
struct net_watch {
    /** `events`: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP; `now_ms`: monotonic, of this turn. */
    void (*ready)(struct net_watch *watch, uint32_t events, uint64_t now_ms);
};

struct net_poll {
    int fd;    /* owned; -1: not open */
    int at;    /* of the events in hand: next */
    int count; /* of the events in hand */
    struct epoll_event events[NET_POLL_EVENTS_MAX];
};

/** OK or REFUSED_SOCKET (fault point FAULT_SOCKET). */
RESULT_MUST_CHECK enum result net_poll_open(struct net_poll *poll);
/** Accepts one that is not open (fd -1). What it watched is watched no more. */
void net_poll_close(struct net_poll *poll);
/** OK or REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result net_poll_add(struct net_poll *poll, int fd, uint32_t events,
                                           struct net_watch *watch);
/** Waits for other events of a descriptor that is watched. OK or REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result net_poll_change(struct net_poll *poll, int fd, uint32_t events,
                                              struct net_watch *watch);
/** Before the descriptor is closed. The watch is not called any more, not even for what is in hand.
 */
void net_poll_remove(struct net_poll *poll, int fd, struct net_watch *watch);
/** Calls what is ready now, each once, at most NET_POLL_EVENTS_MAX; never waits. */
void net_poll_turn(struct net_poll *poll, uint64_t now_ms);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/net/lane.h"
#include "server/net/net.h"
#include "threadpool/lanes.h"

/**
 * What the files of net.h share: the server's part, and each worker's.
 */
static_assert(NET_ADDRESSES_MAX <= LANE_PLACES_MAX, "a lane has a place for every address");

/** How far a lane's hand-over is. Written by control for the two requests and by the worker when it
 * has carried one out: release, with acquire on the other side. */
enum lane_phase {
    LANE_UNSERVED,
    LANE_ADOPTING,
    LANE_SERVED,
    LANE_PARTLY, /* served, and the system refused to watch some socket: adopt again */
    LANE_RELEASING,
};

/** A lane and its journey between workers. */
struct net_lane {
    struct lane lane;
    struct net *net; /* borrowed (until closed) */
    _Atomic int phase;
    _Atomic(struct net_worker *) server; /* who serves it; written by workers, release */
    uint16_t asked;                      /* control: the worker that was last told to adopt it */
    bool again;                          /* control: adopt once more, a socket came late */
};

/** One worker's side, in net's memory. */
struct net_worker {
    struct net *net;                 /* borrowed (until closed) */
    _Atomic(struct worker *) living; /* set by the worker while it serves; release */
    uv_poll_t poll_handle;
    uv_timer_t timer;
    uint64_t timer_due_ms; /* UINT64_MAX: not running */
    struct net_poll poll;
    struct lane_server server;
    _Atomic(struct tcp_worker *) tcp; /* owned; others read its oldest_ms while it is set */
    _Atomic bool asked_room;          /* a letter that asks for a slot is under way */
};

struct net_address {
    struct address address; /* with the port that was bound */
    bool bound;
    bool told; /* event 10403 was sent */
};

struct net {
    struct region region; /* owned: this struct, the lanes, the workers */
    struct net_lane *lanes;
    struct net_worker *workers;
    struct net_counters counters;
    struct tcp_table *table;       /* owned */
    _Atomic uint32_t buffers_used; /* of all workers' pools */
    uint16_t workers_count;
    uint32_t address_count;
    struct net_address addresses[NET_ADDRESSES_MAX];
    uint64_t retry_at_ms;  /* UINT64_MAX: all are bound */
    size_t socket_bytes;   /* charged for the kernel's buffers */
    struct lanes schedule; /* control */
};

/** Gives back what a worker took, when no thread uses it any more. */
void net_worker_forget(struct net_worker *worker);

/** A mailbox function; `context` is a struct net_lane, `value` the worker's index. */
void net_lane_adopt_letter(void *context, uint64_t value);
void net_lane_release_letter(void *context, uint64_t value);

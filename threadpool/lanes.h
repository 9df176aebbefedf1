// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

/**
 * Lanes: which living worker serves which set of sockets.
 *
 * As many lanes as declared workers are bound once at start, lane i for worker i. A bound socket
 * that nobody reads swallows its share of the traffic, so the lanes of missing workers are adopted
 * by living ones, the least loaded first, and handed back when the worker appears. Pure table: the
 * sockets are net/'s, which carries a move out by letting `from` release the lane on its thread and
 * then `to` adopt it on its own.
 *
 * Thread: control only. Cost: this struct.
 */
#define LANES_MAX 64u
#define LANES_NOBODY UINT16_MAX

struct lanes {
    uint16_t count;
    uint16_t server[LANES_MAX]; /* by lane: the worker that serves it, or LANES_NOBODY */
    bool living[LANES_MAX];     /* by worker */
};

struct lane_move {
    uint16_t lane;
    uint16_t from; /* worker, or LANES_NOBODY: released already or never served */
    uint16_t to;   /* worker, or LANES_NOBODY: no worker lives */
};

/** count 1..LANES_MAX; no worker lives yet. */
void lanes_init(struct lanes *lanes, uint16_t count);
/** Says which workers live, and gives the moves that follow (at most `count`, in lane order).
 * Returns how many. A worker that lives and lived keeps its own lane and what it adopted. */
uint16_t lanes_update(struct lanes *lanes, const bool living[LANES_MAX],
                      struct lane_move ret_moves[LANES_MAX]);
/** The worker that serves a lane, or LANES_NOBODY. */
uint16_t lanes_server(const struct lanes *lanes, uint16_t lane);
/** How many lanes a worker serves. */
uint16_t lanes_load(const struct lanes *lanes, uint16_t worker);

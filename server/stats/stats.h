// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/registry/registry.h"
#include "threadpool/threads.h"

/**
 * The statistics endpoint: GET /metrics (Prometheus text), /stats (JSON), /health, /ready, / (a
 * page), over HTTP.
 *
 * libmicrohttpd without a thread of its own, driven by the control thread's loop through its epoll
 * descriptor. GET and HEAD only, no request body, at most STATS_REQUEST_BYTES of request,
 * STATS_CONNECTIONS_MAX connections and STATS_CONNECTIONS_PER_CLIENT_MAX from one address,
 * STATS_CONNECTION_BYTES of memory each; what is over is refused, counted (pool
 * `stats-connections`) and told. /metrics and /stats are streamed from a cursor over the table of
 * metrics: a page of any length takes one buffer.
 *
 * Control thread. Memory: libmicrohttpd's from account `libraries`: stats_cost_bytes() of it.
 */
#define STATS_REQUEST_BYTES 4096u
#define STATS_CONNECTIONS_MAX 8u
#define STATS_CONNECTIONS_PER_CLIENT_MAX 2u
#define STATS_CONNECTION_BYTES (32u * 1024u)
#define STATS_IDLE_SECONDS 10u    /* without a byte either way */
#define STATS_REQUEST_SECONDS 30u /* from the connection to the answer's last byte */

enum health {
    HEALTH_STARTING, /* not ready: some zone's first load has not been tried */
    HEALTH_OK,
    HEALTH_DEGRADED, /* serving, with fewer threads than declared, a stalled worker, or zones that
                        could not be loaded */
    HEALTH_STOPPING,
};

struct stats_options {
    const struct address *address; /* borrowed (for the call) */
    uv_loop_t *loop;               /* the control thread's; borrowed (until closed) */
    struct registry *registry;     /* borrowed (until closed) */
    struct threads *threads;       /* borrowed (until closed) */
    enum health (*health)(void *context, const char **ret_reason); /* asked at each request */
    void *context;
    uint64_t memory_limit_bytes; /* limits.memory; 0: the sum of the accounts' limits */
};

struct stats;

/** Registers the zones' metrics (plimsoll_zone_serial, _state, _age_seconds, …), binds and serves.
 * OK; REFUSED_SOCKET; NOT_FOUND: the address is not there; ERROR_IO; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result stats_open(const struct stats_options *options,
                                         struct stats **ret_stats);
/** Closes its handles; the loop must turn once more before it is gone. Accepts NULL. */
void stats_close(struct stats *stats);
/** The bound address, for tests with port 0. */
void stats_address(const struct stats *stats, struct address *ret_address);
/** "starting", "ok", "degraded", "stopping". */
const char *health_name(enum health health);
/** For the sheet: what libmicrohttpd takes at most (account `libraries`), and what the kernel may
 * hold for the connections (account `network`). */
size_t stats_cost_bytes(void);
size_t stats_socket_cost_bytes(void);

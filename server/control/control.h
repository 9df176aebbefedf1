// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/budget.h"
#include "server/registry/registry.h"
#include "threadpool/threads.h"

/**
 * The control socket: plimsollctl's way in. A Unix stream socket, mode 0660; each request is one
 * JSON object on a line, each reply one or more.
 *
 *     {"command": "zone status", "zone": "corp.example"}
 *     {"ok": true, "result": {…}}          {"ok": false, "error": "not-found", "text": "no such
 * zone: …"}
 *
 * A command that streams (events -f) sends one object a line until the client goes. Commands that
 * wait (zone reload, zone write) answer when the work is done or after CONTROL_WAIT_MS with "still
 * under way".
 *
 * At most CONTROL_CONNECTIONS_MAX connections, CONTROL_LINE_BYTES a request; replies are written in
 * bounded pieces with back-pressure, so that listing 15,000 zones takes one buffer. Who may connect
 * is who may open the socket; the peer's user is in the event of each changing command.
 *
 * Control thread. Memory: connections from account `configuration`… see control_cost_bytes();
 * jansson's from `libraries`.
 */
#define CONTROL_CONNECTIONS_MAX 8u
#define CONTROL_LINE_BYTES 4096u
#define CONTROL_BUFFER_BYTES 65536u
#define CONTROL_WAIT_MS 60000u

/** What the program does for the control room. All on the control thread. */
struct control_actions {
    /** Reads the configuration again and applies it. `report`: what changed, what needs a restart,
     * or why nothing was changed. */
    enum result (*reload)(void *context, char *report, size_t report_size);
    void (*stop)(void *context);
    /** "ok", "degraded", … and why. */
    const char *(*health)(void *context, const char **ret_reason);
    void *context;
};

struct control_options {
    const char *path;            /* borrowed (until closed) */
    uv_loop_t *loop;             /* the control thread's; borrowed (until closed) */
    struct registry *registry;   /* borrowed (until closed) */
    struct threads *threads;     /* borrowed (until closed) */
    const struct budget *budget; /* the sheet as started with; borrowed (until closed) */
    struct control_actions actions;
    uint64_t started_wall_seconds;
};

struct control;

/** A stale socket file that nobody listens on is replaced; a living one is ERROR_EXISTS. OK;
 * ERROR_EXISTS; ERROR_IO (errno tells); ERROR_ACCESS; REFUSED_MEMORY; REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result control_open(const struct control_options *options,
                                           struct control **ret_control);
/** Closes its handles and removes the socket file; the loop must turn once more before it is gone.
 * Accepts NULL. */
void control_close(struct control *control);
/** A few times a second: waiting and streaming commands go on. */
void control_tick(struct control *control, uint64_t now_ms);
size_t control_cost_bytes(void);

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
 *     {"ok": true, "result": {…}}
 *     {"ok": false, "error": "not-found", "text": "no such zone: …"}
 *
 * A list comes as one line for each item, {"ok": true, "more": true, "item": {…}}, and ends, like
 * every reply, with a line without "more". events with "follow" ends when the client goes. Commands
 * that wait (zone reload, zone write) answer when the work is done or after CONTROL_WAIT_MS with
 * "still under way". docs/plimsollctl.md has all of them.
 *
 * At most CONTROL_CONNECTIONS_MAX connections, CONTROL_LINE_BYTES a request; replies are written in
 * bounded pieces with back-pressure, so that listing 15,000 zones takes one buffer. A connection
 * that for CONTROL_IDLE_MS neither asks anything nor takes its answer is closed. Refusals are typed
 * errors, counted in pool `control-connections`, and told as event 10605. Who may connect is who
 * may open the socket; the peer's user is in the event of each changing command.
 *
 * Control thread. Memory: all connections at control_open() from account `configuration`, see
 * control_cost_bytes(); jansson's, for one request and one item at a time, from `libraries`.
 */
#define CONTROL_CONNECTIONS_MAX 8u
#define CONTROL_LINE_BYTES 4096u    /* of a request, without its newline */
#define CONTROL_ITEM_BYTES 16384u   /* of one line of a reply */
#define CONTROL_BUFFER_BYTES 32768u /* of replies, for each connection */
#define CONTROL_REPORT_BYTES 2048u  /* of what a reload says */
#define CONTROL_WAIT_MS 60000u
#define CONTROL_IDLE_MS 300000u

/** What the program does for the control room. All on the control thread. */
struct control_actions {
    /** Reads the configuration again and applies it. `report`: what changed, what needs a restart,
     * or why nothing was changed. */
    enum result (*reload)(void *context, char *report, size_t report_size);
    /** Called after the reply has been written; must not close the control room inside the call. */
    void (*stop)(void *context);
    /** "ok", "degraded", … and why. */
    const char *(*health)(void *context, const char **ret_reason);
    void *context;
    /** The address listened on at a position 0, 1, … as text; false past the last. May be NULL. */
    bool (*listening)(void *context, uint32_t position, char *text, size_t text_size);
};

struct control_options {
    const char *path;            /* borrowed (until closed) */
    uv_loop_t *loop;             /* the control thread's; borrowed (until closed) */
    struct registry *registry;   /* borrowed (until closed) */
    struct threads *threads;     /* borrowed (until closed); NULL: none are shown */
    const struct budget *budget; /* the sheet as started with; borrowed (until closed) */
    struct control_actions actions;
    uint64_t started_wall_seconds;
};

struct control;

/**
 * Opens the socket; its directory must be there. A stale socket file that nobody listens on is
 * replaced.
 *
 * returns   OK; ERROR_EXISTS: somebody answers there, or it is no socket; ERROR_ACCESS; ERROR_IO
 *           (errno tells: ENOENT when the directory is missing, ENAMETOOLONG past sockaddr_un);
 *           REFUSED_MEMORY; REFUSED_SOCKET
 */
RESULT_MUST_CHECK enum result control_open(const struct control_options *options,
                                           struct control **ret_control);
/** Closes its handles and removes the socket file; the loop must turn once more before it is gone.
 * Accepts NULL. */
void control_close(struct control *control);
/** A few times a second: waiting and streaming commands go on. now_ms: monotonic. */
void control_tick(struct control *control, uint64_t now_ms);
size_t control_cost_bytes(void);

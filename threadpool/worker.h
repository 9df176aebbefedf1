// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "threadpool/epoch.h"
#include "threadpool/mailbox.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/**
 * A worker: one thread with a libuv loop, a mailbox, a place among the epoch's readers and a
 * heartbeat.
 *
 * Its story: worker_create() makes the loop and everything that allocates, on the creating thread.
 * worker_run() is the thread's body: it calls the owner's start function, turns the loop, and after
 * worker_stop() calls the owner's stop function and turns on until the owner's handles are closed.
 * The mailbox outlives the thread, so that late senders hit nothing freed; worker_destroy() closes
 * the rest on the thread that joined. The control thread is a worker too, run by main().
 *
 * Between start and stop the loop announces to the epoch once per turn, in uv_prepare: what a
 * callback read from published data is valid until it returns. libuv's watcher table grows by
 * realloc and aborts when it cannot; it is brought to its final size here, so nothing a worker does
 * with descriptors below `descriptors_max` allocates.
 *
 * Threads: as noted. Cost: worker_cost_bytes() for the sheet (mailbox: account `program`; loop and
 * watcher table: libuv's own, account `libraries`).
 */
#define WORKER_HEARTBEAT_MS 500u
#define WORKER_LETTERS_PER_TURN 256u

enum thread_role {
    THREAD_WORKER,
    THREAD_JOB,
    THREAD_CONTROL,
    THREAD_ROLE_COUNT,
};

struct worker;

/** What the owner does on the worker's thread. */
struct worker_owner {
    /** Before the loop turns. Anything but OK ends the thread; what start has opened until then it
     * closes itself (uv_close), and stop is not called. */
    enum result (*start)(struct worker *worker, void *context);
    /** Closes every handle the owner opened on the loop. */
    void (*stop)(struct worker *worker, void *context);
    void *context; /* borrowed (from the owner, for the worker's life) */
};

struct worker_options {
    enum thread_role role;
    uint16_t index;            /* within the role */
    uint32_t mailbox_places;   /* 1..MAILBOX_PLACES_MAX */
    uint32_t descriptors_max;  /* highest descriptor number + 1 that the loop may watch */
    struct epoch *epoch;       /* borrowed (until destroyed) */
    struct worker_owner owner; /* start and stop may be NULL */
};

/** OK, REFUSED_MEMORY, REFUSED_SOCKET (no descriptor left) or REFUSED_LIMIT (too many readers). */
RESULT_MUST_CHECK enum result worker_create(const struct worker_options *options,
                                            struct worker **ret_worker);
/** The thread has ended or never began. Accepts NULL. */
void worker_destroy(struct worker *worker);
/** The thread's body. Returns what the owner's start returned. `started` (may be NULL) is called
 * with that result before the loop turns. */
RESULT_MUST_CHECK enum result worker_run(struct worker *worker,
                                         void (*started)(void *context, enum result result),
                                         void *context);
/** Asks the worker to stop; any thread; returns at once. */
void worker_stop(struct worker *worker);

/** The loop; the worker's own thread only (or before its thread exists). */
uv_loop_t *worker_loop(struct worker *worker);
uint16_t worker_index(const struct worker *worker);
enum thread_role worker_role(const struct worker *worker);
struct mailbox *worker_mailbox(struct worker *worker);
struct epoch_reader *worker_reader(struct worker *worker);
/** Loop time (ms, monotonic) when the last turn began; 0 before the first. Any thread. */
uint64_t worker_last_turn_ms(const struct worker *worker);
/** Turns of the loop so far. Any thread. */
uint64_t worker_turns(const struct worker *worker);
/** The worker whose thread calls, or NULL. */
struct worker *worker_current(void);
/** Bytes for the sheet. */
size_t worker_cost_bytes(uint32_t mailbox_places, uint32_t descriptors_max);
/** "worker", "job", "control". */
const char *thread_role_name(enum thread_role role);

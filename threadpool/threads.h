// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "threadpool/jobs.h"
#include "threadpool/worker.h"

/**
 * The threads of the process: the declared number of each role, fixed for its life.
 *
 * threads_start() creates workers and job threads; the control thread is the caller's, with a loop
 * of its own (threads_control). A thread that the system refuses is reported to the observer (event
 * 111) and tried again by threads_retry(), 1 s later, doubling to 60 s, until the declared number
 * stands; the service runs on with those it has, and with no worker or no job thread it does not
 * start. Nothing else in the process creates threads.
 *
 * Stacks are THREADS_STACK_BYTES with a guard page, charged whole to account `program`.
 * Thread: control only, except where noted.
 */
#define THREADS_WORKERS_MAX 64u
#define THREADS_JOBS_MAX 32u
#define THREADS_STACK_BYTES ((size_t)512 << 10)
#define THREADS_GUARD_BYTES ((size_t)4096)
#define THREADS_RETRY_FIRST_MS 1000u
#define THREADS_RETRY_MAX_MS 60000u
#define THREADS_STALLED_MS 5000u

/** Told on the control thread; each may be NULL. They must not call back into threads. */
struct threads_observer {
    void (*refused)(void *context, enum thread_role role, uint16_t index, enum result reason);
    void (*created_late)(void *context, enum thread_role role, uint16_t index);
    void (*stalled)(void *context, uint16_t worker, uint64_t silent_ms);
    void (*turning)(void *context, uint16_t worker, uint64_t silent_ms);
    void *context;
};

struct threads_options {
    uint16_t workers;         /* 1..THREADS_WORKERS_MAX */
    uint16_t jobs;            /* 1..THREADS_JOBS_MAX */
    uint32_t jobs_limit;      /* places in the job queue */
    uint32_t mailbox_places;  /* of each worker and of control */
    uint32_t descriptors_max; /* see worker.h; 0: the process's RLIMIT_NOFILE */
    struct worker_owner worker_owner;
    struct threads_observer observer;
};

struct threads_state {
    uint16_t declared;
    uint16_t running;
};

struct threads;

/**
 * Creates the group, its queue, its epoch, its control worker, and as many threads as the system
 * allows. Returns when every created worker's start function has returned.
 *
 * now_ms    monotonic, the clock that threads_retry is given
 * returns   OK (also when degraded); REFUSED_THREAD when no worker or no job thread stands;
 *           REFUSED_MEMORY, REFUSED_SOCKET
 */
RESULT_MUST_CHECK enum result threads_start(const struct threads_options *options, uint64_t now_ms,
                                            struct threads **ret_threads);
/**
 * Tries missing threads whose time has come.
 *
 * returns   the time at which it wants to be called again, or UINT64_MAX when nothing is missing
 */
uint64_t threads_retry(struct threads *threads, uint64_t now_ms);
/** Looks at the workers' heartbeats: tells the observer of those silent for THREADS_STALLED_MS and
 * of those that turn again. Returns how many are stalled now. now_ms: loop time (uv_now). */
uint16_t threads_watch(struct threads *threads, uint64_t now_ms);
/** Stops job threads and workers and joins them. The control worker's loop is not touched. Late
 * letters to workers are kept, not delivered. */
void threads_stop(struct threads *threads);
/** After threads_stop(), when the control loop has ended. Accepts NULL. */
void threads_destroy(struct threads *threads);

/** Any thread. */
struct threads_state threads_read(const struct threads *threads, enum thread_role role);
/** Whether fewer threads run than were declared, or a worker is stalled. Any thread. */
bool threads_degraded(const struct threads *threads);
/** The worker with that index when it runs, else NULL. Any thread. */
struct worker *threads_worker(struct threads *threads, uint16_t index);
struct worker *threads_control(struct threads *threads);
struct jobs *threads_jobs(struct threads *threads);
struct epoch *threads_epoch(struct threads *threads);
/** Bytes for the sheet: stacks, guards, loops, mailboxes, tables. */
size_t threads_cost_bytes(const struct threads_options *options);

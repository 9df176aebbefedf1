// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "threadpool/epoch.h"
#include "threadpool/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * The job queue: bulky work, away from the workers' loops, bounded and in order of priority.
 *
 * A job is the caller's struct, so submitting takes no memory; it holds one of `limit` places from
 * the submit until it is done. Its run function works for one slice and returns MORE to be put back
 * behind the others of its priority; a slice of bulk work should stay under 50 ms. Urgent goes
 * before normal before bulk, except that every JOBS_FAIR_TURN-th choice goes to the lowest priority
 * that waits, so that nothing starves. Bulk never holds the last job thread: with N threads at most
 * N-1 run bulk at once (with one thread bulk runs between the slices of others).
 *
 * Threads: submit and read from any; run functions on job threads; the done function where the
 * submitter chose. Lock order: `lock` is a leaf. Cost: this struct.
 */
#define JOBS_LIMIT_MAX 65536u
#define JOBS_FAIR_TURN 8u

enum job_priority {
    JOB_URGENT, /* somebody waits: update commits, key negotiation */
    JOB_NORMAL, /* transfers, small zones */
    JOB_BULK,   /* large loads, write-backs, compaction */
    JOB_PRIORITY_COUNT,
};

struct job;
/** One slice. MORE: call again later. Anything else is the job's result. */
typedef enum result (*job_run_fn)(struct job *job);
/** The job is over and belongs to the submitter again (it may be submitted anew from here).
 * `result` is run's, or ERROR_STATE when the queue stopped before the job was finished. */
typedef void (*job_done_fn)(struct job *job, enum result result);

struct job {
    job_run_fn run;
    job_done_fn done;      /* NULL: nobody wants to know */
    struct mailbox *reply; /* borrowed (from the submitter's worker); NULL: done runs on the job
                              thread */
    enum job_priority priority;
    void *context; /* the submitter's */

    /* The queue's own, zero at first. */
    struct job *next;
    struct mailbox_note note;
    enum result result;
    bool queued;
};

struct jobs_state {
    uint32_t limit;
    uint32_t used; /* waiting and running */
    uint32_t running;
    uint32_t high_water;
    uint64_t refused;
    uint64_t finished;
    uint32_t waiting[JOB_PRIORITY_COUNT];
    uint32_t threads;
};

struct jobs;

/** limit 1..JOBS_LIMIT_MAX. OK or REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result jobs_create(uint32_t limit, struct jobs **ret_jobs);
/** No thread may be in jobs_serve(). Unfinished jobs are over with ERROR_STATE. */
void jobs_destroy(struct jobs *jobs);
/**
 * Submits a job that is not queued (a programmer's error otherwise).
 *
 * returns   OK; FULL when `limit` jobs wait or run (counted); ERROR_STATE when the queue is
 *           stopping
 */
RESULT_MUST_CHECK enum result jobs_submit(struct jobs *jobs, struct job *job);
/** The body of a job thread: serves until jobs_stop(). */
void jobs_serve(struct jobs *jobs);
/** Runs one slice of the next job on the calling thread, as if it were one job thread more. OK, or
 * NOT_FOUND when nothing may run now. For tests without threads. */
RESULT_MUST_CHECK enum result jobs_run_next(struct jobs *jobs);
/** Refuses new jobs, ends waiting ones with ERROR_STATE, lets running slices finish and the threads
 * leave jobs_serve(). Returns at once. */
void jobs_stop(struct jobs *jobs);
struct jobs_state jobs_read(struct jobs *jobs);
/** The epoch reader of the job thread that calls, or NULL on other threads. */
struct epoch_reader *jobs_reader(void);
/** Says which reader the calling job thread uses; threads.c does. */
void jobs_reader_set(struct epoch_reader *reader);

// SPDX-License-Identifier: Apache-2.0
#include "threadpool/jobs.h"

#include "alloc/memory.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

struct job_list {
    struct job *first;
    struct job *last;
    uint32_t count;
};

struct jobs {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t work;  /* a job was added, or the queue stops */
    struct job_list waiting[JOB_PRIORITY_COUNT];
    uint32_t limit;
    uint32_t used;
    uint32_t running;
    uint32_t running_bulk;
    uint32_t high_water;
    uint32_t threads;
    uint32_t turn;
    uint64_t refused;
    uint64_t finished;
    bool stopping;
};

static _Thread_local struct epoch_reader *reader_of_this_thread;

struct epoch_reader *jobs_reader(void)
{
    return reader_of_this_thread;
}

void jobs_reader_set(struct epoch_reader *reader)
{
    reader_of_this_thread = reader;
}

enum result jobs_create(uint32_t limit, struct jobs **ret_jobs)
{
    assert(limit >= 1 && limit <= JOBS_LIMIT_MAX);
    struct jobs *jobs = memory_take_array(ACCOUNT_PROGRAM, 1, sizeof *jobs);
    if (jobs == NULL) {
        return REFUSED_MEMORY;
    }
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->work, NULL);
    jobs->limit = limit;
    *ret_jobs = jobs;
    return OK;
}

static void jobs_append(struct jobs *jobs, struct job *job)
{
    struct job_list *list = &jobs->waiting[job->priority];
    job->next = NULL;
    if (list->last == NULL) {
        list->first = job;
    } else {
        list->last->next = job;
    }
    list->last = job;
    list->count++;
}

static struct job *jobs_remove_first(struct job_list *list)
{
    struct job *job = list->first;
    if (job == NULL) {
        return NULL;
    }
    list->first = job->next;
    if (list->first == NULL) {
        list->last = NULL;
    }
    list->count--;
    job->next = NULL;
    return job;
}

enum result jobs_submit(struct jobs *jobs, struct job *job)
{
    assert(!job->queued && job->run != NULL && job->priority < JOB_PRIORITY_COUNT);
    pthread_mutex_lock(&jobs->lock);
    if (jobs->stopping) {
        pthread_mutex_unlock(&jobs->lock);
        return ERROR_STATE;
    }
    if (jobs->used == jobs->limit) {
        jobs->refused++;
        pthread_mutex_unlock(&jobs->lock);
        return FULL;
    }
    jobs->used++;
    if (jobs->used > jobs->high_water) {
        jobs->high_water = jobs->used;
    }
    job->queued = true;
    jobs_append(jobs, job);
    pthread_cond_signal(&jobs->work);
    pthread_mutex_unlock(&jobs->lock);
    return OK;
}

/* The next job that `threads` threads may run, or NULL. Under the lock. */
static struct job *jobs_pick(struct jobs *jobs, uint32_t threads)
{
    uint32_t bulk_max = threads > 1 ? threads - 1 : 1;
    bool from_below = (jobs->turn + 1) % JOBS_FAIR_TURN == 0;
    for (unsigned i = 0; i < JOB_PRIORITY_COUNT; i++) {
        unsigned priority = from_below ? JOB_PRIORITY_COUNT - 1 - i : i;
        if (priority == JOB_BULK && jobs->running_bulk >= bulk_max) {
            continue;
        }
        struct job *job = jobs_remove_first(&jobs->waiting[priority]);
        if (job != NULL) {
            jobs->turn++;
            return job;
        }
    }
    return NULL;
}

static void jobs_over(struct job *job)
{
    /* The job may be reused or gone as soon as its owner hears of it. */
    job_done_fn done = job->done;
    enum result result = job->result;
    job->queued = false;
    if (done != NULL) {
        done(job, result);
    }
}

static void jobs_note_over(struct mailbox_note *note)
{
    jobs_over((struct job *)(void *)((char *)note - offsetof(struct job, note)));
}

/* Gives the place back and tells the submitter. Without the lock. */
static void jobs_finish(struct jobs *jobs, struct job *job, enum result result)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->used--;
    jobs->finished++;
    pthread_mutex_unlock(&jobs->lock);
    job->result = result;
    if (job->reply != NULL) {
        job->note.deliver = jobs_note_over;
        mailbox_return(job->reply, &job->note);
    } else {
        jobs_over(job);
    }
}

/* Runs one slice. The lock is held on entry and on return. */
static void jobs_run_slice(struct jobs *jobs, struct job *job)
{
    bool bulk = job->priority == JOB_BULK;
    jobs->running++;
    jobs->running_bulk += bulk ? 1 : 0;
    pthread_mutex_unlock(&jobs->lock);
    enum result result = job->run(job);
    pthread_mutex_lock(&jobs->lock);
    jobs->running--;
    jobs->running_bulk -= bulk ? 1 : 0;
    if (result == MORE && !jobs->stopping) {
        jobs_append(jobs, job);
        return;
    }
    pthread_mutex_unlock(&jobs->lock);
    jobs_finish(jobs, job, result == MORE ? ERROR_STATE : result);
    pthread_mutex_lock(&jobs->lock);
}

void jobs_serve(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->threads++;
    while (!jobs->stopping) {
        struct job *job = jobs_pick(jobs, jobs->threads);
        if (job != NULL) {
            jobs_run_slice(jobs, job);
        } else {
            pthread_cond_wait(&jobs->work, &jobs->lock);
        }
    }
    jobs->threads--;
    pthread_mutex_unlock(&jobs->lock);
}

enum result jobs_run_next(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    struct job *job = jobs->stopping ? NULL : jobs_pick(jobs, jobs->threads + 1);
    if (job != NULL) {
        jobs_run_slice(jobs, job);
    }
    pthread_mutex_unlock(&jobs->lock);
    return job != NULL ? OK : NOT_FOUND;
}

void jobs_stop(struct jobs *jobs)
{
    struct job_list ended = {0};
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    for (unsigned i = 0; i < JOB_PRIORITY_COUNT; i++) {
        struct job *job;
        while ((job = jobs_remove_first(&jobs->waiting[i])) != NULL) {
            if (ended.last == NULL) {
                ended.first = job;
            } else {
                ended.last->next = job;
            }
            ended.last = job;
        }
    }
    pthread_cond_broadcast(&jobs->work);
    pthread_mutex_unlock(&jobs->lock);
    struct job *job;
    while ((job = jobs_remove_first(&ended)) != NULL) {
        jobs_finish(jobs, job, ERROR_STATE);
    }
}

void jobs_destroy(struct jobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    jobs_stop(jobs);
    assert(jobs->threads == 0 && jobs->running == 0);
    pthread_cond_destroy(&jobs->work);
    pthread_mutex_destroy(&jobs->lock);
    memory_give(ACCOUNT_PROGRAM, jobs, sizeof *jobs);
}

struct jobs_state jobs_read(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    struct jobs_state state = {
        .limit = jobs->limit,
        .used = jobs->used,
        .running = jobs->running,
        .high_water = jobs->high_water,
        .refused = jobs->refused,
        .finished = jobs->finished,
        .threads = jobs->threads,
    };
    for (unsigned i = 0; i < JOB_PRIORITY_COUNT; i++) {
        state.waiting[i] = jobs->waiting[i].count;
    }
    pthread_mutex_unlock(&jobs->lock);
    return state;
}

// SPDX-License-Identifier: Apache-2.0
#include "threadpool/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

/* The whole group: workers submit jobs of every priority in slices, job threads run them and answer
 * through the workers' mailboxes; then everything stops while jobs are still under way. */
#define WORKERS 2u
#define TASKS 8u
#define ROUNDS 300u

struct task {
    struct job job;
    unsigned slices;
    unsigned rounds;
    bool over;
};

struct desk {
    struct task tasks[TASKS];
    struct threads **threads;
    uint64_t finished;
    uint64_t ended;
    uint64_t refused;
};

static struct desk desks[WORKERS];
static struct threads *group;
static _Atomic uint64_t finished_total;

static enum result run_slice(struct job *job)
{
    struct task *task = job->context;
    struct epoch_reader *reader = jobs_reader();
    epoch_enter(reader);
    epoch_leave(reader);
    return --task->slices > 0 ? MORE : OK;
}

static void submit(struct desk *desk, struct task *task)
{
    task->slices = 1 + task->rounds % 3;
    if (jobs_submit(threads_jobs(group), &task->job) != OK) {
        desk->refused++;
        task->over = true;
    }
}

static void task_done(struct job *job, enum result result)
{
    struct task *task = job->context;
    struct desk *desk = &desks[worker_index(worker_current())];
    if (result == ERROR_STATE) {
        desk->ended++;
        task->over = true;
        return;
    }
    desk->finished++;
    atomic_fetch_add_explicit(&finished_total, 1, memory_order_relaxed);
    task->rounds++;
    submit(desk, task);
}

static void begin(void *context, uint64_t value)
{
    struct desk *desk = &desks[worker_index(worker_current())];
    (void)context;
    (void)value;
    for (unsigned i = 0; i < TASKS; i++) {
        struct task *task = &desk->tasks[i];
        task->job = (struct job){
            .run = run_slice,
            .done = task_done,
            .reply = worker_mailbox(worker_current()),
            .priority = (enum job_priority)(i % JOB_PRIORITY_COUNT),
            .context = task,
        };
        submit(desk, task);
    }
}

int main(void)
{
    struct threads_options options = {
        .workers = WORKERS,
        .jobs = 2,
        .jobs_limit = WORKERS * TASKS,
        .mailbox_places = 8,
        .descriptors_max = 256,
    };
    if (threads_start(&options, 0, &group) != OK) {
        return 1;
    }
    for (uint16_t i = 0; i < WORKERS; i++) {
        struct worker *worker = threads_worker(group, i);
        if (mailbox_push(worker_mailbox(worker), begin, NULL, 0) != OK) {
            return 1;
        }
    }
    while (atomic_load_explicit(&finished_total, memory_order_relaxed) < ROUNDS * TASKS) {
        sched_yield();
    }
    threads_stop(group);
    struct jobs_state state = jobs_read(threads_jobs(group));
    uint64_t heard = 0;
    unsigned open = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        heard += desks[i].finished + desks[i].ended;
        for (unsigned j = 0; j < TASKS; j++) {
            open += desks[i].tasks[j].over ? 0 : 1;
        }
    }
    threads_destroy(group);
    if (heard != state.finished || open != 0 || state.used != 0) {
        printf("heard of %llu of %llu jobs, %u open, %u used\n", (unsigned long long)heard,
               (unsigned long long)state.finished, open, state.used);
        return 1;
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "threadpool/jobs.h"

#include "alloc/ledger.h"

#include <criterion/criterion.h>
#include <pthread.h>

struct task {
    struct job job;
    char name;
    unsigned slices;
    unsigned done;
    enum result result;
};

static char order[64];
static unsigned order_count;

static enum result run_task(struct job *job)
{
    struct task *task = job->context;
    if (order_count < sizeof order - 1) {
        order[order_count++] = task->name;
    }
    return --task->slices > 0 ? MORE : NOT_FOUND;
}

static void task_done(struct job *job, enum result result)
{
    struct task *task = job->context;
    task->done++;
    task->result = result;
}

static void task_init(struct task *task, char name, enum job_priority priority, unsigned slices)
{
    *task = (struct task){.name = name, .slices = slices};
    task->job =
        (struct job){.run = run_task, .done = task_done, .priority = priority, .context = task};
}

Test(jobs, a_job_runs_and_its_result_comes_back, .timeout = 10)
{
    struct jobs *jobs;
    struct task task;
    cr_assert_eq(jobs_create(1, &jobs), OK);
    task_init(&task, 'a', JOB_NORMAL, 1);
    cr_assert_eq(jobs_run_next(jobs), NOT_FOUND);
    cr_assert_eq(jobs_submit(jobs, &task.job), OK);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(task.done, 1);
    cr_assert_eq(task.result, NOT_FOUND);
    cr_assert_eq(jobs_read(jobs).finished, 1);
    cr_assert_eq(jobs_read(jobs).used, 0);
    jobs_destroy(jobs);
}

Test(jobs, a_full_queue_is_a_result_until_a_job_is_over, .timeout = 10)
{
    struct jobs *jobs;
    struct task tasks[3];
    cr_assert_eq(jobs_create(2, &jobs), OK);
    for (unsigned i = 0; i < 3; i++) {
        task_init(&tasks[i], (char)('a' + i), JOB_NORMAL, 2);
    }
    cr_assert_eq(jobs_submit(jobs, &tasks[0].job), OK);
    cr_assert_eq(jobs_submit(jobs, &tasks[1].job), OK);
    cr_assert_eq(jobs_submit(jobs, &tasks[2].job), FULL);
    cr_assert_eq(jobs_run_next(jobs), OK); /* a slice keeps its place */
    cr_assert_eq(jobs_submit(jobs, &tasks[2].job), FULL);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(tasks[0].done, 1);
    cr_assert_eq(jobs_submit(jobs, &tasks[2].job), OK);
    struct jobs_state state = jobs_read(jobs);
    cr_assert_eq(state.refused, 2);
    cr_assert_eq(state.high_water, 2);
    cr_assert_eq(state.limit, 2);
    cr_assert_eq(state.waiting[JOB_NORMAL], 2);
    jobs_destroy(jobs);
}

Test(jobs, urgent_before_normal_before_bulk, .timeout = 10)
{
    struct jobs *jobs;
    struct task tasks[3];
    cr_assert_eq(jobs_create(8, &jobs), OK);
    task_init(&tasks[0], 'b', JOB_BULK, 1);
    task_init(&tasks[1], 'n', JOB_NORMAL, 1);
    task_init(&tasks[2], 'u', JOB_URGENT, 1);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(jobs_submit(jobs, &tasks[i].job), OK);
    }
    while (jobs_run_next(jobs) == OK) {
    }
    cr_assert_str_eq(order, "unb");
    jobs_destroy(jobs);
}

Test(jobs, slices_of_one_priority_take_turns, .timeout = 10)
{
    struct jobs *jobs;
    struct task tasks[2];
    cr_assert_eq(jobs_create(8, &jobs), OK);
    task_init(&tasks[0], 'a', JOB_BULK, 3);
    task_init(&tasks[1], 'b', JOB_BULK, 2);
    cr_assert_eq(jobs_submit(jobs, &tasks[0].job), OK);
    cr_assert_eq(jobs_submit(jobs, &tasks[1].job), OK);
    while (jobs_run_next(jobs) == OK) {
    }
    cr_assert_str_eq(order, "ababa");
    jobs_destroy(jobs);
}

Test(jobs, nothing_starves, .timeout = 10)
{
    struct jobs *jobs;
    struct task urgent;
    struct task bulk;
    cr_assert_eq(jobs_create(8, &jobs), OK);
    task_init(&urgent, 'u', JOB_URGENT, 30);
    task_init(&bulk, 'b', JOB_BULK, 2);
    cr_assert_eq(jobs_submit(jobs, &urgent.job), OK);
    cr_assert_eq(jobs_submit(jobs, &bulk.job), OK);
    for (unsigned i = 0; i < 2 * JOBS_FAIR_TURN; i++) {
        cr_assert_eq(jobs_run_next(jobs), OK);
    }
    cr_assert_str_eq(order, "uuuuuuubuuuuuuub");
    cr_assert_eq(bulk.done, 1);
    jobs_destroy(jobs);
}

/* A bulk job that, while it runs, asks for the next: as one thread of several would. */
struct nested {
    struct jobs *jobs;
    enum result second;
};

static enum result run_nested(struct job *job)
{
    struct nested *nested = job->context;
    nested->second = jobs_run_next(nested->jobs);
    return OK;
}

Test(jobs, bulk_never_holds_the_last_thread, .timeout = 10)
{
    struct jobs *jobs;
    struct nested nested;
    struct task bulk;
    struct task normal;
    cr_assert_eq(jobs_create(8, &jobs), OK);
    nested = (struct nested){.jobs = jobs};
    struct job outer = {.run = run_nested, .priority = JOB_BULK, .context = &nested};
    task_init(&bulk, 'b', JOB_BULK, 1);
    task_init(&normal, 'n', JOB_NORMAL, 1);
    cr_assert_eq(jobs_submit(jobs, &outer), OK);
    cr_assert_eq(jobs_submit(jobs, &bulk.job), OK);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(nested.second, NOT_FOUND); /* bulk waits, and may not run beside bulk */
    cr_assert_eq(bulk.done, 0);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(bulk.done, 1);

    cr_assert_eq(jobs_submit(jobs, &outer), OK);
    cr_assert_eq(jobs_submit(jobs, &normal.job), OK);
    outer.priority = JOB_BULK;
    cr_assert_eq(jobs_run_next(jobs), OK); /* the normal one goes first */
    cr_assert_eq(normal.done, 1);
    jobs_destroy(jobs);
}

Test(jobs, a_reply_comes_through_the_mailbox, .timeout = 10)
{
    struct jobs *jobs;
    struct mailbox mailbox;
    struct task task;
    cr_assert_eq(jobs_create(1, &jobs), OK);
    cr_assert_eq(mailbox_init(&mailbox, 2, NULL, NULL), OK);
    task_init(&task, 'a', JOB_NORMAL, 1);
    task.job.reply = &mailbox;
    cr_assert_eq(jobs_submit(jobs, &task.job), OK);
    cr_assert_eq(jobs_run_next(jobs), OK);
    cr_assert_eq(task.done, 0);
    cr_assert_eq(jobs_read(jobs).used, 0);
    cr_assert_eq(mailbox_deliver(&mailbox, 0), OK);
    cr_assert_eq(task.done, 1);
    cr_assert_eq(task.result, NOT_FOUND);
    mailbox_deinit(&mailbox);
    jobs_destroy(jobs);
}

static struct jobs *again_jobs;

static void submit_again(struct job *job, enum result result)
{
    struct task *task = job->context;
    cr_assert_eq(result, NOT_FOUND);
    if (++task->done < 3) {
        task->slices = 1;
        cr_assert_eq(jobs_submit(again_jobs, job), OK);
    }
}

Test(jobs, a_job_may_be_submitted_anew_from_its_done, .timeout = 10)
{
    struct task task;
    cr_assert_eq(jobs_create(1, &again_jobs), OK);
    task_init(&task, 'a', JOB_NORMAL, 1);
    task.job.done = submit_again;
    cr_assert_eq(jobs_submit(again_jobs, &task.job), OK);
    while (jobs_run_next(again_jobs) == OK) {
    }
    cr_assert_eq(task.done, 3);
    jobs_destroy(again_jobs);
}

Test(jobs, stopping_ends_what_waits_and_refuses_what_comes, .timeout = 10)
{
    struct jobs *jobs;
    struct task tasks[2];
    cr_assert_eq(jobs_create(4, &jobs), OK);
    task_init(&tasks[0], 'a', JOB_NORMAL, 2);
    task_init(&tasks[1], 'b', JOB_BULK, 1);
    cr_assert_eq(jobs_submit(jobs, &tasks[0].job), OK);
    cr_assert_eq(jobs_run_next(jobs), OK); /* one slice done, one to come */
    jobs_stop(jobs);
    cr_assert_eq(tasks[0].done, 1);
    cr_assert_eq(tasks[0].result, ERROR_STATE);
    cr_assert_eq(jobs_submit(jobs, &tasks[1].job), ERROR_STATE);
    cr_assert_eq(jobs_run_next(jobs), NOT_FOUND);
    cr_assert_eq(jobs_read(jobs).used, 0);
    jobs_destroy(jobs);
    jobs_destroy(NULL);
}

Test(jobs, a_job_without_done_is_fine, .timeout = 10)
{
    struct jobs *jobs;
    struct task task;
    cr_assert_eq(jobs_create(1, &jobs), OK);
    task_init(&task, 'a', JOB_NORMAL, 1);
    task.job.done = NULL;
    cr_assert_eq(jobs_submit(jobs, &task.job), OK);
    cr_assert_eq(jobs_run_next(jobs), OK);
    jobs_destroy(jobs);
}

static void *serve(void *argument)
{
    jobs_serve(argument);
    return NULL;
}

Test(jobs, threads_serve_until_stopped, .timeout = 20)
{
    struct jobs *jobs;
    struct mailbox mailbox;
    struct task tasks[50];
    pthread_t threads[2];
    cr_assert_eq(jobs_create(50, &jobs), OK);
    cr_assert_eq(mailbox_init(&mailbox, 2, NULL, NULL), OK);
    cr_assert_eq(pthread_create(&threads[0], NULL, serve, jobs), 0);
    cr_assert_eq(pthread_create(&threads[1], NULL, serve, jobs), 0);
    order_count = sizeof order; /* not written by two threads */
    for (unsigned i = 0; i < 50; i++) {
        task_init(&tasks[i], 'x', (enum job_priority)(i % JOB_PRIORITY_COUNT), 3);
        tasks[i].job.reply = &mailbox;
        cr_assert_eq(jobs_submit(jobs, &tasks[i].job), OK);
    }
    unsigned done = 0;
    while (done < 50) {
        cr_assert_eq(mailbox_deliver(&mailbox, 0), OK);
        done = 0;
        for (unsigned i = 0; i < 50; i++) {
            done += tasks[i].done;
        }
    }
    jobs_stop(jobs);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    cr_assert_eq(jobs_read(jobs).finished, 50);
    cr_assert_eq(jobs_read(jobs).threads, 0);
    jobs_destroy(jobs);
    mailbox_deinit(&mailbox);
}

Test(jobs, no_memory_is_a_result, .timeout = 10)
{
    struct jobs *jobs = NULL;
    ledger_limit_set(ACCOUNT_PROGRAM, 0);
    cr_assert_eq(jobs_create(1, &jobs), REFUSED_MEMORY);
    cr_assert_null(jobs);
}

Test(jobs, the_reader_belongs_to_the_thread, .timeout = 10)
{
    struct epoch_reader reader;
    cr_assert_null(jobs_reader());
    jobs_reader_set(&reader);
    cr_assert_eq(jobs_reader(), &reader);
    jobs_reader_set(NULL);
}

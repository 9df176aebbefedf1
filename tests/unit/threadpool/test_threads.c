// SPDX-License-Identifier: Apache-2.0
#include "threadpool/threads.h"

#include "alloc/fault.h"
#include "alloc/ledger.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

struct seen {
    unsigned refused;
    unsigned created_late;
    unsigned stalled;
    unsigned turning;
    enum result reason;
    uint16_t worker;
    uint64_t silent_ms;
};

static struct seen seen;

static void on_refused(void *context, enum thread_role role, uint16_t index, enum result reason)
{
    struct seen *s = context;
    (void)role;
    (void)index;
    s->refused++;
    s->reason = reason;
}

static void on_created_late(void *context, enum thread_role role, uint16_t index)
{
    struct seen *s = context;
    (void)role;
    (void)index;
    s->created_late++;
}

static void on_stalled(void *context, uint16_t worker, uint64_t silent_ms)
{
    struct seen *s = context;
    s->stalled++;
    s->worker = worker;
    s->silent_ms = silent_ms;
}

static void on_turning(void *context, uint16_t worker, uint64_t silent_ms)
{
    struct seen *s = context;
    (void)worker;
    (void)silent_ms;
    s->turning++;
}

static struct threads_options options = {
    .workers = 2,
    .jobs = 2,
    .jobs_limit = 16,
    .mailbox_places = 16,
    .descriptors_max = 256,
    .observer = {.refused = on_refused,
                 .created_late = on_created_late,
                 .stalled = on_stalled,
                 .turning = on_turning,
                 .context = &seen},
};

static void end(struct threads *threads)
{
    threads_stop(threads);
    threads_destroy(threads);
}

static unsigned count_threads_named(const char *prefix)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/task");
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[300];
        char name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file != NULL) {
            if (fgets(name, sizeof name, file) != NULL &&
                strncmp(name, prefix, strlen(prefix)) == 0) {
                count++;
            }
            fclose(file);
        }
    }
    closedir(dir);
    return count;
}

Test(threads, the_declared_number_stands_and_goes, .timeout = 20)
{
    struct threads *threads = NULL;
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    cr_assert_eq(threads_read(threads, THREAD_WORKER).running, 2);
    cr_assert_eq(threads_read(threads, THREAD_JOB).running, 2);
    cr_assert_eq(threads_read(threads, THREAD_CONTROL).running, 1);
    cr_assert_eq(threads_read(threads, THREAD_CONTROL).declared, 1);
    cr_assert_not(threads_degraded(threads));
    cr_assert_eq(count_threads_named("worker-"), 2);
    cr_assert_eq(count_threads_named("job-"), 2);
    cr_assert_eq(threads_retry(threads, 1000000), UINT64_MAX);
    cr_assert_not_null(threads_worker(threads, 0));
    cr_assert_not_null(threads_worker(threads, 1));
    cr_assert_null(threads_worker(threads, 2));
    cr_assert_not_null(threads_control(threads));
    size_t stacks = 4 * (THREADS_STACK_BYTES + THREADS_GUARD_BYTES);
    cr_assert_geq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before + stacks);
    cr_assert_geq(threads_cost_bytes(&options), stacks);
    threads_stop(threads);
    cr_assert_eq(threads_read(threads, THREAD_WORKER).running, 0);
    threads_destroy(threads);
    threads_destroy(NULL);
    cr_assert_eq(seen.refused, 0);
    cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before);
}

Test(threads, the_least_and_the_most, .timeout = 30)
{
    struct threads *threads = NULL;
    options.workers = 1;
    options.jobs = 1;
    options.descriptors_max = 0;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    end(threads);
    options.workers = THREADS_WORKERS_MAX;
    options.jobs = THREADS_JOBS_MAX;
    options.descriptors_max = 1024;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    cr_assert_eq(threads_read(threads, THREAD_WORKER).running, THREADS_WORKERS_MAX);
    cr_assert_eq(threads_read(threads, THREAD_JOB).running, THREADS_JOBS_MAX);
    end(threads);
}

/* One of each kind comes first: passages 1, 3 are jobs, 2, 4 workers. */
Test(threads, a_refused_thread_is_reported_and_tried_again, .timeout = 20)
{
    struct threads *threads = NULL;
    fault_arm(FAULT_THREAD, 4, 3);
    if (fault_passages(FAULT_THREAD) == 0 && !fault_strikes(FAULT_THREAD)) {
        fault_arm(FAULT_THREAD, 4, 3);
    }
    cr_assert_eq(threads_start(&options, 5000, &threads), OK);
    if (!fault_struck(FAULT_THREAD)) {
        end(threads);
        cr_skip_test("built without fault injection");
    }
    cr_assert_eq(seen.refused, 1);
    cr_assert_eq(seen.reason, REFUSED_THREAD);
    cr_assert(threads_degraded(threads));
    cr_assert_eq(threads_read(threads, THREAD_WORKER).running, 1);
    cr_assert_eq(threads_read(threads, THREAD_WORKER).declared, 2);
    cr_assert_null(threads_worker(threads, 1));
    cr_assert_eq(threads_retry(threads, 5999), 6000);
    cr_assert_eq(seen.refused, 1);
    cr_assert_eq(threads_retry(threads, 6000), 8000);
    cr_assert_eq(seen.refused, 2);
    cr_assert_eq(threads_retry(threads, 8000), 12000);
    cr_assert_eq(threads_retry(threads, 12000), UINT64_MAX);
    cr_assert_eq(seen.refused, 3);
    cr_assert_eq(seen.created_late, 1);
    cr_assert_not(threads_degraded(threads));
    cr_assert_not_null(threads_worker(threads, 1));
    end(threads);
    fault_disarm_all();
}

Test(threads, the_delay_doubles_to_a_minute, .timeout = 20)
{
    struct threads *threads = NULL;
    fault_arm(FAULT_THREAD, 4, 1000);
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    if (!fault_struck(FAULT_THREAD)) {
        end(threads);
        cr_skip_test("built without fault injection");
    }
    uint64_t now_ms = 1000;
    uint64_t delay_ms = THREADS_RETRY_FIRST_MS;
    for (unsigned i = 0; i < 10; i++) {
        delay_ms = delay_ms * 2 < THREADS_RETRY_MAX_MS ? delay_ms * 2 : THREADS_RETRY_MAX_MS;
        uint64_t next_ms = threads_retry(threads, now_ms);
        cr_assert_eq(next_ms, now_ms + delay_ms);
        now_ms = next_ms;
    }
    cr_assert_eq(delay_ms, THREADS_RETRY_MAX_MS);
    fault_disarm_all();
    cr_assert_eq(threads_retry(threads, now_ms), UINT64_MAX);
    end(threads);
}

Test(threads, without_a_worker_or_a_job_thread_it_does_not_start, .timeout = 20)
{
    static const uint64_t first[] = {1, 2}; /* nothing at all; a job thread and no worker */
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    for (unsigned i = 0; i < 2; i++) {
        struct threads *threads = NULL;
        fault_arm(FAULT_THREAD, first[i], 1000);
        enum result result = threads_start(&options, 0, &threads);
        if (!fault_struck(FAULT_THREAD)) {
            end(threads);
            cr_skip_test("built without fault injection");
        }
        cr_assert_eq(result, REFUSED_THREAD);
        cr_assert_null(threads);
        cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before);
    }
    fault_disarm_all();
}

Test(threads, a_worker_and_a_job_thread_are_enough, .timeout = 20)
{
    struct threads *threads = NULL;
    fault_arm(FAULT_THREAD, 3, 1000);
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    bool struck = fault_struck(FAULT_THREAD);
    fault_disarm_all();
    if (!struck) {
        end(threads);
        cr_skip_test("built without fault injection");
    }
    cr_assert_eq(threads_read(threads, THREAD_JOB).running, 1);
    cr_assert_eq(threads_read(threads, THREAD_WORKER).running, 1);
    cr_assert(threads_degraded(threads));
    cr_assert_eq(threads_retry(threads, 1000), UINT64_MAX);
    cr_assert_not(threads_degraded(threads));
    end(threads);
}

Test(threads, every_charge_may_fail, .timeout = 60)
{
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    size_t libraries = ledger_read(ACCOUNT_LIBRARIES).used_bytes;
    for (uint64_t n = 1; n < 200; n++) {
        struct threads *threads = NULL;
        fault_arm(FAULT_CHARGE, n, 1);
        enum result result = threads_start(&options, 0, &threads);
        bool struck = fault_struck(FAULT_CHARGE);
        fault_disarm_all();
        if (result == OK) {
            cr_assert_eq(threads_retry(threads, 1000), UINT64_MAX);
            end(threads);
        } else {
            cr_assert_eq(result, REFUSED_MEMORY);
            cr_assert_null(threads);
        }
        cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before, "charge %u", (unsigned)n);
        if (!struck) {
            break;
        }
    }
    (void)libraries;
}

static enum result start_result;

static enum result start_once(struct worker *worker, void *context)
{
    (void)context;
    return worker_index(worker) == 1 ? start_result : OK;
}

Test(threads, an_owner_that_cannot_start_is_a_missing_worker, .timeout = 20)
{
    struct threads *threads = NULL;
    options.worker_owner = (struct worker_owner){.start = start_once};
    start_result = REFUSED_SOCKET;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    cr_assert_eq(seen.refused, 1);
    cr_assert_eq(seen.reason, REFUSED_SOCKET);
    cr_assert(threads_degraded(threads));
    start_result = OK;
    cr_assert_eq(threads_retry(threads, 1000), UINT64_MAX);
    cr_assert_eq(seen.created_late, 1);
    end(threads);
}

Test(threads, a_silent_worker_is_told_once_and_its_return_too, .timeout = 20)
{
    struct threads *threads = NULL;
    options.workers = 1;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    /* Loop time moves on between the calls; hours of margin on both sides. */
    uint64_t turned_ms = worker_last_turn_ms(threads_worker(threads, 0));
    cr_assert_eq(threads_watch(threads, turned_ms), 0);
    cr_assert_eq(threads_watch(threads, turned_ms + 3600000), 1);
    cr_assert_eq(threads_watch(threads, turned_ms + 3600000), 1);
    cr_assert_eq(seen.stalled, 1);
    cr_assert_eq(seen.worker, 0);
    cr_assert_gt(seen.silent_ms, THREADS_STALLED_MS);
    cr_assert(threads_degraded(threads));
    cr_assert_eq(threads_watch(threads, 0), 0); /* a clock that went back is no stall */
    cr_assert_eq(seen.turning, 1);
    cr_assert_not(threads_degraded(threads));
    end(threads);
}

static enum result run_job(struct job *job)
{
    (void)job;
    return jobs_reader() != NULL ? OK : ERROR_STATE;
}

static enum result job_result = FULL;

static void job_done(struct job *job, enum result result)
{
    job_result = result;
    worker_stop(job->context);
}

Test(threads, a_job_answers_the_control_thread, .timeout = 20)
{
    struct threads *threads = NULL;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    struct worker *control = threads_control(threads);
    struct job job = {
        .run = run_job, .done = job_done, .reply = worker_mailbox(control), .context = control};
    cr_assert_eq(jobs_submit(threads_jobs(threads), &job), OK);
    cr_assert_eq(worker_run(control, NULL, NULL), OK);
    cr_assert_eq(job_result, OK);
    cr_assert_eq(epoch_read(threads_epoch(threads)).readers, 5);
    end(threads);
}

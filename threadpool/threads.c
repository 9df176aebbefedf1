// SPDX-License-Identifier: Apache-2.0
#include "threadpool/threads.h"

#include "alloc/fault.h"
#include "alloc/memory.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

/* RLIMIT_NOFILE may be "unlimited"; a table for more than this is not made. */
#define THREADS_DESCRIPTORS_MAX (1u << 20)

struct thread_place {
    struct threads *threads;
    enum thread_role role;
    uint16_t index;
    bool running; /* control only */
    bool stalled; /* control only */
    pthread_t thread;
    struct worker *worker;           /* owned, made before the thread (workers) */
    _Atomic(struct worker *) served; /* the same, once it runs: release by control */
    struct epoch_reader *reader;     /* owned (job threads) */
};

struct threads {
    struct region region; /* owned: holds this struct, on a page for the alignment of its parts */
    struct threads_options options;
    struct epoch epoch;
    struct jobs *jobs;
    struct worker *control;
    struct thread_place workers[THREADS_WORKERS_MAX];
    struct thread_place job_threads[THREADS_JOBS_MAX];
    _Atomic uint16_t running[THREAD_ROLE_COUNT]; /* written by control, relaxed */
    _Atomic uint16_t stalled;                    /* written by control, relaxed */
    uint64_t retry_at_ms;
    uint64_t retry_delay_ms;
    enum result refusal; /* the latest */
    bool stopped;
    pthread_mutex_t lock; /* guards `answered` and `answer`: a new thread tells how it began */
    pthread_cond_t began;
    bool answered;
    enum result answer;
};

size_t threads_cost_bytes(const struct threads_options *options)
{
    size_t threads_count = (size_t)options->workers + options->jobs;
    return (sizeof(struct threads) + 4095) / 4096 * 4096 +
           threads_count * (THREADS_STACK_BYTES + THREADS_GUARD_BYTES) +
           ((size_t)options->workers + 1) *
               worker_cost_bytes(options->mailbox_places, options->descriptors_max);
}

static void threads_answer(void *context, enum result result)
{
    struct thread_place *place = context;
    struct threads *threads = place->threads;
    pthread_mutex_lock(&threads->lock);
    threads->answered = true;
    threads->answer = result;
    pthread_cond_signal(&threads->began);
    pthread_mutex_unlock(&threads->lock);
}

static void *threads_body(void *argument)
{
    struct thread_place *place = argument;
    char name[16];
    snprintf(name, sizeof name, "%s-%u", thread_role_name(place->role), place->index);
    pthread_setname_np(pthread_self(), name);
    if (place->role == THREAD_WORKER) {
        /* A failed start has been answered; control joins. */
        enum result result = worker_run(place->worker, threads_answer, place);
        (void)result;
        return NULL;
    }
    jobs_reader_set(place->reader);
    threads_answer(place, OK);
    jobs_serve(place->threads->jobs);
    jobs_reader_set(NULL);
    return NULL;
}

/* The thread itself, with its stack charged and all signals left to the control thread. */
static enum result threads_spawn(struct thread_place *place)
{
    if (fault_strikes(FAULT_THREAD)) {
        return REFUSED_THREAD;
    }
    enum result result = ledger_charge(ACCOUNT_PROGRAM, THREADS_STACK_BYTES + THREADS_GUARD_BYTES);
    if (result != OK) {
        return result;
    }
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREADS_STACK_BYTES);
    pthread_attr_setguardsize(&attributes, THREADS_GUARD_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&place->thread, &attributes, threads_body, place);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (status != 0) {
        ledger_release(ACCOUNT_PROGRAM, THREADS_STACK_BYTES + THREADS_GUARD_BYTES);
        return REFUSED_THREAD;
    }
    return OK;
}

static void threads_join(struct thread_place *place)
{
    pthread_join(place->thread, NULL);
    ledger_release(ACCOUNT_PROGRAM, THREADS_STACK_BYTES + THREADS_GUARD_BYTES);
}

/* What the thread needs before it can exist. */
static enum result threads_furnish(struct thread_place *place)
{
    struct threads *threads = place->threads;
    if (place->role == THREAD_JOB) {
        return place->reader != NULL ? OK
                                     : epoch_register(&threads->epoch, NULL, NULL, &place->reader);
    }
    if (place->worker != NULL) {
        return OK;
    }
    struct worker_options options = {
        .role = THREAD_WORKER,
        .index = place->index,
        .mailbox_places = threads->options.mailbox_places,
        .descriptors_max = threads->options.descriptors_max,
        .epoch = &threads->epoch,
        .owner = threads->options.worker_owner,
    };
    return worker_create(&options, &place->worker);
}

static enum result threads_begin(struct thread_place *place)
{
    struct threads *threads = place->threads;
    enum result result = threads_furnish(place);
    if (result != OK) {
        return result;
    }
    threads->answered = false; /* nobody else is there to ask or answer yet */
    result = threads_spawn(place);
    if (result != OK) {
        return result;
    }
    pthread_mutex_lock(&threads->lock);
    while (!threads->answered) {
        pthread_cond_wait(&threads->began, &threads->lock);
    }
    result = threads->answer;
    pthread_mutex_unlock(&threads->lock);
    if (result != OK) {
        threads_join(place);
        worker_destroy(place->worker); /* the owner's half-made handles are the owner's to close */
        place->worker = NULL;
        return result;
    }
    place->running = true;
    atomic_store_explicit(&place->served, place->worker, memory_order_release);
    atomic_fetch_add_explicit(&threads->running[place->role], 1, memory_order_relaxed);
    return OK;
}

/* The places from `first` to before `end`. */
static uint16_t threads_try_role(struct threads *threads, struct thread_place *places,
                                 uint16_t first, uint16_t end, bool late)
{
    const struct threads_observer *observer = &threads->options.observer;
    uint16_t missing = 0;
    for (uint16_t i = first; i < end; i++) {
        struct thread_place *place = &places[i];
        if (place->running) {
            continue;
        }
        enum result result = threads_begin(place);
        if (result != OK) {
            missing++;
            threads->refusal = result;
            if (observer->refused != NULL) {
                observer->refused(observer->context, place->role, i, result);
            }
        } else if (late && observer->created_late != NULL) {
            observer->created_late(observer->context, place->role, i);
        }
    }
    return missing;
}

/* One of each kind before the second of any: with these two the service runs. Returns how many are
 * still missing. */
static unsigned threads_try_all(struct threads *threads, bool late)
{
    const struct threads_options *options = &threads->options;
    unsigned missing = threads_try_role(threads, threads->job_threads, 0, 1, late);
    missing += threads_try_role(threads, threads->workers, 0, 1, late);
    missing += threads_try_role(threads, threads->job_threads, 1, options->jobs, late);
    return missing + threads_try_role(threads, threads->workers, 1, options->workers, late);
}

static void threads_places_init(struct threads *threads)
{
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        threads->workers[i].threads = threads;
        threads->workers[i].role = THREAD_WORKER;
        threads->workers[i].index = i;
    }
    for (uint16_t i = 0; i < THREADS_JOBS_MAX; i++) {
        threads->job_threads[i].threads = threads;
        threads->job_threads[i].role = THREAD_JOB;
        threads->job_threads[i].index = i;
    }
}

static uint32_t threads_descriptors_max(uint32_t wanted)
{
    struct rlimit limit;
    if (wanted != 0) {
        return wanted;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > THREADS_DESCRIPTORS_MAX) {
        return THREADS_DESCRIPTORS_MAX;
    }
    return (uint32_t)limit.rlim_cur;
}

static enum result threads_prepare(struct threads *threads)
{
    enum result result = jobs_create(threads->options.jobs_limit, &threads->jobs);
    if (result != OK) {
        return result;
    }
    struct worker_options options = {
        .role = THREAD_CONTROL,
        .mailbox_places = threads->options.mailbox_places,
        .descriptors_max = threads->options.descriptors_max,
        .epoch = &threads->epoch,
    };
    return worker_create(&options, &threads->control);
}

static bool threads_enough(const struct threads *threads)
{
    return atomic_load_explicit(&threads->running[THREAD_WORKER], memory_order_relaxed) > 0 &&
           atomic_load_explicit(&threads->running[THREAD_JOB], memory_order_relaxed) > 0;
}

enum result threads_start(const struct threads_options *options, uint64_t now_ms,
                          struct threads **ret_threads)
{
    assert(options->workers >= 1 && options->workers <= THREADS_WORKERS_MAX);
    assert(options->jobs >= 1 && options->jobs <= THREADS_JOBS_MAX);
    struct region region;
    enum result result = region_open(&region, ACCOUNT_PROGRAM, sizeof(struct threads),
                                     (struct region_options){.populate = true});
    if (result != OK) {
        return result;
    }
    struct threads *threads = region.base;
    threads->region = region;
    threads->options = *options;
    threads->options.descriptors_max = threads_descriptors_max(options->descriptors_max);
    epoch_init(&threads->epoch);
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->began, NULL);
    threads_places_init(threads);
    result = threads_prepare(threads);
    if (result == OK) {
        unsigned missing = threads_try_all(threads, false);
        threads->retry_delay_ms = THREADS_RETRY_FIRST_MS;
        threads->retry_at_ms = missing == 0 ? UINT64_MAX : now_ms + THREADS_RETRY_FIRST_MS;
        result = threads_enough(threads) ? OK : threads->refusal;
    }
    if (result != OK) {
        threads_stop(threads);
        threads_destroy(threads);
        return result;
    }
    atomic_store_explicit(&threads->running[THREAD_CONTROL], 1, memory_order_relaxed);
    *ret_threads = threads;
    return OK;
}

uint64_t threads_retry(struct threads *threads, uint64_t now_ms)
{
    if (threads->stopped || now_ms < threads->retry_at_ms) {
        return threads->retry_at_ms;
    }
    if (threads->retry_at_ms == UINT64_MAX) {
        return UINT64_MAX; /* a clock at its very end */
    }
    if (threads_try_all(threads, true) == 0) {
        threads->retry_at_ms = UINT64_MAX;
        return UINT64_MAX;
    }
    threads->retry_delay_ms *= 2;
    if (threads->retry_delay_ms > THREADS_RETRY_MAX_MS) {
        threads->retry_delay_ms = THREADS_RETRY_MAX_MS;
    }
    threads->retry_at_ms = now_ms + threads->retry_delay_ms;
    return threads->retry_at_ms;
}

static void threads_watch_place(struct threads *threads, struct thread_place *place,
                                uint64_t now_ms)
{
    const struct threads_observer *observer = &threads->options.observer;
    uint64_t turned_ms = worker_last_turn_ms(place->worker);
    uint64_t silent_ms = now_ms > turned_ms ? now_ms - turned_ms : 0;
    bool stalled = silent_ms >= THREADS_STALLED_MS;
    if (stalled == place->stalled) {
        return;
    }
    place->stalled = stalled;
    void (*tell)(void *, uint16_t, uint64_t) = stalled ? observer->stalled : observer->turning;
    if (tell != NULL) {
        tell(observer->context, place->index, silent_ms);
    }
}

uint16_t threads_watch(struct threads *threads, uint64_t now_ms)
{
    uint16_t stalled = 0;
    for (uint16_t i = 0; i < threads->options.workers; i++) {
        struct thread_place *place = &threads->workers[i];
        if (place->running) {
            threads_watch_place(threads, place, now_ms);
            stalled = (uint16_t)(stalled + (place->stalled ? 1 : 0));
        }
    }
    atomic_store_explicit(&threads->stalled, stalled, memory_order_relaxed);
    return stalled;
}

static void threads_ended(struct thread_place *place)
{
    threads_join(place);
    place->running = false;
    atomic_fetch_sub_explicit(&place->threads->running[place->role], 1, memory_order_relaxed);
}

void threads_stop(struct threads *threads)
{
    threads->stopped = true;
    threads->retry_at_ms = UINT64_MAX;
    /* Jobs first: what they return to workers is still delivered. */
    if (threads->jobs != NULL) {
        jobs_stop(threads->jobs);
    }
    for (uint16_t i = 0; i < THREADS_JOBS_MAX; i++) {
        if (threads->job_threads[i].running) {
            threads_ended(&threads->job_threads[i]);
        }
    }
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        if (threads->workers[i].running) {
            worker_stop(threads->workers[i].worker);
        }
    }
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        if (threads->workers[i].running) {
            threads_ended(&threads->workers[i]);
        }
    }
}

void threads_destroy(struct threads *threads)
{
    if (threads == NULL) {
        return;
    }
    assert(threads->stopped);
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        worker_destroy(threads->workers[i].worker);
    }
    for (uint16_t i = 0; i < THREADS_JOBS_MAX; i++) {
        if (threads->job_threads[i].reader != NULL) {
            epoch_unregister(threads->job_threads[i].reader);
        }
    }
    worker_destroy(threads->control);
    jobs_destroy(threads->jobs);
    epoch_deinit(&threads->epoch);
    pthread_cond_destroy(&threads->began);
    pthread_mutex_destroy(&threads->lock);
    struct region region = threads->region;
    region_close(&region);
}

struct threads_state threads_read(const struct threads *threads, enum thread_role role)
{
    const uint16_t declared[THREAD_ROLE_COUNT] = {
        [THREAD_WORKER] = threads->options.workers,
        [THREAD_JOB] = threads->options.jobs,
        [THREAD_CONTROL] = 1,
    };
    return (struct threads_state){
        .declared = declared[role],
        .running = atomic_load_explicit(&threads->running[role], memory_order_relaxed),
    };
}

bool threads_degraded(const struct threads *threads)
{
    struct threads_state workers = threads_read(threads, THREAD_WORKER);
    struct threads_state jobs = threads_read(threads, THREAD_JOB);
    return workers.running < workers.declared || jobs.running < jobs.declared ||
           atomic_load_explicit(&threads->stalled, memory_order_relaxed) > 0;
}

struct worker *threads_worker(struct threads *threads, uint16_t index)
{
    if (index >= threads->options.workers) {
        return NULL;
    }
    return atomic_load_explicit(&threads->workers[index].served, memory_order_acquire);
}

struct worker *threads_control(struct threads *threads)
{
    return threads->control;
}

struct jobs *threads_jobs(struct threads *threads)
{
    return threads->jobs;
}

struct epoch *threads_epoch(struct threads *threads)
{
    return &threads->epoch;
}

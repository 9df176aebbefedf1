// SPDX-License-Identifier: Apache-2.0
#include "threadpool/worker.h"

#include "alloc/fault.h"
#include "alloc/ledger.h"

#include "tests/unit/flavour.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

static struct epoch epoch;
static struct worker_options options = {
    .role = THREAD_WORKER,
    .index = 3,
    .mailbox_places = 8,
    .descriptors_max = 1024,
    .epoch = &epoch,
};

static struct worker *make(void)
{
    struct worker *worker = NULL;
    epoch_init(&epoch);
    cr_assert_eq(worker_create(&options, &worker), OK);
    return worker;
}

static void destroy(struct worker *worker)
{
    worker_destroy(worker);
    epoch_deinit(&epoch);
}

Test(worker, made_and_unmade_without_running, .timeout = 10)
{
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    struct worker *worker = make();
    cr_assert_eq(worker_index(worker), 3);
    cr_assert_eq(worker_role(worker), THREAD_WORKER);
    cr_assert_eq(worker_last_turn_ms(worker), 0);
    cr_assert_eq(worker_turns(worker), 0);
    cr_assert_null(worker_current());
    destroy(worker);
    worker_destroy(NULL);
    cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before);
}

Test(worker, roles_have_names, .timeout = 10)
{
    cr_assert_str_eq(thread_role_name(THREAD_WORKER), "worker");
    cr_assert_str_eq(thread_role_name(THREAD_JOB), "job");
    cr_assert_str_eq(thread_role_name(THREAD_CONTROL), "control");
}

/* Watching every descriptor up to the limit leaves libuv's table where it was: nothing was
 * allocated. */
Test(worker, the_watcher_table_never_grows, .timeout = 10)
{
    static const uint32_t limits[] = {64, 1000, 1024, 4096};
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        uv_poll_t poll;
        options.descriptors_max = limits[i];
        struct worker *worker = make();
        uv_loop_t *loop = worker_loop(worker);
        cr_assert_geq(loop->nwatchers, limits[i]);
        void *table = (void *)loop->watchers;
        unsigned places = loop->nwatchers;
        int event = eventfd(0, EFD_CLOEXEC);
        int high = fcntl(event, F_DUPFD_CLOEXEC, (int)limits[i] - 1);
        cr_assert_eq(high, (int)limits[i] - 1);
        cr_assert_eq(uv_poll_init(loop, &poll, high), 0);
        cr_assert_eq(uv_poll_start(&poll, UV_READABLE, NULL), 0);
        uv_poll_stop(&poll);
        uv_close((uv_handle_t *)&poll, NULL);
        uv_run(loop, UV_RUN_NOWAIT);
        cr_assert_eq((void *)loop->watchers, table);
        cr_assert_eq(loop->nwatchers, places);
        close(high);
        close(event);
        destroy(worker);
    }
}

Test(worker, descriptors_beyond_the_process_s_limit_are_refused, .timeout = 10)
{
    struct rlimit limit = {.rlim_cur = 256, .rlim_max = 256};
    struct worker *worker = NULL;
    if (flavour_is("valgrind")) {
        cr_skip_test("valgrind keeps this limit to itself");
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    epoch_init(&epoch);
    options.descriptors_max = 4096;
    cr_assert_eq(worker_create(&options, &worker), REFUSED_SOCKET);
    cr_assert_null(worker);
    options.descriptors_max = 256;
    cr_assert_eq(worker_create(&options, &worker), OK);
    destroy(worker);
}

Test(worker, no_memory_is_a_result_at_each_step, .timeout = 20)
{
    epoch_init(&epoch);
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    struct worker *worker = NULL;
    ledger_limit_set(ACCOUNT_PROGRAM, before);
    cr_assert_eq(worker_create(&options, &worker), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_PROGRAM, before + 8192);
    options.mailbox_places = MAILBOX_PLACES_MAX;
    cr_assert_eq(worker_create(&options, &worker), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_PROGRAM, SIZE_MAX);
    ledger_limit_set(ACCOUNT_LIBRARIES, 0);
    options.descriptors_max = 16384;
    enum result result = worker_create(&options, &worker);
    cr_assert_eq(result, REFUSED_MEMORY);
    cr_assert_null(worker);
    cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, before);
    cr_assert_eq(epoch_read(&epoch).readers, 0);
}

Test(worker, no_reader_left_is_a_result, .timeout = 10)
{
    struct epoch_reader *readers[EPOCH_READERS_MAX];
    struct worker *worker = NULL;
    epoch_init(&epoch);
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        cr_assert_eq(epoch_register(&epoch, NULL, NULL, &readers[i]), OK);
    }
    cr_assert_eq(worker_create(&options, &worker), REFUSED_LIMIT);
    cr_assert_null(worker);
}

/* The whole life, on the test's own thread. */
struct life {
    unsigned started;
    unsigned stopped;
    unsigned letters;
    bool current;
    enum result start_result;
    uv_timer_t timer;
    struct worker *worker;
};

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
}

static void on_letter(void *context, uint64_t value)
{
    struct life *life = context;
    life->letters++;
    life->current = worker_current() == life->worker;
    if (value == 1) {
        worker_stop(life->worker);
    }
}

static enum result life_start(struct worker *worker, void *context)
{
    struct life *life = context;
    life->started++;
    if (life->start_result == OK) {
        uv_timer_init(worker_loop(worker), &life->timer);
        uv_timer_start(&life->timer, on_timer, 1, 1);
    }
    return life->start_result;
}

static void life_stop(struct worker *worker, void *context)
{
    struct life *life = context;
    (void)worker;
    life->stopped++;
    uv_close((uv_handle_t *)&life->timer, NULL);
}

static enum result told = FULL;

static void tell(void *context, enum result result)
{
    (void)context;
    told = result;
}

Test(worker, starts_delivers_turns_and_stops, .timeout = 10)
{
    struct life life = {0};
    options.owner = (struct worker_owner){.start = life_start, .stop = life_stop, .context = &life};
    struct worker *worker = make();
    life.worker = worker;
    cr_assert_eq(mailbox_push(worker_mailbox(worker), on_letter, &life, 0), OK);
    cr_assert_eq(mailbox_push(worker_mailbox(worker), on_letter, &life, 1), OK);
    cr_assert_eq(worker_run(worker, tell, NULL), OK);
    cr_assert_eq(told, OK);
    cr_assert_eq(life.started, 1);
    cr_assert_eq(life.stopped, 1);
    cr_assert_eq(life.letters, 2);
    cr_assert(life.current);
    cr_assert_gt(worker_turns(worker), 0);
    cr_assert_gt(worker_last_turn_ms(worker), 0);
    cr_assert_null(worker_current());
    /* Late letters are kept and hit nothing freed. */
    cr_assert_eq(mailbox_push(worker_mailbox(worker), on_letter, &life, 0), OK);
    cr_assert_eq(life.letters, 2);
    destroy(worker);
}

Test(worker, more_letters_than_a_turn_takes_all_arrive, .timeout = 10)
{
    struct life life = {0};
    options.mailbox_places = 1024;
    options.owner = (struct worker_owner){.start = life_start, .stop = life_stop, .context = &life};
    struct worker *worker = make();
    life.worker = worker;
    for (unsigned i = 0; i < 1024; i++) {
        cr_assert_eq(mailbox_push(worker_mailbox(worker), on_letter, &life, i == 1023), OK);
    }
    cr_assert_eq(worker_run(worker, NULL, NULL), OK);
    cr_assert_eq(life.letters, 1024);
    destroy(worker);
}

Test(worker, a_start_that_fails_is_handed_on_and_nothing_turns, .timeout = 10)
{
    struct life life = {.start_result = REFUSED_SOCKET};
    options.owner = (struct worker_owner){.start = life_start, .stop = life_stop, .context = &life};
    struct worker *worker = make();
    cr_assert_eq(worker_run(worker, tell, NULL), REFUSED_SOCKET);
    cr_assert_eq(told, REFUSED_SOCKET);
    cr_assert_eq(life.stopped, 0);
    cr_assert_eq(worker_turns(worker), 0);
    destroy(worker);
}

static void *run(void *argument)
{
    enum result result = worker_run(argument, NULL, NULL);
    (void)result;
    return NULL;
}

static bool thing_freed;

static void free_thing(struct epoch_retired *retired)
{
    (void)retired;
    thing_freed = true;
}

/* A worker asleep in its loop is woken by who reclaims, and announces. */
Test(worker, a_sleeping_worker_holds_up_nobody_for_long, .timeout = 20)
{
    struct epoch_retired retired;
    pthread_t thread;
    options.owner = (struct worker_owner){0};
    struct worker *worker = make();
    cr_assert_eq(pthread_create(&thread, NULL, run, worker), 0);
    while (worker_turns(worker) == 0) {
        usleep(1000);
    }
    epoch_retire(&epoch, &retired, free_thing);
    while (epoch_reclaim(&epoch, 1) != OK) {
        usleep(1000);
    }
    cr_assert(thing_freed);
    uint64_t turns = worker_turns(worker);
    while (worker_turns(worker) == turns) {
        usleep(10000); /* the heartbeat alone turns it */
    }
    worker_stop(worker);
    pthread_join(thread, NULL);
    destroy(worker);
}

Test(worker, the_cost_covers_what_is_charged, .timeout = 10)
{
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    struct worker *worker = make();
    size_t charged = ledger_read(ACCOUNT_PROGRAM).used_bytes - before;
    cr_assert_leq(charged,
                  worker_cost_bytes(options.mailbox_places, options.descriptors_max) + 65536);
    destroy(worker);
}

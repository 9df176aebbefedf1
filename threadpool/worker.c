// SPDX-License-Identifier: Apache-2.0
#include "threadpool/worker.h"

#include "alloc/fault.h"
#include "alloc/memory.h"
#include "alloc/reserve.h"

#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How many numbers below the limit are tried when the highest is taken. */
#define WORKER_HIGH_DESCRIPTOR_TRIES 64u

struct worker {
    struct region region; /* owned: holds this struct, on a page for the alignment of its parts */
    uv_loop_t loop;
    uv_async_t wake;
    uv_prepare_t prepare;
    uv_timer_t heartbeat;
    bool loop_made;
    bool handles_made;
    struct mailbox mailbox;
    struct epoch_reader *reader; /* owned (registered) */
    struct worker_options options;
    bool stopped;             /* the owner's stop has run; own thread */
    _Atomic bool stop_wanted; /* set by any thread, read on waking; the wake-up orders it */
    _Atomic uint64_t turn_ms; /* written by the thread, relaxed; the watchdog reads */
    _Atomic uint64_t turns;
};

static _Thread_local struct worker *worker_of_this_thread;

static const char *const role_names[THREAD_ROLE_COUNT] = {"worker", "job", "control"};

const char *thread_role_name(enum thread_role role)
{
    return role_names[role];
}

/* libuv gives its table places in powers of two. */
static size_t worker_table_bytes(uint32_t descriptors_max)
{
    size_t places = 8;
    while (places < (size_t)descriptors_max + 3) {
        places *= 2;
    }
    return places * sizeof(void *);
}

size_t worker_cost_bytes(uint32_t mailbox_places, uint32_t descriptors_max)
{
    return (sizeof(struct worker) + 4095) / 4096 * 4096 + mailbox_cost_bytes(mailbox_places) +
           worker_table_bytes(descriptors_max);
}

static void worker_handle_wake(void *context)
{
    struct worker *worker = context;
    uv_async_send(&worker->wake);
}

static void worker_stop_owner(struct worker *worker)
{
    /* What was sent before the request to stop is still delivered. */
    enum result left = mailbox_deliver(&worker->mailbox, UINT32_MAX);
    (void)left;
    worker->stopped = true;
    if (worker->options.owner.stop != NULL) {
        worker->options.owner.stop(worker, worker->options.owner.context);
    }
    uv_timer_stop(&worker->heartbeat);
    /* From here the loop ends by itself when the owner's handles are closed. */
    uv_unref((uv_handle_t *)&worker->wake);
}

static void worker_on_wake(uv_async_t *async)
{
    struct worker *worker = async->data;
    if (worker->stopped) {
        return;
    }
    if (atomic_load_explicit(&worker->stop_wanted, memory_order_acquire)) {
        worker_stop_owner(worker);
        return;
    }
    if (mailbox_deliver(&worker->mailbox, WORKER_LETTERS_PER_TURN) == MORE) {
        uv_async_send(&worker->wake);
    }
}

static void worker_on_prepare(uv_prepare_t *prepare)
{
    struct worker *worker = prepare->data;
    epoch_announce(worker->reader);
    atomic_store_explicit(&worker->turn_ms, uv_now(&worker->loop), memory_order_relaxed);
    uint64_t turns = atomic_load_explicit(&worker->turns, memory_order_relaxed);
    atomic_store_explicit(&worker->turns, turns + 1, memory_order_relaxed);
}

static void worker_on_heartbeat(uv_timer_t *timer)
{
    /* Coming here was the purpose: the loop turns. */
    (void)timer;
}

static void worker_on_poll(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

/* Watches and forgets a descriptor with a high number, so that the table has its final size. */
static enum result worker_watch_once(uv_loop_t *loop, int descriptor)
{
    uv_poll_t poll;
    if (uv_poll_init(loop, &poll, descriptor) != 0) {
        return REFUSED_SOCKET;
    }
    int status = uv_poll_start(&poll, UV_READABLE, worker_on_poll);
    uv_poll_stop(&poll);
    uv_close((uv_handle_t *)&poll, NULL);
    uv_run(loop, UV_RUN_NOWAIT); /* runs the close, so that `poll` may go */
    return status == 0 ? OK : REFUSED_SOCKET;
}

static enum result worker_size_table(uv_loop_t *loop, uint32_t descriptors_max)
{
    if (reserve_take(worker_table_bytes(descriptors_max)) != OK) {
        return REFUSED_MEMORY;
    }
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0) {
        return REFUSED_SOCKET;
    }
    enum result result = REFUSED_SOCKET;
    uint32_t highest = descriptors_max - 1;
    for (uint32_t i = 0; i < WORKER_HIGH_DESCRIPTOR_TRIES && i <= highest; i++) {
        int high = fcntl(event, F_DUPFD_CLOEXEC, (int)(highest - i));
        if (high >= 0) {
            result = worker_watch_once(loop, high);
            close(high);
            break;
        }
    }
    close(event);
    if (result == OK && loop->nwatchers < descriptors_max) {
        return REFUSED_SOCKET;
    }
    return result;
}

static void worker_use_reserve(void)
{
    int status =
        uv_replace_allocator(reserve_malloc, reserve_realloc, reserve_calloc, reserve_free);
    assert(status == 0);
    (void)status;
}

/** libuv aborts when it cannot grow its table of watchers, at the loop's first descriptor and at
 * its highest: what it will ask for is reserved before each, where it can be refused. */
static enum result worker_open_loop(struct worker *worker)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, worker_use_reserve);
    /* Where malloc is not behind the wall, the account is asked all the same. */
    size_t bytes = worker_table_bytes(worker->options.descriptors_max);
    void *probe = memory_take(ACCOUNT_LIBRARIES, bytes);
    if (probe == NULL) {
        return REFUSED_MEMORY;
    }
    memory_give(ACCOUNT_LIBRARIES, probe, bytes);
    if (reserve_take(bytes) != OK) {
        return REFUSED_MEMORY;
    }
    if (fault_strikes(FAULT_SOCKET)) {
        return REFUSED_SOCKET;
    }
    int status = uv_loop_init(&worker->loop);
    if (status != 0) {
        return status == UV_ENOMEM ? REFUSED_MEMORY : REFUSED_SOCKET;
    }
    worker->loop_made = true;
    worker->loop.data = worker;
    return worker_size_table(&worker->loop, worker->options.descriptors_max);
}

static enum result worker_make_loop(struct worker *worker)
{
    enum result result = worker_open_loop(worker);
    reserve_give();
    if (result != OK) {
        return result;
    }
    if (uv_async_init(&worker->loop, &worker->wake, worker_on_wake) != 0) {
        return REFUSED_SOCKET;
    }
    uv_prepare_init(&worker->loop, &worker->prepare);
    uv_timer_init(&worker->loop, &worker->heartbeat);
    worker->handles_made = true;
    worker->wake.data = worker;
    worker->prepare.data = worker;
    uv_unref((uv_handle_t *)&worker->prepare);
    uv_unref((uv_handle_t *)&worker->heartbeat);
    return OK;
}

enum result worker_create(const struct worker_options *options, struct worker **ret_worker)
{
    assert(options->descriptors_max >= 1 && options->epoch != NULL);
    struct region region;
    enum result result = region_open(&region, ACCOUNT_PROGRAM, sizeof(struct worker),
                                     (struct region_options){.populate = true});
    if (result != OK) {
        return result;
    }
    struct worker *worker = region.base;
    worker->region = region;
    worker->options = *options;
    result = worker_make_loop(worker);
    if (result == OK) {
        result =
            mailbox_init(&worker->mailbox, options->mailbox_places, worker_handle_wake, worker);
    }
    if (result == OK) {
        result = epoch_register(options->epoch, worker_handle_wake, worker, &worker->reader);
    }
    if (result != OK) {
        worker_destroy(worker);
        return result;
    }
    *ret_worker = worker;
    return OK;
}

void worker_destroy(struct worker *worker)
{
    if (worker == NULL) {
        return;
    }
    if (worker->reader != NULL) {
        epoch_unregister(worker->reader);
    }
    if (worker->handles_made) {
        uv_close((uv_handle_t *)&worker->wake, NULL);
        uv_close((uv_handle_t *)&worker->prepare, NULL);
        uv_close((uv_handle_t *)&worker->heartbeat, NULL);
    }
    if (worker->loop_made) {
        uv_run(&worker->loop, UV_RUN_NOWAIT);
        int status = uv_loop_close(&worker->loop);
        assert(status == 0); /* the owner left a handle open */
        (void)status;
    }
    mailbox_deinit(&worker->mailbox);
    struct region region = worker->region;
    region_close(&region);
}

enum result worker_run(struct worker *worker, void (*started)(void *context, enum result result),
                       void *context)
{
    worker_of_this_thread = worker;
    epoch_announce(worker->reader);
    uv_update_time(&worker->loop);
    atomic_store_explicit(&worker->turn_ms, uv_now(&worker->loop), memory_order_relaxed);
    enum result result = OK;
    if (worker->options.owner.start != NULL) {
        result = worker->options.owner.start(worker, worker->options.owner.context);
    }
    if (started != NULL) {
        started(context, result);
    }
    if (result == OK) {
        uv_prepare_start(&worker->prepare, worker_on_prepare);
        uv_timer_start(&worker->heartbeat, worker_on_heartbeat, WORKER_HEARTBEAT_MS,
                       WORKER_HEARTBEAT_MS);
        uv_run(&worker->loop, UV_RUN_DEFAULT);
        uv_prepare_stop(&worker->prepare);
    }
    epoch_leave(worker->reader);
    worker_of_this_thread = NULL;
    return result;
}

void worker_stop(struct worker *worker)
{
    atomic_store_explicit(&worker->stop_wanted, true, memory_order_release);
    uv_async_send(&worker->wake);
}

uv_loop_t *worker_loop(struct worker *worker)
{
    return &worker->loop;
}

uint16_t worker_index(const struct worker *worker)
{
    return worker->options.index;
}

enum thread_role worker_role(const struct worker *worker)
{
    return worker->options.role;
}

struct mailbox *worker_mailbox(struct worker *worker)
{
    return &worker->mailbox;
}

struct epoch_reader *worker_reader(struct worker *worker)
{
    return worker->reader;
}

uint64_t worker_last_turn_ms(const struct worker *worker)
{
    return atomic_load_explicit(&worker->turn_ms, memory_order_relaxed);
}

uint64_t worker_turns(const struct worker *worker)
{
    return atomic_load_explicit(&worker->turns, memory_order_relaxed);
}

struct worker *worker_current(void)
{
    return worker_of_this_thread;
}

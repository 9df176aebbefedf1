// SPDX-License-Identifier: Apache-2.0
#include "server/base/refusal.h"

#include "alloc/fault.h"
#include "alloc/ledger.h"
#include "alloc/memory.h"
#include "server/base/event.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct threads_options options = {
    .workers = 2, .jobs = 1, .jobs_limit = 4, .mailbox_places = 8, .descriptors_max = 256};

/* The value of a series, its label values joined by commas; UINT64_MAX when it is not there. */
static uint64_t value_of(const char *family, const char *labels)
{
    struct metric_cursor cursor;
    struct metric_sample sample;
    metric_cursor_init(&cursor);
    while (metric_next(&cursor, &sample) == OK) {
        char joined[256] = "";
        for (unsigned i = 0; i < sample.label_count; i++) {
            strcat(joined, i > 0 ? "," : "");
            strcat(joined, sample.labels[i].value);
        }
        if (strcmp(sample.family->name, family) == 0 && strcmp(joined, labels) == 0) {
            return sample.whole;
        }
    }
    return UINT64_MAX;
}

static void read_pool(void *context, struct pool_state *ret_state)
{
    *ret_state = *(struct pool_state *)context;
}

Test(refusal, a_pool_stands_in_the_metrics_until_it_ends, .timeout = 10)
{
    struct pool_state state = {10, 3, 7};
    struct pool_state read;
    const char *name;
    cr_assert_not(pool_at(0, &name, &read));
    cr_assert_eq(pool_register("slots", read_pool, &state), OK);
    cr_assert_eq(value_of("plimsoll_pool_limit", "slots"), 10);
    cr_assert_eq(value_of("plimsoll_pool_used", "slots"), 3);
    cr_assert_eq(value_of("plimsoll_pool_high_water", "slots"), 7);
    cr_assert(pool_at(0, &name, &read));
    cr_assert_str_eq(name, "slots");
    cr_assert_eq(read.used, 3);
    pool_end("slots");
    pool_end("unknown");
    cr_assert_eq(value_of("plimsoll_pool_used", "slots"), UINT64_MAX);
    cr_assert(pool_at(0, &name, &read));
    cr_assert_eq(read.limit, 0);
}

static char names[POOLS_MAX + 1][8];

Test(refusal, pools_have_a_maximum, .timeout = 10)
{
    struct pool_state state = {0};
    for (unsigned i = 0; i <= POOLS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "%u", i);
        cr_assert_eq(pool_register(names[i], read_pool, &state),
                     i < POOLS_MAX ? OK : REFUSED_LIMIT);
    }
    cr_assert_eq(pool_register(names[0], read_pool, &state), OK);
}

Test(refusal, reasons_are_counted, .timeout = 10)
{
    struct counter counter;
    cr_assert_eq(refusal_register("slots", "full", &counter), OK);
    counter_increment(counter);
    cr_assert_eq(value_of("plimsoll_refused_total", "slots,full"), 1);
}

Test(refusal, a_refused_charge_is_an_event_and_a_count, .timeout = 10)
{
    struct event_reader reader;
    struct event event;
    event_init(clock_real());
    cr_assert_eq(refusal_observe_memory(), OK);
    event_reader_init_newest(&reader);
    ledger_limit_set(ACCOUNT_TRANSFERS, 100);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 60), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 41), REFUSED_MEMORY);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.id, EVENT_MEMORY_REFUSED);
    cr_assert_str_eq(event_field(&event, "account"), "transfers");
    cr_assert_str_eq(event_field(&event, "bytes"), "41");
    cr_assert_eq(value_of("plimsoll_refused_total", "transfers,memory"), 1);
    cr_assert_eq(value_of("plimsoll_memory_used_bytes", "transfers"), 60);
    cr_assert_eq(value_of("plimsoll_memory_account_limit_bytes", "transfers"), 100);
    cr_assert_eq(value_of("plimsoll_memory_high_water_bytes", "transfers"), 60);
    ledger_release(ACCOUNT_TRANSFERS, 60);
}

Test(refusal, event_111, .timeout = 20)
{
    struct event_reader reader;
    struct event event;
    struct threads *threads = NULL;
    struct threads_options with = options;
    event_init(clock_real());
    event_reader_init_newest(&reader);
    with.observer = refusal_threads_observer();
    fault_arm(FAULT_THREAD, 3, 1);
    cr_assert_eq(threads_start(&with, 0, &threads), OK);
    bool struck = fault_struck(FAULT_THREAD);
    fault_disarm_all();
    if (struck) {
        cr_assert(event_reader_next(&reader, &event));
        cr_assert_eq(event.id, 111);
        cr_assert_str_eq(event_field(&event, "role"), "worker");
        cr_assert_str_eq(event_field(&event, "reason"), "refused-thread");
        cr_assert_eq(value_of("plimsoll_refused_total", "threads,worker"), 1);
        cr_assert_eq(threads_retry(threads, 1000), UINT64_MAX);
        cr_assert(event_reader_next(&reader, &event));
        cr_assert_eq(event.id, EVENT_THREAD_CREATED_LATE);
    }
    uint64_t turned_ms = worker_last_turn_ms(threads_worker(threads, 0));
    cr_assert_geq(threads_watch(threads, turned_ms + 3600000), 1);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.id, EVENT_WORKER_STALLED);
    cr_assert_eq(threads_watch(threads, 0), 0);
    bool turning = false;
    while (event_reader_next(&reader, &event)) {
        turning = turning || event.id == EVENT_WORKER_TURNING;
    }
    cr_assert(turning);
    threads_stop(threads);
    threads_destroy(threads);
}

Test(refusal, threads_and_their_queues_stand_in_the_metrics, .timeout = 20)
{
    struct threads *threads = NULL;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    cr_assert_eq(refusal_observe_threads(threads), OK);
    cr_assert_eq(value_of("plimsoll_threads", "worker,declared"), 2);
    cr_assert_eq(value_of("plimsoll_threads", "worker,running"), 2);
    cr_assert_eq(value_of("plimsoll_threads", "job,running"), 1);
    cr_assert_eq(value_of("plimsoll_threads", "control,running"), 1);
    cr_assert_eq(value_of("plimsoll_pool_limit", "jobs"), 4);
    cr_assert_eq(value_of("plimsoll_pool_limit", "mailboxes"), 24);
    cr_assert_eq(value_of("plimsoll_refused_total", "jobs,full"), 0);
    cr_assert_eq(value_of("plimsoll_refused_total", "mailboxes,full"), 0);
    refusal_forget_threads();
    cr_assert_eq(value_of("plimsoll_threads", "worker,running"), UINT64_MAX);
    cr_assert_eq(value_of("plimsoll_pool_limit", "jobs"), UINT64_MAX);
    threads_stop(threads);
    threads_destroy(threads);
}

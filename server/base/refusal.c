// SPDX-License-Identifier: Apache-2.0
#include "server/base/refusal.h"

#include "alloc/ledger.h"
#include "server/base/event.h"

#include <string.h>

struct pool {
    const char *name;
    pool_read_fn read; /* NULL: it has ended */
    void *context;
};

static struct pool pools[POOLS_MAX];
static uint32_t pool_count;
static struct threads *observed_threads; /* control only */
static struct counter memory_refused[ACCOUNT_COUNT];
static struct counter thread_refused[THREAD_ROLE_COUNT];

static const struct metric_family refused_family = {
    .name = "plimsoll_refused_total",
    .help = "What was refused, by pool and reason",
    .type = METRIC_COUNTER,
    .labels = {"pool", "reason"},
};
static const struct metric_family pool_families[] = {
    {"plimsoll_pool_limit", "Declared maximum of a pool", METRIC_GAUGE, {"pool"}},
    {"plimsoll_pool_used", "What of a pool is in use", METRIC_GAUGE, {"pool"}},
    {"plimsoll_pool_high_water", "The most of a pool that was ever in use", METRIC_GAUGE, {"pool"}},
};
static const struct metric_family memory_families[] = {
    {"plimsoll_memory_account_limit_bytes", "Limit of an account", METRIC_GAUGE, {"account"}},
    {"plimsoll_memory_used_bytes", "Charged to an account", METRIC_GAUGE, {"account"}},
    {"plimsoll_memory_high_water_bytes",
     "The most that was ever charged to an account",
     METRIC_GAUGE,
     {"account"}},
};
static const struct metric_family threads_family = {
    .name = "plimsoll_threads",
    .help = "Threads by role, declared and running",
    .type = METRIC_GAUGE,
    .labels = {"role", "state"},
};

enum which {
    WHICH_LIMIT,
    WHICH_USED,
    WHICH_HIGH_WATER,
    WHICH_COUNT,
};
static const enum which whiches[WHICH_COUNT] = {WHICH_LIMIT, WHICH_USED, WHICH_HIGH_WATER};

static enum result pool_sample(void *context, uint32_t position, struct metric_sample *sample)
{
    enum which which = *(const enum which *)context;
    if (position >= pool_count) {
        return END;
    }
    const struct pool *pool = &pools[position];
    if (pool->read == NULL) {
        return UNCHANGED;
    }
    struct pool_state state = {0};
    pool->read(pool->context, &state);
    const uint64_t values[WHICH_COUNT] = {state.limit, state.used, state.high_water};
    sample->labels[0].value = pool->name;
    sample->whole = values[which];
    return OK;
}

static enum result memory_sample(void *context, uint32_t position, struct metric_sample *sample)
{
    enum which which = *(const enum which *)context;
    if (position >= ACCOUNT_COUNT) {
        return END;
    }
    struct account_state state = ledger_read((enum account)position);
    const uint64_t values[WHICH_COUNT] = {state.limit_bytes, state.used_bytes,
                                          state.high_water_bytes};
    sample->labels[0].value = account_name((enum account)position);
    sample->whole = values[which];
    return OK;
}

/* One collector for each of the three families, told apart by its context. */
static enum result families_collect(const struct metric_family families[WHICH_COUNT],
                                    metric_collect_fn collect)
{
    for (unsigned i = 0; i < WHICH_COUNT; i++) {
        enum result result = metric_collect(&families[i], collect, (void *)(uintptr_t)&whiches[i]);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

static struct pool *pool_find(const char *name)
{
    for (uint32_t i = 0; i < pool_count; i++) {
        if (strcmp(pools[i].name, name) == 0) {
            return &pools[i];
        }
    }
    return NULL;
}

enum result pool_register(const char *name, pool_read_fn read, void *context)
{
    struct pool *pool = pool_find(name);
    if (pool == NULL) {
        if (pool_count == POOLS_MAX) {
            return REFUSED_LIMIT;
        }
        pool = &pools[pool_count++];
    }
    *pool = (struct pool){.name = name, .read = read, .context = context};
    return families_collect(pool_families, pool_sample);
}

void pool_end(const char *name)
{
    struct pool *pool = pool_find(name);
    if (pool != NULL) {
        pool->read = NULL;
        pool->context = NULL;
    }
}

bool pool_at(uint32_t position, const char **ret_name, struct pool_state *ret_state)
{
    if (position >= pool_count) {
        return false;
    }
    const struct pool *pool = &pools[position];
    memset(ret_state, 0, sizeof *ret_state);
    if (pool->read != NULL) {
        pool->read(pool->context, ret_state);
    }
    *ret_name = pool->name;
    return true;
}

enum result refusal_register(const char *pool, const char *reason, struct counter *ret_counter)
{
    const char *const values[] = {pool, reason};
    return counter_register(&refused_family, values, ret_counter);
}

/* Inside the allocator's locks, on any thread. */
static void refusal_of_memory(enum account account, size_t size)
{
    struct event event;
    counter_increment(memory_refused[account]);
    event_begin(&event, EVENT_MEMORY_REFUSED);
    event_text(&event, "account", account_name(account));
    event_number(&event, "bytes", size);
    event_emit(&event);
}

enum result refusal_observe_memory(void)
{
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        enum result result =
            refusal_register(account_name((enum account)i), "memory", &memory_refused[i]);
        if (result != OK) {
            return result;
        }
    }
    ledger_observe(refusal_of_memory);
    return families_collect(memory_families, memory_sample);
}

static void refusal_of_thread(void *context, enum thread_role role, uint16_t index,
                              enum result reason)
{
    (void)context;
    struct event event;
    counter_increment(thread_refused[role]);
    event_begin(&event, EVENT_THREAD_REFUSED);
    event_text(&event, "role", thread_role_name(role));
    event_number(&event, "index", index);
    event_text(&event, "reason", result_name(reason));
    event_emit(&event);
}

static void refusal_thread_came(void *context, enum thread_role role, uint16_t index)
{
    (void)context;
    struct event event;
    event_begin(&event, EVENT_THREAD_CREATED_LATE);
    event_text(&event, "role", thread_role_name(role));
    event_number(&event, "index", index);
    event_emit(&event);
}

static void refusal_tell_worker(enum event_id id, uint16_t worker, uint64_t silent_ms)
{
    struct event event;
    event_begin(&event, id);
    event_number(&event, "worker", worker);
    event_number(&event, "ms", silent_ms);
    event_emit(&event);
}

static void refusal_worker_stalled(void *context, uint16_t worker, uint64_t silent_ms)
{
    (void)context;
    refusal_tell_worker(EVENT_WORKER_STALLED, worker, silent_ms);
}

static void refusal_worker_turning(void *context, uint16_t worker, uint64_t silent_ms)
{
    (void)context;
    refusal_tell_worker(EVENT_WORKER_TURNING, worker, silent_ms);
}

struct threads_observer refusal_threads_observer(void)
{
    for (unsigned i = 0; i < THREAD_ROLE_COUNT; i++) {
        /* A refusal is counted by the table and leaves a counter that counts nowhere. */
        enum result result =
            refusal_register("threads", thread_role_name((enum thread_role)i), &thread_refused[i]);
        (void)result;
    }
    return (struct threads_observer){
        .refused = refusal_of_thread,
        .created_late = refusal_thread_came,
        .stalled = refusal_worker_stalled,
        .turning = refusal_worker_turning,
    };
}

static enum result threads_sample(void *context, uint32_t position, struct metric_sample *sample)
{
    (void)context;
    if (position >= 2 * THREAD_ROLE_COUNT) {
        return END;
    }
    enum thread_role role = (enum thread_role)(position / 2);
    struct threads_state state = threads_read(observed_threads, role);
    bool declared = position % 2 == 0;
    sample->labels[0].value = thread_role_name(role);
    sample->labels[1].value = declared ? "declared" : "running";
    sample->whole = declared ? state.declared : state.running;
    return OK;
}

static void pool_read_jobs(void *context, struct pool_state *ret_state)
{
    struct jobs_state state = jobs_read(threads_jobs(context));
    *ret_state = (struct pool_state){state.limit, state.used, state.high_water};
}

static void pool_add_mailbox(struct worker *worker, struct pool_state *state)
{
    if (worker == NULL) {
        return;
    }
    struct mailbox_state mailbox = mailbox_read(worker_mailbox(worker));
    state->limit += mailbox.limit;
    state->used += mailbox.used;
    /* The sum of the marks: no more than that ever waited at once. */
    state->high_water += mailbox.high_water;
}

static void pool_read_mailboxes(void *context, struct pool_state *ret_state)
{
    struct pool_state state = {0};
    pool_add_mailbox(threads_control(context), &state);
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        pool_add_mailbox(threads_worker(context, i), &state);
    }
    *ret_state = state;
}

/* The queues count their own refusals: whoever is refused there may be on any thread. */
static enum result queues_sample(void *context, uint32_t position, struct metric_sample *sample)
{
    struct threads *threads = context;
    if (position > 1) {
        return END;
    }
    sample->labels[0].value = position == 0 ? "jobs" : "mailboxes";
    sample->labels[1].value = "full";
    if (position == 0) {
        sample->whole = jobs_read(threads_jobs(threads)).refused;
        return OK;
    }
    sample->whole = mailbox_read(worker_mailbox(threads_control(threads))).refused;
    for (uint16_t i = 0; i < THREADS_WORKERS_MAX; i++) {
        struct worker *worker = threads_worker(threads, i);
        sample->whole += worker != NULL ? mailbox_read(worker_mailbox(worker)).refused : 0;
    }
    return OK;
}

enum result refusal_observe_threads(struct threads *threads)
{
    observed_threads = threads;
    enum result result = metric_collect(&threads_family, threads_sample, NULL);
    if (result == OK) {
        result = metric_collect(&refused_family, queues_sample, threads);
    }
    if (result == OK) {
        result = pool_register("jobs", pool_read_jobs, threads);
    }
    if (result == OK) {
        result = pool_register("mailboxes", pool_read_mailboxes, threads);
    }
    return result;
}

void refusal_forget_threads(void)
{
    metric_collect_end(&threads_family);
    metric_collect_end(&refused_family);
    pool_end("jobs");
    pool_end("mailboxes");
    observed_threads = NULL;
}

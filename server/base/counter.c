// SPDX-License-Identifier: Apache-2.0
#include "server/base/counter.h"

#include "alloc/memory.h"
#include "server/base/metric_table.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

/* Blocks are made on demand and never given back: what a thread counted must stay in the sum. */
struct counter_store {
    struct region region;            /* under `blocks_lock` */
    _Atomic(counter_place *) places; /* release by the maker, acquire by the reader */
    bool taken;                      /* under `blocks_lock` */
};

_Thread_local counter_place *counter_block;
static _Thread_local struct counter_store *store_of_this_thread;

static counter_place shared_block[COUNTER_PLACES_MAX];
static struct counter_store stores[COUNTER_THREADS_MAX];
static pthread_mutex_t blocks_lock =
    PTHREAD_MUTEX_INITIALIZER;   /* guards taking and giving blocks */
static uint32_t places_used = 1; /* place 0 is where unregistered counters count; control only */
static _Atomic uint64_t gauges[GAUGES_MAX];
static uint32_t gauges_used = 1;

void counter_add_shared(struct counter counter, uint64_t amount)
{
    atomic_fetch_add_explicit(&shared_block[counter.place], amount, memory_order_relaxed);
}

uint32_t counter_places_take(uint32_t count)
{
    if (count > COUNTER_PLACES_MAX - places_used) {
        return 0;
    }
    uint32_t place = places_used;
    places_used += count;
    return place;
}

uint64_t counter_read(struct counter counter)
{
    if (counter.place == 0) {
        return 0;
    }
    uint64_t sum = atomic_load_explicit(&shared_block[counter.place], memory_order_relaxed);
    for (unsigned i = 0; i < COUNTER_THREADS_MAX; i++) {
        counter_place *places = atomic_load_explicit(&stores[i].places, memory_order_acquire);
        if (places != NULL) {
            sum += atomic_load_explicit(&places[counter.place], memory_order_relaxed);
        }
    }
    return sum;
}

/* A free store that has a block already, else a free one without. Under the lock. */
static struct counter_store *counter_store_find(void)
{
    struct counter_store *bare = NULL;
    for (unsigned i = 0; i < COUNTER_THREADS_MAX; i++) {
        if (stores[i].taken) {
            continue;
        }
        if (stores[i].region.base != NULL) {
            return &stores[i];
        }
        bare = bare == NULL ? &stores[i] : bare;
    }
    return bare;
}

static enum result counter_store_take(struct counter_store **ret_store)
{
    struct counter_store *store = counter_store_find();
    if (store == NULL) {
        return REFUSED_LIMIT;
    }
    if (store->region.base == NULL) {
        enum result result = region_open(&store->region, ACCOUNT_PROGRAM, COUNTER_BLOCK_BYTES,
                                         (struct region_options){.populate = true});
        if (result != OK) {
            return result;
        }
        atomic_store_explicit(&store->places, store->region.base, memory_order_release);
    }
    store->taken = true;
    *ret_store = store;
    return OK;
}

enum result counter_thread_begin(void)
{
    if (counter_block != NULL) {
        return OK;
    }
    struct counter_store *store = NULL;
    pthread_mutex_lock(&blocks_lock);
    enum result result = counter_store_take(&store);
    pthread_mutex_unlock(&blocks_lock);
    if (result == OK) {
        store_of_this_thread = store;
        counter_block = store->region.base;
    }
    return result;
}

void counter_thread_end(void)
{
    if (counter_block == NULL) {
        return;
    }
    counter_block = NULL;
    pthread_mutex_lock(&blocks_lock);
    store_of_this_thread->taken = false;
    pthread_mutex_unlock(&blocks_lock);
    store_of_this_thread = NULL;
}

static void counter_values_copy(const struct metric_family *family, const char *const *values,
                                struct metric_series *series)
{
    unsigned count = metric_label_count(family);
    assert(count == 0 || values != NULL);
    for (unsigned i = 0; i < count; i++) {
        series->values[i] = values[i];
    }
}

enum result counter_register(const struct metric_family *family, const char *const *values,
                             struct counter *ret_counter)
{
    assert(family->type == METRIC_COUNTER);
    uint32_t known = metric_table_find(family, values);
    if (known != METRIC_NO_SERIES) {
        ret_counter->place = metric_table_series(known)->place;
        return OK;
    }
    struct metric_series series = {0};
    counter_values_copy(family, values, &series);
    series.place = counter_places_take(1);
    if (series.place == 0) {
        return metric_table_refuse();
    }
    enum result result = metric_table_add(family, &series);
    if (result == OK) {
        ret_counter->place = series.place;
    }
    return result;
}

enum result counter_register_each(const struct metric_family *family, const char *const *before,
                                  const char *const *values, uint32_t count,
                                  struct counter *ret_counters)
{
    const char *all[METRIC_LABELS_MAX] = {0};
    unsigned labels = metric_label_count(family);
    assert(labels >= 1);
    for (unsigned i = 0; i + 1 < labels; i++) {
        all[i] = before[i];
    }
    enum result result = OK;
    uint32_t done = 0;
    for (; done < count && result == OK; done++) {
        all[labels - 1] = values[done];
        result = counter_register(family, all, &ret_counters[done]);
    }
    if (result != OK) {
        /* None: what was registered stays in the table at zero, and counts nowhere. */
        memset(ret_counters, 0, count * sizeof *ret_counters);
    }
    return result;
}

enum result gauge_register(const struct metric_family *family, const char *const *values,
                           struct gauge *ret_gauge)
{
    assert(family->type == METRIC_GAUGE);
    uint32_t known = metric_table_find(family, values);
    if (known != METRIC_NO_SERIES) {
        ret_gauge->place = metric_table_series(known)->place;
        return OK;
    }
    if (gauges_used == GAUGES_MAX) {
        return metric_table_refuse();
    }
    struct metric_series series = {.place = gauges_used};
    counter_values_copy(family, values, &series);
    enum result result = metric_table_add(family, &series);
    if (result == OK) {
        gauges_used++;
        ret_gauge->place = series.place;
    }
    return result;
}

void gauge_set(struct gauge gauge, uint64_t value)
{
    atomic_store_explicit(&gauges[gauge.place], value, memory_order_relaxed);
}

void gauge_add(struct gauge gauge, int64_t amount)
{
    atomic_fetch_add_explicit(&gauges[gauge.place], (uint64_t)amount, memory_order_relaxed);
}

uint64_t gauge_read(struct gauge gauge)
{
    return gauge.place == 0 ? 0 : atomic_load_explicit(&gauges[gauge.place], memory_order_relaxed);
}

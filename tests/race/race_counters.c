// SPDX-License-Identifier: Apache-2.0
#include "server/base/histogram.h"

#include <pthread.h>
#include <stdio.h>

/* Threads with and without a block of their own count and observe, begin and end, while the reader
 * sums: sums never fall, and are exact at the end. */
#define THREADS 4u
#define ADDS 100000u

static const struct metric_family counted = {.name = "plimsoll_race_total", .help = "race"};
static const struct metric_family timed = {
    .name = "plimsoll_race_seconds", .help = "race", .type = METRIC_HISTOGRAM};
static const uint64_t bounds[] = {2, 4};
static struct counter counter;
static struct histogram histogram;
static _Atomic unsigned running = THREADS;

static void *count_on(void *argument)
{
    uintptr_t number = (uintptr_t)argument;
    for (unsigned i = 0; i < ADDS; i++) {
        if (number % 2 == 0 && i % 1000 == 0) {
            counter_thread_end();
            enum result result = counter_thread_begin();
            (void)result; /* without a block it counts all the same */
        }
        counter_increment(counter);
        histogram_observe(&histogram, i % 6);
    }
    counter_thread_end();
    atomic_fetch_sub_explicit(&running, 1, memory_order_release);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    const struct histogram_options options = {
        .family = &timed, .bounds = bounds, .bound_count = 2, .scale = 1};
    if (counter_register(&counted, NULL, &counter) != OK ||
        histogram_register(&options, &histogram) != OK) {
        return 1;
    }
    for (uintptr_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, count_on, (void *)i) != 0) {
            return 1;
        }
    }
    uint64_t before = 0;
    while (atomic_load_explicit(&running, memory_order_acquire) > 0) {
        uint64_t now = counter_read(counter);
        if (now < before) {
            printf("fell from %llu to %llu\n", (unsigned long long)before, (unsigned long long)now);
            return 1;
        }
        before = now;
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    if (counter_read(counter) != (uint64_t)THREADS * ADDS ||
        histogram_count(&histogram) != (uint64_t)THREADS * ADDS) {
        printf("counted %llu and %llu\n", (unsigned long long)counter_read(counter),
               (unsigned long long)histogram_count(&histogram));
        return 1;
    }
    return 0;
}

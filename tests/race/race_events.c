// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Threads emit faster than the reader reads, while windows of repeats end under their hands. What
 * it gets must be whole (both fields say the same; a summary has the key alone and a count) and in
 * order, and everything that passed the limit is read, missed or dropped.
 *
 * The clock is a virtual one: on a machine that was stopped for a while the real one may end a
 * window at any moment. */
#define THREADS 3u
#define EMITS 20000u
#define EMITS_PER_WINDOW 4000u

static _Atomic unsigned running = THREADS;
static struct clock_virtual virtual_clock;

static void *emit_on(void *argument)
{
    uintptr_t number = (uintptr_t)argument;
    for (unsigned i = 0; i < EMITS; i++) {
        struct event event;
        event_begin(&event, EVENT_LISTENING);
        /* Most keys are new and pass; every fourth is a repeat. */
        event_number(&event, "address", i % 4 == 0 ? 0 : number * EMITS + i);
        event_number(&event, "again", i % 4 == 0 ? 0 : number * EMITS + i);
        event_emit(&event);
        if (i % EMITS_PER_WINDOW == 0) {
            clock_virtual_advance_ms(&virtual_clock, EVENT_WINDOW_MS);
        }
    }
    atomic_fetch_sub_explicit(&running, 1, memory_order_release);
    return NULL;
}

static bool is_whole(const struct event *event)
{
    const char *address = event_field(event, "address");
    const char *again = event_field(event, "again");
    if (event->summary != 0) {
        return address != NULL && again == NULL && event->repeats > 0;
    }
    return address != NULL && again != NULL && strcmp(address, again) == 0;
}

int main(void)
{
    pthread_t threads[THREADS];
    struct event_reader reader;
    struct event event;
    clock_virtual_init(&virtual_clock, 1, 1);
    event_init(&virtual_clock.clock);
    event_reader_init_newest(&reader);
    for (uintptr_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, emit_on, (void *)i) != 0) {
            return 1;
        }
    }
    uint64_t last = 0;
    uint64_t got = 0;
    bool more = true;
    unsigned idle = 0;
    while (more || idle < 32) {
        bool ended = atomic_load_explicit(&running, memory_order_acquire) == 0;
        more = event_reader_next(&reader, &event);
        idle = more || !ended ? 0 : idle + 1;
        if (!more) {
            event_report_repeats();
            continue;
        }
        got++;
        if (event.sequence <= last || !is_whole(&event)) {
            char line[EVENT_LINE_BYTES];
            event_format_text(&event, line, sizeof line);
            printf("record %llu after %llu is torn: %s\n", (unsigned long long)event.sequence,
                   (unsigned long long)last, line);
            return 1;
        }
        last = event.sequence;
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    if (got + reader.missed != reader.next - 1 || got == 0) {
        printf("read %llu, missed %llu, of %llu\n", (unsigned long long)got,
               (unsigned long long)reader.missed, (unsigned long long)(reader.next - 1));
        return 1;
    }
    return 0;
}

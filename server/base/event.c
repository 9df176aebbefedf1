// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"

#include "server/base/counter.h"
#include "server/base/event_repeat.h"
#include "server/base/random.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#define EVENT_WORDS (sizeof(struct event) / sizeof(uint64_t))
/* Reads that a reader spends on a place that is not finished while later ones may be. */
#define EVENT_READER_PATIENCE 8u
/* After being lapped a reader starts this many records behind the writers' next lap. */
#define EVENT_READER_MARGIN 64u

static_assert(sizeof(struct event) == 504, "a slot is 512 bytes");
static_assert(sizeof(struct event) % sizeof(uint64_t) == 0, "slots are copied by words");

/* `state` is 0 (never used), 2n + 1 (record n is being written) or 2n (record n is there). Words
 * are stored with release and loaded with acquire, so that whoever sees a word of a newer record
 * also sees that the state has moved, and throws the copy away. */
struct event_slot {
    _Atomic uint64_t state;
    _Atomic uint64_t words[EVENT_WORDS];
};

static struct event_slot ring[EVENT_RING_RECORDS];
static _Atomic uint64_t ring_next = 1; /* the sequence that the next writer draws */
static _Atomic uint64_t dropped;
static const struct clock *_Atomic event_clock; /* NULL: the real one */

static const struct metric_family events_family = {
    .name = "plimsoll_events_total",
    .help = "Events by id, those held back as repeats included",
    .type = METRIC_COUNTER,
    .labels = {"id"},
};

static const struct {
    uint32_t id;
    uint8_t severity;
    const char *number;
} event_table[] = {
#define EVENT_ROW(number, symbol, severity, text) {number, EVENT_SEVERITY_##severity, #number},
    EVENT_IDS(EVENT_ROW)
#undef EVENT_ROW
};
#define EVENT_COUNT (sizeof event_table / sizeof *event_table)

static struct counter event_counters[EVENT_COUNT];

/* The table is sorted by id; returns EVENT_COUNT for an unknown one. */
static size_t event_index(uint32_t id)
{
    size_t low = 0;
    size_t high = EVENT_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (event_table[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < EVENT_COUNT && event_table[low].id == id ? low : EVENT_COUNT;
}

static const struct clock *event_clock_now(void)
{
    const struct clock *clock = atomic_load_explicit(&event_clock, memory_order_acquire);
    return clock != NULL ? clock : clock_real();
}

void event_init(const struct clock *clock)
{
    struct random random;
    uint8_t key[16] = {0};
    if (random_init(&random) == OK) {
        random_bytes(&random, key, sizeof key);
    }
    event_repeat_init(key);
    atomic_store_explicit(&event_clock, clock, memory_order_release);
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        /* A refusal is counted by the table and leaves a counter that counts nowhere. */
        enum result result =
            counter_register(&events_family, &event_table[i].number, &event_counters[i]);
        (void)result;
    }
}

enum event_severity event_id_severity(enum event_id id)
{
    size_t index = event_index(id);
    return index < EVENT_COUNT ? (enum event_severity)event_table[index].severity
                               : EVENT_SEVERITY_ERROR;
}

void event_begin(struct event *event, enum event_id id)
{
    event->sequence = 0;
    event->wall_ns = 0;
    event->id = id;
    event->repeats = 0;
    event->used = 0;
    event->severity = (uint8_t)event_id_severity(id);
    event->field_count = 0;
    event->summary = 0;
    event->numbers = 0;
}

void event_text(struct event *event, const char *name, const char *value)
{
    size_t left = EVENT_VALUES_BYTES - event->used;
    if (event->field_count == EVENT_FIELDS_MAX || left == 0) {
        return;
    }
    size_t most = left - 1 < EVENT_VALUE_BYTES_MAX ? left - 1 : EVENT_VALUE_BYTES_MAX;
    size_t size = strnlen(value, most + 1);
    char *out = event->values + event->used;
    if (size <= most) {
        memcpy(out, value, size);
    } else {
        size = most;
        memcpy(out, value, size);
        for (size_t i = size > 3 ? size - 3 : 0; i < size; i++) {
            out[i] = '.';
        }
    }
    out[size] = 0;
    event->names[event->field_count] = name;
    event->offsets[event->field_count] = event->used;
    event->field_count++;
    event->used = (uint16_t)(event->used + size + 1);
}

void event_number(struct event *event, const char *name, uint64_t value)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    uint8_t field = event->field_count;
    event_text(event, name, digits + at);
    if (event->field_count > field) {
        event->numbers |= (uint8_t)(1u << field);
    }
}

const char *event_field(const struct event *event, const char *name)
{
    for (unsigned i = 0; i < event->field_count; i++) {
        if (strcmp(event->names[i], name) == 0) {
            return event->values + event->offsets[i];
        }
    }
    return NULL;
}

/* Into the ring; never waits. */
static void event_store(struct event *event)
{
    /* What stands behind the values is not worth copying, but must not be somebody's stack. */
    memset(event->values + event->used, 0, EVENT_VALUES_BYTES - event->used);
    for (unsigned i = event->field_count; i < EVENT_FIELDS_MAX; i++) {
        event->names[i] = NULL;
        event->offsets[i] = 0;
    }
    event->sequence = atomic_fetch_add_explicit(&ring_next, 1, memory_order_relaxed);
    struct event_slot *slot = &ring[event->sequence & (EVENT_RING_RECORDS - 1)];
    uint64_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    if ((state & 1) != 0 || state > 2 * event->sequence ||
        !atomic_compare_exchange_strong_explicit(&slot->state, &state, 2 * event->sequence + 1,
                                                 memory_order_acq_rel, memory_order_relaxed)) {
        atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
        return;
    }
    uint64_t words[EVENT_WORDS];
    memcpy(words, event, sizeof words);
    for (size_t i = 0; i < EVENT_WORDS; i++) {
        atomic_store_explicit(&slot->words[i], words[i], memory_order_release);
    }
    atomic_store_explicit(&slot->state, 2 * event->sequence, memory_order_release);
}

void event_emit(struct event *event)
{
    const struct clock *clock = event_clock_now();
    size_t index = event_index(event->id);
    if (index < EVENT_COUNT) {
        counter_increment(event_counters[index]);
    }
    if (event_repeat_admit(event, clock_ms(clock), &event->repeats)) {
        event->wall_ns = clock_wall_ns(clock);
        event_store(event);
    }
}

void event_emit_plain(enum event_id id)
{
    struct event event;
    event_begin(&event, id);
    event_emit(&event);
}

void event_emit_text(enum event_id id, const char *name, const char *value)
{
    struct event event;
    event_begin(&event, id);
    event_text(&event, name, value);
    event_emit(&event);
}

void event_report_repeats(void)
{
    const struct clock *clock = event_clock_now();
    uint64_t now_ms = clock_ms(clock);
    struct event summary;
    for (uint32_t i = 0; i < EVENT_REPEAT_ENTRIES; i++) {
        if (event_repeat_take(i, now_ms, &summary)) {
            summary.wall_ns = clock_wall_ns(clock);
            event_store(&summary);
        }
    }
}

uint64_t event_dropped(void)
{
    return atomic_load_explicit(&dropped, memory_order_relaxed);
}

void event_reader_init_newest(struct event_reader *reader)
{
    memset(reader, 0, sizeof *reader);
    reader->next = atomic_load_explicit(&ring_next, memory_order_relaxed);
}

void event_reader_init_oldest(struct event_reader *reader)
{
    event_reader_init_newest(reader);
    reader->next = reader->next > EVENT_RING_RECORDS ? reader->next - EVENT_RING_RECORDS : 1;
}

/* Copies record `sequence`; false when it is not there, not finished, or gone meanwhile. */
static bool event_copy(uint64_t sequence, struct event *ret_event)
{
    struct event_slot *slot = &ring[sequence & (EVENT_RING_RECORDS - 1)];
    uint64_t words[EVENT_WORDS];
    if (atomic_load_explicit(&slot->state, memory_order_acquire) != 2 * sequence) {
        return false;
    }
    for (size_t i = 0; i < EVENT_WORDS; i++) {
        words[i] = atomic_load_explicit(&slot->words[i], memory_order_acquire);
    }
    if (atomic_load_explicit(&slot->state, memory_order_relaxed) != 2 * sequence) {
        return false;
    }
    memcpy(ret_event, words, sizeof words);
    return true;
}

/* Steps over what will not come any more; false when the reader has to come again later. */
static bool event_reader_skip(struct event_reader *reader, uint64_t end)
{
    uint64_t next = reader->next + 1;
    if (end - reader->next > EVENT_RING_RECORDS) {
        next = end - EVENT_RING_RECORDS + EVENT_READER_MARGIN;
    } else if (reader->patience < EVENT_READER_PATIENCE || next == end) {
        reader->patience++;
        return false;
    }
    reader->missed += next - reader->next;
    reader->next = next;
    reader->patience = 0;
    return true;
}

bool event_reader_next(struct event_reader *reader, struct event *ret_event)
{
    /* Bounded: what is emitted while this runs is for the next call. */
    uint64_t end = atomic_load_explicit(&ring_next, memory_order_relaxed);
    while (reader->next < end) {
        if (event_copy(reader->next, ret_event)) {
            reader->next++;
            reader->patience = 0;
            return true;
        }
        if (!event_reader_skip(reader, end)) {
            return false;
        }
    }
    return false;
}

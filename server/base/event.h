// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/clock.h"
#include "server/base/event_ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Events: what an operator or a monitor is told. Fixed records in a ring; emitting allocates
 * nothing, never waits and takes no lock, so it may happen anywhere, even inside the allocator.
 *
 *     struct event event;
 *     event_begin(&event, EVENT_ZONE_LOADED);
 *     event_text(&event, "zone", name);
 *     event_number(&event, "records", count);
 *     event_emit(&event);
 *
 * The first field is the key: repeats of one id with one key are let through EVENT_BURST times in
 * EVENT_WINDOW_MS, then only counted, and the count is carried by the next that passes or, after
 * the window, by one that event_report_repeats() makes. Every emission counts in
 * plimsoll_events_total{id}, passed or not.
 *
 * The ring keeps the last EVENT_RING_RECORDS; readers (sinks, `plimsollctl events`) follow it with
 * their own cursors on the control thread and never hold up a writer. A writer that finds its place
 * still being written (a thread that slept through a whole lap) drops its event and counts it.
 * Threads: emit from any; readers each on one thread. Cost: 512 bytes a record, static.
 */
#define EVENT_RING_RECORDS 1024u /* a power of two */
#define EVENT_FIELDS_MAX 6u
#define EVENT_VALUES_BYTES 408u
#define EVENT_VALUE_BYTES_MAX 256u /* one value; longer ones end in "..." */
#define EVENT_BURST 5u
#define EVENT_WINDOW_MS 60000u
#define EVENT_LINE_BYTES 6144u /* room for a formatted line */

enum event_severity {
    EVENT_SEVERITY_ERROR,
    EVENT_SEVERITY_WARNING,
    EVENT_SEVERITY_NOTICE,
    EVENT_SEVERITY_INFO,
    EVENT_SEVERITY_COUNT,
};

enum event_id {
#define EVENT_ENUM(number, symbol, severity, text) EVENT_##symbol = number,
    EVENT_IDS(EVENT_ENUM)
#undef EVENT_ENUM
};

struct event {
    uint64_t sequence; /* 1, 2, 3, … given when it enters the ring */
    uint64_t wall_ns;
    uint32_t id;      /* enum event_id */
    uint32_t repeats; /* suppressed before this one */
    uint16_t used;    /* bytes of values */
    uint8_t severity; /* enum event_severity */
    uint8_t field_count;
    uint8_t summary; /* not 0: made by event_report_repeats(), with the key alone */
    uint8_t numbers; /* bit i: field i is a number */
    uint16_t offsets[EVENT_FIELDS_MAX];
    const char *names[EVENT_FIELDS_MAX]; /* literals */
    char values[EVENT_VALUES_BYTES];     /* zero-terminated texts */
};

/** Sets the clock that stamps and limits events (the real one until then) and registers
 * plimsoll_events_total. Once, while preparing. */
void event_init(const struct clock *clock);

void event_begin(struct event *event, enum event_id id);
/** Adds a field. `name` is a literal; the value is copied and cut where it is too long. A seventh
 * field is left out. */
void event_text(struct event *event, const char *name, const char *value);
void event_number(struct event *event, const char *name, uint64_t value);
/** Stamps it and puts it into the ring, unless it is a repeat. Any thread. */
void event_emit(struct event *event);
/** The whole of it for events with no field, or with one text. */
void event_emit_plain(enum event_id id);
void event_emit_text(enum event_id id, const char *name, const char *value);

/** After a window has ended: emits the counts that no later event carried. Called by the control
 * thread about once a second. */
void event_report_repeats(void);
/** Events lost because a place in the ring was not free. */
uint64_t event_dropped(void);

/** Follows the ring. */
struct event_reader {
    uint64_t next;   /* sequence */
    uint64_t missed; /* overwritten before they were read, or dropped */
    uint32_t patience;
};
/** From the oldest record still there. */
void event_reader_init_oldest(struct event_reader *reader);
/** From what comes next. */
void event_reader_init_newest(struct event_reader *reader);
/** True with the next event, false when there is none now. Never waits. */
bool event_reader_next(struct event_reader *reader, struct event *ret_event);

/** One line without a newline: `2026-11-20T13:08:55.123Z error 111 could not create …`; fields that
 * the text does not show follow as name=value; control characters are escaped. Returns its length.
 * `size` at least EVENT_LINE_BYTES. */
size_t event_format_text(const struct event *event, char *text, size_t size);
/** One JSON object without a newline: time, id, event, severity, text, fields, repeats. */
size_t event_format_json(const struct event *event, char *text, size_t size);
/** The message alone, with its fields filled in. */
size_t event_format_message(const struct event *event, char *text, size_t size);

/** The value of a field, or NULL. */
const char *event_field(const struct event *event, const char *name);
/** "zone-loaded"; NULL for an unknown id. Valid until this thread asks again. */
const char *event_symbol(enum event_id id);
enum event_severity event_id_severity(enum event_id id);
/** "error", "warning", "notice", "info". */
const char *event_severity_name(enum event_severity severity);
/** 3, 4, 5, 6: for "<N>" before a line that journald reads, and its PRIORITY field. */
int event_severity_syslog(enum event_severity severity);
/** Parses a severity name; false when unknown. */
bool event_severity_parse(const char *name, enum event_severity *ret_severity);

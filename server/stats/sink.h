// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/counter.h"
#include "server/base/event.h"

/**
 * The event sink: follows the ring of events and writes one line each to a descriptor, standard
 * error for the server.
 *
 * Text or JSON; under journald (JOURNAL_STREAM names the descriptor, sd-daemon(3)) each line begins
 * with "<N>", its syslog severity. The descriptor may be shared with others, so it stays in
 * whatever mode it is; it is asked before each write and given only what it takes without waiting.
 * What it does not take now is tried again at the next pump, and what the ring overwrites meanwhile
 * is counted (plimsoll_log_lines_lost_total) and said once, in a line of event 10004.
 *
 * Control thread; SIGPIPE is ignored by the program. Cost: this struct; no allocation.
 */
#define SINK_LINES_PER_PUMP 256u
#define SINK_WRITE_BYTES 4096u /* PIPE_BUF: what a pipe with room takes at once, pipe(7) */
#define SINK_DEVICE_BYTES 256u /* what a terminal that polls writable has room for */

enum sink_format {
    SINK_TEXT,
    SINK_JSON,
};

struct sink {
    int fd;
    enum sink_format format;
    enum event_severity level; /* less severe events are passed over */
    bool journal;              /* "<N>" before each line */
    bool socket;
    uint32_t write_bytes; /* at most, at once */
    struct event_reader reader;
    uint64_t missed_said;
    struct counter overwritten;
    struct counter unwritten;
    uint32_t pending_size; /* bytes of `line` not written yet */
    uint32_t pending_at;
    char line[EVENT_LINE_BYTES + 8];
};

/** From the oldest event in the ring; registers its metric. `format` and `level` may be changed
 * between two pumps. */
void sink_init(struct sink *sink, int fd, enum sink_format format, enum event_severity level);
/** Writes what there is, at most SINK_LINES_PER_PUMP lines. True when there may be more that can be
 * written now; false when nothing is left, or when the descriptor takes nothing now. A line that
 * the descriptor refuses for good (its reader is gone, the disk is full) is lost and counted. */
bool sink_pump(struct sink *sink);

// SPDX-License-Identifier: Apache-2.0
#include "server/stats/sink.h"

#include "alloc/fault.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(SINK_WRITE_BYTES <= PIPE_BUF, "a pipe that polls writable takes that much");

static const struct metric_family lost_family = {
    .name = "plimsoll_log_lines_lost_total",
    .help = "Lines of the log that were never written, by reason",
    .type = METRIC_COUNTER,
    .labels = {"reason"},
};

/* JOURNAL_STREAM is "device:inode" of the stream that journald gave us (systemd.exec(5)). */
static bool sink_is_journal(const struct stat *status)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[48];
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status->st_dev,
             (unsigned long long)status->st_ino);
    return stream != NULL && strcmp(stream, own) == 0;
}

void sink_init(struct sink *sink, int fd, enum sink_format format, enum event_severity level)
{
    static const char *const overwritten = "overwritten";
    static const char *const unwritten = "unwritten";
    struct stat status;
    memset(sink, 0, sizeof *sink);
    sink->fd = fd;
    sink->format = format;
    sink->level = level;
    sink->write_bytes = SINK_WRITE_BYTES;
    if (fstat(fd, &status) == 0) {
        sink->journal = sink_is_journal(&status);
        sink->socket = S_ISSOCK(status.st_mode);
        sink->write_bytes = S_ISCHR(status.st_mode) ? SINK_DEVICE_BYTES : SINK_WRITE_BYTES;
    }
    event_reader_init_oldest(&sink->reader);
    /* A refusal is counted by the table and leaves a counter that counts nowhere. */
    enum result result = counter_register(&lost_family, &overwritten, &sink->overwritten);
    (void)result;
    result = counter_register(&lost_family, &unwritten, &sink->unwritten);
    (void)result;
}

static void sink_format_line(struct sink *sink, const struct event *event)
{
    uint32_t size = 0;
    if (sink->journal) {
        sink->line[size++] = '<';
        sink->line[size++] =
            (char)('0' + event_severity_syslog((enum event_severity)event->severity));
        sink->line[size++] = '>';
    }
    char *text = sink->line + size;
    size +=
        (uint32_t)(sink->format == SINK_JSON ? event_format_json(event, text, EVENT_LINE_BYTES)
                                             : event_format_text(event, text, EVENT_LINE_BYTES));
    sink->line[size++] = '\n';
    sink->pending_at = 0;
    sink->pending_size = size;
}

/* Tells of events that were overwritten before this sink came to them. */
static bool sink_say_missed(struct sink *sink)
{
    uint64_t missed = sink->reader.missed - sink->missed_said;
    if (missed == 0) {
        return false;
    }
    sink->missed_said = sink->reader.missed;
    counter_add(sink->overwritten, missed);
    struct event event;
    event_begin(&event, EVENT_EVENTS_DROPPED);
    if (event.severity > sink->level) {
        return false;
    }
    event_number(&event, "count", missed);
    event.wall_ns = clock_wall_ns(clock_real());
    sink_format_line(sink, &event);
    return true;
}

/* Writes a piece of the line. OK; MORE: it would have to wait; ERROR_IO. */
static enum result sink_write(struct sink *sink)
{
    struct pollfd poll_fd = {.fd = sink->fd, .events = POLLOUT};
    int ready = poll(&poll_fd, 1, 0);
    if (ready <= 0) {
        return MORE;
    }
    if (fault_strikes(FAULT_WRITE) || (poll_fd.revents & POLLNVAL) != 0) {
        return ERROR_IO;
    }
    size_t size = sink->pending_size < sink->write_bytes ? sink->pending_size : sink->write_bytes;
    const char *from = sink->line + sink->pending_at;
    ssize_t written = sink->socket ? send(sink->fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                   : write(sink->fd, from, size);
    if (written < 0) {
        return errno == EAGAIN || errno == EINTR ? MORE : ERROR_IO;
    }
    sink->pending_at += (uint32_t)written;
    sink->pending_size -= (uint32_t)written;
    return OK;
}

bool sink_pump(struct sink *sink)
{
    struct event event;
    for (unsigned lines = 0; lines < SINK_LINES_PER_PUMP; lines++) {
        enum result result = OK;
        while (result == OK && sink->pending_size > 0) {
            result = sink_write(sink);
        }
        if (result == ERROR_IO) {
            sink->pending_size = 0;
            counter_increment(sink->unwritten);
        }
        if (result != OK) {
            return false;
        }
        if (sink_say_missed(sink)) {
            continue;
        }
        if (!event_reader_next(&sink->reader, &event)) {
            return sink_say_missed(sink);
        }
        if (event.severity <= sink->level) {
            sink_format_line(sink, &event);
        }
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/stats/sink.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends[2];
static struct sink sink;
static char text[2 * 1024 * 1024];

static void setup(void)
{
    event_init(clock_real());
    cr_assert_eq(pipe(ends), 0);
    sink_init(&sink, ends[1], SINK_TEXT, EVENT_SEVERITY_INFO);
}

static size_t drain(int fd)
{
    ssize_t size = 0;
    size_t used = 0;
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while ((size = read(fd, text + used, sizeof text - 1 - used)) > 0) {
        used += (size_t)size;
    }
    text[used] = 0;
    return used;
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *c = text; *c != 0; c++) {
        count += *c == '\n';
    }
    return count;
}

/* Numbered, so that none is a repeat of another. */
static void emit(enum event_id id, unsigned number)
{
    struct event event;
    event_begin(&event, id);
    event_number(&event, "zone", number);
    event_emit(&event);
}

static uint64_t lost(struct counter counter)
{
    return counter_read(counter);
}

Test(sink, nothing_to_write, .init = setup, .timeout = 10)
{
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(drain(ends[0]), 0);
}

Test(sink, one_line_each_from_the_oldest, .timeout = 10)
{
    event_init(clock_real());
    cr_assert_eq(pipe(ends), 0);
    emit(EVENT_ZONE_REMOVED, 1);
    emit(EVENT_ZONE_EXPIRED, 2);
    sink_init(&sink, ends[1], SINK_TEXT, EVENT_SEVERITY_INFO);
    emit(EVENT_ZONE_REMOVED, 3);
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), 3);
    cr_assert_not_null(strstr(text, " info 10307 zone 1 removed\n"));
    cr_assert_not_null(strstr(text, " error 6527 zone 2 expired\n"));
    cr_assert_not_null(strstr(text, "zone 3 removed\n"));
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(drain(ends[0]), 0);
}

Test(sink, less_severe_ones_are_passed_over, .init = setup, .timeout = 10)
{
    sink.level = EVENT_SEVERITY_ERROR;
    emit(EVENT_ZONE_REMOVED, 1);
    emit(EVENT_ZONE_PROBLEM, 2);
    emit(EVENT_ZONE_EXPIRED, 3);
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), 1);
    sink.level = EVENT_SEVERITY_WARNING;
    emit(EVENT_ZONE_REMOVED, 4);
    emit(EVENT_ZONE_PROBLEM, 5);
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), 1);
    cr_assert_not_null(strstr(text, " warning 10303 "));
}

Test(sink, json, .init = setup, .timeout = 10)
{
    sink.format = SINK_JSON;
    event_emit_text(EVENT_ZONE_EXPIRED, "zone", "a\"b\nc");
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), 1);
    cr_assert_eq(text[0], '{');
    cr_assert_not_null(strstr(text, "\"zone\":\"a\\\"b\\u000ac\""));
    cr_assert_str_eq(text + strlen(text) - 2, "}\n");
}

Test(sink, under_journald_with_the_severity, .init = setup, .timeout = 10)
{
    struct stat status;
    char stream[64];
    cr_assert_eq(fstat(ends[1], &status), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    sink_init(&sink, ends[1], SINK_TEXT, EVENT_SEVERITY_INFO);
    emit(EVENT_ZONE_EXPIRED, 1);
    emit(EVENT_ZONE_REMOVED, 2);
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(strncmp(text, "<3>20", 5), 0);
    cr_assert_eq(strncmp(strchr(text, '\n') + 1, "<6>20", 5), 0);
    /* Another stream is not ours. */
    setenv("JOURNAL_STREAM", "1:1", 1);
    sink_init(&sink, ends[1], SINK_TEXT, EVENT_SEVERITY_INFO);
    cr_assert_not(sink.journal);
}

Test(sink, at_most_so_many_lines_at_once, .init = setup, .timeout = 10)
{
    fcntl(ends[1], F_SETPIPE_SZ, 1024 * 1024);
    for (unsigned i = 0; i < SINK_LINES_PER_PUMP + 10; i++) {
        emit(EVENT_ZONE_REMOVED, i);
    }
    cr_assert(sink_pump(&sink));
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), SINK_LINES_PER_PUMP + 10);
    cr_assert_not_null(strstr(text, "zone 0 removed\n"));
    cr_assert_not_null(strstr(text, "zone 265 removed\n"));
}

/* A blocking pipe that nobody reads: the pump comes back, and goes on where it was. */
Test(sink, a_full_pipe_holds_nobody_up, .init = setup, .timeout = 10)
{
    cr_assert_geq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
    for (unsigned i = 0; i < 200; i++) {
        emit(EVENT_ZONE_REMOVED, i);
    }
    cr_assert_not(sink_pump(&sink), "nothing more can be written now");
    cr_assert_not(sink_pump(&sink));
    static char all[256 * 1024];
    size_t used = 0;
    for (unsigned i = 0; i < 400; i++) {
        size_t size = drain(ends[0]);
        memcpy(all + used, text, size);
        used += size;
        sink_pump(&sink);
    }
    all[used] = 0;
    const char *at = all;
    for (unsigned i = 0; i < 200; i++) {
        char line[64];
        snprintf(line, sizeof line, " info 10307 zone %u removed\n", i);
        at = strstr(at, line);
        cr_assert_not_null(at, "line %u", i);
        at++;
    }
    cr_assert_eq(lost(sink.overwritten), 0);
    cr_assert_eq(lost(sink.unwritten), 0);
}

Test(sink, a_socket_that_takes_a_part_of_a_line, .timeout = 10)
{
    int pair[2];
    int small = 1;
    event_init(clock_real());
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    sink_init(&sink, pair[0], SINK_TEXT, EVENT_SEVERITY_INFO);
    cr_assert(sink.socket);
    for (unsigned i = 0; i < 200; i++) {
        emit(EVENT_ZONE_REMOVED, i);
    }
    unsigned count = 0;
    for (unsigned i = 0; i < 1000 && count < 200; i++) {
        sink_pump(&sink);
        drain(pair[1]);
        count += lines();
    }
    cr_assert_eq(count, 200);
}

Test(sink, what_was_overwritten_is_counted_and_said_once, .init = setup, .timeout = 10)
{
    fcntl(ends[1], F_SETPIPE_SZ, 1024 * 1024);
    for (unsigned i = 0; i < EVENT_RING_RECORDS + 300; i++) {
        emit(EVENT_ZONE_REMOVED, i);
    }
    while (sink_pump(&sink)) {
    }
    drain(ends[0]);
    uint64_t missed = lost(sink.overwritten);
    cr_assert_geq(missed, 300);
    cr_assert_eq(lines(), EVENT_RING_RECORDS + 300 - missed + 1);
    char line[64];
    snprintf(line, sizeof line, " warning 10004 log events dropped: %u\n", (unsigned)missed);
    const char *said = strstr(text, line);
    cr_assert_not_null(said);
    cr_assert_null(strstr(said + 20, " 10004 "));
    emit(EVENT_ZONE_REMOVED, 5000);
    cr_assert_not(sink_pump(&sink));
    drain(ends[0]);
    cr_assert_eq(lines(), 1);
}

Test(sink, and_not_said_where_warnings_are_passed_over, .init = setup, .timeout = 10)
{
    sink.level = EVENT_SEVERITY_ERROR;
    for (unsigned i = 0; i < EVENT_RING_RECORDS + 300; i++) {
        emit(EVENT_ZONE_REMOVED, i);
    }
    while (sink_pump(&sink)) {
    }
    cr_assert_eq(drain(ends[0]), 0);
    cr_assert_geq(lost(sink.overwritten), 300);
}

Test(sink, a_descriptor_that_is_gone, .init = setup, .timeout = 10)
{
    close(ends[1]);
    emit(EVENT_ZONE_REMOVED, 1);
    emit(EVENT_ZONE_REMOVED, 2);
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(lost(sink.unwritten), 1);
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(lost(sink.unwritten), 2);
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(lost(sink.unwritten), 2);
}

Test(sink, a_full_disk, .timeout = 10)
{
    event_init(clock_real());
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    cr_assert_geq(full, 0);
    sink_init(&sink, full, SINK_TEXT, EVENT_SEVERITY_INFO);
    cr_assert_eq(sink.write_bytes, SINK_DEVICE_BYTES);
    emit(EVENT_ZONE_REMOVED, 1);
    cr_assert_not(sink_pump(&sink));
    cr_assert_eq(lost(sink.unwritten), 1);
}

Test(sink, a_file_takes_everything, .timeout = 10)
{
    event_init(clock_real());
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    sink_init(&sink, fileno(file), SINK_JSON, EVENT_SEVERITY_INFO);
    cr_assert_eq(sink.write_bytes, SINK_WRITE_BYTES);
    /* The longest values make lines that are written in more than one piece. */
    struct event event;
    char value[EVENT_VALUE_BYTES_MAX + 1];
    memset(value, '\x01', sizeof value);
    value[sizeof value - 1] = 0;
    event_begin(&event, EVENT_ZONE_PROBLEM);
    event_text(&event, "zone", value);
    event_text(&event, "problem", value);
    event_emit(&event);
    cr_assert_not(sink_pump(&sink));
    rewind(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = 0;
    cr_assert_gt(size, 2000);
    cr_assert_eq(lines(), 1);
    cr_assert_eq(text[size - 2], '}');
    fclose(file);
}

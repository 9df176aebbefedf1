// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/control/control_connection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * A control room in a temporary directory: a loop turned by the test, a registry whose jobs are run
 * by hand, a program that only remembers what it was asked.
 */
#define FIXTURE_CLIENTS 10
#define FIXTURE_REPLY_BYTES (4u << 20)
#define FIXTURE_TURNS 2000

static struct fixture {
    char directory[64];
    char path[96];
    uv_loop_t loop;
    struct control *control;
    struct control_options options;
    struct budget budget;
    struct registry *registry;
    struct jobs *jobs;
    struct epoch epoch;
    struct epoch_reader *reader;
    uint64_t now_ms;
    unsigned reloads;
    unsigned stops;
    enum result reload_result;
    const char *reload_report;
    char *reply; /* what fixture_ask has read, one line after the other */
} fixture;

static inline enum result fixture_reload(void *context, char *report, size_t report_size)
{
    (void)context;
    fixture.reloads++;
    snprintf(report, report_size, "%s", fixture.reload_report);
    return fixture.reload_result;
}

static inline void fixture_stop(void *context)
{
    (void)context;
    fixture.stops++;
}

static inline const char *fixture_health(void *context, const char **ret_reason)
{
    (void)context;
    *ret_reason = "an address is not bound";
    return "degraded";
}

static inline bool fixture_listening(void *context, uint32_t position, char *text, size_t size)
{
    (void)context;
    snprintf(text, size, "127.0.0.1@%u", 5300 + position);
    return position < 2;
}

static inline void fixture_write(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", fixture.directory, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

/** Runs all jobs that may run. */
static inline void fixture_work(void)
{
    for (unsigned i = 0; i < FIXTURE_TURNS && jobs_run_next(fixture.jobs) == OK; i++) {
    }
}

/** Puts zones into force and loads them. */
static inline void fixture_zones(const struct zone_options *options, uint32_t count, bool load)
{
    struct registry_zones zones = {.options = options, .count = count};
    cr_assert_eq(registry_apply(fixture.registry, &zones, false), OK);
    for (unsigned i = 0; load && registry_tick(fixture.registry) && i < FIXTURE_TURNS; i++) {
        fixture_work();
    }
}

/** Two zones: a good one and one with an error. */
static inline void fixture_two_zones(void)
{
    static char good[160];
    static char bad[160];
    static struct zone_options zones[2] = {
        {.name = (const uint8_t *)"\3bad\7example", .file = bad, .records_per_rrset_max = 100},
        {.name = (const uint8_t *)"\4good\7example", .file = good, .records_per_rrset_max = 100}};
    snprintf(good, sizeof good, "%s/good", fixture.directory);
    snprintf(bad, sizeof bad, "%s/bad", fixture.directory);
    fixture_write("good", "@ 60 SOA ns h 7 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n");
    fixture_write("bad", "@ 60 SOA ns h 7 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.300\n");
    fixture_zones(zones, 2, true);
}

static inline void fixture_begin(void)
{
    struct registry_options options = {.clock = clock_real(), .loaders = 1};
    fixture.now_ms = 1000;
    fixture.reload_report = "nothing to do";
    snprintf(fixture.directory, sizeof fixture.directory, "/tmp/plimsoll-control-XXXXXX");
    cr_assert_not_null(mkdtemp(fixture.directory));
    snprintf(fixture.path, sizeof fixture.path, "%s/s", fixture.directory);
    fixture.reply = calloc(1, FIXTURE_REPLY_BYTES);
    event_init(clock_real());
    cr_assert_eq(uv_loop_init(&fixture.loop), 0);
    epoch_init(&fixture.epoch);
    cr_assert_eq(epoch_register(&fixture.epoch, NULL, NULL, &fixture.reader), OK);
    epoch_enter(fixture.reader);
    cr_assert_eq(jobs_create(64, &fixture.jobs), OK);
    cr_assert_eq(registry_create(&options, &fixture.registry), OK);
    registry_begin(fixture.registry, fixture.jobs, &fixture.epoch);
    budget_init(&fixture.budget, 64 << 20);
    cr_assert_eq(budget_add(&fixture.budget, ACCOUNT_NETWORK, 1 << 20, "udp batches", "%d x 64", 4),
                 OK);
    cr_assert_eq(budget_add(&fixture.budget, ACCOUNT_ZONES, 8 << 20, "zones", "the rest"), OK);
    fixture.options = (struct control_options){
        .path = fixture.path,
        .loop = &fixture.loop,
        .registry = fixture.registry,
        .budget = &fixture.budget,
        .actions = {fixture_reload, fixture_stop, fixture_health, NULL, fixture_listening},
        .started_wall_seconds = 1};
}

static inline void fixture_open(void)
{
    fixture_begin();
    cr_assert_eq(control_open(&fixture.options, &fixture.control), OK);
}

/** Turns the loop a few times, and time goes on by a tick. */
static inline void fixture_turn(void)
{
    fixture.now_ms += 100;
    for (unsigned i = 0; i < 3; i++) {
        uv_run(&fixture.loop, UV_RUN_NOWAIT);
    }
    control_tick(fixture.control, fixture.now_ms);
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
}

static inline void fixture_end(void)
{
    control_close(fixture.control);
    uv_run(&fixture.loop, UV_RUN_DEFAULT);
    cr_assert_eq(uv_loop_close(&fixture.loop), 0);
    epoch_leave(fixture.reader);
    jobs_stop(fixture.jobs); /* as the threads do before the registry goes */
    registry_destroy(fixture.registry);
    jobs_destroy(fixture.jobs);
    epoch_unregister(fixture.reader);
    epoch_deinit(&fixture.epoch);
    free(fixture.reply);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", fixture.directory);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
}

/** A client's end. receive_bytes: of its kernel buffer on the way to it; 0: as the system has it.
 */
static inline int fixture_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, fixture.path, strlen(fixture.path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void fixture_send(int fd, const char *text, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(fd, text + sent, size - sent, MSG_NOSIGNAL);
        cr_assert(count > 0 || errno == EAGAIN);
        sent += count > 0 ? (size_t)count : 0;
        if (count < 0) {
            fixture_turn();
        }
    }
}

static inline bool fixture_is_last(const char *line)
{
    return line[0] != '\0' && strstr(line, "\"more\":true") == NULL;
}

/** Reads lines, `piece` bytes at a time, until one without "more" has come or the end; returns that
 * line, "" at the end. All lines are in fixture.reply. */
static inline const char *fixture_read(int fd, size_t piece)
{
    static size_t used;
    used = 0;
    size_t line = 0;
    for (unsigned idle = 0; idle < FIXTURE_TURNS;) {
        ssize_t got = recv(fd, fixture.reply + used, piece, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) {
            fixture.reply[used] = '\0';
            return fixture.reply + used;
        }
        if (got < 0) {
            idle++;
            fixture_turn();
            fixture_work();
            continue;
        }
        used += (size_t)got;
        fixture.reply[used] = '\0';
        cr_assert_lt(used + piece, FIXTURE_REPLY_BYTES);
        char *end;
        while ((end = strchr(fixture.reply + line, '\n')) != NULL) {
            size_t next = (size_t)(end - fixture.reply) + 1;
            *end = '\0';
            bool last = fixture_is_last(fixture.reply + line);
            *end = '\n';
            if (last) {
                cr_assert_eq(next, used, "nothing follows the last line: %s", fixture.reply + next);
                fixture.reply[used - 1] = '\0';
                return fixture.reply + line;
            }
            line = next;
        }
    }
    cr_assert_fail("no reply: %s", fixture.reply);
    return NULL;
}

static inline const char *fixture_ask_on(int fd, const char *request)
{
    fixture_send(fd, request, strlen(request));
    fixture_send(fd, "\n", 1);
    return fixture_read(fd, 4096);
}

/** Asks on a connection of its own. */
static inline const char *fixture_ask(const char *request)
{
    int fd = fixture_connect();
    const char *reply = fixture_ask_on(fd, request);
    close(fd);
    fixture_turn();
    return reply;
}

static inline void fixture_expect(const char *text, const char *part)
{
    cr_assert_not_null(strstr(text, part), "\"%s\" is not in: %s", part, text);
}

static inline uint64_t fixture_refused(enum control_refusal refusal)
{
    return counter_read(fixture.control->refused[refusal]);
}

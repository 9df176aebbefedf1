// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats.h"

#include "alloc/fault.h"
#include "alloc/wall.h"
#include "server/stats/stats_state.h"
#include "stats_fixture.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The endpoint on a port of the kernel's choice, its loop turned by the test itself. */
static struct stats *stats;
static uv_loop_t loop;
static char answer[4 * 1024 * 1024];
static size_t answer_size;

static enum result open_stats(void)
{
    struct address address;
    cr_assert_eq(address_parse("127.0.0.1@0", ADDRESS_PORT_NONE, &address), OK);
    struct stats_options options = fixture_options();
    options.address = &address;
    options.loop = &loop;
    return stats_open(&options, &stats);
}

static void setup(void)
{
    fixture_open();
    fixture_apply(3);
    cr_assert_eq(uv_loop_init(&loop), 0);
    cr_assert_eq(open_stats(), OK);
}

static void teardown(void)
{
    stats_close(stats);
    while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
    }
    cr_assert_eq(uv_loop_close(&loop), 0);
    fixture_close();
}

static int connect_from(const char *source)
{
    struct address address;
    struct sockaddr_storage sockaddr;
    struct sockaddr_in from = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(inet_pton(AF_INET, source, &from.sin_addr), 1);
    cr_assert_eq(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
    stats_address(stats, &address);
    cr_assert_neq(address.port, 0);
    socklen_t size = address_to_sockaddr(&address, &sockaddr);
    cr_assert_eq(connect(fd, (struct sockaddr *)&sockaddr, size), 0);
    return fd;
}

static void say(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            /* The other side may have hung up on us, or reads later. */
            uv_run(&loop, UV_RUN_NOWAIT);
            struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
            poll(&poll_fd, 1, 10);
            if ((poll_fd.revents & (POLLERR | POLLHUP)) != 0) {
                return;
            }
            continue;
        }
        text += sent;
        size -= (size_t)sent;
    }
}

/* Everything until the end, in pieces of at most `piece` bytes; returns the status, 0 for none. */
static unsigned hear(int fd, size_t piece)
{
    answer_size = 0;
    for (;;) {
        size_t room = sizeof answer - 1 - answer_size;
        size_t want = piece < room ? piece : room;
        ssize_t size = recv(fd, answer + answer_size, want, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN)) {
            break;
        }
        if (size < 0) {
            uv_run(&loop, UV_RUN_NOWAIT);
            struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
            poll(&poll_fd, 1, 1);
        } else {
            answer_size += (size_t)size;
        }
    }
    answer[answer_size] = 0;
    close(fd);
    /* The place is given back in the turn that sees our end. */
    for (int i = 0; i < 20; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (unsigned)atoi(answer + 9) : 0;
}

static unsigned ask(const char *request)
{
    int fd = connect_from("127.0.0.1");
    say(fd, request, strlen(request));
    return hear(fd, SIZE_MAX);
}

static unsigned get(const char *path)
{
    char request[256];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    return ask(request);
}

static uint64_t pool_used(void)
{
    const char *name = NULL;
    struct pool_state state;
    for (uint32_t i = 0; pool_at(i, &name, &state); i++) {
        if (strcmp(name, "stats-connections") == 0) {
            return state.used;
        }
    }
    cr_assert_fail("the pool is not there");
    return 0;
}

static uint64_t refused(const char *reason)
{
    struct counter counter;
    cr_assert_eq(refusal_register("stats-connections", reason, &counter), OK);
    return counter_read(counter);
}

Test(stats, every_page_is_served, .init = setup, .fini = teardown, .timeout = 30)
{
    cr_assert_eq(get("/metrics"), 200);
    cr_assert_not_null(strstr(answer, "Content-Type: text/plain; version=0.0.4"));
    cr_assert_not_null(
        strstr(answer, "plimsoll_zone_state{zone=\"z1.example\",state=\"failed\"} 1"));
    cr_assert_not_null(strstr(answer, "plimsoll_build_info{version="));
    cr_assert_eq(get("/stats"), 200);
    cr_assert_not_null(strstr(answer, "application/json"));
    cr_assert_not_null(strstr(answer, "\"failed\":3"));
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(answer, "text/html"));
    cr_assert_not_null(strstr(answer, "</html>"));
    cr_assert_eq(get("/health"), 200);
    cr_assert_not_null(strstr(answer, "{\"status\":\"ok\",\"reason\":\"\"}"));
    cr_assert_eq(get("/ready?x=1"), 200);
    cr_assert_eq(pool_used(), 0);
}

Test(stats, health_decides_the_status, .init = setup, .fini = teardown, .timeout = 30)
{
    fixture_health = HEALTH_STARTING;
    fixture_reason = "2 zones \"wait\"";
    cr_assert_eq(get("/health"), 503);
    cr_assert_not_null(
        strstr(answer, "{\"status\":\"starting\",\"reason\":\"2 zones \\\"wait\\\"\"}"));
    cr_assert_eq(get("/ready"), 503);
    cr_assert_eq(get("/stats"), 200);
    fixture_health = HEALTH_DEGRADED;
    cr_assert_eq(get("/ready"), 200);
    fixture_health = HEALTH_STOPPING;
    cr_assert_eq(get("/health"), 503);
}

Test(stats, what_is_not_asked_for_properly, .init = setup, .fini = teardown, .timeout = 30)
{
    cr_assert_eq(get("/nothing"), 404);
    cr_assert_eq(ask("POST /stats HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), 405);
    cr_assert_not_null(strstr(answer, "Allow: GET, HEAD\r\n"));
    cr_assert_eq(ask("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    cr_assert_eq(ask("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), 413);
    cr_assert_eq(ask("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), 200);
    cr_assert_eq(ask("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n0\r\n\r\n"),
                 413);
    cr_assert_eq(refused("request"), 2);
    unsigned status = ask("nonsense\r\n\r\n");
    cr_assert(status == 0 || status == 400, "%u", status);
    cr_assert_eq(ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    cr_assert_null(strstr(answer, "plimsoll_"));
    int fd = connect_from("127.0.0.1");
    say(fd, "GET /stats HTTP/1.0\r\n\r\n", 23);
    cr_assert_eq(hear(fd, SIZE_MAX) / 100, 2, "%s", answer);
    cr_assert_null(strstr(answer, "chunked"));
    cr_assert_str_eq(answer + answer_size - 3, "]}\n");
    cr_assert_eq(pool_used(), 0);
}

static unsigned ask_sized(size_t size)
{
    static char request[128 * 1024];
    int begin = snprintf(request, sizeof request, "GET /health HTTP/1.1\r\nHost: x\r\nX: ");
    memset(request + begin, 'y', size - (size_t)begin - 4);
    memcpy(request + size - 4, "\r\n\r\n", 5);
    return ask(request);
}

Test(stats, a_request_has_a_size, .init = setup, .fini = teardown, .timeout = 30)
{
    cr_assert_eq(ask_sized(100), 200);
    cr_assert_eq(ask_sized(STATS_REQUEST_BYTES - 1), 200);
    cr_assert_eq(ask_sized(STATS_REQUEST_BYTES), 200);
    cr_assert_eq(refused("request"), 0);
    cr_assert_eq(ask_sized(STATS_REQUEST_BYTES + 1), 431);
    cr_assert_eq(ask_sized(16 * 1024), 431);
    cr_assert_eq(refused("request"), 2);
    unsigned status = ask_sized(100 * 1024);
    cr_assert(status == 431 || status == 0, "%u", status);
    char path[2048];
    memset(path, 'p', sizeof path);
    memcpy(path, "GET /", 5);
    memcpy(path + 1500, " HTTP/1.1\r\nHost: x\r\n\r\n", 23);
    cr_assert_eq(ask(path), 414);
    cr_assert_eq(get("/health"), 200);
    cr_assert_eq(pool_used(), 0);
}

Test(stats, two_connections_for_one_client, .init = setup, .fini = teardown, .timeout = 30)
{
    int first = connect_from("127.0.0.1");
    int second = connect_from("127.0.0.1");
    int third = connect_from("127.0.0.1");
    int other = connect_from("127.0.0.2");
    cr_assert_eq(hear(third, SIZE_MAX), 0);
    cr_assert_eq(pool_used(), 3);
    cr_assert_eq(refused("client"), 1);
    say(other, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n", 33);
    cr_assert_eq(hear(other, SIZE_MAX), 200);
    close(first);
    say(second, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n", 33);
    cr_assert_eq(hear(second, SIZE_MAX), 200);
    cr_assert_eq(pool_used(), 0);
    cr_assert_eq(get("/ready"), 200);
}

Test(stats, eight_connections_in_all, .init = setup, .fini = teardown, .timeout = 30)
{
    int fds[STATS_CONNECTIONS_MAX];
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        char source[32];
        snprintf(source, sizeof source, "127.0.1.%u", 1 + i / 2);
        fds[i] = connect_from(source);
    }
    int ninth = connect_from("127.0.1.9");
    cr_assert_eq(hear(ninth, SIZE_MAX), 0);
    cr_assert_eq(pool_used(), STATS_CONNECTIONS_MAX);
    cr_assert_eq(refused("full"), 1);
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        say(fds[i], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 35);
    }
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        cr_assert_eq(hear(fds[i], SIZE_MAX), 200);
        cr_assert_str_eq(answer + answer_size - 7, "\r\n0\r\n\r\n");
    }
    cr_assert_eq(pool_used(), 0);
}

Test(stats, a_page_of_many_zones_to_a_slow_reader, .init = setup, .fini = teardown, .timeout = 60)
{
    int small = 1;
    fixture_apply(FIXTURE_ZONES_MAX);
    cr_assert_eq(get("/metrics"), 200);
    size_t whole = answer_size;
    cr_assert_gt(whole, FIXTURE_ZONES_MAX * 40u);
    int fd = connect_from("127.0.0.1");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 35);
    cr_assert_eq(hear(fd, 100), 200);
    cr_assert_gt(answer_size, FIXTURE_ZONES_MAX * 40u);
    cr_assert_str_eq(answer + answer_size - 7, "\r\n0\r\n\r\n");
    cr_assert_eq(pool_used(), 0);
}

/* Time is moved by moving what the place remembers. */
Test(stats, who_takes_too_long_is_cut, .init = setup, .fini = teardown, .timeout = 30)
{
    int trickle = connect_from("127.0.0.1");
    say(trickle, "GET / HT", 8);
    for (int i = 0; i < 10; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    cr_assert_eq(pool_used(), 1);
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        if (stats->places[i].fd >= 0) {
            stats->places[i].since_ms -= STATS_REQUEST_SECONDS * 1000u;
        }
    }
    say(trickle, "TP", 2);
    cr_assert_eq(hear(trickle, SIZE_MAX), 0);
    cr_assert_eq(pool_used(), 0);
    cr_assert_eq(refused("slow"), 1);
    cr_assert_eq(get("/ready"), 200);
}

Test(stats, a_client_that_hangs_up_in_the_middle, .init = setup, .fini = teardown, .timeout = 30)
{
    static const char *const begun[] = {"", "G", "GET /metrics HTTP/1.1\r\n",
                                        "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
                                        "GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"};
    for (unsigned i = 0; i < sizeof begun / sizeof *begun; i++) {
        int fd = connect_from("127.0.0.1");
        say(fd, begun[i], strlen(begun[i]));
        uv_run(&loop, UV_RUN_NOWAIT);
        close(fd);
        for (int turn = 0; turn < 50 && (turn < 3 || pool_used() > 0); turn++) {
            uv_run(&loop, UV_RUN_NOWAIT);
        }
        cr_assert_eq(pool_used(), 0, "%s", begun[i]);
    }
}

Test(stats, a_body_that_is_too_long_is_cut, .init = setup, .fini = teardown, .timeout = 30)
{
    static char request[64 * 1024];
    int begin = snprintf(request, sizeof request,
                         "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");
    memset(request + begin, 'z', sizeof request - (size_t)begin - 1);
    cr_assert_eq(ask(request), 0);
    cr_assert_eq(refused("request"), 1);
    cr_assert_eq(pool_used(), 0);
}

/* In a build without injection the fault is ignored, and the client is served at once. */
Test(stats, no_descriptor_for_a_client, .init = setup, .fini = teardown, .timeout = 30)
{
    fault_arm(FAULT_SOCKET, 1, 1);
    int fd = connect_from("127.0.0.1");
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    bool struck = fault_struck(FAULT_SOCKET);
    fault_disarm_all();
    cr_assert_eq(refused("descriptors"), struck ? 1 : 0);
    cr_assert_eq(stats->rest_until_ms != 0, struck);
    say(fd, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n", 33);
    cr_assert_eq(hear(fd, SIZE_MAX), 200);
    cr_assert_eq(stats->rest_until_ms, 0);
}

Test(stats, what_cannot_be_opened, .timeout = 30)
{
    struct address bound;
    fixture_open();
    cr_assert_eq(uv_loop_init(&loop), 0);
    size_t used = ledger_read(ACCOUNT_LIBRARIES).used_bytes;
    stats_close(NULL);
    ledger_limit_set(ACCOUNT_LIBRARIES, used);
    cr_assert_eq(open_stats(), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_LIBRARIES, SIZE_MAX);
    cr_assert_eq(open_stats(), OK);
    stats_address(stats, &bound);
    struct stats *first = stats;
    struct stats_options options = fixture_options();
    options.address = &bound;
    options.loop = &loop;
    cr_assert_eq(stats_open(&options, &stats), ERROR_IO);
    cr_assert_eq(errno, EADDRINUSE);
    cr_assert_eq(address_parse("192.0.2.1@0", ADDRESS_PORT_NONE, &bound), OK);
    cr_assert_eq(stats_open(&options, &stats), NOT_FOUND);
    cr_assert_eq(stats, first);
    teardown();
}

/* Opened and closed again, with a connection in the middle of a page: nothing stays charged. */
Test(stats, closed_while_it_serves, .timeout = 30)
{
    fixture_open();
    fixture_apply(FIXTURE_ZONES_MAX);
    cr_assert_eq(uv_loop_init(&loop), 0);
    size_t used = ledger_read(ACCOUNT_LIBRARIES).used_bytes;
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(open_stats(), OK);
        int fd = connect_from("127.0.0.1");
        say(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 35);
        for (int i = 0; i < 3; i++) {
            uv_run(&loop, UV_RUN_NOWAIT);
        }
        stats_close(stats);
        while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
        }
        close(fd);
    }
    cr_assert_leq(ledger_read(ACCOUNT_LIBRARIES).used_bytes, used + 4096);
    cr_assert_eq(uv_loop_close(&loop), 0);
    fixture_close();
}

/* As many clients as may be, each with the largest request, all answered in one turn. */
Test(stats, what_eight_connections_cost, .timeout = 60)
{
    static char request[STATS_REQUEST_BYTES + 1];
    int fds[STATS_CONNECTIONS_MAX];
    cr_assert_eq(wall_raise(), OK);
    fixture_open();
    fixture_apply(FIXTURE_ZONES_MAX);
    cr_assert_eq(uv_loop_init(&loop), 0);
    size_t before = ledger_read(ACCOUNT_LIBRARIES).used_bytes;
    cr_assert_eq(open_stats(), OK);
    int begin = snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: x\r\nX: ");
    memset(request + begin, 'y', STATS_REQUEST_BYTES - (size_t)begin - 4);
    memcpy(request + STATS_REQUEST_BYTES - 4, "\r\n\r\n", 5);
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        char source[32];
        snprintf(source, sizeof source, "127.0.1.%u", 1 + i / 2);
        fds[i] = connect_from(source);
        say(fds[i], request, STATS_REQUEST_BYTES - 1);
    }
    for (unsigned i = 0; i < 50; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    cr_assert_eq(pool_used(), STATS_CONNECTIONS_MAX);
    size_t buffers = 0;
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        static const int which[] = {SO_SNDBUF, SO_RCVBUF};
        for (unsigned k = 0; k < 2; k++) {
            int value = 0;
            socklen_t size = sizeof value;
            cr_assert_eq(getsockopt(stats->places[i].fd, SOL_SOCKET, which[k], &value, &size), 0);
            buffers += (size_t)value;
        }
    }
    cr_assert_leq(buffers, stats_socket_cost_bytes());
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        say(fds[i], "\n", 1);
    }
    for (unsigned i = 0; i < 50; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    size_t cost = ledger_read(ACCOUNT_LIBRARIES).high_water_bytes - before;
    cr_assert_leq(cost, stats_cost_bytes());
    cr_assert_geq(cost * (wall_is_complete() ? 2 : 100), stats_cost_bytes(),
                  "%zu of %zu: too much is declared", cost, stats_cost_bytes());
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        cr_assert_eq(hear(fds[i], SIZE_MAX), 200);
    }
    teardown();
}

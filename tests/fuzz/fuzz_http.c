// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"
#include "server/base/refusal.h"
#include "server/stats/stats.h"
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Any bytes as a client of the statistics endpoint, sent in pieces of the size that the first byte
// says: every connection ends, with an answer of the list or with none, and gives its place back.

#define TURNS_MAX 20000

static struct stats *stats;
static uv_loop_t loop;
static struct sockaddr_storage endpoint;
static socklen_t endpoint_size;
static char answer[1024 * 1024];

static enum health healthy(void *context, const char **ret_reason)
{
    (void)context;
    *ret_reason = NULL;
    return HEALTH_OK;
}

static void open_once(void)
{
    static struct threads *threads;
    static struct registry *registry;
    if (threads != NULL) {
        return;
    }
    const struct threads_options thread_options = {
        .workers = 1, .jobs = 1, .jobs_limit = 8, .mailbox_places = 8, .descriptors_max = 1024};
    const struct registry_options registry_options = {.clock = clock_real(), .loaders = 1};
    struct address address;
    event_init(clock_real());
    FUZZ_CHECK(refusal_observe_memory() == OK);
    FUZZ_CHECK(threads_start(&thread_options, 1, &threads) == OK);
    FUZZ_CHECK(refusal_observe_threads(threads) == OK);
    FUZZ_CHECK(registry_create(&registry_options, &registry) == OK);
    registry_begin(registry, threads_jobs(threads), threads_epoch(threads));
    FUZZ_CHECK(uv_loop_init(&loop) == 0);
    FUZZ_CHECK(address_parse("127.0.0.1@0", ADDRESS_PORT_NONE, &address) == OK);
    const struct stats_options options = {.address = &address,
                                          .loop = &loop,
                                          .registry = registry,
                                          .threads = threads,
                                          .health = healthy};
    FUZZ_CHECK(stats_open(&options, &stats) == OK);
    stats_address(stats, &address);
    endpoint_size = address_to_sockaddr(&address, &endpoint);
}

// From another address each time: the kernel remembers pairs that have ended for a minute.
static int connect_once(void)
{
    static uint32_t count;
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f010000u + count++ % 0xfeff00u);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(bind(fd, (const struct sockaddr *)&from, sizeof from) == 0);
    FUZZ_CHECK(connect(fd, (const struct sockaddr *)&endpoint, endpoint_size) == 0);
    return fd;
}

static void say(int fd, const uint8_t *data, size_t size, size_t piece)
{
    for (size_t at = 0; at < size;) {
        size_t want = piece < size - at ? piece : size - at;
        ssize_t sent = send(fd, data + at, want, MSG_NOSIGNAL | MSG_DONTWAIT);
        uv_run(&loop, UV_RUN_NOWAIT);
        if (sent < 0 && errno != EAGAIN) {
            return;
        }
        at += sent > 0 ? (size_t)sent : 0;
    }
    shutdown(fd, SHUT_WR);
}

static size_t hear(int fd)
{
    size_t used = 0;
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        uv_run(&loop, UV_RUN_NOWAIT);
        ssize_t size = recv(fd, answer + used, sizeof answer - 1 - used, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN)) {
            answer[used] = 0;
            return used;
        }
        if (size > 0) {
            used += (size_t)size;
            FUZZ_CHECK(used < sizeof answer - 1);
        } else {
            struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
            poll(&poll_fd, 1, 1);
        }
    }
    FUZZ_CHECK(false); /* a connection that does not end */
    return 0;
}

static uint64_t places_used(void)
{
    const char *name = NULL;
    struct pool_state state;
    for (uint32_t i = 0; pool_at(i, &name, &state); i++) {
        if (strcmp(name, "stats-connections") == 0) {
            return state.used;
        }
    }
    return UINT64_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int known[] = {100, 200, 400, 404, 405, 411, 413, 414, 431, 500, 501, 503, 505};
    if (size < 2) {
        return 0;
    }
    open_once();
    int fd = connect_once();
    say(fd, data + 1, size - 1, data[0] < 16 ? 1u + data[0] : SIZE_MAX);
    size_t heard = hear(fd);
    close(fd);
    if (heard > 0) {
        bool found = false;
        FUZZ_CHECK(strncmp(answer, "HTTP/1.", 7) == 0 && heard > 12);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            found = found || atoi(answer + 9) == known[i];
        }
        FUZZ_CHECK(found);
    }
    for (int turn = 0; turn < TURNS_MAX && places_used() > 0; turn++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    FUZZ_CHECK(places_used() == 0);
    return 0;
}

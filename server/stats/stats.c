// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats.h"

#include "alloc/fault.h"
#include "alloc/memory.h"
#include "server/base/event.h"
#include "server/base/refusal.h"
#include "server/base/socket_errno.h"
#include "server/stats/stats_listen.h"
#include "server/stats/stats_process.h"
#include "server/stats/stats_state.h"
#include "server/stats/stats_zones.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Up to 32 KiB libmicrohttpd takes a connection's memory with malloc, which the wall charges; above
 * it maps pages by itself. */
static_assert(STATS_CONNECTION_BYTES < 32u * 1024u + 1, "the wall sees a connection's memory");

#define ACCEPTS_PER_TURN 32u
#define REST_MS 1000u
#define TICK_MS 1000u

/* What libmicrohttpd takes beside a connection's memory: its daemon, with what the allocator rounds
 * up to whole slabs, and for each connection its own struct, a response and its headers. Measured:
 * 440 KiB for eight clients in the middle of /metrics. */
#define DAEMON_BYTES 65536u
#define CONNECTION_OVERHEAD_BYTES 8192u

size_t stats_cost_bytes(void)
{
    return sizeof(struct stats) + DAEMON_BYTES +
           STATS_CONNECTIONS_MAX *
               ((size_t)STATS_CONNECTION_BYTES + STATS_BLOCK_BYTES + CONNECTION_OVERHEAD_BYTES);
}

size_t stats_socket_cost_bytes(void)
{
    return (size_t)STATS_CONNECTIONS_MAX * 2 * 2 * STATS_SOCKET_BUFFER_BYTES;
}

static void stats_read_pool(void *context, struct pool_state *ret_state)
{
    const struct stats *stats = context;
    *ret_state = (struct pool_state){
        .limit = STATS_CONNECTIONS_MAX, .used = stats->used, .high_water = stats->high_water};
}

/* libmicrohttpd's own log: counted, not shown; what matters to an operator is an event already. */
static void stats_http_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
    stats_count_error();
}

/* Without this one, libmicrohttpd would end the process. */
static void stats_http_panic(void *context, const char *file, unsigned line, const char *reason)
{
    (void)context;
    (void)file;
    (void)line;
    stats_count_error();
    event_emit_text(EVENT_STATS_REFUSED, "reason", reason != NULL ? reason : "internal");
}

/* Connections */

static struct stats_place *stats_place_find(struct stats *stats, int fd)
{
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        if (stats->places[i].fd == fd) {
            return &stats->places[i];
        }
    }
    return NULL;
}

static void stats_place_take(struct stats *stats, struct stats_place *place, int fd,
                             const struct address *client)
{
    place->stats = stats;
    place->fd = fd;
    place->client = *client;
    place->since_ms = uv_now(stats->options.loop);
    place->body_bytes = 0;
    place->is_slow = false;
    place->status = 0;
    stats->used++;
    stats->high_water = stats->used > stats->high_water ? stats->used : stats->high_water;
}

static void stats_place_give(struct stats *stats, struct stats_place *place)
{
    if (place->fd >= 0) {
        place->fd = -1;
        stats->used--;
    }
}

/* Called by libmicrohttpd when it has a connection, and when it no longer has it. */
static void stats_http_notify(void *context, struct MHD_Connection *connection,
                              void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct stats *stats = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_context = info != NULL ? stats_place_find(stats, info->connect_fd) : NULL;
    } else if (*socket_context != NULL) {
        struct stats_place *place = *socket_context;
        *socket_context = NULL;
        stats_count_request(place->status);
        stats_place_give(stats, place);
    }
}

static bool stats_admit(struct stats *stats, const struct address *client,
                        struct stats_place **ret_place)
{
    struct stats_place *place = stats_place_find(stats, -1);
    unsigned same = 0;
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        const struct stats_place *other = &stats->places[i];
        same += other->fd >= 0 && address_same_host(&other->client, client);
    }
    if (same >= STATS_CONNECTIONS_PER_CLIENT_MAX) {
        stats_refuse(STATS_REFUSED_CLIENT);
        return false;
    }
    if (place == NULL) {
        stats_refuse(STATS_REFUSED_FULL);
        return false;
    }
    *ret_place = place;
    return true;
}

static void stats_add(struct stats *stats, int fd, const struct sockaddr_storage *sockaddr,
                      socklen_t size)
{
    struct stats_place *place = NULL;
    struct address client;
    if (address_from_sockaddr((const struct sockaddr *)sockaddr, size, &client) != OK ||
        !stats_admit(stats, &client, &place)) {
        close(fd);
        return;
    }
    stats_place_take(stats, place, fd, &client);
    if (MHD_add_connection(stats->daemon, fd, (const struct sockaddr *)sockaddr, size) != MHD_YES) {
        /* It has closed the descriptor. */
        stats_place_give(stats, place);
        stats_refuse(STATS_REFUSED_MEMORY);
    }
}

/* OK: one was accepted; END: none waits; REFUSED_SOCKET: no descriptor for it. */
static enum result stats_accept(struct stats *stats)
{
    struct sockaddr_storage sockaddr;
    socklen_t size = sizeof sockaddr;
    if (fault_strikes(FAULT_SOCKET)) {
        return REFUSED_SOCKET;
    }
    int fd =
        accept4(stats->listener, (struct sockaddr *)&sockaddr, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        stats_add(stats, fd, &sockaddr, size);
        return OK;
    }
    return socket_errno_refused(errno) ? REFUSED_SOCKET : END;
}

/* The loop */

static void stats_turn(struct stats *stats);

static void stats_on_timer(uv_timer_t *timer)
{
    stats_turn(timer->data);
}

static void stats_on_http(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    stats_turn(poll->data);
}

static void stats_on_listen(uv_poll_t *poll, int status, int events)
{
    struct stats *stats = poll->data;
    enum result result = OK;
    (void)status;
    (void)events;
    for (unsigned i = 0; i < ACCEPTS_PER_TURN && result == OK; i++) {
        result = stats_accept(stats);
    }
    if (result == REFUSED_SOCKET) {
        /* Whoever waits stays in the kernel's queue; asking again at once would only spin. */
        stats_refuse(STATS_REFUSED_DESCRIPTORS);
        stats->rest_until_ms = uv_now(stats->options.loop) + REST_MS;
        uv_poll_stop(&stats->listen_poll);
    }
    stats_turn(stats);
}

static void stats_cut_slow(struct stats *stats, uint64_t now_ms)
{
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        struct stats_place *place = &stats->places[i];
        if (place->fd >= 0 && !place->is_slow &&
            now_ms - place->since_ms >= STATS_REQUEST_SECONDS * 1000u) {
            place->is_slow = true;
            stats_refuse(STATS_REFUSED_SLOW);
            shutdown(place->fd, SHUT_RDWR); /* libmicrohttpd sees its end and closes it */
        }
    }
}

/* When the loop shall come back by itself, in ms; UINT64_MAX: only for a descriptor. */
static uint64_t stats_delay(struct stats *stats, uint64_t now_ms)
{
    uint64_t delay_ms = UINT64_MAX;
    MHD_UNSIGNED_LONG_LONG http_ms = 0;
    if (stats->used > 0) {
        bool told = MHD_get_timeout(stats->daemon, &http_ms) == MHD_YES;
        delay_ms = told && http_ms < TICK_MS ? http_ms : TICK_MS;
    }
    if (stats->rest_until_ms > now_ms && stats->rest_until_ms - now_ms < delay_ms) {
        delay_ms = stats->rest_until_ms - now_ms;
    }
    return delay_ms;
}

/* One step of libmicrohttpd, and the time of the next. */
static void stats_turn(struct stats *stats)
{
    uint64_t now_ms = uv_now(stats->options.loop);
    stats_cut_slow(stats, now_ms);
    if (MHD_run(stats->daemon) != MHD_YES) {
        stats_count_error();
    }
    if (stats->rest_until_ms != 0 && now_ms >= stats->rest_until_ms) {
        stats->rest_until_ms = 0;
        uv_poll_start(&stats->listen_poll, UV_READABLE, stats_on_listen);
    }
    uint64_t delay_ms = stats_delay(stats, now_ms);
    if (delay_ms == UINT64_MAX) {
        uv_timer_stop(&stats->timer);
    } else {
        uv_timer_start(&stats->timer, stats_on_timer, delay_ms, 0);
    }
}

/* Life */

static enum result stats_register(struct stats *stats)
{
    enum result result = stats_answer_register();
    if (result == OK) {
        result = pool_register("stats-connections", stats_read_pool, stats);
    }
    if (result == OK) {
        result = stats_process_open(&stats->options);
    }
    if (result == OK) {
        result = stats_zones_open(stats->options.registry);
    }
    return result;
}

static enum result stats_start_http(struct stats *stats)
{
    MHD_set_panic_func(stats_http_panic, NULL);
    stats->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL, stats_answer,
        stats, MHD_OPTION_EXTERNAL_LOGGER, stats_http_log, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)STATS_CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT, STATS_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, STATS_IDLE_SECONDS, MHD_OPTION_NOTIFY_CONNECTION,
        stats_http_notify, stats, MHD_OPTION_END);
    return stats->daemon != NULL ? OK : REFUSED_MEMORY;
}

static enum result stats_start_loop(struct stats *stats)
{
    uv_loop_t *loop = stats->options.loop;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(stats->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || info->epoll_fd < 0) {
        return ERROR_IO;
    }
    int epoll = info->epoll_fd;
    uv_timer_init(loop, &stats->timer);
    stats->timer.data = stats;
    stats->handles = 1;
    if (uv_poll_init(loop, &stats->listen_poll, stats->listener) != 0) {
        return ERROR_IO;
    }
    stats->listen_poll.data = stats;
    stats->handles = 2;
    if (uv_poll_init(loop, &stats->http_poll, epoll) != 0) {
        return ERROR_IO;
    }
    stats->http_poll.data = stats;
    stats->handles = 3;
    uv_poll_start(&stats->listen_poll, UV_READABLE, stats_on_listen);
    uv_poll_start(&stats->http_poll, UV_READABLE, stats_on_http);
    return OK;
}

enum result stats_open(const struct stats_options *options, struct stats **ret_stats)
{
    struct stats *stats = memory_take(ACCOUNT_LIBRARIES, sizeof *stats);
    if (stats == NULL) {
        return REFUSED_MEMORY;
    }
    memset(stats, 0, sizeof *stats);
    stats->options = *options;
    stats->options.address = NULL;
    stats->listener = -1;
    for (unsigned i = 0; i < STATS_CONNECTIONS_MAX; i++) {
        stats->places[i].fd = -1;
    }
    enum result result = stats_listen(options->address, &stats->listener);
    if (result == OK) {
        result = stats_register(stats);
    }
    if (result == OK) {
        result = stats_start_http(stats);
    }
    if (result == OK) {
        result = stats_start_loop(stats);
    }
    if (result != OK) {
        int error = errno;
        stats_close(stats);
        errno = error;
        return result;
    }
    *ret_stats = stats;
    return OK;
}

static void stats_free(struct stats *stats)
{
    memory_give(ACCOUNT_LIBRARIES, stats, sizeof *stats);
}

static void stats_on_closed(uv_handle_t *handle)
{
    struct stats *stats = handle->data;
    stats->handles--;
    if (stats->handles == 0) {
        stats_free(stats);
    }
}

void stats_close(struct stats *stats)
{
    if (stats == NULL) {
        return;
    }
    stats_zones_close();
    stats_process_close();
    pool_end("stats-connections");
    uv_handle_t *const handles[] = {(uv_handle_t *)&stats->timer,
                                    (uv_handle_t *)&stats->listen_poll,
                                    (uv_handle_t *)&stats->http_poll};
    uint8_t count = stats->handles;
    /* First the handles, which take the descriptors off the loop, then the descriptors. */
    for (uint8_t i = 0; i < count; i++) {
        uv_close(handles[i], stats_on_closed);
    }
    if (stats->daemon != NULL) {
        MHD_stop_daemon(stats->daemon);
        stats->daemon = NULL;
    }
    if (stats->listener >= 0) {
        close(stats->listener);
    }
    if (count == 0) {
        stats_free(stats);
    }
}

void stats_address(const struct stats *stats, struct address *ret_address)
{
    stats_listen_address(stats->listener, ret_address);
}

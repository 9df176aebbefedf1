// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_accept.h"

#include "alloc/fault.h"
#include "server/base/event.h"
#include "server/base/socket_errno.h"
#include "server/net/tcp_connection.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int tcp_reserve_open(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/** What became of one step of accepting. */
enum step {
    STEP_ADMITTED,
    STEP_TURNED_AWAY, /* for a reason of its own: the next may be admitted */
    STEP_FULL,        /* no slot, and none idle */
    STEP_NONE,        /* nobody waits any more */
    STEP_SYSTEM,      /* the system has no descriptor */
};

static void tell_full(struct tcp_worker *worker)
{
    struct pool_state state;
    struct event event;
    tcp_table_read(worker->options.table, &state);
    counter_increment(worker->options.counters->tcp_refused[TCP_REFUSED_SLOTS]);
    event_begin(&event, EVENT_TCP_SLOTS_FULL);
    event_number(&event, "limit", state.limit);
    event_emit(&event);
}

static void tell_client_full(struct tcp_worker *worker, const struct address *client)
{
    char text[ADDRESS_TEXT_BYTES];
    struct event event;
    counter_increment(worker->options.counters->tcp_refused[TCP_REFUSED_CLIENT]);
    event_begin(&event, EVENT_TCP_CLIENT_FULL);
    event_text(&event, "client", address_format_host(client, text));
    event_number(&event, "limit", tcp_table_client_limit(worker->options.table));
    event_emit(&event);
}

/** Takes a slot; when all are taken, the longest idle connection of this worker gives way. */
static enum result slot_take(struct tcp_worker *worker, const struct address *client,
                             struct tcp_connection **ret_connection)
{
    enum result result = tcp_table_take(worker->options.table, client, ret_connection);
    if (result == FULL && tcp_worker_evict(worker)) {
        result = tcp_table_take(worker->options.table, client, ret_connection);
    }
    return result;
}

/** The descriptor is the connection's, or closed, when it returns. */
static enum step admit(struct tcp_worker *worker, int fd, const struct address *client,
                       uint64_t now_ms)
{
    struct tcp_connection *connection = NULL;
    enum result result = slot_take(worker, client, &connection);
    if (result != OK) {
        close(fd);
        if (result == FULL) {
            tell_full(worker);
            return STEP_FULL;
        }
        tell_client_full(worker, client);
        return STEP_TURNED_AWAY;
    }
    counter_increment(worker->options.counters->tcp_accepted);
    connection->fd = fd;
    connection->worker = worker;
    tcp_connection_begin(connection, now_ms);
    return STEP_ADMITTED;
}

static int accept_one(int listener, struct sockaddr_storage *name, socklen_t *name_size)
{
    if (fault_strikes(FAULT_SOCKET)) {
        errno = EMFILE;
        return -1;
    }
    return accept4(listener, (struct sockaddr *)name, name_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/** Gives the reserve up, so that one client at least learns that it is not served. */
static void turn_away_with_reserve(struct tcp_worker *worker, int listener)
{
    if (worker->reserve >= 0) {
        close(worker->reserve);
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            close(fd);
        }
    }
    worker->reserve = tcp_reserve_open();
}

static enum step system_refused(struct tcp_worker *worker, int listener, int number)
{
    struct event event;
    counter_increment(worker->options.counters->tcp_refused[TCP_REFUSED_SOCKET]);
    event_begin(&event, EVENT_SOCKET_REFUSED);
    event_text(&event, "purpose", "a TCP connection");
    event_text(&event, "reason", strerrordesc_np(number));
    event_emit(&event);
    turn_away_with_reserve(worker, listener);
    return STEP_SYSTEM;
}

static enum step accept_step(struct tcp_worker *worker, int listener, uint64_t now_ms)
{
    struct sockaddr_storage name;
    socklen_t name_size = sizeof name;
    struct address client;
    int fd = accept_one(listener, &name, &name_size);
    if (fd >= 0) {
        if (address_from_sockaddr((struct sockaddr *)&name, name_size, &client) != OK) {
            close(fd);
            return STEP_TURNED_AWAY;
        }
        return admit(worker, fd, &client, now_ms);
    }
    if (errno == EAGAIN) {
        return STEP_NONE;
    }
    if (socket_errno_refused(errno)) {
        return system_refused(worker, listener, errno);
    }
    return STEP_TURNED_AWAY; /* that connection died in the backlog; accept(2) */
}

/** Whether the next connection should be left in the backlog until another worker made room. */
static bool must_wait(struct tcp_worker *worker)
{
    const struct tcp_worker_options *options = &worker->options;
    return tcp_table_full(options->table) && worker->idle.first == NULL &&
           options->want_room != NULL && options->want_room(options->context);
}

void tcp_accept_ready(struct net_watch *watch, uint32_t events, uint64_t now_ms)
{
    struct tcp_listener *listener = (struct tcp_listener *)watch; /* its first member */
    struct tcp_worker *worker = listener->worker;
    (void)events;
    bool full = false;
    for (unsigned i = 0; i < TCP_ACCEPTS_PER_TURN; i++) {
        if (must_wait(worker)) {
            tcp_worker_pause(worker, now_ms, TCP_PAUSE_ASKED_MS);
            return;
        }
        enum step step = accept_step(worker, listener->fd, now_ms);
        full = full || step == STEP_FULL;
        if (step == STEP_SYSTEM) {
            tcp_worker_pause(worker, now_ms, TCP_PAUSE_SYSTEM_MS);
            return;
        }
        if (step == STEP_NONE) {
            break;
        }
    }
    if (full) {
        tcp_worker_pause(worker, now_ms, TCP_PAUSE_FULL_MS);
    }
}

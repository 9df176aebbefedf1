// SPDX-License-Identifier: Apache-2.0
#include "server/control/control.h"

#include "alloc/fault.h"
#include "alloc/memory.h"
#include "server/base/socket_errno.h"
#include "server/control/control_connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_MODE 0660
#define CONTROL_BACKLOG 16
#define CONTROL_ACCEPTS_PER_TURN 16u
#define CONTROL_POOL "control-connections"

static const char *const refusal_names[CONTROL_REFUSAL_COUNT] = {
    "full", "line-too-long", "bad-json", "unknown-command", "bad-arguments", "idle"};

size_t control_cost_bytes(void)
{
    return sizeof(struct control);
}

void control_refuse(struct control *control, enum control_refusal refusal)
{
    counter_increment(control->refused[refusal]);
    event_emit_text(EVENT_CONTROL_REFUSED, "reason", refusal_names[refusal]);
}

static void control_pool_read(void *context, struct pool_state *ret_state)
{
    const struct control *control = context;
    *ret_state = (struct pool_state){CONTROL_CONNECTIONS_MAX, control->used, control->high_water};
}

/** A full table of metrics costs figures, not the socket: metric_refused() tells of it. */
static void control_register(struct control *control)
{
    enum result result = pool_register(CONTROL_POOL, control_pool_read, control);
    for (unsigned i = 0; i < CONTROL_REFUSAL_COUNT; i++) {
        result = refusal_register(CONTROL_POOL, refusal_names[i], &control->refused[i]);
    }
    (void)result;
}

/* ---- the socket file ---- */

static enum result result_of_errno(void)
{
    switch (errno) {
    case EACCES:
    case EPERM:
        return ERROR_ACCESS;
    case EADDRINUSE:
        return ERROR_EXISTS;
    default:
        return socket_errno_result(errno);
    }
}

static int socket_make(void)
{
    if (fault_strikes(FAULT_SOCKET)) {
        errno = EMFILE;
        return -1;
    }
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/** Whether somebody listens at the address: OK nobody, ERROR_EXISTS somebody. */
static enum result control_probe(const struct sockaddr_un *address)
{
    int fd = socket_make();
    if (fd < 0) {
        return REFUSED_SOCKET;
    }
    enum result result = ERROR_EXISTS;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno != EAGAIN) {
        result = errno == ECONNREFUSED || errno == ENOENT ? OK : result_of_errno();
    }
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

/** Removes what lies at the path when it is a socket that nobody listens on. */
static enum result control_clear(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0) {
        return errno == ENOENT ? OK : result_of_errno(); /* bind says what else is wrong */
    }
    if (!S_ISSOCK(status.st_mode)) {
        return ERROR_EXISTS;
    }
    enum result result = control_probe(address);
    if (result == OK && unlink(address->sun_path) != 0 && errno != ENOENT) {
        result = result_of_errno();
    }
    return result;
}

/** The mode of the unbound socket becomes the file's, less the umask; so it is never wider than
 * meant, and chmod makes it as wide. */
static enum result control_bind(struct control *control, const struct sockaddr_un *address)
{
    struct stat status;
    if (fchmod(control->fd, CONTROL_MODE) != 0 ||
        bind(control->fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        return result_of_errno();
    }
    bool done = lstat(address->sun_path, &status) == 0;
    if (done) {
        control->device = status.st_dev;
        control->inode = status.st_ino;
        done = chmod(address->sun_path, CONTROL_MODE) == 0 &&
               listen(control->fd, CONTROL_BACKLOG) == 0;
    }
    return done ? OK : result_of_errno();
}

/** Removes the file that this room made, and no other that took its place. */
static void control_remove(const struct control *control)
{
    struct stat status;
    if (control->inode != 0 && lstat(control->options.path, &status) == 0 &&
        status.st_ino == control->inode && status.st_dev == control->device) {
        unlink(control->options.path);
    }
}

/* ---- connections ---- */

static void control_refuse_full(struct control *control, int fd)
{
    static const char reply[] = "{\"ok\":false,\"error\":\"full\",\"text\":\"all connections of "
                                "the control socket are taken\"}\n";
    control_refuse(control, CONTROL_REFUSAL_FULL);
    /* A fresh socket has room for it; when it has not, the close says enough. */
    ssize_t sent = send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    close(fd);
}

/** Without a descriptor the listener would be readable for ever: it rests until the next tick. */
static void control_rest(struct control *control)
{
    event_emit_text(EVENT_SOCKET_REFUSED, "purpose", "control connection");
    uv_poll_stop(&control->poll);
    control->listening = false;
}

/** A place to come, if none is free: the connection waits in the backlog for a turn. */
static bool control_place_comes(const struct control *control)
{
    bool comes = false;
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        if (control->connections[i].slot == CONTROL_SLOT_FREE) {
            return false;
        }
        comes = comes || control->connections[i].slot == CONTROL_SLOT_CLOSING;
    }
    return comes;
}

static int control_accept(struct control *control)
{
    if (fault_strikes(FAULT_SOCKET)) {
        errno = EMFILE;
        return -1;
    }
    return accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static void control_readable(uv_poll_t *poll, int status, int events)
{
    struct control *control = poll->data;
    (void)status;
    (void)events;
    for (unsigned i = 0; i < CONTROL_ACCEPTS_PER_TURN && !control_place_comes(control); i++) {
        int fd = control_accept(control);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) {
            continue;
        }
        if (fd < 0) {
            if (errno != EAGAIN) {
                control_rest(control);
            }
            return;
        }
        enum result result = control_connection_begin(control, fd);
        if (result == FULL) {
            control_refuse_full(control, fd);
        } else if (result != OK) {
            close(fd);
        }
    }
}

static enum result control_listen(struct control *control)
{
    if (uv_poll_start(&control->poll, UV_READABLE, control_readable) != 0) {
        return REFUSED_SOCKET;
    }
    control->listening = true;
    return OK;
}

void control_handle_closed(struct control *control)
{
    control->handles--;
    if (control->closing && control->handles == 0) {
        memory_give(ACCOUNT_CONFIGURATION, control, sizeof *control);
    }
}

static void control_poll_closed(uv_handle_t *handle)
{
    control_handle_closed(handle->data);
}

/* ---- opening and closing ---- */

static enum result control_socket_open(struct control *control)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(control->options.path);
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = length == 0 ? ENOENT : ENAMETOOLONG;
        return ERROR_IO;
    }
    memcpy(address.sun_path, control->options.path, length);
    enum result result = control_clear(&address);
    if (result != OK) {
        return result;
    }
    control->fd = socket_make();
    if (control->fd < 0) {
        return REFUSED_SOCKET;
    }
    return control_bind(control, &address);
}

enum result control_open(const struct control_options *options, struct control **ret_control)
{
    struct control *control = memory_take_array(ACCOUNT_CONFIGURATION, 1, sizeof *control);
    if (control == NULL) {
        return REFUSED_MEMORY;
    }
    control->options = *options;
    control->fd = -1;
    enum result result = control_socket_open(control);
    if (result == OK && uv_poll_init(options->loop, &control->poll, control->fd) != 0) {
        result = REFUSED_SOCKET;
    }
    if (result != OK) {
        int error = errno;
        control_remove(control);
        if (control->fd >= 0) {
            close(control->fd);
        }
        memory_give(ACCOUNT_CONFIGURATION, control, sizeof *control);
        errno = error;
        return result;
    }
    control->poll.data = control;
    control->handles = 1;
    control_register(control);
    result = control_listen(control);
    if (result != OK) {
        control_close(control);
        return result;
    }
    *ret_control = control;
    return OK;
}

void control_close(struct control *control)
{
    if (control == NULL) {
        return;
    }
    pool_end(CONTROL_POOL);
    control->closing = true;
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        if (control->connections[i].slot == CONTROL_SLOT_OPEN) {
            control_connection_end(&control->connections[i]);
        }
    }
    uv_close((uv_handle_t *)&control->poll, control_poll_closed);
    control_remove(control);
    close(control->fd);
}

void control_tick(struct control *control, uint64_t now_ms)
{
    control->now_ms = now_ms;
    if (!control->listening && control_listen(control) != OK) {
        return;
    }
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        if (control->connections[i].slot == CONTROL_SLOT_OPEN) {
            control_connection_tick(&control->connections[i], now_ms);
        }
    }
}

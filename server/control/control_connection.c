// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_connection.h"

#include "server/control/control_reply.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS_PER_TURN 8u   /* a fast reader does not keep the loop to itself */
#define STEPS_PER_ROUND 512u /* nor does a pattern that matches nothing */

static_assert(CONTROL_BUFFER_BYTES >= 2 * CONTROL_ITEM_BYTES, "a line fits behind a half-sent one");

/* ---- requests ---- */

/** Says who asked for a change. */
static void tell_command(const struct control_connection *connection)
{
    struct event event;
    event_begin(&event, EVENT_CONTROL_COMMAND);
    event_text(&event, "command", connection->command->name);
    event_number(&event, "user", connection->user);
    event_number(&event, "process", (uint64_t)connection->process);
    if ((connection->work.arguments.given & CONTROL_TAKES_ZONE) != 0) {
        char zone[NAME_TEXT_MAX];
        name_to_text(connection->work.arguments.zone.bytes, zone);
        event_text(&event, "zone", zone);
    }
    event_emit(&event);
}

static void refuse_command(struct control_connection *connection, const char *name)
{
    const char *near = control_command_suggest(name);
    control_refuse(connection->control, CONTROL_REFUSAL_COMMAND);
    if (near != NULL) {
        control_reply_error(connection, "unknown-command",
                            "unknown command \"%s\"; did you mean \"%s\"?", name, near);
    } else {
        control_reply_error(connection, "unknown-command",
                            "unknown command \"%s\"; \"help\" lists all", name);
    }
}

/** Makes a parsed request the running command, or answers it. */
static void request_begin(struct control_connection *connection, const json_t *request)
{
    struct control_problem problem;
    const char *name = json_string_value(json_object_get(request, "command"));
    if (name == NULL) {
        control_refuse(connection->control, CONTROL_REFUSAL_JSON);
        control_reply_error(connection, "bad-json",
                            "a request is an object with a text \"command\"");
        return;
    }
    const struct control_command *command = control_command_find(name);
    if (command == NULL) {
        refuse_command(connection, name);
        return;
    }
    memset(&connection->work, 0, sizeof connection->work);
    if (control_arguments_read(command, request, &connection->work.arguments, &problem) != OK) {
        control_refuse(connection->control, CONTROL_REFUSAL_ARGUMENTS);
        control_reply_error(connection, "bad-arguments", "%s: %s", command->name, problem.text);
        return;
    }
    connection->command = command;
    if (command->changes) {
        tell_command(connection);
    }
    if (command->begin != NULL && command->begin(connection) != OK) {
        connection->command = NULL;
    }
}

static void line_begin(struct control_connection *connection, const char *line, size_t size)
{
    json_error_t error;
    json_t *request = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
    if (request == NULL && json_error_code(&error) == json_error_out_of_memory) {
        control_reply_error(connection, "refused-memory", "no memory to read the request");
    } else if (request == NULL) {
        control_refuse(connection->control, CONTROL_REFUSAL_JSON);
        control_reply_error(connection, "bad-json", "column %d: %s", error.column, error.text);
    } else {
        request_begin(connection, request);
    }
    json_decref(request);
}

/** A line beyond all measure: where the next one begins is not known, so the connection ends. */
static void refuse_line(struct control_connection *connection)
{
    control_refuse(connection->control, CONTROL_REFUSAL_LINE);
    control_reply_error(connection, "line-too-long", "a request has at most %u bytes",
                        CONTROL_LINE_BYTES);
    connection->input_used = 0;
    connection->ended = true;
    connection->last = true;
}

/** Takes the next line out of the input; false when there is none. */
static bool request_next(struct control_connection *connection)
{
    size_t used = connection->input_used;
    const char *end = memchr(connection->input, '\n', used);
    if (end == NULL && used > CONTROL_LINE_BYTES) {
        refuse_line(connection);
        return true;
    }
    if (end == NULL && (!connection->ended || used == 0)) {
        return false;
    }
    /* The last line may lack its newline. */
    size_t size = end != NULL ? (size_t)(end - connection->input) : used;
    size_t taken = end != NULL ? size + 1 : used;
    if (size > 0) {
        line_begin(connection, connection->input, size);
    }
    connection->input_used = (uint32_t)(used - taken);
    memmove(connection->input, connection->input + taken, used - taken);
    connection->quiet_since_ms = 0;
    return true;
}

/* ---- replies ---- */

static bool output_has_room(const struct control_connection *connection)
{
    return CONTROL_BUFFER_BYTES - connection->output_used >= CONTROL_ITEM_BYTES;
}

/** Begins and steps commands while the output has room; true when something was done. */
static bool output_fill(struct control_connection *connection)
{
    bool progress = false;
    connection->runnable = false;
    for (unsigned i = 0; i < STEPS_PER_ROUND && output_has_room(connection); i++) {
        if (connection->last) {
            return progress;
        }
        if (connection->command == NULL) {
            if (!request_next(connection)) {
                return progress;
            }
            progress = true;
            continue;
        }
        enum result result = connection->command->step(connection);
        if (result == UNCHANGED) {
            return progress;
        }
        progress = true;
        if (result != MORE) {
            connection->command = NULL;
        }
    }
    connection->runnable = true;
    return true;
}

/** Sends what there is; false when the peer takes no more now. */
static bool output_send(struct control_connection *connection)
{
    while (connection->output_sent < connection->output_used) {
        ssize_t sent =
            send(connection->fd, connection->output + connection->output_sent,
                 connection->output_used - connection->output_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            connection->gone = errno != EAGAIN;
            break;
        }
        connection->output_sent += (uint32_t)sent;
        connection->quiet_since_ms = 0;
    }
    uint32_t left = connection->output_used - connection->output_sent;
    memmove(connection->output, connection->output + connection->output_sent, left);
    connection->output_sent = 0;
    connection->output_used = left;
    connection->blocked = left > 0;
    return left == 0;
}

/* ---- the handle ---- */

static void connection_closed(uv_handle_t *handle)
{
    struct control_connection *connection = handle->data;
    struct control *control = connection->control;
    connection->slot = CONTROL_SLOT_FREE;
    control_handle_closed(control);
}

void control_connection_end(struct control_connection *connection)
{
    connection->slot = CONTROL_SLOT_CLOSING;
    connection->command = NULL;
    connection->control->used--;
    uv_close((uv_handle_t *)&connection->poll, connection_closed);
    close(connection->fd);
    connection->fd = -1;
}

/** Reads what there is room for. */
static void input_read(struct control_connection *connection)
{
    size_t room = sizeof connection->input - connection->input_used;
    if (room == 0 || connection->ended) {
        return;
    }
    ssize_t got =
        recv(connection->fd, connection->input + connection->input_used, room, MSG_DONTWAIT);
    if (got > 0) {
        connection->input_used += (uint32_t)got;
    } else if (got == 0) {
        connection->ended = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        connection->gone = true;
    }
}

static void connection_ready(uv_poll_t *poll, int status, int events);

/** Watches for what can go on. */
static void connection_watch(struct control_connection *connection)
{
    int events = 0;
    if (!connection->ended && connection->input_used < sizeof connection->input) {
        events |= UV_READABLE;
    }
    if (connection->blocked || connection->runnable) {
        events |= UV_WRITABLE;
    }
    int failed = events == 0 ? uv_poll_stop(&connection->poll)
                             : uv_poll_start(&connection->poll, events, connection_ready);
    connection->gone = connection->gone || failed != 0;
}

/** Whether nobody waits for anything any more. */
static bool connection_is_over(const struct control_connection *connection)
{
    bool sent = connection->output_used == 0;
    bool follows = connection->command != NULL && connection->work.arguments.follow;
    bool idle = connection->command == NULL && connection->input_used == 0;
    return connection->gone || (connection->last && sent) ||
           (connection->ended && (follows || (idle && sent)));
}

void control_connection_pump(struct control_connection *connection)
{
    struct control *control = connection->control;
    bool progress = true;
    for (unsigned i = 0; i < ROUNDS_PER_TURN && progress && !connection->gone; i++) {
        progress = output_fill(connection);
        progress = output_send(connection) && progress;
    }
    connection->work.ticked = false;
    if (!connection_is_over(connection)) {
        connection_watch(connection);
    }
    if (connection_is_over(connection)) {
        control_connection_end(connection);
    }
    if (control->stop_wanted) {
        control->stop_wanted = false;
        control->options.actions.stop(control->options.actions.context);
    }
}

static void connection_ready(uv_poll_t *poll, int status, int events)
{
    struct control_connection *connection = poll->data;
    if (status < 0) {
        connection->gone = true;
    } else if ((events & UV_READABLE) != 0) {
        input_read(connection);
    }
    control_connection_pump(connection);
}

void control_connection_tick(struct control_connection *connection, uint64_t now_ms)
{
    struct control_work *work = &connection->work;
    if (connection->quiet_since_ms == 0) {
        connection->quiet_since_ms = now_ms;
    }
    if (work->began_ms == 0) {
        work->began_ms = now_ms;
    }
    work->ticked = true;
    if (connection->command != NULL || connection->input_used > 0) {
        control_connection_pump(connection);
    }
    if (connection->slot != CONTROL_SLOT_OPEN) {
        return;
    }
    bool works = connection->command != NULL && !connection->blocked;
    if (!works && now_ms - connection->quiet_since_ms >= CONTROL_IDLE_MS &&
        connection->quiet_since_ms != 0) {
        control_refuse(connection->control, CONTROL_REFUSAL_IDLE);
        control_connection_end(connection);
    }
}

/* ---- the beginning ---- */

/** A connection that is zero but for its buffers, which need no clearing. */
static void connection_clear(struct control_connection *connection, struct control *control)
{
    memset(connection, 0, offsetof(struct control_connection, input));
    connection->control = control;
    connection->fd = -1;
}

enum result control_connection_begin(struct control *control, int fd)
{
    struct control_connection *connection = NULL;
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX && connection == NULL; i++) {
        if (control->connections[i].slot == CONTROL_SLOT_FREE) {
            connection = &control->connections[i];
        }
    }
    if (connection == NULL) {
        return FULL;
    }
    connection_clear(connection, control);
    if (uv_poll_init(control->options.loop, &connection->poll, fd) != 0) {
        return REFUSED_SOCKET;
    }
    struct ucred peer = {.pid = 0, .uid = UINT32_MAX};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        connection->user = peer.uid;
        connection->process = peer.pid;
    } else {
        connection->user = UINT32_MAX; /* nobody's number */
    }
    connection->poll.data = connection;
    connection->fd = fd;
    connection->slot = CONTROL_SLOT_OPEN;
    control->handles++;
    control->used++;
    control->high_water = control->used > control->high_water ? control->used : control->high_water;
    connection_watch(connection);
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/refusal.h"
#include "server/control/control.h"
#include "server/control/control_command.h"

/**
 * One connection of the control socket, and the room it belongs to.
 *
 * Its story: requests are read into `input`, one line at a time becomes a command, the command is
 * stepped while `output` has room, and output is sent while the peer takes it. One command at a
 * time: what was sent behind it waits in `input`, and then in the socket. Never waits, never grows.
 * Control thread.
 */
enum control_refusal {
    CONTROL_REFUSAL_FULL,
    CONTROL_REFUSAL_LINE,
    CONTROL_REFUSAL_JSON,
    CONTROL_REFUSAL_COMMAND,
    CONTROL_REFUSAL_ARGUMENTS,
    CONTROL_REFUSAL_IDLE,
    CONTROL_REFUSAL_COUNT,
};

enum control_slot {
    CONTROL_SLOT_FREE,
    CONTROL_SLOT_OPEN,
    CONTROL_SLOT_CLOSING, /* until libuv has let go of the handle */
};

struct control_connection {
    uv_poll_t poll;
    struct control *control; /* borrowed (it holds this) */
    enum control_slot slot;
    int fd;
    uint32_t user; /* the peer's, as the kernel says */
    int32_t process;
    bool ended;                            /* the peer sends nothing more */
    bool last;                             /* close when the output is sent */
    bool gone;                             /* the peer takes nothing more */
    bool blocked;                          /* the peer did not take all of the output */
    bool runnable;                         /* there is more to do that waits for nobody */
    const struct control_command *command; /* running, or NULL */
    struct control_work work;
    uint64_t quiet_since_ms; /* 0: not known yet */
    uint32_t input_used;
    uint32_t output_sent;
    uint32_t output_used;
    char input[CONTROL_LINE_BYTES + 1u];
    char output[CONTROL_BUFFER_BYTES];
};

struct control {
    struct control_options options;
    uv_poll_t poll;
    int fd;
    bool listening; /* polling for connections */
    bool closing;
    bool stop_wanted; /* told to the program when the reply has been sent */
    uint32_t handles; /* that libuv still holds */
    uint32_t used;
    uint32_t high_water;
    uint64_t device; /* of the socket file, to remove no other */
    uint64_t inode;
    uint64_t now_ms; /* at the last tick */
    struct counter refused[CONTROL_REFUSAL_COUNT];
    struct control_connection connections[CONTROL_CONNECTIONS_MAX];
};

/** Takes a socket that was accepted, which it closes in the end. OK; FULL: no place; MORE: a place
 * is about to be free; REFUSED_SOCKET. The descriptor stays the caller's unless OK. */
RESULT_MUST_CHECK enum result control_connection_begin(struct control *control, int fd);
/** Does what can be done now. */
void control_connection_pump(struct control_connection *connection);
/** Time has passed. */
void control_connection_tick(struct control_connection *connection, uint64_t now_ms);
void control_connection_end(struct control_connection *connection);
/** Counts a refusal and tells it as an event. */
void control_refuse(struct control *control, enum control_refusal refusal);
/** A handle is libuv's no more; the last one frees the room. */
void control_handle_closed(struct control *control);

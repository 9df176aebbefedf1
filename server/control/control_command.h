// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/event.h"
#include "server/base/metric.h"
#include "server/registry/registry.h"
#include "server/wire/name.h"

#include <jansson.h>

/**
 * The commands: a table of names, arguments and functions, and what a command keeps while it runs.
 *
 * A command begins once, then is stepped until it is done. A step is taken only when the
 * connection's buffer has room for the longest line, and writes at most one; so a list of any
 * length goes out as fast as its reader takes it. Control thread; no memory but jansson's.
 */
#define CONTROL_PATTERN_BYTES 128u
#define CONTROL_EVENTS_FOLLOWED 10u /* shown before the new ones unless `count` says otherwise */

struct control_connection;

/** Arguments, and the commands' bits for what they take. */
enum control_argument {
    CONTROL_TAKES_ZONE = 1,
    CONTROL_TAKES_PATTERN = 2,
    CONTROL_TAKES_FOLLOW = 4,
    CONTROL_TAKES_COUNT = 8,
};

struct control_arguments {
    uint8_t given; /* enum control_argument bits */
    bool follow;
    uint32_t count;
    struct name zone;
    char pattern[CONTROL_PATTERN_BYTES];
};

/** What a running command knows. */
struct control_work {
    struct control_arguments arguments;
    uint64_t began_ms; /* 0 until the first tick after the beginning */
    uint32_t position;
    uint32_t target; /* the count of loads or writes that is waited for */
    uint64_t told;   /* items so far */
    bool ticked;     /* since the last step: waiting commands look again */
    struct metric_cursor metrics;
    struct event_reader events;
};

struct control_command {
    const char *name;
    const char *usage; /* arguments, for help */
    const char *summary;
    uint8_t takes; /* enum control_argument bits */
    uint8_t needs;
    bool changes; /* something: an event names who asked */
    /** OK: step it; anything else: the reply is written already. NULL: nothing to begin. */
    enum result (*begin)(struct control_connection *connection);
    /** OK: done, the last line is written; MORE: step again; UNCHANGED: nothing to say now. */
    enum result (*step)(struct control_connection *connection);
};

/** The command at a position, or NULL past the last. */
const struct control_command *control_command_at(uint32_t position);
/** The command of that name, or NULL. */
const struct control_command *control_command_find(const char *name);
/** The name most like this one, or NULL when none is. */
const char *control_command_suggest(const char *name);
/**
 * Reads a request's arguments.
 *
 * returns   OK; ERROR_SYNTAX: *ret_problem says what is wrong with which
 */
struct control_problem {
    char text[160];
};
RESULT_MUST_CHECK enum result control_arguments_read(const struct control_command *command,
                                                     const json_t *request,
                                                     struct control_arguments *ret_arguments,
                                                     struct control_problem *ret_problem);
/** Whether a text matches a pattern of `*` and `?`, case-sensitive. Time: at most the product of
 * the lengths. */
bool control_pattern_matches(const char *pattern, const char *text);

enum result command_help_step(struct control_connection *connection);
/* command_server.c */
enum result command_status_step(struct control_connection *connection);
enum result command_budget_step(struct control_connection *connection);
enum result command_reload_step(struct control_connection *connection);
enum result command_stop_step(struct control_connection *connection);
/* command_zones.c */
enum result command_zones_step(struct control_connection *connection);
enum result command_zone_status_step(struct control_connection *connection);
enum result command_zone_reload_begin(struct control_connection *connection);
enum result command_zone_reload_step(struct control_connection *connection);
enum result command_zone_write_begin(struct control_connection *connection);
enum result command_zone_write_step(struct control_connection *connection);
/* command_stats.c */
enum result command_stats_begin(struct control_connection *connection);
enum result command_stats_step(struct control_connection *connection);
/* command_events.c */
enum result command_events_begin(struct control_connection *connection);
enum result command_events_step(struct control_connection *connection);

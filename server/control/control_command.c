// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_command.h"

#include "server/control/control_reply.h"

#include <stdio.h>
#include <string.h>

#define SUGGEST_BYTES 24u /* longer names are like none */
#define SUGGEST_EDITS 3u  /* more, and a name is another one */

static const struct control_command commands[] = {
    {"status", "", "what the server is, how it is, and since when", .step = command_status_step},
    {"budget", "", "the memory sheet: what was declared, what is used",
     .step = command_budget_step},
    {"stats", "[PATTERN]", "metrics whose name matches", .takes = CONTROL_TAKES_PATTERN,
     .begin = command_stats_begin, .step = command_stats_step},
    {"zones", "", "all zones with their state", .step = command_zones_step},
    {"zone status", "NAME", "all there is to say about one zone", .takes = CONTROL_TAKES_ZONE,
     .needs = CONTROL_TAKES_ZONE, .step = command_zone_status_step},
    {"zone reload", "NAME", "read one zone's file again, and wait for the outcome",
     .takes = CONTROL_TAKES_ZONE, .needs = CONTROL_TAKES_ZONE, .changes = true,
     .begin = command_zone_reload_begin, .step = command_zone_reload_step},
    {"zone write", "NAME", "write one zone to its file, and wait for the outcome",
     .takes = CONTROL_TAKES_ZONE, .needs = CONTROL_TAKES_ZONE, .changes = true,
     .begin = command_zone_write_begin, .step = command_zone_write_step},
    {"reload", "", "read the configuration and changed zone files again", .changes = true,
     .step = command_reload_step},
    {"events", "[follow] [count N]", "what happened lately, and on request what happens next",
     .takes = CONTROL_TAKES_FOLLOW | CONTROL_TAKES_COUNT, .begin = command_events_begin,
     .step = command_events_step},
    {"stop", "", "end the server cleanly", .changes = true, .step = command_stop_step},
    {"help", "", "this list", .step = command_help_step},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

const struct control_command *control_command_at(uint32_t position)
{
    return position < COMMAND_COUNT ? &commands[position] : NULL;
}

const struct control_command *control_command_find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/** How many letters must be put in, taken out or replaced to make one text the other; both of at
 * most SUGGEST_BYTES. */
static unsigned edits_between(const char *a, const char *b)
{
    unsigned row[SUGGEST_BYTES + 1];
    unsigned width = (unsigned)strlen(b);
    for (unsigned i = 0; i <= width; i++) {
        row[i] = i;
    }
    for (unsigned i = 0; a[i] != '\0'; i++) {
        unsigned diagonal = row[0];
        row[0] = i + 1;
        for (unsigned j = 0; j < width; j++) {
            unsigned replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = smaller(replaced, smaller(row[j], row[j + 1]) + 1);
        }
    }
    return row[width];
}

const char *control_command_suggest(const char *name)
{
    const char *best = NULL;
    unsigned best_edits = SUGGEST_EDITS + 1;
    size_t length = strnlen(name, SUGGEST_BYTES + 1);
    for (size_t i = 0; i < COMMAND_COUNT && length > 0 && length <= SUGGEST_BYTES; i++) {
        unsigned edits = edits_between(name, commands[i].name);
        if (edits < best_edits && edits < strlen(commands[i].name)) {
            best = commands[i].name;
            best_edits = edits;
        }
    }
    return best;
}

/* ---- arguments ---- */

static bool read_zone(const json_t *value, struct control_arguments *arguments,
                      struct control_problem *problem)
{
    const char *text = json_string_value(value);
    if (text == NULL ||
        name_from_text(text, json_string_length(value), NULL, &arguments->zone) != OK) {
        snprintf(problem->text, sizeof problem->text, "\"zone\" must be a domain name");
        return false;
    }
    return true;
}

static bool read_pattern(const json_t *value, struct control_arguments *arguments,
                         struct control_problem *problem)
{
    const char *text = json_string_value(value);
    if (text == NULL || json_string_length(value) >= sizeof arguments->pattern) {
        snprintf(problem->text, sizeof problem->text,
                 "\"pattern\" must be a text of less than %u bytes", CONTROL_PATTERN_BYTES);
        return false;
    }
    memcpy(arguments->pattern, text, json_string_length(value) + 1);
    return true;
}

static bool read_follow(const json_t *value, struct control_arguments *arguments,
                        struct control_problem *problem)
{
    if (!json_is_boolean(value)) {
        snprintf(problem->text, sizeof problem->text, "\"follow\" must be true or false");
        return false;
    }
    arguments->follow = json_is_true(value);
    return true;
}

static bool read_count(const json_t *value, struct control_arguments *arguments,
                       struct control_problem *problem)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number > UINT32_MAX) {
        snprintf(problem->text, sizeof problem->text, "\"count\" must be a number from 0 to %u",
                 UINT32_MAX);
        return false;
    }
    arguments->count = (uint32_t)number;
    return true;
}

static const struct {
    const char *name;
    enum control_argument argument;
    bool (*read)(const json_t *value, struct control_arguments *arguments,
                 struct control_problem *problem);
} readers[] = {
    {"zone", CONTROL_TAKES_ZONE, read_zone},
    {"pattern", CONTROL_TAKES_PATTERN, read_pattern},
    {"follow", CONTROL_TAKES_FOLLOW, read_follow},
    {"count", CONTROL_TAKES_COUNT, read_count},
};
#define READER_COUNT (sizeof readers / sizeof *readers)

enum result control_arguments_read(const struct control_command *command, const json_t *request,
                                   struct control_arguments *ret_arguments,
                                   struct control_problem *ret_problem)
{
    struct control_arguments arguments = {0};
    size_t known = 1; /* the command itself */
    for (size_t i = 0; i < READER_COUNT; i++) {
        const json_t *value = json_object_get(request, readers[i].name);
        if (value == NULL && (command->needs & readers[i].argument) != 0) {
            snprintf(ret_problem->text, sizeof ret_problem->text, "\"%s\" is missing",
                     readers[i].name);
            return ERROR_SYNTAX;
        }
        if (value == NULL || (command->takes & readers[i].argument) == 0) {
            continue;
        }
        if (!readers[i].read(value, &arguments, ret_problem)) {
            return ERROR_SYNTAX;
        }
        arguments.given |= (uint8_t)readers[i].argument;
        known++;
    }
    if (json_object_size(request) != known) {
        snprintf(ret_problem->text, sizeof ret_problem->text, "an argument that it does not take");
        return ERROR_SYNTAX;
    }
    *ret_arguments = arguments;
    return OK;
}

bool control_pattern_matches(const char *pattern, const char *text)
{
    const char *star = NULL; /* the last one passed, and where its match began */
    const char *from = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

enum result command_help_step(struct control_connection *connection)
{
    const struct control_command *command = control_command_at(connection->work.position);
    if (command == NULL) {
        control_reply_result(connection, json_pack("{s:i}", "count", (int)COMMAND_COUNT));
        return OK;
    }
    connection->work.position++;
    control_reply_item(connection,
                       json_pack("{s:s,s:s,s:s,s:b}", "command", command->name, "arguments",
                                 command->usage, "summary", command->summary, "changes",
                                 command->changes ? 1 : 0));
    return MORE;
}

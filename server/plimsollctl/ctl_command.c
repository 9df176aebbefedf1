// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_command.h"

#include <string.h>

#define NAME_WORDS_MAX 2u

static const struct ctl_command commands[] = {
    {.name = "status",
     .usage = "",
     .summary = "what the server is, how it is, and since when",
     .help = "Version, health and its reason, addresses, threads, memory, zones by state, queries.",
     .result = ctl_print_status},
    {.name = "budget",
     .usage = "",
     .summary = "the memory sheet: what was declared, what is used",
     .help =
         "Every holder of memory with its share, then each account: declared, used now, the most\n"
         "that ever was, and how many charges were refused.",
     .item = ctl_print_budget_line,
     .result = ctl_print_budget},
    {.name = "stats",
     .usage = "[PATTERN]",
     .summary = "metrics whose name matches",
     .help = "PATTERN may hold * and ?; \"plimsoll_\" may be left out: stats 'queries*'.",
     .operand = CTL_OPERAND_OPTIONAL,
     .member = "pattern",
     .item = ctl_print_metric},
    {.name = "zones",
     .usage = "",
     .summary = "all zones with their state",
     .help = "In canonical order of names, with the last load's first problem.",
     .item = ctl_print_zone_line,
     .result = ctl_print_zones},
    {.name = "zone status",
     .usage = "NAME",
     .summary = "all there is to say about one zone",
     .help = "State, version, size, the last load and the last write.",
     .operand = CTL_OPERAND_NEEDED,
     .member = "zone",
     .result = ctl_print_zone},
    {.name = "zone reload",
     .usage = "NAME",
     .summary = "read one zone's file again",
     .help =
         "Waits for the outcome, at most a minute. When the file has errors, the version before\n"
         "is served on, and the first error is shown.",
     .operand = CTL_OPERAND_NEEDED,
     .member = "zone",
     .result = ctl_print_zone},
    {.name = "zone write",
     .usage = "NAME",
     .summary = "write one zone to its file",
     .help = "Waits for the outcome, at most a minute. The file is replaced whole or not at all.",
     .operand = CTL_OPERAND_NEEDED,
     .member = "zone",
     .result = ctl_print_zone},
    {.name = "reload",
     .usage = "",
     .summary = "read the configuration and changed zone files again",
     .help = "Says what changed and what needs a restart. A configuration that is invalid or does\n"
             "not fit changes nothing.",
     .result = ctl_print_reload},
    {.name = "events",
     .usage = "[-f] [--count N]",
     .summary = "what happened lately",
     .help = "  -f, --follow      go on with what happens next, until interrupted\n"
             "  -n, --count N     only the last N (with -f: 10, else all that are kept)",
     .follows = true,
     .item = ctl_print_event,
     .result = ctl_print_events},
    {.name = "stop",
     .usage = "",
     .summary = "end the server cleanly",
     .help = "Answers before the server ends.",
     .result = ctl_print_stopping},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

const struct ctl_command *ctl_command_at(unsigned position)
{
    return position < COMMAND_COUNT ? &commands[position] : NULL;
}

/** How many words of the list are the name; 0 when they are not. */
static unsigned words_matching(const char *name, char *const *words, unsigned count)
{
    unsigned taken = 0;
    while (taken < count && taken < NAME_WORDS_MAX) {
        size_t length = strcspn(name, " ");
        if (strlen(words[taken]) != length || memcmp(words[taken], name, length) != 0) {
            return 0;
        }
        taken++;
        if (name[length] == '\0') {
            return taken;
        }
        name += length + 1;
    }
    return 0;
}

const struct ctl_command *ctl_command_find(char *const *words, unsigned count, unsigned *ret_words)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        unsigned taken = words_matching(commands[i].name, words, count);
        if (taken != 0) {
            *ret_words = taken;
            return &commands[i];
        }
    }
    return NULL;
}

bool ctl_command_is_group(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strncmp(commands[i].name, word, length) == 0 && commands[i].name[length] == ' ') {
            return true;
        }
    }
    return false;
}

enum result ctl_request(const struct ctl_command *command, const struct ctl_arguments *arguments,
                        char line[CONTROL_LINE_BYTES + 2u], size_t *ret_size)
{
    json_t *request = json_pack("{s:s}", "command", command->name);
    if (request == NULL) {
        return REFUSED_MEMORY;
    }
    enum result result = OK;
    if (arguments->operand != NULL && strlen(arguments->operand) > CONTROL_LINE_BYTES) {
        result = REFUSED_LIMIT;
    } else if (arguments->operand != NULL &&
               json_object_set_new(request, command->member, json_string(arguments->operand)) !=
                   0) {
        result = ERROR_SYNTAX;
    } else if ((arguments->follow && json_object_set_new(request, "follow", json_true()) != 0) ||
               (arguments->counted &&
                json_object_set_new(request, "count", json_integer(arguments->count)) != 0)) {
        result = REFUSED_MEMORY;
    }
    size_t size = result == OK ? json_dumpb(request, line, CONTROL_LINE_BYTES, JSON_COMPACT) : 0;
    json_decref(request);
    if (result != OK) {
        return result;
    }
    if (size > CONTROL_LINE_BYTES) {
        return REFUSED_LIMIT;
    }
    if (size == 0) {
        return REFUSED_MEMORY;
    }
    line[size] = '\n';
    *ret_size = size + 1;
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_command.h"

#include "server/control/control_command.h"

#include <criterion/criterion.h>
#include <string.h>

static char line[CONTROL_LINE_BYTES + 2];

static const char *request(const char *name, const struct ctl_arguments *arguments)
{
    char *word = (char *)(uintptr_t)name;
    size_t size;
    const struct ctl_command *command = NULL;
    for (unsigned i = 0; (command = ctl_command_at(i)) != NULL; i++) {
        if (strcmp(command->name, word) == 0) {
            break;
        }
    }
    enum result result = ctl_request(command, arguments, line, &size);
    if (result != OK) {
        return result_name(result);
    }
    cr_assert_eq(line[size - 1], '\n');
    line[size - 1] = '\0';
    return line;
}

Test(ctl_command, every_command_is_one_of_the_servers, .timeout = 10)
{
    const struct ctl_command *command;
    unsigned count = 0;
    for (; (command = ctl_command_at(count)) != NULL; count++) {
        const struct control_command *served = control_command_find(command->name);
        cr_assert_not_null(served, "%s", command->name);
        cr_assert_eq(served->needs != 0, command->operand == CTL_OPERAND_NEEDED);
        cr_assert_eq((served->takes & CONTROL_TAKES_FOLLOW) != 0, command->follows);
        cr_assert(command->operand == CTL_OPERAND_NONE || command->member != NULL);
    }
    cr_assert_eq(count, 10); /* all but help, which needs no server */
}

Test(ctl_command, words, .timeout = 10)
{
    char *words[] = {(char *)"zone", (char *)"reload", (char *)"x"};
    unsigned taken = 0;
    cr_assert_str_eq(ctl_command_find(words, 3, &taken)->name, "zone reload");
    cr_assert_eq(taken, 2);
    cr_assert_null(ctl_command_find(words, 1, &taken));
    cr_assert_null(ctl_command_find(words, 0, &taken));
    cr_assert(ctl_command_is_group("zone"));
    cr_assert_not(ctl_command_is_group("zones"));
    cr_assert_not(ctl_command_is_group("status"));
}

Test(ctl_command, requests, .timeout = 10)
{
    struct ctl_arguments none = {0};
    struct ctl_arguments zone = {.operand = "a\"b.example"};
    struct ctl_arguments events = {.follow = true, .counted = true, .count = UINT32_MAX};
    cr_assert_str_eq(request("status", &none), "{\"command\":\"status\"}");
    cr_assert_str_eq(request("zone write", &zone),
                     "{\"command\":\"zone write\",\"zone\":\"a\\\"b.example\"}");
    cr_assert_str_eq(request("events", &events),
                     "{\"command\":\"events\",\"follow\":true,\"count\":4294967295}");
    cr_assert_str_eq(request("events", &none), "{\"command\":\"events\"}");
    struct ctl_arguments bytes = {.operand = "\xff"};
    cr_assert_str_eq(request("stats", &bytes), result_name(ERROR_SYNTAX));
}

Test(ctl_command, the_longest_request, .timeout = 10)
{
    static char operand[CONTROL_LINE_BYTES + 2];
    struct ctl_arguments arguments = {.operand = operand};
    size_t around = strlen("{\"command\":\"stats\",\"pattern\":\"\"}");
    memset(operand, 'x', sizeof operand - 1);
    operand[CONTROL_LINE_BYTES - around] = '\0';
    cr_assert_eq(strlen(request("stats", &arguments)), CONTROL_LINE_BYTES);
    operand[CONTROL_LINE_BYTES - around] = 'x';
    operand[CONTROL_LINE_BYTES - around + 1] = '\0';
    cr_assert_str_eq(request("stats", &arguments), result_name(REFUSED_LIMIT));
    operand[CONTROL_LINE_BYTES - around + 1] = 'x';
    cr_assert_str_eq(request("stats", &arguments), result_name(REFUSED_LIMIT));
}

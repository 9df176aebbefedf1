// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

Test(control_command, the_table_has_each_command_once, .timeout = 10)
{
    const struct control_command *command;
    uint32_t count = 0;
    for (; (command = control_command_at(count)) != NULL; count++) {
        cr_assert_eq(control_command_find(command->name), command);
        cr_assert_not_null(command->step);
        cr_assert_neq(command->summary[0], '\0');
        cr_assert_eq(command->needs & ~command->takes, 0);
    }
    cr_assert_eq(count, 11);
    cr_assert_null(control_command_at(UINT32_MAX));
    cr_assert_null(control_command_find(""));
    cr_assert_null(control_command_find("Status"));
}

Test(control_command, near_misses_are_suggested, .timeout = 10)
{
    cr_assert_str_eq(control_command_suggest("stat"), "stats");
    cr_assert_str_eq(control_command_suggest("zone relod"), "zone reload");
    cr_assert_str_eq(control_command_suggest("zone-status"), "zone status");
    cr_assert_str_eq(control_command_suggest("relaod"), "reload");
    cr_assert_null(control_command_suggest(""));
    cr_assert_null(control_command_suggest("x"));
    cr_assert_null(control_command_suggest("flush the cache"));
    cr_assert_null(control_command_suggest("statusstatusstatusstatus!"));
}

static enum result read_arguments(const char *name, const char *text,
                                  struct control_arguments *ret_arguments)
{
    struct control_problem problem = {""};
    json_t *request = json_loads(text, 0, NULL);
    cr_assert_not_null(request, "%s", text);
    enum result result =
        control_arguments_read(control_command_find(name), request, ret_arguments, &problem);
    json_decref(request);
    cr_assert_eq(result == OK, problem.text[0] == '\0', "%s: %s", text, problem.text);
    return result;
}

Test(control_command, arguments, .timeout = 10)
{
    struct control_arguments arguments;
    cr_assert_eq(read_arguments("status", "{\"command\":\"\"}", &arguments), OK);
    cr_assert_eq(arguments.given, 0);
    cr_assert_eq(read_arguments("zone status", "{\"command\":\"\",\"zone\":\"a.b\"}", &arguments),
                 OK);
    cr_assert(name_equal(arguments.zone.bytes, (const uint8_t *)"\1a\1b"));
    cr_assert_eq(read_arguments("events", "{\"command\":\"\",\"follow\":true,\"count\":4294967295}",
                                &arguments),
                 OK);
    cr_assert(arguments.follow);
    cr_assert_eq(arguments.count, UINT32_MAX);
    static const char *const wrong[][2] = {
        {"zone status", "{\"command\":\"\"}"},
        {"zone status", "{\"command\":\"\",\"zone\":7}"},
        {"zone status", "{\"command\":\"\",\"zone\":\"a..b\"}"},
        {"zone status", "{\"command\":\"\",\"zone\":\"\"}"},
        {"events", "{\"command\":\"\",\"follow\":1}"},
        {"events", "{\"command\":\"\",\"count\":-1}"},
        {"events", "{\"command\":\"\",\"count\":4294967296}"},
        {"events", "{\"command\":\"\",\"count\":\"3\"}"},
        {"stats", "{\"command\":\"\",\"pattern\":[]}"},
        {"status", "{\"command\":\"\",\"zone\":\"a\"}"},
        {"status", "{\"command\":\"\",\"colour\":\"red\"}"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_eq(read_arguments(wrong[i][0], wrong[i][1], &arguments), ERROR_SYNTAX, "%s",
                     wrong[i][1]);
    }
}

Test(control_command, the_longest_pattern, .timeout = 10)
{
    struct control_arguments arguments;
    char text[256];
    char pattern[CONTROL_PATTERN_BYTES + 1];
    memset(pattern, 'x', sizeof pattern);
    pattern[CONTROL_PATTERN_BYTES] = '\0';
    snprintf(text, sizeof text, "{\"command\":\"\",\"pattern\":\"%s\"}", pattern);
    cr_assert_eq(read_arguments("stats", text, &arguments), ERROR_SYNTAX);
    snprintf(text, sizeof text, "{\"command\":\"\",\"pattern\":\"%s\"}", pattern + 1);
    cr_assert_eq(read_arguments("stats", text, &arguments), OK);
    cr_assert_str_eq(arguments.pattern, pattern + 1);
}

static const struct {
    const char *pattern;
    const char *text;
    bool matches;
} patterns[] = {
    {"", "", true},         {"", "a", false},     {"*", "", true},         {"*", "abc", true},
    {"?", "", false},       {"?", "a", true},     {"a*c", "abbc", true},   {"a*c", "abbd", false},
    {"*b*", "abc", true},   {"a", "A", false},    {"**", "x", true},       {"*a", "aab", false},
    {"a?c*", "abcd", true}, {"abc", "ab", false}, {"*aab", "aaaab", true},
};

Test(control_command, patterns, .timeout = 10)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        cr_assert_eq(control_pattern_matches(patterns[i].pattern, patterns[i].text),
                     patterns[i].matches, "%s on %s", patterns[i].pattern, patterns[i].text);
    }
    char pattern[CONTROL_PATTERN_BYTES];
    char text[128];
    for (unsigned i = 0; i < sizeof pattern - 1; i++) {
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    }
    pattern[sizeof pattern - 2] = '\0'; /* it ends in 'a' */
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    text[sizeof text - 2] = 'b';
    cr_assert_not(control_pattern_matches(pattern + 1, text), "in no time");
}

Test(control_command, help_lists_all, .timeout = 20)
{
    fixture_open();
    fixture_expect(fixture_ask("{\"command\":\"help\"}"), "{\"count\":11}");
    fixture_expect(fixture.reply, "\"command\":\"zone reload\",\"arguments\":\"NAME\"");
    fixture_end();
}

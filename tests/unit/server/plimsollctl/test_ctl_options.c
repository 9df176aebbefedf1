// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_options.h"
#include "tests/unit/server/plimsollctl/ctl_fixture.h"

#define WORDS 8

static struct ctl_options options;

static enum result parse(const char *const *words, struct ctl_paper *err)
{
    char *argv[WORDS + 1] = {(char *)"plimsollctl"};
    int argc = 1;
    for (; argc <= WORDS && words[argc - 1] != NULL; argc++) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    }
    return ctl_options_parse(argc, argv, err->file, &options);
}

static const struct {
    const char *words[WORDS];
    const char *command;
    const char *operand;
    const char *socket;
    bool json;
    bool follow;
    bool counted;
    uint32_t count;
} good[] = {
    {{"status"}, "status", NULL, NULL},
    {{"--json", "status"}, "status", NULL, NULL, true},
    {{"status", "--json"}, "status", NULL, NULL, true},
    {{"-s", "/x", "zones"}, "zones", NULL, "/x"},
    {{"--socket=/x", "zones"}, "zones", NULL, "/x"},
    {{"zones", "--socket", "/x"}, "zones", NULL, "/x"},
    {{"stats"}, "stats", NULL, NULL},
    {{"stats", "queries*"}, "stats", "queries*", NULL},
    {{"zone", "status", "a.example"}, "zone status", "a.example", NULL},
    {{"zone", "reload", "--", "-a.example"}, "zone reload", "-a.example", NULL},
    {{"zone", "write", "status"}, "zone write", "status", NULL},
    {{"events"}, "events", NULL, NULL},
    {{"events", "-f"}, "events", NULL, NULL, .follow = true},
    {{"events", "--follow", "--count", "3"}, "events", NULL, NULL, false, true, true, 3},
    {{"events", "-n", "0"}, "events", NULL, NULL, .counted = true},
    {{"events", "--count=4294967295"}, "events", .counted = true, .count = UINT32_MAX},
    {{"reload"}, "reload", NULL, NULL},
    {{"stop"}, "stop", NULL, NULL},
    {{"budget"}, "budget", NULL, NULL},
};

static void same(const char *a, const char *b)
{
    cr_assert_eq(a == NULL, b == NULL);
    if (a != NULL) {
        cr_assert_str_eq(a, b);
    }
}

Test(ctl_options, what_is_understood, .timeout = 10)
{
    struct ctl_paper err;
    ctl_paper_open(&err);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert_eq(parse(good[i].words, &err), OK, "%zu: %s", i, ctl_paper_text(&err));
        cr_assert_eq(options.action, CTL_ACTION_COMMAND);
        same(options.command->name, good[i].command);
        same(options.arguments.operand, good[i].operand);
        same(options.socket, good[i].socket);
        cr_assert_eq(options.json, good[i].json);
        cr_assert_eq(options.arguments.follow, good[i].follow);
        cr_assert_eq(options.arguments.counted, good[i].counted);
        cr_assert_eq(options.arguments.count, good[i].count);
    }
    cr_assert_str_eq(ctl_paper_text(&err), "");
    ctl_paper_close(&err);
}

static const struct {
    const char *words[WORDS];
    const char *complaint;
} wrong[] = {
    {{NULL}, "which command?"},
    {{"stauts"}, "unknown command: stauts"},
    {{"zone"}, "unknown or unfinished command: zone"},
    {{"zone", "relod", "x"}, "unknown or unfinished command: relod"},
    {{"zone", "status"}, "the name of the zone is missing"},
    {{"zone", "status", "a", "b"}, "one word too many: b"},
    {{"status", "x"}, "one word too many: x"},
    {{"stats", "x", "y"}, "one word too many: y"},
    {{"status", "-f"}, "belong to events, not to: status"},
    {{"zones", "--count", "1"}, "belong to events, not to: zones"},
    {{"events", "--count"}, "a number belongs to: --count"},
    {{"events", "--count", "-1"}, "a number belongs to: --count"},
    {{"events", "-n", "x"}, "a number belongs to: -n"},
    {{"events", "-n", "1x"}, "not a number from 0 to 4294967295: 1x"},
    {{"events", "-n", "4294967296"}, "not a number from 0 to 4294967295: 4294967296"},
    {{"-s"}, "a path belongs to: -s"},
    {{"--socket=", "status"}, "a path belongs to: --socket="},
    {{"--jsno", "status"}, "unknown option: --jsno"},
    {{"--counter", "events"}, "unknown option: --counter"},
    {{"help", "nonsense"}, "unknown command: nonsense"},
    {{"nonsense", "--help"}, "unknown command: nonsense"},
};

Test(ctl_options, what_is_not, .timeout = 10)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ctl_paper err;
        ctl_paper_open(&err);
        cr_assert_eq(parse(wrong[i].words, &err), ERROR_SYNTAX, "%zu", i);
        cr_assert_not_null(strstr(ctl_paper_text(&err), wrong[i].complaint), "%zu: %s", i,
                           ctl_paper_text(&err));
        ctl_paper_close(&err);
    }
}

static const struct {
    const char *words[WORDS];
    const char *command;
} helps[] = {
    {{"help"}, NULL},
    {{"--help"}, NULL},
    {{"-h"}, NULL},
    {{"help", "zone"}, NULL},
    {{"zone", "--help"}, NULL},
    {{"help", "zone", "reload"}, "zone reload"},
    {{"zone", "reload", "--help"}, "zone reload"},
    {{"zone", "reload", "a.example", "-h"}, "zone reload"},
    {{"events", "-f", "--help"}, "events"},
};

Test(ctl_options, helps, .timeout = 10)
{
    struct ctl_paper err;
    ctl_paper_open(&err);
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
        cr_assert_eq(parse(helps[i].words, &err), OK, "%zu: %s", i, ctl_paper_text(&err));
        cr_assert_eq(options.action, CTL_ACTION_HELP);
        same(options.command == NULL ? NULL : options.command->name, helps[i].command);
        struct ctl_paper out;
        ctl_paper_open(&out);
        ctl_help(out.file, options.command);
        cr_assert_not_null(strstr(ctl_paper_text(&out), "Usage: plimsollctl"));
        cr_assert_not_null(strstr(ctl_paper_text(&out),
                                  helps[i].command != NULL ? helps[i].command : "Exit status"));
        ctl_paper_close(&out);
    }
    static const char *const version[] = {"--version", NULL};
    cr_assert_eq(parse(version, &err), OK);
    cr_assert_eq(options.action, CTL_ACTION_VERSION);
    ctl_paper_close(&err);
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/config/config_fixture.h"

TestSuite(config_problem, .timeout = 60);

Test(config_problem, a_line_for_each_kind_of_place)
{
    static struct config_problems list;
    char text[128];
    config_problem_add(&list, (struct config_place){"a.yaml", 3, 7}, "limits.memory", "too %s",
                       "small");
    config_problem_add(&list, (struct config_place){"a.yaml", 0, 0}, "", "cannot open");
    config_problem_add(&list, (struct config_place){"a.yaml", 0, 0}, "include", "none");
    config_problem_add(&list, (struct config_place){"a.yaml", 1, 1}, "", "not YAML");
    cr_assert_eq(list.count, 4);
    cr_assert_eq(config_problems_kept(&list), 4);
    cr_expect_str_eq(config_problem_text(&list.items[0], text, sizeof text),
                     "a.yaml:3:7: limits.memory: too small");
    cr_expect_str_eq(config_problem_text(&list.items[1], text, sizeof text), "a.yaml: cannot open");
    cr_expect_str_eq(config_problem_text(&list.items[2], text, sizeof text),
                     "a.yaml: include: none");
    cr_expect_str_eq(config_problem_text(&list.items[3], text, sizeof text),
                     "a.yaml:1:1: not YAML");
    cr_expect_str_eq(config_problem_text(&list.items[0], text, 7), "a.yaml");
}

Test(config_problem, what_is_too_long_is_cut)
{
    static struct config_problems list;
    char longest[1000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    config_problem_add(&list, (struct config_place){longest, 1, 1}, longest, "%s", longest);
    cr_expect_eq(strlen(list.items[0].file), CONFIG_PROBLEM_FILE_MAX - 1);
    cr_expect_eq(strlen(list.items[0].key), CONFIG_PROBLEM_KEY_MAX - 1);
    cr_expect_eq(strlen(list.items[0].text), CONFIG_PROBLEM_TEXT_MAX - 1);
}

static void add(struct config_problems *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        config_problem_add(list, (struct config_place){"f", i + 1, 1}, "k", "t");
    }
}

static void printed(const struct config_problems *list, char *text, size_t size)
{
    memset(text, 0, size);
    FILE *out = fmemopen(text, size - 1, "w");
    cr_assert_not_null(out);
    config_problems_print(list, out);
    fclose(out);
}

Test(config_problem, twenty_are_kept_and_the_rest_counted)
{
    static struct config_problems list;
    static char text[4096];
    printed(&list, text, sizeof text);
    cr_expect_str_eq(text, "");
    add(&list, CONFIG_PROBLEMS_MAX);
    cr_expect_eq(config_problems_kept(&list), 20);
    printed(&list, text, sizeof text);
    cr_expect_not_null(strstr(text, "f:20:1: k: t\n"));
    cr_expect_null(strstr(text, "further"));
    add(&list, 1);
    cr_expect_eq(list.count, 21);
    cr_expect_eq(config_problems_kept(&list), 20);
    printed(&list, text, sizeof text);
    cr_expect_not_null(strstr(text, "f:20:1: k: t\n… and 1 further problems\n"));
    list.count = UINT32_MAX;
    add(&list, 1);
    cr_expect_eq(list.count, UINT32_MAX);
}

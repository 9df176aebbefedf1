// SPDX-License-Identifier: Apache-2.0
#include "server/config/section.h"

#include "tests/unit/server/config/config_fixture.h"

TestSuite(section, .timeout = 60);

Test(section, a_key_that_is_unknown_and_what_it_may_mean)
{
    config_bad("limits:\n  memry: 64MiB\n", ERROR_SEMANTICS,
               "2:3: limits.memry: unknown key; did you mean `memory`?");
    config_bad("limits:\n  elephants: 3\n", ERROR_SEMANTICS, "2:3: limits.elephants: unknown key");
    config_bad("zones:\n  - { name: a, type: primary, file: f, fiel: g }\n", ERROR_SEMANTICS,
               "2:40: zones.fiel: unknown key; did you mean `file`?");
    /* Keys of what does not exist yet are as unknown as any. */
    config_bad("limits:\n  cache: 64MiB\n", ERROR_SEMANTICS, "2:3: limits.cache: unknown key");
}

Test(section, a_key_that_is_missing)
{
    config_bad("zones:\n  - { name: a, type: primary }\n", ERROR_SEMANTICS,
               "2:5: zones: the key `file` is missing: expected the path of a master file");
    config_bad("zones:\n  - { type: primary, file: f }\n", ERROR_SEMANTICS,
               "2:5: zones: the key `name` is missing: expected a domain name");
    config_bad("zones:\n  - { name: a, file: f }\n", ERROR_SEMANTICS,
               "2:5: zones: the key `type` is missing: expected `primary`");
}

Test(section, something_else_than_a_mapping)
{
    config_bad("limits: 5\n", ERROR_SEMANTICS,
               "1:9: limits: expected keys and their values, found \"5\"");
    config_bad("limits: [5]\n", ERROR_SEMANTICS,
               "1:9: limits: expected keys and their values, found a list");
    config_bad("zones: [a]\n", ERROR_SEMANTICS,
               "1:9: zones: expected keys and their values, found \"a\"");
    config_bad("log:\n  level: { a: b }\n", ERROR_SEMANTICS,
               "2:10: log.level: expected `error`, `warning`, `notice` or `info`, found a mapping");
}

Test(section, all_problems_in_one_run)
{
    struct config *config = NULL;
    cr_expect_eq(config_open_text("limits:\n  memory: 1\n  jobs: 0\n  workers: many\n"
                                  "log:\n  level: loud\nserved: {}\n",
                                  ".", &problems, &config),
                 ERROR_SEMANTICS);
    cr_expect_eq(problems.count, 5);
    cr_expect_str_eq(problem_line(0),
                     "embedded default:2:11: limits.memory: expected a size such as 256MiB, at "
                     "least 16MiB, found \"1\"");
    cr_expect_str_eq(problem_line(4),
                     "embedded default:7:1: served: unknown section; did you mean `server`?");
}

Test(section, more_than_are_kept)
{
    struct config *config = NULL;
    for (unsigned count = CONFIG_PROBLEMS_MAX; count <= CONFIG_PROBLEMS_MAX + 1; count++) {
        char text[1024] = "limits:\n";
        for (unsigned i = 0; i < count; i++) {
            sprintf(text + strlen(text), "  unknown-%u: 1\n", i);
        }
        cr_expect_eq(config_open_text(text, ".", &problems, &config), ERROR_SEMANTICS);
        cr_expect_eq(problems.count, count);
        cr_expect_eq(config_problems_kept(&problems), CONFIG_PROBLEMS_MAX);
    }
}

Test(section, long_keys_and_values_are_cut_in_messages)
{
    char text[600] = "limits:\n  ";
    struct config *config = NULL;
    memset(text + strlen(text), 'k', 120);
    strcat(text, ": 1\n  jobs: ");
    memset(text + strlen(text), '7', 120);
    cr_expect_eq(config_open_text(text, ".", &problems, &config), ERROR_SEMANTICS);
    cr_expect_eq(problems.count, 2);
    cr_expect_eq(strlen(problems.items[0].key), CONFIG_PROBLEM_KEY_MAX - 1);
    cr_expect_not_null(strstr(problems.items[1].text, "found \"7777"));
    cr_expect_lt(strlen(problems.items[1].text), 100);
}

/* The reader alone, over a table of its own. */
static enum result take_text(const struct section_reader *reader, const struct key_spec *key,
                             const struct yaml_node *value, void *field)
{
    if (strcmp(value->text, "full") == 0) {
        return section_full(reader, value);
    }
    if (strcmp(value->text, "bad") == 0) {
        return section_problem(reader, key, value);
    }
    *(char *)field = value->text[0];
    return OK;
}

Test(section, a_field_of_its_own)
{
    static char room[128 * 1024] __attribute__((aligned(16)));
    static const struct key_spec keys[] = {{"a", take_text, 0, .expected = "a text"},
                                           {"b", take_text, 1, .expected = "a text"},
                                           {NULL}};
    struct arena arena;
    struct yaml_tree tree;
    char fields[2] = "--";
    problems.count = 0;
    arena_init(&arena, room, sizeof room);
    cr_assert_eq(yaml_tree_read_text(&tree, &arena, "t", "b: x\n", &problems), OK);
    struct section_reader reader = {&tree, &arena, &problems, NULL};
    cr_expect_eq(section_read(&reader, "s", keys, tree.root, fields), OK);
    cr_expect_eq(fields[0], '-', "an absent key leaves its field as it is");
    cr_expect_eq(fields[1], 'x');
    cr_assert_eq(yaml_tree_read_text(&tree, &arena, "t", "a: full\nb: bad\n", &problems), OK);
    cr_expect_eq(section_read(&reader, "s", keys, tree.root, fields), REFUSED_MEMORY,
                 "the first failure");
    cr_expect_eq(problems.count, 2);
    cr_expect_str_eq(problem_line(0),
                     "t:1:4: the configuration is larger than its memory account allows");
    cr_expect_str_eq(problem_line(1), "t:2:4: s.b: expected a text, found \"bad\"");
    cr_assert_eq(yaml_tree_read_text(&tree, &arena, "t", "c: x\n", &problems), OK);
    cr_expect_eq(section_read(&reader, "", keys, tree.root, fields), ERROR_SEMANTICS);
    cr_expect_str_eq(problem_line(2), "t:1:1: c: unknown key; did you mean `a`?");
}

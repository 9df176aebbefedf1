// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_tree.h"

#include "alloc/fault.h"
#include "tests/unit/server/config/config_fixture.h"

TestSuite(yaml_tree, .timeout = 60);

static char room[512 * 1024] __attribute__((aligned(16)));
static struct arena arena;
static struct yaml_tree tree;

static enum result read_text(const char *text)
{
    problems.count = 0;
    arena_init(&arena, room, sizeof room);
    return yaml_tree_read_text(&tree, &arena, "t", text, &problems);
}

static void refused(const char *text, enum result expected, const char *line)
{
    enum result result = read_text(text);
    cr_expect_eq(result, expected, "%s: %s", text, result_name(result));
    cr_expect_eq(problems.count, 1, "%s", text);
    cr_expect_str_eq(problem_line(0), line);
}

Test(yaml_tree, nodes_know_where_they_stood)
{
    cr_assert_eq(read_text("a: 1\nb:\n  - x\n  - \"y\"\nc: { d: e }\n"), OK);
    const struct yaml_node *root = tree.root;
    cr_assert_eq(root->kind, YAML_MAPPING);
    const struct yaml_node *a = yaml_get(root, "a");
    cr_assert_not_null(a);
    cr_expect_str_eq(a->text, "1");
    cr_expect_eq(a->length, 1);
    cr_expect_eq(a->line, 1);
    cr_expect_eq(a->column, 4);
    cr_expect_str_eq(yaml_place(&tree, a).file, "t");
    const struct yaml_node *b = yaml_get(root, "b");
    cr_assert_eq(b->kind, YAML_SEQUENCE);
    cr_expect_not(b->first->quoted);
    cr_expect_str_eq(b->first->next->text, "y");
    cr_expect(b->first->next->quoted);
    cr_expect_eq(b->first->next->line, 4);
    cr_expect_eq(b->first->next->column, 5);
    cr_expect_null(b->first->next->next);
    cr_expect_str_eq(yaml_get(yaml_get(root, "c"), "d")->text, "e");
    cr_expect_null(yaml_get(root, "d"));
    cr_expect_null(yaml_get(NULL, "d"));
    cr_expect_null(yaml_get(b, "d"), "no mapping");
}

Test(yaml_tree, nothing_is_an_empty_configuration)
{
    static const char *const texts[] = {"", "\n", "# a remark", "---\n...\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_expect_eq(read_text(texts[i]), OK, "%s", texts[i]);
        cr_expect_null(tree.root, "%s", texts[i]);
    }
    cr_expect_eq(read_text("{}"), OK);
    cr_expect_null(tree.root->first);
}

Test(yaml_tree, what_a_configuration_has_no_place_for)
{
#define DECORATED "anchors, aliases and tags have no place in a configuration"
    refused("a: &x 1\n", ERROR_SYNTAX, "t:1:4: " DECORATED);
    refused("a: *x\n", ERROR_SYNTAX, "t:1:4: " DECORATED);
    refused("a: !!str 1\n", ERROR_SYNTAX, "t:1:4: " DECORATED);
    refused("a: !own [1]\n", ERROR_SYNTAX, "t:1:4: " DECORATED);
    refused("a: &x { b: c }\n", ERROR_SYNTAX, "t:1:4: " DECORATED);
    refused("a: 1\n---\nb: 1\n", ERROR_SYNTAX,
            "t:2:1: a second document: one file is one document");
    refused("? [a]\n: 1\n", ERROR_SYNTAX, "t:1:3: a key must be a plain word");
    refused("a: 1\nb: 2\na: 3\n", ERROR_SYNTAX,
            "t:3:1: a: set twice in one place: first at line 1");
    refused("z:\n - { a: 1, a: 2 }\n", ERROR_SYNTAX,
            "t:2:12: a: set twice in one place: first at line 2");
    refused("- a\n", ERROR_SYNTAX,
            "t:1:1: expected sections such as `server:` and `zones:` at the top");
    refused("word\n", ERROR_SYNTAX,
            "t:1:1: expected sections such as `server:` and `zones:` at the top");
    refused("a: \"x\\0y\"\n", ERROR_SYNTAX, "t:1:4: a NUL character");
    refused("include: [x]\n", ERROR_SYNTAX, "t:1:10: include: only a file may include");
}

Test(yaml_tree, what_is_not_yaml)
{
    refused("a: [1\n", ERROR_SYNTAX,
            "t:2:1: not YAML: did not find expected ',' or ']' while parsing a flow sequence");
    refused("a: 1\n b: 2\n", ERROR_SYNTAX,
            "t:2:3: not YAML: mapping values are not allowed in this context");
    refused("a:\n\t- b\n", ERROR_SYNTAX,
            "t:2:1: not YAML: found character that cannot start any token while scanning for the "
            "next token");
    refused("a: \xff\n", ERROR_SYNTAX, "t: not YAML: invalid leading UTF-8 octet");
    refused("a: \xc3(\n", ERROR_SYNTAX, "t: not YAML: invalid trailing UTF-8 octet");
    refused("a: \x01\n", ERROR_SYNTAX, "t: not YAML: control characters are not allowed");
}

static void nested(char *text, unsigned depth)
{
    text[0] = '\0';
    strcat(text, "{ a: ");
    for (unsigned i = 1; i < depth; i++) {
        strcat(text, "[");
    }
    strcat(text, "x");
    for (unsigned i = 1; i < depth; i++) {
        strcat(text, "]");
    }
    strcat(text, " }\n");
}

Test(yaml_tree, eight_deep_and_no_deeper)
{
    char text[4096];
    nested(text, YAML_DEPTH_MAX);
    cr_expect_eq(read_text(text), OK, "%s", problem_line(0));
    nested(text, YAML_DEPTH_MAX + 1);
    refused(text, ERROR_SYNTAX, "t:1:13: nested too deep");
    nested(text, 1500);
    refused(text, ERROR_SYNTAX, "t:1:13: nested too deep");
}

Test(yaml_tree, keys_in_one_place_are_bounded)
{
    static char text[8192];
    for (unsigned count = YAML_KEYS_MAX; count <= YAML_KEYS_MAX + 1; count++) {
        text[0] = '\0';
        for (unsigned i = 0; i < count; i++) {
            sprintf(text + strlen(text), "k%u: 1\n", i);
        }
        if (count == YAML_KEYS_MAX) {
            cr_expect_eq(read_text(text), OK);
        } else {
            refused(text, REFUSED_LIMIT, "t:257:1: more than 256 keys in one place");
        }
    }
}

Test(yaml_tree, every_size_of_arena_up_to_the_one_that_fits)
{
    static const char text[] = "a: [1, 2, { b: c }]\nd: e\n";
    size_t size = 16;
    enum result result = REFUSED_MEMORY;
    for (; size < sizeof room && result != OK; size += 16) {
        problems.count = 0;
        arena_init(&arena, room, size);
        result = yaml_tree_read_text(&tree, &arena, "t", text, &problems);
        cr_assert(result == OK || (result == REFUSED_MEMORY && problems.count == 1),
                  "%zu bytes: %s, %u problems", size, result_name(result), problems.count);
    }
    cr_expect_eq(result, OK);
    cr_expect_leq(size, yaml_tree_cost_bytes(strlen(text)));
}

Test(yaml_tree, what_is_held_while_parsing_is_given_back_or_refused)
{
    size_t before = ledger_read(ACCOUNT_LIBRARIES).used_bytes;
    cr_assert_eq(read_text("a: 1\n"), OK);
    cr_expect_eq(ledger_read(ACCOUNT_LIBRARIES).used_bytes, before);
    for (size_t room_bytes = 0; room_bytes <= 1024; room_bytes = room_bytes * 2 + 16) {
        ledger_limit_set(ACCOUNT_LIBRARIES, before + room_bytes);
        refused("a: 1\n", REFUSED_MEMORY, "t: no memory to parse it: limits.libraries is full");
        cr_expect_eq(ledger_read(ACCOUNT_LIBRARIES).used_bytes, before);
    }
    ledger_limit_set(ACCOUNT_LIBRARIES, SIZE_MAX);
    cr_expect_eq(read_text("a: 1\n"), OK);
}

Test(yaml_tree, files_that_cannot_be_read)
{
    char directory[64];
    char path[128];
    directory_make(directory);
    problems.count = 0;
    arena_init(&arena, room, sizeof room);
    snprintf(path, sizeof path, "%s/absent", directory);
    cr_expect_eq(yaml_tree_read_file(&tree, &arena, path, &problems), ERROR_IO);
    cr_expect_str_eq(problems.items[0].text, "cannot open: No such file or directory");
    cr_expect_str_eq(problems.items[0].file, path);
    problems.count = 0;
    cr_expect_eq(yaml_tree_read_file(&tree, &arena, directory, &problems), ERROR_IO);
    cr_expect_str_eq(problems.items[0].text, "cannot read: Is a directory");
    file_make(directory, "f", "a: 1\n");
    snprintf(path, sizeof path, "%s/f", directory);
    fault_arm(FAULT_READ, 1, 1);
    bool injected = fault_strikes(FAULT_READ);
    for (unsigned n = 1; injected && n <= 3; n++) {
        problems.count = 0;
        arena_init(&arena, room, sizeof room);
        fault_arm(FAULT_READ, n, 1);
        cr_expect_eq(yaml_tree_read_file(&tree, &arena, path, &problems), ERROR_IO, "%u", n);
        cr_expect_str_eq(problems.items[0].text, n == 1 ? "cannot open: Input/output error"
                                                        : "cannot read: Input/output error");
    }
    fault_disarm_all();
    problems.count = 0;
    cr_expect_eq(yaml_tree_read_file(&tree, &arena, path, &problems), OK);
    cr_expect_eq(problems.count, 0);
    directory_remove(directory);
}

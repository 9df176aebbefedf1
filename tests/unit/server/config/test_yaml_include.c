// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_include.h"

#include "tests/unit/server/config/config_fixture.h"

static char directory[64];

static void setup(void)
{
    directory_make(directory);
}

static void teardown(void)
{
    directory_remove(directory);
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
}

TestSuite(yaml_include, .init = setup, .fini = teardown, .timeout = 60);

static enum result open_main(struct config **ret_config)
{
    char path[128];
    snprintf(path, sizeof path, "%s/main.yaml", directory);
    return config_open(path, &problems, ret_config);
}

static struct config *open_good(void)
{
    struct config *config = NULL;
    enum result result = open_main(&config);
    cr_assert_eq(result, OK, "%s: %s", result_name(result), problem_line(0));
    return config;
}

/* One problem; %D in `line` stands for the directory. */
static void open_bad(enum result expected, const char *line)
{
    struct config *config = NULL;
    char whole[512] = "";
    for (const char *at = line; *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 'D') {
            strcat(whole, directory);
            at++;
        } else {
            strncat(whole, at, 1);
        }
    }
    enum result result = open_main(&config);
    cr_expect_eq(result, expected, "%s", result_name(result));
    cr_expect_eq(problems.count, 1);
    cr_expect_str_eq(problem_line(0), whole);
}

static void subdirectory(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    cr_assert_eq(mkdir(path, 0700), 0);
}

Test(yaml_include, lists_are_joined_and_sections_merged)
{
    subdirectory("conf.d");
    file_make(directory, "main.yaml",
              "include: [\"conf.d/*.yaml\", more.yaml]\n"
              "limits: { jobs: 3 }\n"
              "zones:\n  - { name: a, type: primary, file: a.zone }\n");
    file_make(directory, "conf.d/2.yaml", "zones: [ { name: c, type: primary, file: c.zone } ]\n");
    file_make(directory, "conf.d/1.yaml", "zones: [ { name: b, type: primary, file: b.zone } ]\n");
    file_make(directory, "conf.d/9.txt", "not ours\n");
    file_make(directory, "more.yaml", "limits: { workers: 2 }\nlog: { format: json }\n");
    struct config *config = open_good();
    char path[128];
    cr_assert_eq(config->zone_count, 3);
    snprintf(path, sizeof path, "%s/a.zone", directory);
    cr_expect_str_eq(config->zones[0].file, path);
    snprintf(path, sizeof path, "%s/conf.d/b.zone", directory);
    cr_expect_str_eq(config->zones[1].file, path, "relative to its own file, sorted by name");
    cr_expect_eq(config->limits.jobs, 3);
    cr_expect_eq(config->limits.workers, 2);
    cr_expect_eq(config->log.format, LOG_JSON);
    cr_expect_eq(config->file_count, 4);
    cr_expect_eq(config->zone_places[1].file, 1);
    config_close(config);
}

Test(yaml_include, a_pattern_may_match_nothing_but_a_name_may_not)
{
    file_make(directory, "main.yaml", "include: [\"conf.d/*.yaml\", \"?.yaml\", \"[ab].yaml\"]\n");
    config_close(open_good());
    file_make(directory, "main.yaml", "include: [absent.yaml]\n");
    open_bad(ERROR_IO, "%D/main.yaml:1:11: include: absent.yaml: no such file");
    file_make(directory, "main.yaml", "include: []\n");
    config_close(open_good());
}

Test(yaml_include, an_absolute_path)
{
    char text[256];
    snprintf(text, sizeof text, "include: [\"%s/x.yaml\"]\n", directory);
    file_make(directory, "main.yaml", text);
    file_make(directory, "x.yaml", "limits: { jobs: 5 }\n");
    struct config *config = open_good();
    cr_expect_eq(config->limits.jobs, 5);
    config_close(config);
}

Test(yaml_include, a_directory_with_wildcards_in_its_name)
{
    subdirectory("a[b]*");
    file_make(directory, "a[b]*/main.yaml", "include: [x.yaml, \"y*.yaml\"]\n");
    file_make(directory, "a[b]*/x.yaml", "limits: { jobs: 5 }\n");
    file_make(directory, "a[b]*/y1.yaml", "limits: { workers: 5 }\n");
    char path[128];
    struct config *config = NULL;
    snprintf(path, sizeof path, "%s/a[b]*/main.yaml", directory);
    cr_assert_eq(config_open(path, &problems, &config), OK, "%s", problem_line(0));
    cr_expect_eq(config->limits.jobs, 5);
    cr_expect_eq(config->limits.workers, 5);
    config_close(config);
}

Test(yaml_include, a_key_twice_names_both_places)
{
    file_make(directory, "main.yaml", "include: [x.yaml]\nlimits: { jobs: 3 }\n");
    file_make(directory, "x.yaml", "\nlimits:\n  jobs: 4\n");
    open_bad(ERROR_SEMANTICS, "%D/x.yaml:3:3: limits.jobs: set twice: first at %D/main.yaml:2");
    file_make(directory, "x.yaml", "limits: []\n");
    open_bad(ERROR_SEMANTICS, "%D/x.yaml:1:1: limits: set twice: first at %D/main.yaml:2");
    file_make(directory, "x.yaml", "limits: 3\n");
    open_bad(ERROR_SEMANTICS, "%D/x.yaml:1:1: limits: set twice: first at %D/main.yaml:2");
}

Test(yaml_include, a_zone_twice_names_both_files)
{
    file_make(directory, "main.yaml",
              "include: [x.yaml]\nzones: [ { name: a, type: primary, file: f } ]\n");
    file_make(directory, "x.yaml", "zones: [ { name: a, type: primary, file: f } ]\n");
    open_bad(ERROR_SEMANTICS,
             "%D/x.yaml:1:1: zones.name: a. stands twice: first at %D/main.yaml:2");
}

Test(yaml_include, only_the_first_file_includes)
{
    file_make(directory, "main.yaml", "include: [x.yaml]\n");
    file_make(directory, "x.yaml", "include: [y.yaml]\n");
    open_bad(ERROR_SEMANTICS, "%D/x.yaml:1:1: include: an included file may not include");
    file_make(directory, "main.yaml", "include: [\"*.yaml\"]\n");
    file_make(directory, "x.yaml", "");
    open_bad(ERROR_SEMANTICS, "%D/main.yaml:1:1: include: an included file may not include");
}

Test(yaml_include, what_is_no_list_of_names)
{
    file_make(directory, "main.yaml", "include: x.yaml\n");
    open_bad(ERROR_SYNTAX,
             "%D/main.yaml:1:10: include: expected a list of files: [\"conf.d/*.yaml\"]");
    file_make(directory, "main.yaml", "include: [[x]]\n");
    open_bad(ERROR_SYNTAX, "%D/main.yaml:1:11: include: expected a file name or pattern");
    file_make(directory, "main.yaml", "include: [\"\"]\n");
    open_bad(ERROR_SYNTAX, "%D/main.yaml:1:11: include: expected a file name or pattern");
}

Test(yaml_include, problems_in_an_included_file)
{
    file_make(directory, "main.yaml", "include: [x.yaml]\n");
    file_make(directory, "x.yaml", "limits: [1\n");
    open_bad(ERROR_SYNTAX, "%D/x.yaml:2:1: not YAML: did not find expected ',' or ']' while "
                           "parsing a flow sequence");
    file_make(directory, "x.yaml", "limits:\n  jbs: 1\n");
    open_bad(ERROR_SEMANTICS, "%D/x.yaml:2:3: limits.jbs: unknown key; did you mean `jobs`?");
    subdirectory("d.yaml");
    file_make(directory, "main.yaml", "include: [d.yaml]\n");
    open_bad(ERROR_IO, "%D/d.yaml: cannot read: Is a directory");
}

Test(yaml_include, as_many_files_as_there_may_be)
{
    subdirectory("many");
    file_make(directory, "main.yaml", "include: [\"many/*\"]\n");
    for (unsigned i = 0; i < YAML_FILES_MAX - 1; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/%u", i);
        file_make(directory, name, "");
    }
    struct config *config = open_good();
    cr_expect_eq(config->file_count, YAML_FILES_MAX);
    config_close(config);
    file_make(directory, "many/9999", "");
    open_bad(REFUSED_LIMIT, "%D/many/9999: include: more than 1024 files");
}

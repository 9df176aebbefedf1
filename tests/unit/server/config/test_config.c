// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_tree.h"

#include "alloc/fault.h"
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

TestSuite(config, .init = setup, .fini = teardown, .timeout = 60);

static enum result open_file(const char *name, struct config **ret_config)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return config_open(path, &problems, ret_config);
}

Test(config, a_file_and_what_it_keeps)
{
    struct config *config = NULL;
    file_make(directory, "c.yaml", "zones: [ { name: a, type: primary, file: a.zone } ]\n");
    cr_assert_eq(open_file("c.yaml", &config), OK);
    char path[128];
    snprintf(path, sizeof path, "%s/a.zone", directory);
    cr_expect_str_eq(config->zones[0].file, path);
    cr_expect_eq(config->file_count, 1);
    cr_expect_gt(config->source_bytes, 0);
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, config->region.size_bytes);
    cr_expect_geq(config->region.size_bytes, config_cost_bytes(config->source_bytes));
    config_close(config);
    config_close(NULL);
}

Test(config, an_empty_file)
{
    struct config *config = NULL;
    file_make(directory, "c.yaml", "");
    cr_assert_eq(open_file("c.yaml", &config), OK);
    cr_expect_eq(config->zone_count, 0);
    config_close(config);
}

Test(config, what_cannot_be_opened)
{
    struct config *config = NULL;
    problems.count = 7; /* the caller's list need not be empty */
    cr_expect_eq(open_file("absent", &config), ERROR_IO);
    cr_expect_eq(problems.count, 1);
    cr_expect_str_eq(problems.items[0].text, "cannot open: No such file or directory");
    cr_expect_eq(config_open(directory, &problems, &config), ERROR_IO);
    cr_expect_str_eq(problems.items[0].text, "cannot read: Is a directory");
    cr_expect_null(config);
}

Test(config, a_file_that_is_too_large)
{
    struct config *config = NULL;
    char path[128];
    file_make(directory, "c.yaml", "limits: {}\n");
    snprintf(path, sizeof path, "%s/c.yaml", directory);
    cr_assert_eq(truncate(path, (off_t)YAML_FILE_BYTES_MAX + 1), 0);
    cr_expect_eq(open_file("c.yaml", &config), REFUSED_LIMIT);
    cr_expect_eq(problems.count, 1);
    cr_expect_str_eq(problems.items[0].text, "larger than 64 MiB");
}

/* Included files are not known before they are read: reading begins again with more room. */
Test(config, more_is_included_than_was_expected)
{
    struct config *config = NULL;
    file_make(directory, "c.yaml", "include: [zones.yaml]\n");
    char path[128];
    snprintf(path, sizeof path, "%s/zones.yaml", directory);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fprintf(file, "zones:\n");
    for (unsigned i = 0; i < 5000; i++) {
        fprintf(file, "  - { name: z%u, type: primary, file: z%u }\n", i, i);
    }
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(open_file("c.yaml", &config), OK, "%s", problem_line(0));
    cr_expect_eq(config->zone_count, 5000);
    cr_expect_lt(config->source_bytes, 1u << 20);
    config_close(config);
}

Test(config, the_account_says_no)
{
    struct config *config = NULL;
    file_make(directory, "c.yaml", "limits: { jobs: 3 }\n");
    ledger_limit_set(ACCOUNT_CONFIGURATION, 4096);
    cr_expect_eq(open_file("c.yaml", &config), REFUSED_MEMORY);
    cr_expect_eq(problems.count, 1);
    cr_expect_str_eq(problems.items[0].text,
                     "does not fit the memory account of the configuration");
    cr_expect_null(config);
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
    ledger_limit_set(ACCOUNT_CONFIGURATION, yaml_tree_cost_bytes(20) + 4096);
    cr_expect_eq(open_file("c.yaml", &config), REFUSED_MEMORY, "the second of the two regions");
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
    ledger_limit_set(ACCOUNT_CONFIGURATION, SIZE_MAX);
    cr_assert_eq(open_file("c.yaml", &config), OK);
    config_close(config);
}

/* What is dense beyond measure is refused by its account, with a problem, not by an assertion. */
Test(config, a_dense_text_under_a_limit)
{
    struct config *config = NULL;
    size_t size = 1u << 20;
    char *text = malloc(size + 64);
    cr_assert_not_null(text);
    strcpy(text, "zones: [");
    char *at = text + strlen(text);
    for (size_t i = 0; i < size / 2; i++) {
        at = stpcpy(at, "0,");
    }
    strcpy(at, "]");
    ledger_limit_set(ACCOUNT_CONFIGURATION, 32u << 20);
    cr_expect_eq(config_open_text(text, ".", &problems, &config), REFUSED_MEMORY);
    cr_expect_geq(problems.count, 1);
    cr_expect_null(config);
    ledger_limit_set(ACCOUNT_CONFIGURATION, SIZE_MAX);
    cr_expect_eq(config_open_text(text, ".", &problems, &config), REFUSED_LIMIT);
    free(text);
}

Test(config, every_charge_and_every_read_refused_once)
{
    struct config *config = NULL;
    file_make(directory, "c.yaml",
              "include: [x.yaml]\nserver: { cookie-secret: s }\nlimits: { jobs: 3 }\n");
    file_make(directory, "x.yaml", "zones: [ { name: a, type: primary, file: f } ]\n");
    file_make(directory, "s", "00112233445566778899aabbccddeeff");
    static const enum fault_point points[] = {FAULT_CHARGE, FAULT_READ};
    static const enum result expected[] = {REFUSED_MEMORY, ERROR_IO};
    for (unsigned p = 0; p < 2; p++) {
        for (uint64_t n = 1;; n++) {
            cr_assert_lt(n, 100);
            fault_arm(points[p], n, 1);
            enum result result = open_file("c.yaml", &config);
            if (!fault_struck(points[p])) {
                cr_assert_eq(result, OK);
                config_close(config);
                config = NULL;
                break;
            }
            cr_expect_eq(result, expected[p], "%s %u: %s", fault_point_name(points[p]), (unsigned)n,
                         result_name(result));
            cr_expect_geq(problems.count, 1);
            cr_expect_null(config);
            cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
        }
        fault_disarm_all();
    }
}

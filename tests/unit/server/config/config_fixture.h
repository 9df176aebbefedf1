// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * What the tests of the configuration share: texts that are read, what is said about them, and a
 * directory of one's own.
 */
static struct config_problems problems;

static inline void directory_make(char path[64])
{
    strcpy(path, "/tmp/plimsoll-test-XXXXXX");
    cr_assert_not_null(mkdtemp(path));
}

static inline void directory_remove(const char *path)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    cr_assert_eq(system(command), 0);
}

static inline void file_make(const char *directory, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    cr_assert_eq(fclose(file), 0);
}

/* The kept problem as one line; "" when there is none. */
static inline const char *problem_line(uint32_t index)
{
    static char text[1024];
    text[0] = '\0';
    return index < config_problems_kept(&problems)
               ? config_problem_text(&problems.items[index], text, sizeof text)
               : text;
}

/* A text that must be good; to be closed. */
static inline struct config *config_good(const char *text)
{
    struct config *config = NULL;
    enum result result = config_open_text(text, "/zones", &problems, &config);
    cr_assert_eq(result, OK, "%s: %s: %s", text, result_name(result), problem_line(0));
    cr_assert_eq(problems.count, 0);
    return config;
}

/* A text with one problem, to the letter, "embedded default:" aside. */
static inline void config_bad(const char *text, enum result expected, const char *line)
{
    static const char prefix[] = "embedded default:";
    struct config *config = NULL;
    size_t before = ledger_read(ACCOUNT_CONFIGURATION).used_bytes;
    enum result result = config_open_text(text, "/zones", &problems, &config);
    const char *said = problem_line(0);
    cr_expect_eq(result, expected, "%s: %s", text, result_name(result));
    cr_expect_eq(problems.count, 1, "%s: %u problems, first %s", text, problems.count, said);
    cr_expect_eq(strncmp(said, prefix, strlen(prefix)), 0, "%s", said);
    cr_expect_str_eq(said + strlen(prefix), line);
    cr_expect_null(config);
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, before);
    config_close(config);
}

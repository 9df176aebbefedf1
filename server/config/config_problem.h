// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * What is wrong with a configuration: a fixed list of problems, each with file, line, column, key
 * and a sentence that says what was found and what was expected. Problems past the maximum are
 * counted.
 *
 * One thread; no allocation; about 12 KiB.
 */
#define CONFIG_PROBLEMS_MAX 20u
#define CONFIG_PROBLEM_FILE_MAX 200u
#define CONFIG_PROBLEM_KEY_MAX 96u
#define CONFIG_PROBLEM_TEXT_MAX 240u

struct config_problem {
    char file[CONFIG_PROBLEM_FILE_MAX];
    uint32_t line;                    /* from 1; 0: the file as a whole */
    uint32_t column;                  /* from 1 */
    char key[CONFIG_PROBLEM_KEY_MAX]; /* "zones.file"; "" where no key is meant */
    char text[CONFIG_PROBLEM_TEXT_MAX];
};

struct config_problems {
    uint32_t count; /* as found, also those that are not kept */
    struct config_problem items[CONFIG_PROBLEMS_MAX];
};

/** Where a problem is. */
struct config_place {
    const char *file;
    uint32_t line;
    uint32_t column;
};

/** Adds a problem; the text is a printf format. */
void config_problem_add(struct config_problems *problems, struct config_place place,
                        const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** How many of them are kept in `items`. */
static inline uint32_t config_problems_kept(const struct config_problems *problems)
{
    return problems->count < CONFIG_PROBLEMS_MAX ? problems->count : CONFIG_PROBLEMS_MAX;
}

/** "FILE:LINE:COLUMN: KEY: TEXT" for the kept problem `index`; returns `text`. */
const char *config_problem_text(const struct config_problem *problem, char *text, size_t size);

/** One line a problem, and a last line that counts what was left out. */
void config_problems_print(const struct config_problems *problems, FILE *out);

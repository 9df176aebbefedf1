// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_problem.h"

#include <stdarg.h>
#include <string.h>

void config_problem_add(struct config_problems *problems, struct config_place place,
                        const char *key, const char *format, ...)
{
    uint32_t index = problems->count;
    if (problems->count < UINT32_MAX) {
        problems->count++;
    }
    if (index >= CONFIG_PROBLEMS_MAX) {
        return;
    }
    struct config_problem *problem = &problems->items[index];
    snprintf(problem->file, sizeof problem->file, "%s", place.file);
    snprintf(problem->key, sizeof problem->key, "%s", key);
    problem->line = place.line;
    problem->column = place.column;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
}

const char *config_problem_text(const struct config_problem *problem, char *text, size_t size)
{
    const char *separator = problem->key[0] == '\0' ? "" : ": ";
    if (problem->line == 0) {
        snprintf(text, size, "%s%s%s: %s", problem->file, separator, problem->key, problem->text);
    } else {
        snprintf(text, size, "%s:%u:%u%s%s: %s", problem->file, problem->line, problem->column,
                 separator, problem->key, problem->text);
    }
    return text;
}

void config_problems_print(const struct config_problems *problems, FILE *out)
{
    char text[CONFIG_PROBLEM_FILE_MAX + CONFIG_PROBLEM_KEY_MAX + CONFIG_PROBLEM_TEXT_MAX + 32];
    uint32_t kept = config_problems_kept(problems);
    for (uint32_t i = 0; i < kept; i++) {
        fprintf(out, "%s\n", config_problem_text(&problems->items[i], text, sizeof text));
    }
    if (problems->count > kept) {
        fprintf(out, "… and %u further problems\n", problems->count - kept);
    }
}

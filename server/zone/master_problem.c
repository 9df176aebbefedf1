// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_problem.h"

#include <stdarg.h>
#include <stdio.h>

void master_problems_add(struct master_problems *problems, enum master_severity severity,
                         const char *check, struct master_place place, const char *format, ...)
{
    uint32_t *count = severity == MASTER_ERROR ? &problems->errors : &problems->warnings;
    uint32_t max = severity == MASTER_ERROR ? MASTER_ERRORS_MAX : MASTER_WARNINGS_MAX;
    if (*count < UINT32_MAX) {
        (*count)++;
    }
    if (*count > max || problems->tell == NULL) {
        return;
    }
    char text[MASTER_PROBLEM_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct master_problem problem = {
        .severity = severity,
        .check = check,
        .file = place.file,
        .line = place.line,
        .column = place.column,
        .text = text,
    };
    problems->tell(problems->context, &problem);
}

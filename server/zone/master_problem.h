// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What is wrong with a zone, as it is told to whoever asked for the load: one problem at a time,
 * with its place, the name of the check that found it, and a sentence.
 *
 * A list counts all of them and hands on the first of each severity, so that a bad file of a
 * million lines costs a screenful. Plain data, no allocation; one thread.
 */
#define MASTER_ERRORS_MAX 20u         /* told; the next one is the end of the file's reading */
#define MASTER_WARNINGS_MAX 20u       /* told; the rest is counted */
#define MASTER_PROBLEM_TEXT_MAX 1536u /* a name in text form and a sentence */

enum master_severity {
    MASTER_WARNING, /* the zone is served */
    MASTER_ERROR,   /* the version is refused */
};

struct master_problem {
    enum master_severity severity;
    const char *check; /* constant: "syntax", "soa-missing", … */
    const char *file;  /* NULL: no file; borrowed (for the call), like `text` */
    uint32_t line;     /* 0: no line */
    uint32_t column;   /* 0: no column */
    const char *text;
};

/** Takes one problem; the strings are valid for the call only. */
typedef void (*master_problem_fn)(void *context, const struct master_problem *problem);

struct master_problems {
    master_problem_fn tell; /* NULL: only counted */
    void *context;          /* borrowed (from the caller, for the list's life) */
    uint32_t errors;        /* found, told or not */
    uint32_t warnings;
};

/** Where a problem is. A zeroed place is the zone as a whole. */
struct master_place {
    const char *file;
    uint32_t line;
    uint32_t column;
};

/** Counts a problem and tells it if fewer than the maximum of its severity were told. */
void master_problems_add(struct master_problems *problems, enum master_severity severity,
                         const char *check, struct master_place place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/** Whether no further error would be told. */
static inline bool master_problems_full(const struct master_problems *problems)
{
    return problems->errors >= MASTER_ERRORS_MAX;
}

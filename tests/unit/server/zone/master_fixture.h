// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/heap.h"
#include "server/wire/name.h"
#include "server/wire/rdata.h"
#include "server/wire/rrtype.h"
#include "server/zone/master_load.h"
#include "server/zone/master_writer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * What the tests of master files share: records and problems as lines of text, and a directory of
 * one's own.
 */
struct transcript {
    char text[1 << 20];
    size_t used;
};

static inline void transcript_add(struct transcript *transcript, const char *line)
{
    size_t length = strlen(line);
    cr_assert_lt(transcript->used + length, sizeof transcript->text);
    memcpy(transcript->text + transcript->used, line, length + 1);
    transcript->used += length;
}

/* "owner ttl TYPE rdata\n" */
static inline enum result transcript_record(void *context, const struct master_record *record)
{
    static char line[400 * 1024];
    char owner[NAME_TEXT_MAX];
    char type[RRTYPE_TEXT_MAX];
    (void)name_to_text(record->owner, owner);
    int length = snprintf(line, sizeof line, "%s%s %u %s ", record->in_zone ? "" : "(out) ", owner,
                          record->ttl, rrtype_to_text(record->type, type));
    struct writer out = writer_over(line + length, sizeof line - (size_t)length - 2);
    cr_assert_eq(rdata_check(record->type, record->rdata, record->size), OK);
    cr_assert_eq(rdata_to_text(record->type, record->rdata, record->size, &out), OK);
    memcpy(line + (size_t)length + out.at, "\n", 2);
    transcript_add(context, line);
    return OK;
}

/* "E line.column check: text\n", W for warnings */
static inline void transcript_problem(void *context, const struct master_problem *problem)
{
    char line[MASTER_PROBLEM_TEXT_MAX + 200];
    snprintf(line, sizeof line, "%c %u.%u %s: %s\n", problem->severity == MASTER_ERROR ? 'E' : 'W',
             problem->line, problem->column, problem->check, problem->text);
    transcript_add(context, line);
}

/* A directory for the test's files, removed with directory_remove. */
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

/* The apex of the tests: "example." */
static const uint8_t apex_example[] = "\7example";

/* Reads a text, or a file when `path` is given; returns the step's result. */
static inline enum result transcript_read(struct transcript *transcript, const char *text,
                                          const char *path)
{
    struct master_reader *reader;
    struct master_problems problems = {.tell = transcript_problem, .context = transcript};
    const struct master_reader_options options = {
        .apex = apex_example,
        .record = transcript_record,
        .context = transcript,
        .problems = &problems,
    };
    transcript->used = 0;
    transcript->text[0] = 0;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    enum result result = OK;
    if (path != NULL) {
        result = master_reader_open(reader, path, &options);
    } else {
        master_reader_open_text(reader, "text", text, strlen(text), &options);
    }
    while (result == OK) {
        result = master_reader_step(reader, 1);
        if (result != MORE) {
            break;
        }
        result = OK;
    }
    master_reader_destroy(reader);
    return result;
}

/* Loads a text as the zone example.; NULL: refused, with the problems in the transcript. */
static inline struct snapshot *load_example(struct heap *heap, const char *text,
                                            struct transcript *transcript,
                                            struct master_load_result *ret_result)
{
    struct master_reader *reader;
    struct snapshot *snapshot = NULL;
    const struct master_load_options options = {
        .apex = apex_example,
        .heap = heap,
        .text = text,
        .text_size = strlen(text),
        .label = "text",
        .tell = transcript_problem,
        .context = transcript,
    };
    transcript->used = 0;
    transcript->text[0] = 0;
    cr_assert_eq(master_reader_create(ACCOUNT_ZONES, &reader), OK);
    enum result result = master_load_zone(reader, &options, &snapshot, ret_result);
    master_reader_destroy(reader);
    cr_assert_eq(result == OK, snapshot != NULL);
    return snapshot;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/base/clock.h"
#include "server/wire/name.h"
#include "server/zone/master_load.h"
#include "server/zone/master_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Loads a master file as plimsolld does, tells its problems on the standard error stream, one line
 * each, and prints the zone as a master file. For system tests that compare with other
 * implementations' tools, and for measuring: --scan reads without keeping anything, --time loads,
 * each printing seconds and MB/s.
 *
 * usage: zone_print [--scan | --time] APEX FILE
 * exit: 0 loaded, 1 refused, 2 usage
 */

static void tell(void *context, const struct master_problem *problem)
{
    (void)context;
    fprintf(stderr, "%s:%u:%u: %s: %s: %s\n", problem->file, problem->line, problem->column,
            problem->severity == MASTER_ERROR ? "error" : "warning", problem->check, problem->text);
}

static enum result print(void *context, const char *text, size_t size)
{
    (void)context;
    return fwrite(text, 1, size, stdout) == size ? OK : ERROR_IO;
}

static enum result count(void *context, const struct master_record *record)
{
    *(uint64_t *)context += record->size;
    return OK;
}

static void report(uint64_t begin_ns, const struct master_progress *progress)
{
    double seconds = (double)(clock_ns(clock_real()) - begin_ns) / 1e9;
    double bytes = (double)atomic_load(&progress->bytes_read);
    double records = (double)atomic_load(&progress->records);
    printf("%.4f s, %.0f records, %.0f ns a record, %.0f MB/s\n", seconds, records,
           seconds * 1e9 / records, bytes / seconds / 1e6);
}

static enum result scan(struct master_reader *reader, const uint8_t *apex, const char *path)
{
    uint64_t bytes = 0;
    struct master_problems problems = {.tell = tell};
    struct master_progress progress = {0};
    const struct master_reader_options options = {
        .apex = apex,
        .record = count,
        .context = &bytes,
        .problems = &problems,
        .progress = &progress,
    };
    uint64_t begin_ns = clock_ns(clock_real());
    enum result result = master_reader_open(reader, path, &options);
    while (result == OK || result == MORE) {
        result = master_reader_step(reader, UINT32_MAX);
        if (result == OK) {
            break;
        }
    }
    master_reader_close(reader);
    report(begin_ns, &progress);
    return result;
}

static enum result load(struct master_reader *reader, const uint8_t *apex, const char *path,
                        bool timed)
{
    struct heap *heap;
    if (heap_create(ACCOUNT_ZONES, &heap) != OK) {
        return REFUSED_MEMORY;
    }
    struct master_progress progress = {0};
    const struct master_load_options options = {
        .apex = apex,
        .heap = heap,
        .path = path,
        .tell = tell,
        .progress = &progress,
    };
    struct snapshot *snapshot = NULL;
    uint64_t begin_ns = clock_ns(clock_real());
    enum result result = master_load_zone(reader, &options, &snapshot, NULL);
    if (timed) {
        report(begin_ns, &progress);
    } else if (result == OK) {
        char *buffer = malloc(MASTER_WRITER_BYTES);
        result = master_write(snapshot, buffer, print, NULL);
        free(buffer);
    }
    if (result == OK) {
        snapshot_release(snapshot);
    }
    heap_destroy(heap);
    return result;
}

int main(int argc, char **argv)
{
    bool scans = argc > 1 && strcmp(argv[1], "--scan") == 0;
    bool timed = argc > 1 && strcmp(argv[1], "--time") == 0;
    char **words = argv + 1 + (scans || timed);
    struct name apex;
    struct master_reader *reader;
    if (argc != 3 + (scans || timed) ||
        name_from_text(words[0], strlen(words[0]), NULL, &apex) != OK) {
        fprintf(stderr, "usage: zone_print [--scan | --time] APEX FILE\n");
        return 2;
    }
    if (master_reader_create(ACCOUNT_ZONES, &reader) != OK) {
        return 1;
    }
    enum result result =
        scans ? scan(reader, apex.bytes, words[1]) : load(reader, apex.bytes, words[1], timed);
    if (result != OK) {
        fprintf(stderr, "zone_print: %s\n", result_name(result));
    }
    master_reader_destroy(reader);
    return result == OK ? 0 : 1;
}

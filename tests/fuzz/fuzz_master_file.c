// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_load.h"
#include "server/zone/master_writer.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define RECORDS_MAX 2000u /* a $GENERATE may make a million, and learns nothing more from them */
#define TEXT_MAX ((size_t)8 * 1024 * 1024)

static const uint8_t apex[] = "\7example";
static struct heap *heap;
static struct master_reader *reader;
static char buffer[MASTER_WRITER_BYTES];
static char texts[2][TEXT_MAX];

struct text {
    char *bytes;
    size_t size;
};

static void check_problem(void *context, const struct master_problem *problem)
{
    (void)context;
    FUZZ_CHECK(problem->check != NULL && problem->text[0] != 0);
    FUZZ_CHECK(strlen(problem->text) < MASTER_PROBLEM_TEXT_MAX);
}

static enum result collect(void *context, const char *bytes, size_t size)
{
    struct text *text = context;
    if (size > TEXT_MAX - text->size) {
        return REFUSED_LIMIT;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return OK;
}

static struct snapshot *load(const char *bytes, size_t size, uint32_t records_max)
{
    const struct master_load_options options = {
        .apex = apex,
        .heap = heap,
        .text = bytes,
        .text_size = size,
        .label = "input",
        .tell = check_problem,
    };
    struct master_load under_way;
    struct master_load_result result;
    struct snapshot *snapshot = NULL;
    FUZZ_CHECK(master_load_begin(&under_way, reader, &options) == OK);
    enum result end = master_load_step(&under_way, records_max, &snapshot);
    master_load_end(&under_way, &result);
    FUZZ_CHECK((end == OK) == (snapshot != NULL));
    FUZZ_CHECK(end == OK || end == MORE || result.errors != 0);
    return snapshot;
}

// Whatever loads is written, loads again with as many records, and is written the same.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (heap == NULL) {
        FUZZ_CHECK(heap_create(ACCOUNT_ZONES, &heap) == OK);
        FUZZ_CHECK(master_reader_create(ACCOUNT_ZONES, &reader) == OK);
    }
    struct snapshot *first = load(size > 0 ? (const char *)data : "", size, RECORDS_MAX);
    if (first == NULL) {
        FUZZ_CHECK(heap_read(heap).live_bytes == 0);
        return 0;
    }
    struct text once = {.bytes = texts[0]};
    struct text twice = {.bytes = texts[1]};
    if (master_write(first, buffer, collect, &once) == OK) {
        struct snapshot *second = load(once.bytes, once.size, UINT32_MAX);
        FUZZ_CHECK(second != NULL);
        FUZZ_CHECK(second->record_count == first->record_count);
        FUZZ_CHECK(master_write(second, buffer, collect, &twice) == OK);
        FUZZ_CHECK(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
        snapshot_release(second);
    }
    snapshot_release(first);
    FUZZ_CHECK(heap_read(heap).live_bytes == 0);
    return 0;
}

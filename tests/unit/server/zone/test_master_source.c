// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_source.h"

#include "alloc/fault.h"
#include "tests/unit/server/zone/master_fixture.h"

#include <errno.h>
#include <fcntl.h>

static char directory[64];
static char path[128];
static struct master_source source;
static struct master_progress progress;

static void setup(void)
{
    directory_make(directory);
    snprintf(path, sizeof path, "%s/zone", directory);
    file_make(directory, "zone", "0123456789");
    file_make(directory, "other", "abc");
    progress = (struct master_progress){0};
    master_source_init(&source, &progress);
}

static void teardown(void)
{
    master_source_close(&source);
    directory_remove(directory);
}

TestSuite(master_source, .init = setup, .fini = teardown, .timeout = 20);

Test(master_source, chunks_and_progress)
{
    char room[16];
    size_t size = 77;
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_str_eq(master_source_path(&source), path);
    cr_assert_eq(progress.bytes_total, 10);
    cr_assert_eq(master_source_refill(&source, room, 4, &size), OK);
    cr_assert_eq(size, 4);
    cr_assert_eq(master_source_at(&source), 4);
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_eq(size, 6);
    cr_assert_arr_eq(room, "456789", 6);
    cr_assert_eq(progress.bytes_read, 10);
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_eq(size, 0);
    cr_assert_eq(master_source_pop(&source), OK);
}

Test(master_source, an_included_file_and_back)
{
    char room[16];
    size_t size = 77;
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(master_source_refill(&source, room, 10, &size), OK);
    cr_assert_eq(master_source_push(&source, "other", 5, 3), OK);
    cr_assert_eq(progress.bytes_total, 13);
    cr_assert_eq(progress.bytes_read, 3); /* seven bytes will be read again */
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_arr_eq(room, "abc", 3);
    cr_assert_eq(master_source_pop(&source), OK);
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_arr_eq(room, "3456789", 7);
    cr_assert_eq(progress.bytes_read, 13);
}

Test(master_source, a_file_that_changes_under_the_reading)
{
    char room[16];
    size_t size;
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(master_source_refill(&source, room, 4, &size), OK);
    FILE *file = fopen(path, "a");
    fputs("more", file);
    fclose(file);
    cr_assert_eq(master_source_pop(&source), ERROR_STATE);
}

Test(master_source, a_file_that_grows_is_read_to_where_it_ended_and_told)
{
    char room[16];
    size_t size = 77;
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(master_source_refill(&source, room, 10, &size), OK);
    cr_assert_eq(size, 10);
    file_make(directory, "zone", "0123456789abc");
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_eq(size, 0);
    cr_assert_eq(master_source_pop(&source), ERROR_STATE);
}

Test(master_source, a_file_that_is_replaced_under_the_reading_is_read_as_it_was)
{
    char room[16];
    size_t size;
    char other[128];
    snprintf(other, sizeof other, "%s/other", directory);
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(rename(other, path), 0);
    cr_assert_eq(master_source_refill(&source, room, 16, &size), OK);
    cr_assert_eq(size, 10);
    cr_assert_eq(master_source_pop(&source), OK);
}

Test(master_source, paths_that_are_too_long)
{
    static char text[MASTER_PATH_BYTES_MAX + 1];
    memset(text, 'a', MASTER_PATH_BYTES_MAX);
    cr_assert_eq(master_source_open(&source, text, false), REFUSED_LIMIT);
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(master_source_push(&source, text, strlen(text), 0), REFUSED_LIMIT);
}

Test(master_source, depth)
{
    cr_assert_eq(master_source_open(&source, path, false), OK);
    for (unsigned i = 0; i < MASTER_INCLUDE_DEPTH_MAX; i++) {
        cr_assert_eq(master_source_push(&source, "other", 5, 0), OK);
    }
    cr_assert_eq(master_source_push(&source, "other", 5, 0), REFUSED_LIMIT);
}

Test(master_source, reads_that_fail)
{
    char room[16];
    size_t size = 77;
    fault_arm(FAULT_READ, 1, 1);
    if (!fault_arm_from_text("read:1")) {
        cr_skip("built without fault injection");
    }
    cr_assert_eq(master_source_open(&source, path, false), ERROR_IO);
    cr_assert_eq(source.error, EIO);
    fault_arm(FAULT_READ, 2, 1);
    cr_assert_eq(master_source_open(&source, path, false), OK);
    cr_assert_eq(master_source_refill(&source, room, 16, &size), ERROR_IO);
    cr_assert_eq(size, 77);
    fault_disarm_all();
}

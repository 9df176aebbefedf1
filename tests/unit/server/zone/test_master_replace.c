// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_writer.h"

#include "alloc/fault.h"
#include "tests/unit/server/zone/master_fixture.h"

#include <dirent.h>
#include <errno.h>

#define ZONE "$ORIGIN example.\n$TTL 1\n@\tSOA\ta. b. 1 2 3 4 5\n\tNS\tc.\n"

static struct transcript transcript;
static struct heap *heap;
static struct snapshot *snapshot;
static char directory[64];
static char path[128];

static void setup(void)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
    snapshot = load_example(heap, ZONE, &transcript, NULL);
    cr_assert_not_null(snapshot);
    directory_make(directory);
    snprintf(path, sizeof path, "%s/zone", directory);
}

static void teardown(void)
{
    fault_disarm_all();
    snapshot_release(snapshot);
    heap_destroy(heap);
    directory_remove(directory);
    cr_expect_eq(ledger_read(ACCOUNT_ZONES).used_bytes, 0);
}

TestSuite(master_replace, .init = setup, .fini = teardown, .timeout = 60);

static void expect_file(const char *text)
{
    char content[4096] = "";
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    size_t size = fread(content, 1, sizeof content - 1, file);
    content[size] = 0;
    fclose(file);
    cr_assert_str_eq(content, text);
}

static unsigned files_in_directory(void)
{
    unsigned count = 0;
    DIR *open_directory = opendir(directory);
    for (struct dirent *entry; (entry = readdir(open_directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(open_directory);
    return count;
}

Test(master_replace, a_new_file)
{
    int error = 0;
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, path, &error), OK);
    expect_file(ZONE);
    cr_assert_eq(files_in_directory(), 1);
}

Test(master_replace, mode_is_kept_and_leftovers_are_replaced)
{
    int error = 0;
    struct stat status;
    file_make(directory, "zone", "old");
    file_make(directory, "zone.plimsoll-new", "left behind");
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, path, &error), OK);
    expect_file(ZONE);
    cr_assert_eq(stat(path, &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0640);
    cr_assert_eq(files_in_directory(), 1);
}

Test(master_replace, a_link_stays_a_link)
{
    int error = 0;
    struct stat status;
    char real[128];
    snprintf(real, sizeof real, "%s/real", directory);
    file_make(directory, "real", "old");
    cr_assert_eq(symlink("real", path), 0);
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, path, &error), OK);
    expect_file(ZONE);
    cr_assert_eq(lstat(path, &status), 0);
    cr_assert(S_ISLNK(status.st_mode));
}

Test(master_replace, places_that_cannot_be_written)
{
    int error = 0;
    snprintf(path, sizeof path, "%s/none/zone", directory);
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, path, &error), ERROR_IO);
    cr_assert_eq(error, ENOENT);
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, directory, &error), ERROR_IO);
    cr_assert_eq(error, EINVAL);
    cr_assert_eq(master_write_file(snapshot, ACCOUNT_ZONES, "", &error), ERROR_IO);
    cr_assert_eq(files_in_directory(), 0);
}

Test(master_replace, every_fault_leaves_the_old_file_or_the_new_one)
{
    if (!fault_arm_from_text("write:1")) {
        cr_skip("built without fault injection");
    }
    static const enum fault_point points[] = {FAULT_WRITE, FAULT_SYNC, FAULT_CHARGE};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        enum result result = ERROR_IO;
        unsigned first = 1;
        for (; result != OK; first++) {
            int error = 0;
            cr_assert_lt(first, 20);
            file_make(directory, "zone", "old");
            fault_disarm_all();
            fault_arm(points[i], first, 1);
            result = master_write_file(snapshot, ACCOUNT_ZONES, path, &error);
            bool struck = fault_struck(points[i]);
            fault_disarm_all();
            cr_assert_eq(struck, result != OK);
            if (points[i] == FAULT_CHARGE) {
                cr_assert(result == OK || result == REFUSED_MEMORY);
            } else {
                cr_assert(result == OK || (result == ERROR_IO && error != 0));
            }
            /* The second sync is the directory's: the new file stands by then. */
            bool is_new = result == OK || (points[i] == FAULT_SYNC && first == 2);
            expect_file(is_new ? ZONE : "old");
            cr_assert_eq(files_in_directory(), 1);
        }
        /* Writes: making the temporary, its one piece, the rename; syncs: file and directory. */
        cr_assert_eq(first - 2, points[i] == FAULT_WRITE ? 3 : points[i] == FAULT_SYNC ? 2 : 1);
    }
}

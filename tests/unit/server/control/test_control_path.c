// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_path.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void variables(const char *state, const char *home, const char *runtime)
{
    setenv("XDG_STATE_HOME", state, 1);
    setenv("HOME", home, 1);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
}

static const char *at(uint32_t position)
{
    static char path[CONTROL_PATH_BYTES];
    enum result result = control_path_at(position, path);
    return result == OK ? path : result == END ? "end" : "too long";
}

Test(control_path, all_places, .timeout = 10)
{
    variables("/s", "/h", "/r");
    cr_assert_str_eq(at(0), CONTROL_PATH_SERVICE);
    cr_assert_str_eq(at(1), "/r/plimsoll.sock");
    cr_assert_str_eq(at(2), "/s/plimsoll/control.sock");
    cr_assert_str_eq(at(3), "end");
}

Test(control_path, without_a_runtime_directory, .timeout = 10)
{
    char path[CONTROL_PATH_BYTES];
    variables("", "/h", "relative");
    cr_assert_str_eq(at(1), "/h/.local/state/plimsoll/control.sock");
    cr_assert_str_eq(at(2), "end");
    cr_assert_eq(control_path_embedded(path), OK);
    cr_assert_str_eq(path, "/h/.local/state/plimsoll/control.sock");
    variables("", "", "/r");
    cr_assert_eq(control_path_embedded(path), OK);
    cr_assert_str_eq(path, "/r/plimsoll.sock");
    cr_assert_eq(control_path_state(path), OK);
    cr_assert_str_eq(path, "/tmp/plimsoll");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    cr_assert_eq(control_path_state(path), OK);
    cr_assert_str_eq(path, "/tmp/plimsoll");
}

Test(control_path, the_longest, .timeout = 10)
{
    char directory[CONTROL_PATH_BYTES];
    char path[CONTROL_PATH_BYTES];
    size_t rest = strlen("/plimsoll.sock");
    memset(directory, 'x', sizeof directory);
    directory[0] = '/';
    directory[CONTROL_PATH_BYTES - 1 - rest] = '\0';
    variables("", "/h", directory);
    cr_assert_eq(control_path_embedded(path), OK);
    cr_assert_eq(strlen(path), CONTROL_PATH_BYTES - 1);
    directory[CONTROL_PATH_BYTES - 1 - rest] = 'x';
    directory[CONTROL_PATH_BYTES - rest] = '\0';
    variables("", "/h", directory);
    cr_assert_eq(control_path_embedded(path), REFUSED_LIMIT);
    cr_assert_str_eq(at(1), "too long");
    cr_assert_str_eq(at(2), "/h/.local/state/plimsoll/control.sock");
}

// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_path.h"

#include <stdio.h>
#include <stdlib.h>

/** An absolute path from the environment, or NULL. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static enum result join(const char *directory, const char *rest, char ret_path[CONTROL_PATH_BYTES])
{
    int length = snprintf(ret_path, CONTROL_PATH_BYTES, "%s/%s", directory, rest);
    return length >= 0 && (size_t)length < CONTROL_PATH_BYTES ? OK : REFUSED_LIMIT;
}

enum result control_path_state(char ret_path[CONTROL_PATH_BYTES])
{
    const char *state = variable("XDG_STATE_HOME");
    const char *home = variable("HOME");
    if (state != NULL) {
        return join(state, "plimsoll", ret_path);
    }
    return home != NULL ? join(home, ".local/state/plimsoll", ret_path)
                        : join("/tmp", "plimsoll", ret_path);
}

static enum result in_state(char ret_path[CONTROL_PATH_BYTES])
{
    char state[CONTROL_PATH_BYTES];
    enum result result = control_path_state(state);
    return result == OK ? join(state, "control.sock", ret_path) : result;
}

enum result control_path_embedded(char ret_path[CONTROL_PATH_BYTES])
{
    const char *runtime = variable("XDG_RUNTIME_DIR");
    return runtime != NULL ? join(runtime, "plimsoll.sock", ret_path) : in_state(ret_path);
}

enum result control_path_at(uint32_t position, char ret_path[CONTROL_PATH_BYTES])
{
    const char *runtime = variable("XDG_RUNTIME_DIR");
    if (position == 0) {
        snprintf(ret_path, CONTROL_PATH_BYTES, "%s", CONTROL_PATH_SERVICE);
        return OK;
    }
    if (runtime != NULL && position == 1) {
        return join(runtime, "plimsoll.sock", ret_path);
    }
    return position == (runtime != NULL ? 2u : 1u) ? in_state(ret_path) : END;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stddef.h>

/**
 * The embedded default: what runs without a configuration file.
 *
 * Its zone files are compiled in (default/, through embed.py) and written to the state directory
 * when they are not there yet, so that whoever tries the server can edit and reload them. The state
 * directory is $XDG_STATE_HOME/plimsoll or ~/.local/state/plimsoll, the control socket lies in
 * $XDG_RUNTIME_DIR or beside the zones. Control thread, before start. No allocation.
 */
#define EMBEDDED_PATH_MAX 256u

/** One compiled-in file. */
struct embedded_file {
    const char *name;
    const char *text;
    size_t size;
};
extern const struct embedded_file embedded_files[]; /* ends with a NULL name */

/** Where the default keeps its files. */
struct embedded_places {
    char state[EMBEDDED_PATH_MAX];
    char control[EMBEDDED_PATH_MAX];
};

/** Finds the places. OK; REFUSED_LIMIT: a path is too long. */
RESULT_MUST_CHECK enum result embedded_find(struct embedded_places *ret_places);
/** Makes the state directory (mode 0700) and writes the zone files that are missing. OK or ERROR_IO
 * (errno tells, *ret_path says where). */
RESULT_MUST_CHECK enum result embedded_install(const struct embedded_places *places,
                                               char ret_path[EMBEDDED_PATH_MAX]);
/** Writes the default's configuration as text. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result embedded_config(const struct embedded_places *places, char *text,
                                              size_t size);

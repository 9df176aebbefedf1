// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdint.h>

/**
 * Where a control socket lies when nobody says so: the rule that the embedded default and
 * plimsollctl share.
 *
 * The installed service: CONTROL_PATH_SERVICE. The embedded default:
 * $XDG_RUNTIME_DIR/plimsoll.sock, or control.sock in its state directory, which is
 * $XDG_STATE_HOME/plimsoll, or
 * ~/.local/state/plimsoll, or, without a home, /tmp/plimsoll. Variables that hold no absolute path
 * count as absent (XDG Base Directory Specification). Reads the environment; no allocation; before
 * threads start.
 */
#define CONTROL_PATH_BYTES 256u
#define CONTROL_PATH_SERVICE "/run/plimsoll/control.sock"

/** The embedded default's state directory. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result control_path_state(char ret_path[CONTROL_PATH_BYTES]);
/** The embedded default's socket. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result control_path_embedded(char ret_path[CONTROL_PATH_BYTES]);
/** Places to look at, in order: position 0, 1, … OK; REFUSED_LIMIT: that one is too long; END. */
RESULT_MUST_CHECK enum result control_path_at(uint32_t position, char ret_path[CONTROL_PATH_BYTES]);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/arena.h"
#include "server/config/config.h"

/**
 * Checks that look at several keys together: contradictions, and names that stand twice. Called by
 * config_open when every single value is good.
 */

/** OK, or ERROR_SEMANTICS with problems. `scratch` is used for a table of names and left as it was.
 */
RESULT_MUST_CHECK enum result config_check(const struct config *config, struct arena *scratch,
                                           struct config_problems *problems);

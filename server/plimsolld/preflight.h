// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/plimsolld/sheet.h"

/**
 * `plimsolld --check`: reads every zone of a configuration as the server would, one after the
 * other, and says what is wrong. Nothing is started or bound. The main thread; memory of account
 * `zones`, given back after each zone.
 */

/** Prints each problem and a line for each zone that cannot be served. Returns how many cannot;
 * REFUSED_MEMORY in *ret_result when it could not look. */
RESULT_MUST_CHECK enum result preflight_zones(const struct config *config, FILE *out,
                                              uint32_t *ret_failed);

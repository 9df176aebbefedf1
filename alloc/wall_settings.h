// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>

/**
 * The settings that jemalloc is linked with, and the proof that it runs with them. Only for
 * wall_jemalloc.c and its tests; the settings are read by jemalloc at its first allocation, before
 * main, so nothing can be set later: only checked.
 *
 * Single thread, at start. No allocation.
 */

/** Reads every setting back; false when one differs, see wall_settings_difference(). */
bool wall_settings_hold(void);
/** The first setting that differed, as text for the operator; "" if none. */
const char *wall_settings_difference(void);

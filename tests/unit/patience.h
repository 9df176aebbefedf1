// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <criterion/criterion.h>

/**
 * Included before each unit test when it runs under valgrind, where an instruction costs thirty and
 * a process takes a second to start: every test's own time limit becomes a quarter of an hour, and
 * the limit on the whole program (tests/unit's meson.build, times twenty) ends what hangs.
 */
#pragma GCC diagnostic ignored "-Woverride-init"
#undef Test
#define Test(...) CR_EXPAND(CR_TEST_BASE(__VA_ARGS__, .timeout = 900, .sentinel_ = 0))

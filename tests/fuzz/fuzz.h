// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/**
 * A fuzz target: takes any bytes, and whatever it then finds wrong it aborts on (FUZZ_CHECK).
 * One per parser, in fuzz_<target>.c. `./dev fuzz <target>` links it with libFuzzer; every other
 * build links it with fuzz_replay.c, which feeds it its seeds from seeds/<target>/ and some
 * thousand mutations of them.
 *
 * returns   0
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Stays when asserts are compiled out: what a target claims about every input. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

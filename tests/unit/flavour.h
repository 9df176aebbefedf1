// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/**
 * Which build runs this test, as `./dev test` says in PLIMSOLL_TEST_FLAVOUR: `test`, `release`,
 * `asan`, `tsan`, `clang`, `coverage` or `valgrind`; nothing when a program is started by hand.
 *
 * Under valgrind an instruction costs thirty: what repeats one thing many times repeats it less
 * often there. And valgrind keeps some limits of the process to itself.
 */
static inline bool flavour_is(const char *name)
{
    const char *flavour = getenv("PLIMSOLL_TEST_FLAVOUR");
    return flavour != NULL && strcmp(flavour, name) == 0;
}

/** `many` rounds, or `few` under valgrind. */
static inline unsigned flavour_rounds(unsigned many, unsigned few)
{
    return flavour_is("valgrind") ? few : many;
}

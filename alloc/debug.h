// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/**
 * What debug builds do more than release builds, as a constant instead of an #if at each place.
 *
 * Any thread; costs nothing in release builds.
 */
#ifdef NDEBUG
#define DEBUG_BUILD false
#else
#define DEBUG_BUILD true
#endif

/** What given-back memory is filled with: an odd, non-canonical pointer and a large count. */
#define DEBUG_FILL_BYTE 0xdb

/** Debug builds: makes the use of memory that was given back show itself. */
static inline void debug_fill(void *base, size_t size)
{
    if (DEBUG_BUILD && size > 0) {
        memset(base, DEBUG_FILL_BYTE, size);
    }
}

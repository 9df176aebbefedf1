// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/**
 * What debug builds do more than release builds, as a constant instead of an #if at each place; and
 * what they tell AddressSanitizer where it is linked in: which parts of our own mappings are
 * nobody's at present, so that use after give and writes past a block are reported there as in
 * malloc's.
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

/* Weak: without the sanitizer's runtime they are not there, and the address is NULL. */
extern void __asan_poison_memory_region(const void *base, size_t size) __attribute__((weak));
extern void __asan_unpoison_memory_region(const void *base, size_t size) __attribute__((weak));
extern void __lsan_register_root_region(const void *base, size_t size) __attribute__((weak));
extern void __lsan_unregister_root_region(const void *base, size_t size) __attribute__((weak));

/** These bytes belong to nobody: touching them is an error. */
static inline void debug_poison(const void *base, size_t size)
{
    if (DEBUG_BUILD && __asan_poison_memory_region != NULL) {
        __asan_poison_memory_region(base, size);
    }
}

/** These bytes belong to somebody again, or are about to leave the process. */
static inline void debug_unpoison(const void *base, size_t size)
{
    if (DEBUG_BUILD && __asan_unpoison_memory_region != NULL) {
        __asan_unpoison_memory_region(base, size);
    }
}

/** A mapping of ours may hold the only pointers to blocks of malloc: they are no leaks. */
static inline void debug_mapped(const void *base, size_t size)
{
    if (DEBUG_BUILD && __lsan_register_root_region != NULL) {
        __lsan_register_root_region(base, size);
    }
}

/** The end of that; to be called with the same range, before it is unmapped. */
static inline void debug_unmapped(const void *base, size_t size)
{
    debug_unpoison(base, size);
    if (DEBUG_BUILD && __lsan_unregister_root_region != NULL) {
        __lsan_unregister_root_region(base, size);
    }
}

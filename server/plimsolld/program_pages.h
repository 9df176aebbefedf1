// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/**
 * What the program itself takes before it does anything: the pages of its file and its libraries,
 * their data, the stack of the main thread. Read once from /proc/self/maps, mapped, not only
 * resident: what is mapped can become resident. Control thread, before start; no allocation.
 */
#define PROGRAM_STACK_BYTES                                                                        \
    ((size_t)1 << 20) /* of the main thread; held to it with RLIMIT_STACK                          \
                       */
#define PROGRAM_PAGES_UNKNOWN                                                                      \
    ((size_t)48 << 20) /* when /proc cannot be read: more than was ever seen */

/** Bytes of all mappings that are neither the heap's nor the stack's. */
size_t program_pages_bytes(void);
/** Holds the main thread's stack to PROGRAM_STACK_BYTES. */
void program_stack_hold(void);

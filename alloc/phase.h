// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>

/**
 * The phase: after `ready`, threads that serve allocate nothing. Each thread says what it is doing;
 * debug builds abort where a serving thread asks the wall, memory_take or heap_take for bytes.
 * Release builds count the occurrence instead (phase_violations), which the caps tests assert to be
 * zero.
 */
enum phase {
    PHASE_PREPARING, /* start, reload, job threads, control thread: may allocate within the accounts
                      */
    PHASE_SERVING,   /* workers after ready */
};
void phase_set(enum phase phase); /* this thread */
enum phase phase_get(void);
/** Called by every allocator entry of this floor. */
void phase_check_allocation(void);
/**
 * The same without the abort: for mappings that a library's malloc asks for, which are seen only
 * when the allocator needs pages, inside its locks.
 */
void phase_count_allocation(void);
/** Allocations that serving threads made, ever, over all threads. */
unsigned long phase_violations(void);

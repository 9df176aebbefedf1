// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/ledger.h"

/**
 * The wall: every mapping that the process's allocator makes is charged to an account and refused
 * past its limit, so that malloc inside any library returns NULL at the line instead of growing
 * past it.
 *
 * wall_jemalloc.c: jemalloc is linked statically as the process's allocator; extent hooks on every
 * arena. The automatic arenas (what libraries use) charge `libraries`; arenas made for an account
 * charge that account. Metadata bypasses the hooks and is measured by wall_metadata_bytes() for the
 * sheet. wall_libc.c: the C library's allocator; memory_take charges each block; what libraries
 * take directly is not walled (sanitizer builds, tests).
 */

/**
 * Raises the wall: checks that jemalloc runs with the settings compiled in (narenas:1,
 * tcache:false, …; a difference, for instance by the environment, is ERROR_STATE), installs the
 * hooks and creates the accounts' arenas. Called once, first thing in main, before any other thread
 * exists. What malloc held before the wall stood is charged to `libraries`, past its limit if it
 * must be: it is given back there. A block that memory_take handed out before is charged by itself.
 *
 * returns   OK; ERROR_STATE: another setting, see wall_difference(), or raised already;
 *           REFUSED_MEMORY: no room for the arenas
 */
RESULT_MUST_CHECK enum result wall_raise(void);
/** "jemalloc 5.3.0" or "libc": for --version and the log. */
const char *wall_name(void);
/** True where library allocations are charged too. */
bool wall_is_complete(void);
/**
 * The allocator's metadata at present, which no account sees: addresses, of which a part is never
 * touched.
 */
size_t wall_metadata_bytes(void);
/**
 * The metadata that can become resident while `walled_bytes` are taken with malloc and memory_take,
 * in the worst shape (pages one by one): the sheet's line for it. Regions, slabs and heaps need
 * none.
 */
size_t wall_metadata_bytes_max(size_t walled_bytes);
/** Text of the setting that differed, for the message of exit 78; "" if none. */
const char *wall_difference(void);
/** The back end of memory.h, which documents both; not for other callers. */
void *wall_take(enum account account, size_t size);
void wall_give(enum account account, void *block, size_t size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stddef.h>

/**
 * A reserve for a library that aborts when it cannot reallocate, as libuv does with its table of
 * watchers: what it will ask for is taken before, when it can still be refused, and is there when
 * the account has become full in between.
 *
 * One for each thread, taken from where the library's own memory comes from. The functions below
 * are for the table that the library takes its allocator from (uv_replace_allocator), and may be
 * called on any thread. Cost: the bytes taken, until given back or used.
 */

/**
 * Takes a reserve for this thread. One that is still there and large enough stays.
 *
 * returns   OK; REFUSED_MEMORY
 */
RESULT_MUST_CHECK enum result reserve_take(size_t bytes);
/** Gives it back where it was not used. */
void reserve_give(void);

void *reserve_malloc(size_t size);
void *reserve_calloc(size_t count, size_t size);
/** As realloc; when that is refused and this thread's reserve is large enough, the reserve, which
 * is the caller's from then on. */
void *reserve_realloc(void *block, size_t size);
void reserve_free(void *block);

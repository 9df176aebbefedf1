// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/ledger.h"

/**
 * Memory of an account: the only place outside the wall where the project asks for heap blocks.
 *
 * For objects that live long and are made at start, at reload or on job threads: never on the
 * serving path, where phase_assert_may_allocate() catches it in debug builds. Requests use arenas,
 * zones use a heap, fixed sets use slabs. Under jemalloc each account has an arena of its own whose
 * mappings are charged by the wall; under libc each block is charged.
 *
 * Sizes are remembered by the caller: giving back takes the size, so nothing is stored beside the
 * block. Thread: any. Failure: NULL, already counted at the account.
 */

/** Takes `size` bytes (1 or more), aligned to 16, contents undefined. Returns NULL when the account
 * or the machine refuses. */
void *memory_take(enum account account, size_t size);

/** The same, zeroed, for `count` elements of `size` bytes; an overflowing product is NULL and
 * counted as refused. */
void *memory_take_array(enum account account, size_t count, size_t size);

/** Gives back a block with the size it was taken with. NULL is accepted. */
void memory_give(enum account account, void *block, size_t size);

/** Copies `size` bytes into a fresh block. */
void *memory_copy(enum account account, const void *bytes, size_t size);

/**
 * Maps `size` bytes (rounded up to whole pages) of zeroed memory charged to the account; huge pages
 * are asked for when `huge` and the size allows. `populate` touches every page now, so that later
 * use cannot fail.
 */
struct region {
    void *base;        /* owned mapping, or NULL */
    size_t size_bytes; /* as mapped and charged */
    enum account account;
};
struct region_options {
    bool huge;
    bool populate;
};
RESULT_MUST_CHECK enum result region_open(struct region *region, enum account account, size_t size,
                                          struct region_options options);
/** Unmaps and releases the charge; accepts a zeroed or already closed region. */
void region_close(struct region *region);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>

/**
 * Pages from the kernel for this folder's own use: mapping, aligning, populating, huge pages. It
 * charges nothing; whoever calls it has charged already. Not for other folders: they use regions.
 *
 * Any thread. Linux; the page size is that of x86-64 and of aarch64 with 4 KiB granules, and a
 * kernel with larger pages is found out by wall_raise().
 */
#define PAGES_BYTES ((size_t)4096)
#define PAGES_HUGE_BYTES ((size_t)2 << 20)

/** Rounds up to whole pages; false when that overflows. Zero stays zero. */
bool pages_round(size_t size, size_t *ret_size);
/** Maps whole pages, zeroed, aligned to `align` (a power of two, PAGES_BYTES or more); or NULL. */
void *pages_map(size_t size, size_t align);
/** Unmaps; where the kernel cannot (too many mappings), the pages at least go back. */
void pages_unmap(void *base, size_t size);
/** Gives the pages back and keeps the addresses; they read as zeroes afterwards. */
void pages_drop(void *base, size_t size);
/** Asks for huge pages, or (false) that the range is never backed by any. A hint. */
void pages_want_huge(void *base, size_t size, bool huge);
/** Moves what is there into huge pages now instead of some day. A hint. */
void pages_collapse(void *base, size_t size);
/** Touches every page now; false when the machine has not enough. */
bool pages_populate(void *base, size_t size);

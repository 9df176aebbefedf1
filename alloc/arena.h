// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stddef.h>
#include <stdint.h>

/**
 * An arena over memory that somebody else owns: takes by moving a mark, gives back all at once.
 *
 * It never grows: full is NULL, an ordinary result that ends the one request. Debug builds fill
 * what is given back. Thread: the owner only. Cost: this struct; the bytes are the caller's (a
 * region, a slab's element, a stack buffer).
 */
#define ARENA_BYTES_MAX ((size_t)1 << 31)

struct arena {
    unsigned char *base; /* borrowed (from whoever called arena_init, until arena_deinit) */
    size_t size;
    size_t used;
    size_t high_water;
    uint64_t refused; /* takes that found it full */
};

/** A place to go back to. */
struct arena_mark {
    size_t used;
};

/** Puts an empty arena over `size` bytes at `base` (1..ARENA_BYTES_MAX, base aligned to 16). */
void arena_init(struct arena *arena, void *base, size_t size);

/**
 * Takes `size` bytes from the arena.
 *
 * size      bytes, 1..ARENA_BYTES_MAX
 * align     power of two, at most 16
 * returns   memory valid until arena_reset() or arena_rewind(), or NULL when the arena is full
 * thread    owner only
 */
void *arena_alloc(struct arena *arena, size_t size, size_t align);

/** Takes a zeroed array; NULL when full or when the product overflows. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align);

struct arena_mark arena_mark(const struct arena *arena);
/** Gives back everything taken since the mark. */
void arena_rewind(struct arena *arena, struct arena_mark mark);
/** Gives back everything. */
void arena_reset(struct arena *arena);
/** Bytes left before it is full (before alignment). */
size_t arena_left(const struct arena *arena);

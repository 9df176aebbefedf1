// SPDX-License-Identifier: Apache-2.0
#include "alloc/arena.h"

#include "alloc/checked.h"
#include "alloc/debug.h"

#include <assert.h>
#include <string.h>

#define ARENA_ALIGN_MAX 16u

void arena_init(struct arena *arena, void *base, size_t size)
{
    assert(base != NULL && (uintptr_t)base % ARENA_ALIGN_MAX == 0);
    assert(size > 0 && size <= ARENA_BYTES_MAX);
    *arena = (struct arena){.base = base, .size = size};
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
    assert(align > 0 && align <= ARENA_ALIGN_MAX && (align & (align - 1)) == 0);
    /* used is at most ARENA_BYTES_MAX, so rounding it up cannot overflow */
    size_t start = (arena->used + (align - 1)) & ~(align - 1);
    if (start > arena->size || size > arena->size - start) {
        arena->refused++;
        return NULL;
    }
    arena->used = start + size;
    if (arena->used > arena->high_water) {
        arena->high_water = arena->used;
    }
    return arena->base + start;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align)
{
    size_t total;
    if (!checked_multiply(count, size, &total)) {
        arena->refused++;
        return NULL;
    }
    void *array = arena_alloc(arena, total, align);
    if (array != NULL) {
        memset(array, 0, total);
    }
    return array;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){.used = arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    assert(mark.used <= arena->used);
    debug_fill(arena->base + mark.used, arena->used - mark.used);
    arena->used = mark.used;
}

void arena_reset(struct arena *arena)
{
    arena_rewind(arena, (struct arena_mark){.used = 0});
}

size_t arena_left(const struct arena *arena)
{
    return arena->size - arena->used;
}

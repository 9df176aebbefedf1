// SPDX-License-Identifier: Apache-2.0
#include "alloc/reserve.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local void *reserve; /* owned */
static _Thread_local size_t reserve_bytes;

enum result reserve_take(size_t bytes)
{
    if (reserve_bytes >= bytes) {
        return OK;
    }
    reserve_give();
    reserve = malloc(bytes);
    if (reserve == NULL) {
        return REFUSED_MEMORY;
    }
    reserve_bytes = bytes;
    return OK;
}

void reserve_give(void)
{
    free(reserve);
    reserve = NULL;
    reserve_bytes = 0;
}

void *reserve_malloc(size_t size)
{
    return malloc(size);
}

void *reserve_calloc(size_t count, size_t size)
{
    return calloc(count, size);
}

void *reserve_realloc(void *block, size_t size)
{
    void *moved = realloc(block, size);
    if (moved != NULL || size == 0 || reserve_bytes < size) {
        return moved;
    }
    moved = reserve;
    reserve = NULL;
    reserve_bytes = 0;
    if (block != NULL) {
        size_t had = malloc_usable_size(block);
        memcpy(moved, block, had < size ? had : size);
        free(block);
    }
    return moved;
}

void reserve_free(void *block)
{
    free(block);
}

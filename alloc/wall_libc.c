// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall.h"

#include "alloc/checked.h"

#include <stdlib.h>

/* The C library's allocator keeps a word before each block and rounds to 16. */
#define BLOCK_HEADER_BYTES 8u
#define BLOCK_ALIGN 16u
#define BLOCK_BYTES_MIN 32u

static bool block_cost(size_t size, size_t *ret_cost)
{
    size_t sum;
    if (!checked_add(size, BLOCK_HEADER_BYTES + BLOCK_ALIGN - 1, &sum)) {
        return false;
    }
    sum &= ~(size_t)(BLOCK_ALIGN - 1);
    *ret_cost = sum < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : sum;
    return true;
}

enum result wall_raise(void)
{
    return OK;
}

const char *wall_name(void)
{
    return "libc";
}

bool wall_is_complete(void)
{
    return false;
}

size_t wall_metadata_bytes(void)
{
    return 0;
}

size_t wall_metadata_bytes_max(size_t walled_bytes)
{
    (void)walled_bytes;
    return 0;
}

const char *wall_difference(void)
{
    return "";
}

void *wall_take(enum account account, size_t size)
{
    size_t cost;
    if (!block_cost(size, &cost)) {
        ledger_refuse(account, size);
        return NULL;
    }
    if (ledger_charge(account, cost) != OK) {
        return NULL;
    }
    void *block = malloc(size);
    if (block == NULL) {
        ledger_release(account, cost);
        ledger_refuse(account, size);
    }
    return block;
}

void wall_give(enum account account, void *block, size_t size)
{
    size_t cost = 0;
    if (block_cost(size, &cost)) {
        free(block);
        ledger_release(account, cost);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/memory.h"

#include "alloc/checked.h"
#include "alloc/phase.h"
#include "alloc/wall.h"

#include <assert.h>
#include <string.h>

void *memory_take(enum account account, size_t size)
{
    assert(size > 0);
    phase_check_allocation();
    return wall_take(account, size);
}

void *memory_take_array(enum account account, size_t count, size_t size)
{
    size_t total;
    if (!checked_multiply(count, size, &total)) {
        ledger_refuse(account, SIZE_MAX);
        return NULL;
    }
    void *array = memory_take(account, total);
    if (array != NULL) {
        memset(array, 0, total);
    }
    return array;
}

void memory_give(enum account account, void *block, size_t size)
{
    if (block != NULL) {
        assert(size > 0);
        wall_give(account, block, size);
    }
}

void *memory_copy(enum account account, const void *bytes, size_t size)
{
    void *copy = memory_take(account, size);
    if (copy != NULL) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/memory.h"

/**
 * A slab: a fixed count of equal elements, all reserved when it is created; take and give are O(1)
 * and never allocate. Counts used, high-water and refused. Debug builds fill given elements and
 * catch a double give. Thread: one owner (a worker); a slab that threads share is not this.
 */
struct slab;

struct slab_state {
    uint32_t limit;
    uint32_t used;
    uint32_t high_water;
    uint64_t refused;
};

/**
 * Creates a slab of `count` elements of `size` bytes (both 1 or more; elements aligned to 16,
 * populated now).
 *
 * returns   OK; REFUSED_MEMORY when the account refuses; REFUSED_LIMIT when the product overflows
 */
RESULT_MUST_CHECK enum result slab_create(enum account account, uint32_t count, size_t size,
                                          struct slab **ret_slab);
void slab_destroy(struct slab *slab);
/** An element, contents undefined, or NULL when all are taken (counted). */
void *slab_take(struct slab *slab);
void slab_give(struct slab *slab, void *element);
/** The element's place 0..count-1, stable for its life: what ids and tables use. */
uint32_t slab_index(const struct slab *slab, const void *element);
void *slab_at(struct slab *slab, uint32_t index);
struct slab_state slab_read(const struct slab *slab);
/** What slab_create(count, size) charges, for the budget sheet. */
size_t slab_cost_bytes(uint32_t count, size_t size);

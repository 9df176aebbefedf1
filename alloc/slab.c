// SPDX-License-Identifier: Apache-2.0
#include "alloc/slab.h"

#include "alloc/checked.h"
#include "alloc/debug.h"
#include "alloc/pages.h"

#include <assert.h>

/*
 * One populated region: this struct, a table with one word for each element, the elements. The
 * word of a free element names the next free one, the word of a taken one says that it is taken;
 * so a free list costs no access to the elements, and a double give is seen.
 */
#define SLAB_ALIGN 16u
#define SLAB_LINE_BYTES 64u
#define SLAB_END UINT32_MAX
#define SLAB_TAKEN (UINT32_MAX - 1)
#define SLAB_COUNT_MAX (UINT32_MAX - 2)

struct slab {
    struct region region; /* owned: holds this struct too */
    unsigned char *elements;
    size_t element_size;
    size_t asked_size;
    uint32_t first_free;
    struct slab_state state;
    uint32_t next[];
};

struct slab_layout {
    size_t element_size;
    size_t elements_offset;
    size_t size;
};

static bool round_to(size_t size, size_t align, size_t *ret_size)
{
    size_t sum;
    if (!checked_add(size, align - 1, &sum)) {
        return false;
    }
    *ret_size = sum & ~(align - 1);
    return true;
}

static bool lay_out(uint32_t count, size_t size, struct slab_layout *ret_layout)
{
    struct slab_layout layout;
    size_t table = sizeof(struct slab) + sizeof(uint32_t) * (size_t)count;
    size_t bytes;
    if (count == 0 || size == 0 || count > SLAB_COUNT_MAX ||
        !round_to(size, SLAB_ALIGN, &layout.element_size) ||
        !round_to(table, SLAB_LINE_BYTES, &layout.elements_offset) ||
        !checked_multiply(count, layout.element_size, &bytes) ||
        !checked_add(layout.elements_offset, bytes, &bytes) || !pages_round(bytes, &layout.size)) {
        return false;
    }
    *ret_layout = layout;
    return true;
}

enum result slab_create(enum account account, uint32_t count, size_t size, struct slab **ret_slab)
{
    struct slab_layout layout;
    if (!lay_out(count, size, &layout)) {
        return REFUSED_LIMIT;
    }
    struct region region;
    struct region_options options = {.huge = true, .populate = true};
    enum result result = region_open(&region, account, layout.size, options);
    if (result != OK) {
        return result;
    }
    struct slab *slab = region.base;
    slab->region = region;
    slab->elements = (unsigned char *)region.base + layout.elements_offset;
    slab->element_size = layout.element_size;
    slab->asked_size = size;
    slab->first_free = 0;
    slab->state = (struct slab_state){.limit = count};
    debug_poison(slab->elements, layout.size - layout.elements_offset);
    for (uint32_t index = 0; index < count; index++) {
        slab->next[index] = index + 1 < count ? index + 1 : SLAB_END;
    }
    *ret_slab = slab;
    return OK;
}

void slab_destroy(struct slab *slab)
{
    if (slab != NULL) {
        struct region region = slab->region; /* its own memory goes with it */
        region_close(&region);
    }
}

void *slab_take(struct slab *slab)
{
    uint32_t index = slab->first_free;
    if (index == SLAB_END) {
        slab->state.refused++;
        return NULL;
    }
    slab->first_free = slab->next[index];
    slab->next[index] = SLAB_TAKEN;
    slab->state.used++;
    if (slab->state.used > slab->state.high_water) {
        slab->state.high_water = slab->state.used;
    }
    void *element = slab->elements + (size_t)index * slab->element_size;
    debug_unpoison(element, slab->asked_size);
    return element;
}

void slab_give(struct slab *slab, void *element)
{
    uint32_t index = slab_index(slab, element);
    assert(slab->next[index] == SLAB_TAKEN && "given twice, or never taken");
    debug_fill(element, slab->asked_size);
    debug_poison(element, slab->element_size);
    slab->next[index] = slab->first_free;
    slab->first_free = index;
    slab->state.used--;
}

uint32_t slab_index(const struct slab *slab, const void *element)
{
    size_t offset = (size_t)((const unsigned char *)element - slab->elements);
    assert((const unsigned char *)element >= slab->elements);
    assert(offset % slab->element_size == 0);
    assert(offset / slab->element_size < slab->state.limit);
    return (uint32_t)(offset / slab->element_size);
}

void *slab_at(struct slab *slab, uint32_t index)
{
    assert(index < slab->state.limit);
    return slab->elements + (size_t)index * slab->element_size;
}

struct slab_state slab_read(const struct slab *slab)
{
    return slab->state;
}

size_t slab_cost_bytes(uint32_t count, size_t size)
{
    struct slab_layout layout;
    return lay_out(count, size, &layout) ? layout.size : SIZE_MAX;
}

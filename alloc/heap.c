// SPDX-License-Identifier: Apache-2.0
#include "alloc/heap.h"

#include "alloc/checked.h"
#include "alloc/debug.h"
#include "alloc/phase.h"
#include "alloc/spans.h"

#include <assert.h>
#include <pthread.h>

/*
 * Each class takes from one span, its current one, until that is full; then from the fullest span
 * that has room. Emptier ones are left alone so that they can run empty and go back. The lists by
 * fullness are ordered only roughly, in quarters, so that giving a block moves a span seldom.
 */
#define BLOCK_ALIGN 16u
#define FINE_BYTES_MAX 512u /* up to here every multiple of 16 is a class */
#define FINE_CLASSES (FINE_BYTES_MAX / BLOCK_ALIGN)
#define STEPS_PER_DOUBLING 8u
#define DOUBLINGS 4u
#define CLASS_COUNT (FINE_CLASSES + STEPS_PER_DOUBLING * DOUBLINGS)

_Static_assert(FINE_BYTES_MAX << DOUBLINGS == HEAP_CLASS_BYTES_MAX,
               "the classes reach the maximum");

enum span_list {
    LIST_FULLEST = 3, /* 0..3: by used quarters */
    LIST_COUNT = 4,
    LIST_NONE_FULL = 4,
    LIST_NONE_CURRENT = 5,
};

struct heap_class {
    struct span *current; /* borrowed from spans, as all here */
    struct span *lists[LIST_COUNT];
};

/* Before each block that is larger than the classes, in its own mapping. */
struct large_block {
    _Alignas(64) struct large_block *next;
    struct large_block *previous;
    size_t mapped;
};

struct heap {
    pthread_mutex_t lock; /* guards everything below */
    struct spans spans;
    size_t live_bytes;
    size_t large_bytes;
    uint64_t refused;
    struct large_block *large;
    struct heap_class classes[CLASS_COUNT];
};

static unsigned class_of(size_t size)
{
    if (size <= FINE_BYTES_MAX) {
        return size == 0 ? 0 : (unsigned)((size - 1) / BLOCK_ALIGN);
    }
    /* 513..1024 is doubling 0: its eight classes are 576, 640, ... 1024 */
    unsigned top = 63u - (unsigned)__builtin_clzl(size - 1);
    unsigned step = (unsigned)((size - 1) >> (top - 3)) - STEPS_PER_DOUBLING;
    return FINE_CLASSES + (top - 9) * STEPS_PER_DOUBLING + step;
}

static size_t class_bytes(unsigned class)
{
    if (class < FINE_CLASSES) {
        return (size_t)(class + 1) * BLOCK_ALIGN;
    }
    unsigned doubling = (class - FINE_CLASSES) / STEPS_PER_DOUBLING;
    unsigned step = (class - FINE_CLASSES) % STEPS_PER_DOUBLING;
    return (size_t)(STEPS_PER_DOUBLING + step + 1) *
           ((FINE_BYTES_MAX / STEPS_PER_DOUBLING) << doubling);
}

static bool large_bytes(size_t size, size_t *ret_bytes)
{
    size_t sum;
    return checked_add(size, sizeof(struct large_block), &sum) && pages_round(sum, ret_bytes);
}

size_t heap_block_bytes(size_t size)
{
    if (size <= HEAP_CLASS_BYTES_MAX) {
        return class_bytes(class_of(size));
    }
    size_t bytes;
    return large_bytes(size, &bytes) ? bytes : SIZE_MAX;
}

enum result heap_create(enum account account, struct heap **ret_heap)
{
    struct heap *heap = memory_take_array(account, 1, sizeof(*heap));
    if (heap == NULL) {
        return REFUSED_MEMORY;
    }
    pthread_mutex_init(&heap->lock, NULL);
    spans_init(&heap->spans, account);
    *ret_heap = heap;
    return OK;
}

static void unlink_large(struct heap *heap, struct large_block *large)
{
    if (large->previous != NULL) {
        large->previous->next = large->next;
    } else {
        heap->large = large->next;
    }
    if (large->next != NULL) {
        large->next->previous = large->previous;
    }
}

static void give_large(struct heap *heap, struct large_block *large)
{
    size_t mapped = large->mapped;
    unlink_large(heap, large);
    heap->large_bytes -= mapped;
    pages_unmap(large, mapped);
    ledger_release(heap->spans.account, mapped);
}

void heap_destroy(struct heap *heap)
{
    if (heap == NULL) {
        return;
    }
    while (heap->large != NULL) {
        give_large(heap, heap->large);
    }
    spans_deinit(&heap->spans);
    pthread_mutex_destroy(&heap->lock);
    memory_give(heap->spans.account, heap, sizeof(*heap));
}

static void *take_large(struct heap *heap, size_t size)
{
    enum account account = heap->spans.account;
    size_t mapped;
    if (!large_bytes(size, &mapped)) {
        ledger_refuse(account, size);
        return NULL;
    }
    if (ledger_charge(account, mapped) != OK) {
        return NULL;
    }
    struct large_block *large = pages_map(mapped, PAGES_BYTES);
    if (large == NULL) {
        ledger_release(account, mapped);
        ledger_refuse(account, mapped);
        return NULL;
    }
    large->mapped = mapped;
    large->previous = NULL;
    large->next = heap->large;
    if (heap->large != NULL) {
        heap->large->previous = large;
    }
    heap->large = large;
    heap->large_bytes += mapped;
    return large + 1;
}

static void unlink_span(struct heap_class *class, struct span *span)
{
    if (span->list >= LIST_COUNT) {
        return;
    }
    if (span->previous != NULL) {
        span->previous->next = span->next;
    } else {
        class->lists[span->list] = span->next;
    }
    if (span->next != NULL) {
        span->next->previous = span->previous;
    }
}

/* Puts a span that has room into the list of its quarter. */
static void file_span(struct heap_class *class, struct span *span)
{
    uint32_t list = span->used * LIST_COUNT / span->capacity;
    span->list = (uint16_t)list;
    span->floor = (list * span->capacity + LIST_COUNT - 1) / LIST_COUNT;
    span->previous = NULL;
    span->next = class->lists[list];
    if (span->next != NULL) {
        span->next->previous = span;
    }
    class->lists[list] = span;
}

static struct span *new_current(struct heap *heap, unsigned index)
{
    struct heap_class *class = &heap->classes[index];
    struct span *span = NULL;
    for (unsigned list = LIST_COUNT; list > 0 && span == NULL; list--) {
        span = class->lists[list - 1];
    }
    if (span != NULL) {
        unlink_span(class, span);
    } else {
        span = spans_take(&heap->spans);
        if (span == NULL) {
            return NULL;
        }
        span->free = NULL;
        span->fresh = spans_base(span);
        debug_poison(span->fresh, spans_size(span));
        span->used = 0;
        span->capacity = (uint32_t)(spans_size(span) / class_bytes(index));
        span->class = (uint16_t)index;
    }
    span->list = LIST_NONE_CURRENT;
    span->floor = 0;
    class->current = span;
    return span;
}

static void *take_small(struct heap *heap, size_t size)
{
    unsigned index = class_of(size);
    struct heap_class *class = &heap->classes[index];
    struct span *span = class->current;
    if (span == NULL) {
        span = new_current(heap, index);
        if (span == NULL) {
            return NULL;
        }
    }
    void *block = span->free;
    if (block != NULL) {
        debug_unpoison(block, sizeof(void *));
        span->free = *(void **)block;
        __builtin_prefetch(span->free);
    } else {
        block = span->fresh;
        span->fresh += class_bytes(index);
    }
    span->used++;
    if (span->used == span->capacity) {
        span->list = LIST_NONE_FULL;
        span->floor = span->capacity;
        class->current = NULL;
    }
    debug_poison(block, class_bytes(index));
    debug_unpoison(block, size);
    return block;
}

static void give_small(struct heap *heap, void *block, unsigned index)
{
    struct heap_class *class = &heap->classes[index];
    struct span *span = spans_of_block(block);
    assert(span->class == index && "given with another size than it was taken with");
    assert(span->used > 0);
    debug_unpoison(block, sizeof(void *));
    *(void **)block = span->free;
    span->free = block;
    debug_poison(block, class_bytes(index));
    span->used--;
    if (span->used == 0) {
        unlink_span(class, span);
        if (class->current == span) {
            class->current = NULL;
        }
        debug_unpoison(spans_base(span), spans_size(span));
        spans_give(&heap->spans, span);
    } else if (span->used < span->floor) {
        unlink_span(class, span);
        file_span(class, span);
    }
}

void *heap_take(struct heap *heap, size_t size)
{
    assert(size > 0);
    phase_check_allocation();
    pthread_mutex_lock(&heap->lock);
    void *block = size <= HEAP_CLASS_BYTES_MAX ? take_small(heap, size) : take_large(heap, size);
    if (block != NULL) {
        heap->live_bytes += size;
    } else {
        heap->refused++;
    }
    pthread_mutex_unlock(&heap->lock);
    return block;
}

void heap_give(struct heap *heap, void *block, size_t size)
{
    if (block == NULL) {
        return;
    }
    debug_fill(block, size);
    pthread_mutex_lock(&heap->lock);
    heap->live_bytes -= size;
    if (size <= HEAP_CLASS_BYTES_MAX) {
        give_small(heap, block, class_of(size));
    } else {
        give_large(heap, (struct large_block *)block - 1);
    }
    pthread_mutex_unlock(&heap->lock);
}

bool heap_settle(struct heap *heap)
{
    pthread_mutex_lock(&heap->lock);
    bool moved = spans_settle(&heap->spans);
    pthread_mutex_unlock(&heap->lock);
    return moved;
}

struct heap_state heap_read(struct heap *heap)
{
    pthread_mutex_lock(&heap->lock);
    struct heap_state state = {
        .live_bytes = heap->live_bytes,
        .charged_bytes = heap->spans.charged_bytes + heap->large_bytes,
        .refused = heap->refused,
    };
    pthread_mutex_unlock(&heap->lock);
    return state;
}

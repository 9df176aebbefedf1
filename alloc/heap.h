// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/memory.h"

/**
 * A heap of small blocks for long-lived, often replaced data of many sizes (the nodes of zones),
 * with reuse that keeps what is charged within 1.3 times what lives, also after a million random
 * edits.
 *
 * Blocks are rounded to a size class (multiples of 16 up to 512, then eight classes to each
 * doubling up to HEAP_CLASS_BYTES_MAX) and cut from spans; a span whose blocks are all free goes
 * back to the account. Larger blocks are taken from the account directly, rounded to whole pages.
 * No header beside a block: the caller gives the size back. Blocks are aligned to 16.
 * Thread: any; one short mutex. Cost: per-class tables (a few KiB), spans charged to the account as
 * they are mapped.
 */
#define HEAP_CLASS_BYTES_MAX 8192u

struct heap;

struct heap_state {
    size_t live_bytes;    /* as asked for by callers */
    size_t charged_bytes; /* spans and large blocks, as charged to the account */
    uint64_t refused;
};

RESULT_MUST_CHECK enum result heap_create(enum account account, struct heap **ret_heap);
/** All blocks are gone with it. */
void heap_destroy(struct heap *heap);
/** `size` bytes, 1 or more, contents undefined; NULL when the account refuses (counted). */
void *heap_take(struct heap *heap, size_t size);
void heap_give(struct heap *heap, void *block, size_t size);
struct heap_state heap_read(struct heap *heap);
/** The bytes that a block of this size really occupies. */
size_t heap_block_bytes(size_t size);

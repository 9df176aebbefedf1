// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/memory.h"

/**
 * A heap of small blocks for long-lived, often replaced data of many sizes (the nodes of zones),
 * with reuse that keeps what is charged within 1.3 times what lives, also after a million random
 * edits.
 *
 * Blocks are rounded to a size class (multiples of 16 up to 512, then eight classes to each
 * doubling up to HEAP_CLASS_BYTES_MAX) and cut from spans of 64 KiB; a span whose blocks are all
 * free goes back to the account, save for a small share of what is in use. Larger blocks are mapped
 * one by one: their size and 64 bytes more, rounded to whole pages. A heap of more than 16 MiB asks
 * for huge pages.
 *
 * Few blocks cost up to one span for each class in use (at most 4 MiB for all 64), so one heap
 * serves many zones, never one heap each.
 *
 * Blocks never move: a population that shrinks at random keeps spans that are partly used, charged
 * until their last block goes or new blocks fill them, which the fullest get first.
 *
 * No header beside a block: the caller gives the size back. Blocks are aligned to 16.
 * Thread: any; one short mutex, below every other lock. Cost: 3 KiB for the tables, taken from the
 * account when it is created; spans are charged as they are mapped.
 */
#define HEAP_CLASS_BYTES_MAX 8192u

struct heap;

struct heap_state {
    size_t live_bytes;    /* as asked for by callers */
    size_t charged_bytes; /* spans and large blocks, as charged to the account */
    uint64_t refused;
};

/** An empty heap of the account. REFUSED_MEMORY when not even its tables fit. */
RESULT_MUST_CHECK enum result heap_create(enum account account, struct heap **ret_heap);
/** All blocks are gone with it. */
void heap_destroy(struct heap *heap);
/** `size` bytes, 1 or more, contents undefined; NULL when the account refuses (counted). */
void *heap_take(struct heap *heap, size_t size);
/** Gives back a block with the size it was taken with. NULL is accepted. */
void heap_give(struct heap *heap, void *block, size_t size);
/**
 * Moves 2 MiB of what was taken before the heap was large into a huge page, which takes some
 * milliseconds with the heap's lock held. For a job thread that has nothing else to do. False when
 * there is nothing left to move.
 */
bool heap_settle(struct heap *heap);
/** A reading; the three fields belong together. */
struct heap_state heap_read(struct heap *heap);
/** The bytes that a block of this size really occupies. */
size_t heap_block_bytes(size_t size);

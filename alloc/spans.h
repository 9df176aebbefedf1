// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/ledger.h"
#include "alloc/pages.h"

#include <stdbool.h>

/**
 * Spans: the pieces of 64 KiB that a heap cuts its blocks from, themselves cut from chunks of 2
 * MiB.
 *
 * Only heap.c uses this. A chunk is addresses; what is charged is the page with its tables and each
 * span that is in use or kept ready ("warm"). A cold span has no pages and costs nothing. From
 * SPANS_HUGE_FROM_BYTES on whole chunks are charged and backed by huge pages, because look-ups in
 * large zones wait for address translation more than for anything else.
 *
 * A chunk is aligned to its size and its tables lie in its first page, so a block's span is found
 * from the block's address, without a word beside the block.
 *
 * Thread: the owner's lock. Cost: one page for each chunk; at most 1/32 of what is in use is kept
 * warm and unused, or 1/8 up to four spans, and one chunk in a heap that uses huge pages.
 */
#define SPANS_CHUNK_BYTES PAGES_HUGE_BYTES
#define SPANS_PER_CHUNK 32u
#define SPAN_BYTES (SPANS_CHUNK_BYTES / SPANS_PER_CHUNK)
#define SPANS_HUGE_FROM_BYTES ((size_t)16 << 20)

/** One span as the heap sees it. The heap owns all fields while the span is taken. */
struct span {
    struct span *next; /* borrowed: the heap's list that the span is in */
    struct span *previous;
    void *free;           /* given blocks, each holding the address of the next */
    unsigned char *fresh; /* from here on no block was ever taken */
    uint32_t used;
    uint32_t capacity;
    uint32_t floor; /* with fewer used than this, the span moves to another list */
    uint16_t class;
    uint16_t list;
};

struct chunk;

struct spans {
    enum account account;
    size_t charged_bytes;
    size_t warm_free_bytes; /* charged and not taken */
    struct chunk *all;      /* owned */
    struct chunk *warm;     /* those with a warm free span */
    struct chunk *cold;     /* those with free spans, none of them warm */
    bool huge;              /* past SPANS_HUGE_FROM_BYTES; chunks from before were promoted */
};

void spans_init(struct spans *spans, enum account account);
/** Everything goes back to the account, taken spans too. */
void spans_deinit(struct spans *spans);
/** A span with base and size to be read below; its fields undefined. NULL: the account refuses. */
struct span *spans_take(struct spans *spans);
/** Takes back a span. Its pages go to the account unless it is kept warm. */
void spans_give(struct spans *spans, struct span *span);
/**
 * Moves one chunk that was filled in small pages into a huge one: some milliseconds of copying,
 * which whoever is in a hurry leaves to somebody who is not. False when there is none.
 */
bool spans_settle(struct spans *spans);
/** The span that holds a block. */
struct span *spans_of_block(const void *block);
unsigned char *spans_base(const struct span *span);
/** Usable bytes: SPAN_BYTES, for the first of a chunk a page less. */
size_t spans_size(const struct span *span);

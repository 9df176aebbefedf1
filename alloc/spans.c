// SPDX-License-Identifier: Apache-2.0
#include "alloc/spans.h"

#include <assert.h>

#define ALL_SPANS UINT32_MAX
#define COLOUR_COUNT 16u
#define COLOUR_BYTES 64u
#define WARM_SHARE 32u
#define WARM_SHARE_FEW 8u
#define WARM_FEW_BYTES (4u * SPAN_BYTES)

_Static_assert(SPANS_PER_CHUNK == 32, "a mask has one bit for each span");

/* At the start of the chunk it describes. */
struct chunk {
    uint32_t free;  /* bit n: span n is not taken */
    uint32_t warm;  /* bit n: span n is charged; every taken one is */
    bool huge;      /* backed by huge pages where the kernel has them */
    bool scattered; /* it was filled before it was huge: see spans_settle() */
    struct chunk **list;
    struct chunk *next; /* in list */
    struct chunk *previous;
    struct chunk *all_next;
    struct chunk *all_previous;
    struct span spans[SPANS_PER_CHUNK];
};

_Static_assert(sizeof(struct chunk) + COLOUR_COUNT * COLOUR_BYTES <= PAGES_BYTES,
               "the tables fit the page before the first span's blocks");

static unsigned char *chunk_base(const void *inside)
{
    return (unsigned char *)((uintptr_t)inside & ~(uintptr_t)(SPANS_CHUNK_BYTES - 1));
}

/*
 * Chunks are aligned to 2 MiB, so tables at their very start would all fall into the same few sets
 * of the processor's cache. They begin a few lines further in each.
 */
static struct chunk *chunk_of(const void *inside)
{
    unsigned char *base = chunk_base(inside);
    size_t colour = ((uintptr_t)base / SPANS_CHUNK_BYTES) % COLOUR_COUNT;
    return (struct chunk *)(void *)(base + colour * COLOUR_BYTES);
}

static unsigned index_of(const struct span *span)
{
    return (unsigned)(span - chunk_of(span)->spans);
}

struct span *spans_of_block(const void *block)
{
    size_t offset = (size_t)((const unsigned char *)block - chunk_base(block));
    return &chunk_of(block)->spans[offset / SPAN_BYTES];
}

static size_t bytes_of(unsigned index)
{
    return index == 0 ? SPAN_BYTES - PAGES_BYTES : SPAN_BYTES;
}

size_t spans_size(const struct span *span)
{
    return bytes_of(index_of(span));
}

unsigned char *spans_base(const struct span *span)
{
    unsigned index = index_of(span);
    return chunk_base(span) + (index == 0 ? PAGES_BYTES : index * SPAN_BYTES);
}

static size_t bytes_of_mask(uint32_t mask)
{
    size_t bytes = (size_t)__builtin_popcount(mask) * SPAN_BYTES;
    return (mask & 1u) != 0 ? bytes - PAGES_BYTES : bytes;
}

static void unlink_chunk(struct chunk *chunk)
{
    if (chunk->list == NULL) {
        return;
    }
    if (chunk->previous != NULL) {
        chunk->previous->next = chunk->next;
    } else {
        *chunk->list = chunk->next;
    }
    if (chunk->next != NULL) {
        chunk->next->previous = chunk->previous;
    }
    chunk->list = NULL;
}

/* Puts the chunk into the list that its masks call for. */
static void relink_chunk(struct spans *spans, struct chunk *chunk)
{
    struct chunk **list = NULL;
    if ((chunk->free & chunk->warm) != 0) {
        list = &spans->warm;
    } else if (chunk->free != 0) {
        list = &spans->cold;
    }
    if (list == chunk->list) {
        return;
    }
    unlink_chunk(chunk);
    if (list != NULL) {
        chunk->list = list;
        chunk->previous = NULL;
        chunk->next = *list;
        if (*list != NULL) {
            (*list)->previous = chunk;
        }
        *list = chunk;
    }
}

static size_t taken_bytes(const struct spans *spans)
{
    return spans->charged_bytes - spans->warm_free_bytes;
}

/* A few spans stay as soon as they are a small part of the whole: who takes and gives back one
 * block again and again shall not map and clear its span each time. */
static size_t warm_bytes_max(const struct spans *spans)
{
    size_t taken = taken_bytes(spans);
    size_t share = taken / WARM_SHARE;
    if (taken >= SPANS_HUGE_FROM_BYTES) {
        return share < SPANS_CHUNK_BYTES ? SPANS_CHUNK_BYTES : share;
    }
    size_t few = taken / WARM_SHARE_FEW < WARM_FEW_BYTES ? taken / WARM_SHARE_FEW : WARM_FEW_BYTES;
    return share < few ? few : share;
}

void spans_init(struct spans *spans, enum account account)
{
    *spans = (struct spans){.account = account};
}

static void destroy_chunk(struct spans *spans, struct chunk *chunk)
{
    size_t bytes = PAGES_BYTES + bytes_of_mask(chunk->warm);
    spans->warm_free_bytes -= bytes_of_mask(chunk->warm & chunk->free);
    spans->charged_bytes -= bytes;
    unlink_chunk(chunk);
    if (chunk->all_previous != NULL) {
        chunk->all_previous->all_next = chunk->all_next;
    } else {
        spans->all = chunk->all_next;
    }
    if (chunk->all_next != NULL) {
        chunk->all_next->all_previous = chunk->all_previous;
    }
    pages_unmap(chunk_base(chunk), SPANS_CHUNK_BYTES);
    ledger_release(spans->account, bytes);
}

void spans_deinit(struct spans *spans)
{
    while (spans->all != NULL) {
        destroy_chunk(spans, spans->all);
    }
    assert(spans->charged_bytes == 0 && spans->warm_free_bytes == 0);
}

/* Every span of it is charged: huge pages cost no more than small ones now. */
static void make_huge(struct chunk *chunk)
{
    chunk->huge = true;
    chunk->scattered = true;
    pages_want_huge(chunk_base(chunk), SPANS_CHUNK_BYTES, true);
}

bool spans_settle(struct spans *spans)
{
    for (struct chunk *chunk = spans->all; chunk != NULL; chunk = chunk->all_next) {
        if (chunk->scattered) {
            chunk->scattered = false;
            pages_collapse(chunk_base(chunk), SPANS_CHUNK_BYTES);
            return true;
        }
    }
    return false;
}

/* The heap has become large: chunks that were filled span by span get huge pages as well, once. */
static void promote_chunks(struct spans *spans)
{
    for (struct chunk *chunk = spans->all; chunk != NULL; chunk = chunk->all_next) {
        if (chunk->warm == ALL_SPANS && !chunk->huge) {
            make_huge(chunk);
        }
    }
}

static bool has_room(enum account account, size_t size)
{
    struct account_state state = ledger_read(account);
    return state.used_bytes <= state.limit_bytes && size <= state.limit_bytes - state.used_bytes;
}

static struct chunk *create_chunk(struct spans *spans)
{
    bool huge = spans->charged_bytes >= SPANS_HUGE_FROM_BYTES &&
                has_room(spans->account, SPANS_CHUNK_BYTES);
    size_t bytes = huge ? SPANS_CHUNK_BYTES : PAGES_BYTES;
    if (ledger_charge(spans->account, bytes) != OK) {
        return NULL;
    }
    unsigned char *base = pages_map(SPANS_CHUNK_BYTES, SPANS_CHUNK_BYTES);
    if (base == NULL) {
        ledger_release(spans->account, bytes);
        ledger_refuse(spans->account, bytes);
        return NULL;
    }
    pages_want_huge(base, SPANS_CHUNK_BYTES, huge);
    struct chunk *chunk = chunk_of(base);
    *chunk = (struct chunk){
        .free = ALL_SPANS,
        .warm = huge ? ALL_SPANS : 0,
        .huge = huge,
        .all_next = spans->all,
    };
    if (spans->all != NULL) {
        spans->all->all_previous = chunk;
    }
    spans->all = chunk;
    spans->charged_bytes += bytes;
    spans->warm_free_bytes += bytes_of_mask(chunk->warm);
    relink_chunk(spans, chunk);
    if (huge && !spans->huge) {
        spans->huge = true;
        promote_chunks(spans);
    }
    return chunk;
}

static struct span *take_warm(struct spans *spans, struct chunk *chunk)
{
    unsigned index = (unsigned)__builtin_ctz(chunk->free & chunk->warm);
    chunk->free &= ~(1u << index);
    spans->warm_free_bytes -= bytes_of(index);
    relink_chunk(spans, chunk);
    return &chunk->spans[index];
}

static struct span *take_cold(struct spans *spans, struct chunk *chunk)
{
    unsigned index = (unsigned)__builtin_ctz(chunk->free);
    size_t bytes = bytes_of(index);
    if (ledger_charge(spans->account, bytes) != OK) {
        return NULL;
    }
    chunk->free &= ~(1u << index);
    chunk->warm |= 1u << index;
    spans->charged_bytes += bytes;
    relink_chunk(spans, chunk);
    if (spans->huge && chunk->warm == ALL_SPANS) {
        make_huge(chunk);
    }
    return &chunk->spans[index];
}

struct span *spans_take(struct spans *spans)
{
    if (spans->warm != NULL) {
        return take_warm(spans, spans->warm);
    }
    if (spans->cold != NULL) {
        return take_cold(spans, spans->cold);
    }
    struct chunk *chunk = create_chunk(spans);
    if (chunk == NULL) {
        return NULL;
    }
    if (chunk->warm != 0) {
        return take_warm(spans, chunk);
    }
    struct span *span = take_cold(spans, chunk);
    if (span == NULL) {
        destroy_chunk(spans, chunk);
    }
    return span;
}

/* Gives the pages of one warm free span to the account; the chunk too when nothing of it is taken.
 */
static void cool(struct spans *spans, struct chunk *chunk)
{
    if (chunk->free == ALL_SPANS) {
        destroy_chunk(spans, chunk);
        return;
    }
    unsigned index = (unsigned)__builtin_ctz(chunk->free & chunk->warm);
    struct span *span = &chunk->spans[index];
    if (chunk->huge) {
        /* Otherwise the kernel could fill the hole again, with pages that nobody charged. */
        chunk->huge = false;
        chunk->scattered = false;
        pages_want_huge(chunk_base(chunk), SPANS_CHUNK_BYTES, false);
    }
    pages_drop(spans_base(span), bytes_of(index));
    chunk->warm &= ~(1u << index);
    spans->charged_bytes -= bytes_of(index);
    spans->warm_free_bytes -= bytes_of(index);
    ledger_release(spans->account, bytes_of(index));
    relink_chunk(spans, chunk);
}

void spans_give(struct spans *spans, struct span *span)
{
    struct chunk *chunk = chunk_of(span);
    unsigned index = index_of(span);
    assert((chunk->free & (1u << index)) == 0);
    chunk->free |= 1u << index;
    spans->warm_free_bytes += bytes_of(index);
    relink_chunk(spans, chunk);
    while (spans->warm != NULL && spans->warm_free_bytes > warm_bytes_max(spans)) {
        cool(spans, spans->warm);
    }
    if (taken_bytes(spans) < SPANS_HUGE_FROM_BYTES / 2) {
        spans->huge = false;
    }
}

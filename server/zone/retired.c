// SPDX-License-Identifier: Apache-2.0
#include "server/zone/trie_edit.h"

#include <assert.h>

struct retired_block {
    void *block;
    size_t size;
};

struct retired_chunk {
    struct retired_chunk *next;
    size_t count;
    struct retired_block blocks[RETIRED_CHUNK_ENTRIES];
};

void retired_init(struct retired *retired)
{
    *retired = (struct retired){0};
}

enum result retired_reserve(struct retired *retired, struct heap *heap, unsigned count)
{
    assert(count <= RETIRED_CHUNK_ENTRIES);
    if (retired->room >= count) {
        return OK;
    }
    struct retired_chunk *chunk = heap_take(heap, sizeof *chunk);
    if (chunk == NULL) {
        return REFUSED_MEMORY;
    }
    chunk->next = retired->head;
    chunk->count = 0;
    retired->head = chunk;
    retired->room = RETIRED_CHUNK_ENTRIES;
    return OK;
}

void retired_note(struct retired *retired, void *block, size_t size)
{
    assert(retired->room > 0);
    struct retired_chunk *chunk = retired->head;
    chunk->blocks[chunk->count++] = (struct retired_block){.block = block, .size = size};
    retired->room--;
}

static void empty(struct retired *retired, struct heap *heap, bool free_blocks)
{
    struct retired_chunk *chunk = retired->head;
    while (chunk != NULL) {
        struct retired_chunk *next = chunk->next;
        for (size_t i = 0; free_blocks && i < chunk->count; i++) {
            heap_give(heap, chunk->blocks[i].block, chunk->blocks[i].size);
        }
        heap_give(heap, chunk, sizeof *chunk);
        chunk = next;
    }
    retired_init(retired);
}

void retired_free(struct retired *retired, struct heap *heap)
{
    empty(retired, heap, true);
}

void retired_drop(struct retired *retired, struct heap *heap)
{
    empty(retired, heap, false);
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/heap.h"

#include "alloc/spans.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct block {
    unsigned char *bytes;
    uint32_t size;
};

/* The sanitizer's view of an address, in builds that have it. */
extern int __asan_address_is_poisoned(const void *address) __attribute__((weak));

static uint64_t random_state;

static uint32_t random_below(uint64_t *state, uint32_t bound)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 32) * bound >> 32);
}

static void seed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    random_state = (uint64_t)now.tv_nsec * 2654435761u + 1;
    fprintf(stderr, "seed %llu\n", (unsigned long long)random_state);
}

static struct heap *create(void)
{
    struct heap *heap = NULL;
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
    cr_assert_eq(heap_read(heap).charged_bytes, 0);
    return heap;
}

static size_t used(void)
{
    return ledger_read(ACCOUNT_ZONES).used_bytes;
}

static size_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_not_null(file);
    size_t total = 0;
    size_t resident = 0;
    cr_assert_eq(fscanf(file, "%zu %zu", &total, &resident), 2);
    fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

Test(heap, block_sizes_at_the_edges, .timeout = 10)
{
    cr_assert_eq(heap_block_bytes(1), 16);
    cr_assert_eq(heap_block_bytes(16), 16);
    cr_assert_eq(heap_block_bytes(17), 32);
    cr_assert_eq(heap_block_bytes(511), 512);
    cr_assert_eq(heap_block_bytes(512), 512);
    cr_assert_eq(heap_block_bytes(513), 576);
    cr_assert_eq(heap_block_bytes(576), 576);
    cr_assert_eq(heap_block_bytes(577), 640);
    cr_assert_eq(heap_block_bytes(1024), 1024);
    cr_assert_eq(heap_block_bytes(1025), 1152);
    cr_assert_eq(heap_block_bytes(8191), 8192);
    cr_assert_eq(heap_block_bytes(HEAP_CLASS_BYTES_MAX), 8192);
    cr_assert_eq(heap_block_bytes(8193), 12288);
    cr_assert_eq(heap_block_bytes(12288 - 64), 12288);
    cr_assert_eq(heap_block_bytes(12288 - 63), 16384);
    cr_assert_eq(heap_block_bytes(SIZE_MAX), SIZE_MAX);
}

Test(heap, every_class_wastes_at_most_its_step, .timeout = 10)
{
    size_t before = 16;
    for (size_t size = 1; size <= HEAP_CLASS_BYTES_MAX; size++) {
        size_t bytes = heap_block_bytes(size);
        cr_assert_geq(bytes, size);
        cr_assert_geq(bytes, before);
        cr_assert_eq(bytes % 16, 0);
        cr_assert_lt(bytes - size, size <= 512 ? 16 : size / 8 + 1);
        before = bytes;
    }
}

Test(heap, every_size_can_be_taken_written_and_given, .timeout = 30)
{
    struct heap *heap = create();
    for (size_t size = 1; size <= HEAP_CLASS_BYTES_MAX + 2; size += size < 600 ? 1 : 61) {
        unsigned char *block = heap_take(heap, size);
        cr_assert_not_null(block);
        cr_assert_eq((uintptr_t)block % 16, 0);
        memset(block, 0x5a, size);
        cr_assert_eq(heap_read(heap).live_bytes, size);
        cr_assert_geq(heap_read(heap).charged_bytes, size);
        heap_give(heap, block, size);
        cr_assert_eq(heap_read(heap).live_bytes, 0);
        cr_assert_eq(heap_read(heap).charged_bytes, 0, "the last block takes its span along");
    }
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

Test(heap, a_span_of_each_class_can_be_filled, .timeout = 30)
{
    enum { BLOCKS = 200 };
    struct heap *heap = create();
    static unsigned char *blocks[BLOCKS];
    for (size_t size = 16; size <= HEAP_CLASS_BYTES_MAX; size = heap_block_bytes(size + 1)) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            blocks[i] = heap_take(heap, size);
            cr_assert_not_null(blocks[i]);
            memset(blocks[i], (int)i, size);
        }
        for (unsigned i = 0; i < BLOCKS; i++) {
            cr_assert_eq(blocks[i][0], i);
            cr_assert_eq(blocks[i][size - 1], i);
            heap_give(heap, blocks[i], size);
        }
        cr_assert_eq(heap_read(heap).charged_bytes, 0);
    }
    heap_destroy(heap);
}

Test(heap, large_blocks_are_whole_pages_of_the_account, .timeout = 10)
{
    struct heap *heap = create();
    size_t before = used();
    void *first = heap_take(heap, 8193);
    void *second = heap_take(heap, 1000000);
    void *third = heap_take(heap, 10000);
    cr_assert(first != NULL && second != NULL && third != NULL);
    size_t charged = heap_block_bytes(8193) + heap_block_bytes(1000000) + heap_block_bytes(10000);
    cr_assert_eq(heap_read(heap).charged_bytes, charged);
    cr_assert_eq(used(), before + charged);
    heap_give(heap, second, 1000000);
    heap_give(heap, third, 10000);
    cr_assert_eq(used(), before + heap_block_bytes(8193));
    cr_assert_null(heap_take(heap, SIZE_MAX));
    cr_assert_null(heap_take(heap, (size_t)1 << 60));
    cr_assert_eq(heap_read(heap).refused, 2);
    cr_assert_eq(ledger_read(ACCOUNT_ZONES).refused, 2);
    heap_destroy(heap);
    cr_assert_eq(used(), 0, "the large block that lived goes too");
}

Test(heap, the_line_is_a_span_and_its_table, .timeout = 10)
{
    struct heap *heap = create();
    size_t one = used() + PAGES_BYTES + (SPAN_BYTES - PAGES_BYTES);
    ledger_limit_set(ACCOUNT_ZONES, one - 1);
    cr_assert_null(heap_take(heap, 1));
    cr_assert_eq(heap_read(heap).refused, 1);
    cr_assert_eq(heap_read(heap).charged_bytes, 0);
    ledger_limit_set(ACCOUNT_ZONES, one);
    void *block = heap_take(heap, 1);
    cr_assert_not_null(block);
    cr_assert_eq(used(), one);
    void *same_span = heap_take(heap, 1);
    cr_assert_not_null(same_span);
    cr_assert_null(heap_take(heap, 100), "another class needs another span");
    cr_assert_eq(heap_read(heap).refused, 2);
    heap_give(heap, block, 1);
    heap_give(heap, same_span, 1);
    heap_give(heap, NULL, 7);
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

Test(heap, a_heap_that_does_not_fit_is_not_made, .timeout = 10)
{
    struct heap *heap = NULL;
    ledger_limit_set(ACCOUNT_ZONES, 100);
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), REFUSED_MEMORY);
    cr_assert_null(heap);
    cr_assert_eq(used(), 0);
    heap_destroy(NULL);
}

Test(heap, live_blocks_go_with_the_heap, .timeout = 30)
{
    struct heap *heap = create();
    seed();
    for (unsigned i = 0; i < 300000; i++) {
        cr_assert_not_null(heap_take(heap, 1 + random_below(&random_state, 300)));
    }
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

/* Few blocks cost at most one span for each class that is in use, beside the chunk's table. */
Test(heap, a_small_population_costs_a_span_for_each_class, .timeout = 10)
{
    struct heap *heap = create();
    size_t classes = 0;
    for (size_t size = 16; size <= HEAP_CLASS_BYTES_MAX; size = heap_block_bytes(size + 1)) {
        cr_assert_not_null(heap_take(heap, size));
        classes++;
        cr_assert_leq(heap_read(heap).charged_bytes, classes * SPAN_BYTES);
    }
    cr_assert_eq(classes, 64);
    heap_destroy(heap);
}

enum { POPULATION = 220000, EDITS = 1000000 };
static struct block population[POPULATION];

static void take_random(struct heap *heap, struct block *block)
{
    block->size = 16 + random_below(&random_state, 185);
    block->bytes = heap_take(heap, block->size);
    cr_assert_not_null(block->bytes);
    block->bytes[0] = (unsigned char)block->size;
    block->bytes[block->size - 1] = (unsigned char)block->size;
}

static void give_checked(struct heap *heap, struct block *block)
{
    cr_assert_eq(block->bytes[0], (unsigned char)block->size);
    cr_assert_eq(block->bytes[block->size - 1], (unsigned char)block->size);
    heap_give(heap, block->bytes, block->size);
    block->bytes = NULL;
}

static void assert_charge_is_near(struct heap *heap)
{
    struct heap_state state = heap_read(heap);
    cr_assert_leq(state.charged_bytes * 10, state.live_bytes * 13, "charged %zu for %zu living",
                  state.charged_bytes, state.live_bytes);
}

Test(heap, a_million_random_edits_keep_the_charge_near_what_lives, .timeout = 120)
{
    struct heap *heap = create();
    size_t overhead = used();
    size_t resident_before = resident_bytes();
    seed();
    for (unsigned i = 0; i < POPULATION; i++) {
        take_random(heap, &population[i]);
    }
    assert_charge_is_near(heap);
    double worst = 0;
    for (unsigned edit = 0; edit < EDITS; edit++) {
        struct block *block = &population[random_below(&random_state, POPULATION)];
        give_checked(heap, block);
        take_random(heap, block);
        if (edit % 10000 == 0) {
            assert_charge_is_near(heap);
            struct heap_state state = heap_read(heap);
            double ratio = (double)state.charged_bytes / (double)state.live_bytes;
            worst = ratio > worst ? ratio : worst;
            cr_assert_eq(used(), overhead + state.charged_bytes);
        }
    }
    fprintf(stderr, "worst charge: %.3f times what lives\n", worst);
    size_t grown = resident_bytes() - resident_before;
    size_t charged = heap_read(heap).charged_bytes;
    size_t shadow = __asan_address_is_poisoned != NULL ? charged / 4 : 0;
    cr_assert_leq(grown, charged + shadow + sizeof(population) + (1u << 20),
                  "resident memory stays below the charge");
    for (unsigned i = 0; i < POPULATION; i++) {
        give_checked(heap, &population[i]);
    }
    cr_assert_eq(heap_read(heap).charged_bytes, 0);
    cr_assert_eq(used(), overhead);
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

/* Versions of a zone: what changed is taken first, and the old blocks go when readers have left. */
Test(heap, edits_that_overlap_like_versions_keep_it_too, .timeout = 120)
{
    enum { BATCH = 2000, ROUNDS = 300 };
    static struct block fresh[BATCH];
    static uint32_t places[BATCH];
    struct heap *heap = create();
    seed();
    for (unsigned i = 0; i < POPULATION; i++) {
        take_random(heap, &population[i]);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t first = random_below(&random_state, POPULATION - BATCH);
        for (unsigned i = 0; i < BATCH; i++) {
            places[i] = round % 2 == 0 ? first + i : (first + i * 97) % POPULATION;
            take_random(heap, &fresh[i]);
        }
        for (unsigned i = 0; i < BATCH; i++) {
            give_checked(heap, &population[places[i]]);
            population[places[i]] = fresh[i];
        }
        assert_charge_is_near(heap);
    }
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

Test(heap, wholly_free_spans_come_back_while_others_live, .timeout = 60)
{
    struct heap *heap = create();
    seed();
    for (unsigned i = 0; i < POPULATION; i++) {
        take_random(heap, &population[i]);
    }
    size_t full = heap_read(heap).charged_bytes;
    size_t resident_full = resident_bytes();
    for (unsigned i = 0; i < POPULATION * 3 / 4; i++) {
        give_checked(heap, &population[i]);
    }
    assert_charge_is_near(heap);
    cr_assert_lt(heap_read(heap).charged_bytes, full / 3);
    cr_assert_lt(resident_bytes(), resident_full - full / 2, "and the pages with them");
    heap_destroy(heap);
}

Test(heap, the_sanitizer_sees_where_a_block_ends, .timeout = 10)
{
    if (__asan_address_is_poisoned == NULL) {
        cr_skip("no AddressSanitizer in this build");
    }
    struct heap *heap = create();
    unsigned char *kept = heap_take(heap, 50);
    unsigned char *block = heap_take(heap, 50);
    cr_assert_not(__asan_address_is_poisoned(block));
    cr_assert_not(__asan_address_is_poisoned(block + 49));
    cr_assert(__asan_address_is_poisoned(block + 50));
    cr_assert(__asan_address_is_poisoned(block + 64), "nobody has taken what follows");
    heap_give(heap, block, 50);
    cr_assert(__asan_address_is_poisoned(block));
    cr_assert(__asan_address_is_poisoned(block + 49));
    cr_assert_not(__asan_address_is_poisoned(kept + 49));
    cr_assert_eq(heap_take(heap, 64), block);
    cr_assert_not(__asan_address_is_poisoned(block + 63));
    heap_destroy(heap);
    cr_assert_not(__asan_address_is_poisoned(kept), "other mappings may come to lie here");
}

struct editor {
    struct heap *heap;
    uint64_t state;
    bool sound;
};

static void *edit(void *argument)
{
    enum { PLACES = 500, ROUNDS = 60000 };
    struct editor *editor = argument;
    struct block *blocks = memory_take_array(ACCOUNT_CONFIGURATION, PLACES, sizeof(*blocks));
    editor->sound = blocks != NULL;
    for (unsigned round = 0; editor->sound && round < ROUNDS; round++) {
        struct block *block = &blocks[random_below(&editor->state, PLACES)];
        if (block->bytes != NULL) {
            editor->sound = block->bytes[0] == (unsigned char)block->size;
            heap_give(editor->heap, block->bytes, block->size);
            block->bytes = NULL;
        } else {
            block->size = 1 + random_below(&editor->state, 9000);
            block->bytes = heap_take(editor->heap, block->size);
            editor->sound = block->bytes != NULL;
            if (editor->sound) {
                memset(block->bytes, (int)block->size, 16 < block->size ? 16 : block->size);
            }
        }
    }
    for (unsigned i = 0; i < PLACES; i++) {
        heap_give(editor->heap, blocks[i].bytes, blocks[i].size);
    }
    memory_give(ACCOUNT_CONFIGURATION, blocks, PLACES * sizeof(*blocks));
    return NULL;
}

Test(heap, threads_share_it, .timeout = 60)
{
    enum { THREADS = 4 };
    struct heap *heap = create();
    pthread_t threads[THREADS];
    struct editor editors[THREADS];
    seed();
    for (unsigned i = 0; i < THREADS; i++) {
        editors[i] = (struct editor){.heap = heap, .state = random_state + i};
        cr_assert_eq(pthread_create(&threads[i], NULL, edit, &editors[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_assert(editors[i].sound);
    }
    cr_assert_eq(heap_read(heap).live_bytes, 0);
    cr_assert_eq(heap_read(heap).charged_bytes, 0);
    heap_destroy(heap);
    cr_assert_eq(used(), 0);
}

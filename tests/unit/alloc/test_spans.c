// SPDX-License-Identifier: Apache-2.0
#include "alloc/spans.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

static struct spans spans;

static size_t used(void)
{
    return ledger_read(ACCOUNT_ZONES).used_bytes;
}

static struct span *take(void)
{
    struct span *span = spans_take(&spans);
    cr_assert_not_null(span);
    cr_assert_eq(spans.charged_bytes, used());
    return span;
}

static bool resident(const void *page)
{
    unsigned char in_core = 0;
    cr_assert_eq(mincore((void *)page, PAGES_BYTES, &in_core), 0);
    return (in_core & 1) != 0;
}

Test(spans, one_span_costs_itself_and_the_table, .timeout = 10)
{
    spans_init(&spans, ACCOUNT_ZONES);
    struct span *span = take();
    cr_assert_eq(used(), SPAN_BYTES, "the first span shares its 64 KiB with the table");
    cr_assert_eq(spans_size(span), SPAN_BYTES - PAGES_BYTES);
    struct span *second = take();
    cr_assert_eq(spans_size(second), SPAN_BYTES);
    cr_assert_eq(used(), 2 * SPAN_BYTES);
    spans_give(&spans, span);
    cr_assert_eq(used(), SPAN_BYTES + PAGES_BYTES);
    spans_give(&spans, second);
    cr_assert_eq(used(), 0);
    cr_assert_null(spans.all);
    spans_deinit(&spans);
}

Test(spans, every_byte_of_a_span_leads_back_to_it, .timeout = 10)
{
    enum { COUNT = 3 * SPANS_PER_CHUNK };
    static struct span *taken[COUNT];
    spans_init(&spans, ACCOUNT_ZONES);
    for (unsigned i = 0; i < COUNT; i++) {
        taken[i] = take();
        memset(spans_base(taken[i]), (int)i, spans_size(taken[i]));
    }
    cr_assert_eq(used(), 3 * SPANS_CHUNK_BYTES);
    for (unsigned i = 0; i < COUNT; i++) {
        unsigned char *base = spans_base(taken[i]);
        size_t size = spans_size(taken[i]);
        cr_assert_eq(base[0], (unsigned char)i);
        cr_assert_eq(base[size - 1], (unsigned char)i);
        cr_assert_eq(spans_of_block(base), taken[i]);
        cr_assert_eq(spans_of_block(base + size - 16), taken[i]);
    }
    spans_deinit(&spans);
    cr_assert_eq(used(), 0, "taken spans go as well");
}

Test(spans, what_is_given_loses_its_pages, .timeout = 10)
{
    spans_init(&spans, ACCOUNT_ZONES);
    struct span *kept = take();
    struct span *given = take();
    unsigned char *base = spans_base(given);
    memset(base, 1, SPAN_BYTES);
    cr_assert(resident(base));
    spans_give(&spans, given);
    cr_assert_not(resident(base));
    cr_assert_eq(used(), SPAN_BYTES);
    cr_assert_eq(take(), given);
    cr_assert_eq(base[0], 0);
    spans_give(&spans, given);
    spans_give(&spans, kept);
    cr_assert_eq(used(), 0);
}

Test(spans, the_line_refuses_and_leaves_nothing_behind, .timeout = 10)
{
    spans_init(&spans, ACCOUNT_ZONES);
    ledger_limit_set(ACCOUNT_ZONES, PAGES_BYTES - 1);
    cr_assert_null(spans_take(&spans));
    ledger_limit_set(ACCOUNT_ZONES, SPAN_BYTES - 1);
    cr_assert_null(spans_take(&spans), "the table fits and the span does not");
    cr_assert_eq(used(), 0);
    cr_assert_null(spans.all);
    ledger_limit_set(ACCOUNT_ZONES, SPAN_BYTES);
    struct span *span = take();
    cr_assert_null(spans_take(&spans));
    cr_assert_eq(used(), SPAN_BYTES);
    spans_give(&spans, span);
    cr_assert_eq(used(), 0);
}

enum { MANY = 2 * (int)(SPANS_HUGE_FROM_BYTES / SPAN_BYTES) };
static struct span *many[MANY];

Test(spans, large_heaps_charge_whole_chunks_and_keep_little, .timeout = 30)
{
    spans_init(&spans, ACCOUNT_ZONES);
    unsigned first_huge = (unsigned)(SPANS_HUGE_FROM_BYTES / SPAN_BYTES);
    for (unsigned i = 0; i < first_huge; i++) {
        many[i] = take();
        cr_assert_eq(spans.warm_free_bytes, 0);
    }
    cr_assert_eq(used(), SPANS_HUGE_FROM_BYTES);
    many[first_huge] = take();
    cr_assert_eq(used(), SPANS_HUGE_FROM_BYTES + SPANS_CHUNK_BYTES);
    for (unsigned i = first_huge + 1; i < MANY; i++) {
        many[i] = take();
    }
    cr_assert_eq(used(), 2 * SPANS_HUGE_FROM_BYTES);
    /* Give every second one back: what stays warm is one chunk's worth, never more. */
    size_t taken = used();
    for (unsigned i = 0; i < MANY; i += 2) {
        taken -= spans_size(many[i]);
        spans_give(&spans, many[i]);
        cr_assert_leq(used(), taken + SPANS_CHUNK_BYTES);
        cr_assert_eq(used(), taken + spans.warm_free_bytes);
        cr_assert_eq(used(), spans.charged_bytes);
    }
    for (unsigned i = 1; i < MANY; i += 2) {
        spans_give(&spans, many[i]);
        cr_assert_eq(used(), spans.charged_bytes);
    }
    cr_assert_eq(used(), 0);
    cr_assert_null(spans.all);
}

Test(spans, a_chunk_that_does_not_fit_is_filled_span_by_span, .timeout = 30)
{
    spans_init(&spans, ACCOUNT_ZONES);
    unsigned count = (unsigned)(SPANS_HUGE_FROM_BYTES / SPAN_BYTES);
    for (unsigned i = 0; i < count; i++) {
        many[i] = take();
    }
    ledger_limit_set(ACCOUNT_ZONES, used() + 3 * SPAN_BYTES + 5);
    for (unsigned i = 0; i < 3; i++) {
        many[count + i] = take();
    }
    cr_assert_eq(ledger_read(ACCOUNT_ZONES).refused, 0);
    cr_assert_null(spans_take(&spans));
    spans_deinit(&spans);
    cr_assert_eq(used(), 0);
}

/* Chunks from before the heap was large are moved one by one, when asked, with all they hold. */
Test(spans, settling_moves_what_was_filled_in_small_pages, .timeout = 30)
{
    spans_init(&spans, ACCOUNT_ZONES);
    cr_assert_not(spans_settle(&spans));
    unsigned count = (unsigned)(SPANS_HUGE_FROM_BYTES / SPAN_BYTES);
    for (unsigned i = 0; i < count; i++) {
        many[i] = take();
        memset(spans_base(many[i]), (int)(i % 251), spans_size(many[i]));
    }
    cr_assert_not(spans_settle(&spans), "it is not large yet");
    many[count] = take();
    size_t charged = used();
    unsigned moved = 0;
    while (spans_settle(&spans)) {
        moved++;
    }
    cr_assert_eq(moved, SPANS_HUGE_FROM_BYTES / SPANS_CHUNK_BYTES);
    cr_assert_eq(used(), charged, "it costs nothing");
    for (unsigned i = 0; i < count; i++) {
        const unsigned char *base = spans_base(many[i]);
        cr_assert_eq(base[0], i % 251);
        cr_assert_eq(base[spans_size(many[i]) - 1], i % 251);
    }
    spans_deinit(&spans);
    cr_assert_eq(used(), 0);
}

/* Holes that were made in a large heap are filled before anything new is mapped. */
Test(spans, holes_are_filled_first, .timeout = 30)
{
    spans_init(&spans, ACCOUNT_ZONES);
    for (unsigned i = 0; i < MANY; i++) {
        many[i] = take();
    }
    size_t full = used();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = round; i < MANY; i += 3) {
            spans_give(&spans, many[i]);
        }
        for (unsigned i = round; i < MANY; i += 3) {
            many[i] = take();
            memset(spans_base(many[i]), 0x77, spans_size(many[i]));
        }
        cr_assert_eq(used(), full);
    }
    spans_deinit(&spans);
    cr_assert_eq(used(), 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/pages.h"

#include "tests/unit/flavour.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

Test(pages, the_constant_is_the_machines, .timeout = 10)
{
    cr_assert_eq((size_t)sysconf(_SC_PAGESIZE), PAGES_BYTES);
}

Test(pages, rounds_up_and_not_over, .timeout = 10)
{
    size_t size = 7;
    cr_assert(pages_round(0, &size) && size == 0);
    cr_assert(pages_round(1, &size) && size == PAGES_BYTES);
    cr_assert(pages_round(PAGES_BYTES - 1, &size) && size == PAGES_BYTES);
    cr_assert(pages_round(PAGES_BYTES, &size) && size == PAGES_BYTES);
    cr_assert(pages_round(PAGES_BYTES + 1, &size) && size == 2 * PAGES_BYTES);
    size_t last = SIZE_MAX - (PAGES_BYTES - 1);
    cr_assert(pages_round(last, &size) && size == last);
    size = 7;
    cr_assert_not(pages_round(last + 1, &size));
    cr_assert_not(pages_round(SIZE_MAX, &size));
    cr_assert_eq(size, 7);
}

Test(pages, maps_aligned_and_zeroed, .timeout = 10)
{
    for (size_t align = PAGES_BYTES; align <= 2 * PAGES_HUGE_BYTES; align *= 2) {
        unsigned char *base = pages_map(3 * PAGES_BYTES, align);
        cr_assert_not_null(base);
        cr_assert_eq((uintptr_t)base % align, 0);
        cr_assert_eq(base[0], 0);
        cr_assert_eq(base[3 * PAGES_BYTES - 1], 0);
        memset(base, 1, 3 * PAGES_BYTES);
        pages_unmap(base, 3 * PAGES_BYTES);
    }
}

Test(pages, nothing_is_left_beside_an_aligned_mapping, .timeout = 10)
{
    /* 160 TiB of slack in all, and the address space has 128. */
    for (unsigned i = flavour_rounds(10000, 20); i > 0; i--) {
        void *base = pages_map(PAGES_BYTES, (size_t)1 << 34);
        cr_assert_not_null(base, "the slack of 16 GiB goes back each time");
        pages_unmap(base, PAGES_BYTES);
    }
}

Test(pages, the_impossible_is_null, .timeout = 10)
{
    cr_assert_null(pages_map((size_t)1 << 60, PAGES_BYTES));
    cr_assert_null(pages_map(SIZE_MAX & ~(PAGES_BYTES - 1), PAGES_HUGE_BYTES));
}

static bool resident(void *page)
{
    unsigned char in_core = 0;
    cr_assert_eq(mincore(page, PAGES_BYTES, &in_core), 0);
    return (in_core & 1) != 0;
}

Test(pages, populate_and_drop, .timeout = 10)
{
    unsigned char *base = pages_map(2 * PAGES_BYTES, PAGES_BYTES);
    pages_want_huge(base, 2 * PAGES_BYTES, false);
    cr_assert_not(resident(base));
    cr_assert(pages_populate(base, 2 * PAGES_BYTES));
    cr_assert(resident(base));
    cr_assert(resident(base + PAGES_BYTES));
    base[PAGES_BYTES] = 9;
    pages_drop(base + PAGES_BYTES, PAGES_BYTES);
    cr_assert(resident(base));
    cr_assert_not(resident(base + PAGES_BYTES));
    cr_assert_eq(base[PAGES_BYTES], 0);
    pages_unmap(base, 2 * PAGES_BYTES);
}

Test(pages, what_is_moved_into_huge_pages_stays_the_same, .timeout = 10)
{
    unsigned char *base = pages_map(PAGES_HUGE_BYTES, PAGES_HUGE_BYTES);
    cr_assert_not_null(base);
    pages_want_huge(base, PAGES_HUGE_BYTES, false);
    for (size_t i = 0; i < PAGES_HUGE_BYTES; i += 1000) {
        base[i] = (unsigned char)(i / 1000);
    }
    pages_want_huge(base, PAGES_HUGE_BYTES, true);
    pages_collapse(base, PAGES_HUGE_BYTES);
    for (size_t i = 0; i < PAGES_HUGE_BYTES; i += 1000) {
        cr_assert_eq(base[i], (unsigned char)(i / 1000));
    }
    pages_unmap(base, PAGES_HUGE_BYTES);
}

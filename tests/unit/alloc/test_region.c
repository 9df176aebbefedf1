// SPDX-License-Identifier: Apache-2.0
#include "alloc/memory.h"
#include "alloc/pages.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

static const struct region_options plain = {0};

Test(region, is_charged_by_whole_pages, .timeout = 10)
{
    static const struct {
        size_t asked;
        size_t mapped;
    } sizes[] = {{1, 4096}, {4095, 4096}, {4096, 4096}, {4097, 8192}, {2097152, 2097152}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct region region;
        cr_assert_eq(region_open(&region, ACCOUNT_CACHE, sizes[i].asked, plain), OK);
        cr_assert_eq(region.size_bytes, sizes[i].mapped);
        cr_assert_eq(ledger_read(ACCOUNT_CACHE).used_bytes, sizes[i].mapped);
        unsigned char *bytes = region.base;
        cr_assert_eq(bytes[0], 0);
        cr_assert_eq(bytes[sizes[i].mapped - 1], 0);
        memset(bytes, 1, sizes[i].mapped);
        region_close(&region);
        cr_assert_null(region.base);
        cr_assert_eq(ledger_read(ACCOUNT_CACHE).used_bytes, 0);
        region_close(&region);
    }
}

Test(region, the_line_is_the_page, .timeout = 10)
{
    struct region region = {0};
    ledger_limit_set(ACCOUNT_CACHE, 8191);
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, 4097, plain), REFUSED_MEMORY);
    cr_assert_null(region.base);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).refused, 1);
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, 4096, plain), OK);
    region_close(&region);
}

Test(region, impossible_sizes_are_refused_and_counted, .timeout = 10)
{
    struct region region = {0};
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, SIZE_MAX, plain), REFUSED_MEMORY);
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, (size_t)1 << 60, plain), REFUSED_MEMORY);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).refused, 2);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).used_bytes, 0);
}

static size_t resident_pages(const struct region *region)
{
    static unsigned char in_core[4096];
    size_t count = region->size_bytes / PAGES_BYTES;
    cr_assert_leq(count, sizeof(in_core));
    cr_assert_eq(mincore(region->base, region->size_bytes, in_core), 0);
    size_t resident = 0;
    for (size_t i = 0; i < count; i++) {
        resident += in_core[i] & 1u;
    }
    return resident;
}

Test(region, populate_makes_every_page_resident, .timeout = 10)
{
    struct region region;
    struct region_options options = {.populate = true};
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, 100 * PAGES_BYTES, plain), OK);
    cr_assert_eq(resident_pages(&region), 0);
    region_close(&region);
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, 100 * PAGES_BYTES, options), OK);
    cr_assert_eq(resident_pages(&region), 100);
    region_close(&region);
}

Test(region, huge_regions_are_aligned_and_charged_alike, .timeout = 10)
{
    struct region region;
    struct region_options options = {.huge = true, .populate = true};
    size_t size = 2 * PAGES_HUGE_BYTES + PAGES_BYTES;
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, size, options), OK);
    cr_assert_eq((uintptr_t)region.base % PAGES_HUGE_BYTES, 0);
    cr_assert_eq(region.size_bytes, size);
    cr_assert_eq(resident_pages(&region), size / PAGES_BYTES);
    region_close(&region);
    cr_assert_eq(region_open(&region, ACCOUNT_CACHE, 4096, options), OK);
    cr_assert_eq(region.size_bytes, 4096);
    region_close(&region);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).used_bytes, 0);
}

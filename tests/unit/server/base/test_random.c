// SPDX-License-Identifier: Apache-2.0
#include "server/base/random.h"

#include <criterion/criterion.h>
#include <string.h>

static enum result fill_never(void *context, void *bytes, size_t size)
{
    unsigned *left = context;
    if (*left == 0) {
        return ERROR_UNSUPPORTED;
    }
    --*left;
    memset(bytes, 0x5a, size);
    return OK;
}

Test(random, the_kernel_s_source_gives_different_numbers, .timeout = 10)
{
    struct random random;
    cr_assert_eq(random_init(&random), OK);
    uint64_t first = random_u64(&random);
    cr_assert_neq(random_u64(&random), first);
    cr_assert_eq(random.failures, 0);
}

Test(random, a_seed_repeats_itself, .timeout = 10)
{
    uint64_t seeds[2] = {7, 7};
    struct random a;
    struct random b;
    cr_assert_eq(random_init_from(&a, random_fill_seeded, &seeds[0]), OK);
    cr_assert_eq(random_init_from(&b, random_fill_seeded, &seeds[1]), OK);
    for (unsigned i = 0; i < 10000; i++) {
        cr_assert_eq(random_u16(&a), random_u16(&b));
        cr_assert_eq(random_u32(&a), random_u32(&b));
    }
}

Test(random, batches_meet_without_a_gap_and_bytes_are_wiped, .timeout = 10)
{
    static const size_t sizes[] = {0, 1, RANDOM_BATCH_BYTES - 1, RANDOM_BATCH_BYTES,
                                   RANDOM_BATCH_BYTES + 1};
    static const uint8_t zero[RANDOM_BATCH_BYTES];
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t seeds[2] = {99, 99};
        struct random whole;
        struct random parts;
        uint8_t a[RANDOM_BATCH_BYTES + 1];
        uint8_t b[RANDOM_BATCH_BYTES + 1];
        cr_assert_eq(random_init_from(&whole, random_fill_seeded, &seeds[0]), OK);
        cr_assert_eq(random_init_from(&parts, random_fill_seeded, &seeds[1]), OK);
        random_bytes(&whole, a, sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++) {
            random_bytes(&parts, b + j, 1);
        }
        cr_assert_arr_eq(a, b, sizes[i]);
        cr_assert_arr_eq(whole.batch, zero, whole.used);
    }
}

Test(random, below_stays_below_and_reaches_everything, .timeout = 10)
{
    static const uint32_t bounds[] = {1, 2, 3, 10, 256, 65536, 0x80000001u, UINT32_MAX};
    uint64_t seed = 4711;
    struct random random;
    cr_assert_eq(random_init_from(&random, random_fill_seeded, &seed), OK);
    cr_assert_eq(random_below(&random, 0), 0);
    for (unsigned i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        for (unsigned j = 0; j < 1000; j++) {
            cr_assert_lt(random_below(&random, bounds[i]), bounds[i]);
        }
    }
    unsigned seen[10] = {0};
    for (unsigned j = 0; j < 10000; j++) {
        seen[random_below(&random, 10)]++;
    }
    for (unsigned j = 0; j < 10; j++) {
        cr_assert(seen[j] > 850 && seen[j] < 1150, "seed 4711: %u of %u", seen[j], j);
    }
}

Test(random, a_source_that_fails_at_the_start_is_handed_on, .timeout = 10)
{
    for (unsigned good = 0; good < 2; good++) {
        struct random random;
        unsigned left = good;
        cr_assert_eq(random_init_from(&random, fill_never, &left), ERROR_UNSUPPORTED);
    }
}

Test(random, a_source_that_fails_later_is_counted_and_numbers_go_on, .timeout = 10)
{
    struct random random;
    unsigned left = 2;
    uint8_t first[RANDOM_BATCH_BYTES];
    uint8_t second[RANDOM_BATCH_BYTES];
    cr_assert_eq(random_init_from(&random, fill_never, &left), OK);
    random_bytes(&random, first, sizeof first);
    random_bytes(&random, first, sizeof first);
    random_bytes(&random, second, sizeof second);
    cr_assert_eq(random.failures, 2);
    cr_assert_neq(memcmp(first, second, sizeof first), 0);
}

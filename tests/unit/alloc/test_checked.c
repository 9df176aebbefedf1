// SPDX-License-Identifier: Apache-2.0
#include "alloc/checked.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(checked, sums_up_to_the_largest, .timeout = 10)
{
    size_t sum = 7;
    cr_assert(checked_add(0, 0, &sum) && sum == 0);
    cr_assert(checked_add(SIZE_MAX, 0, &sum) && sum == SIZE_MAX);
    cr_assert(checked_add(SIZE_MAX - 1, 1, &sum) && sum == SIZE_MAX);
    sum = 7;
    cr_assert_not(checked_add(SIZE_MAX, 1, &sum));
    cr_assert_not(checked_add(SIZE_MAX, SIZE_MAX, &sum));
    cr_assert_eq(sum, 7, "nothing is written on overflow");
}

Test(checked, products_up_to_the_largest, .timeout = 10)
{
    size_t product = 7;
    cr_assert(checked_multiply(0, SIZE_MAX, &product) && product == 0);
    cr_assert(checked_multiply(SIZE_MAX, 1, &product) && product == SIZE_MAX);
    cr_assert(checked_multiply(SIZE_MAX / 3, 3, &product) && product == SIZE_MAX);
    product = 7;
    cr_assert_not(checked_multiply(SIZE_MAX / 2, 3, &product));
    cr_assert_not(checked_multiply(SIZE_MAX, SIZE_MAX, &product));
    cr_assert_eq(product, 7);
}

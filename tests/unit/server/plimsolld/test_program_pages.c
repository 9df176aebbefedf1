// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/program_pages.h"

#include <criterion/criterion.h>
#include <sys/resource.h>

Test(program_pages, counts_at_least_the_program_and_the_c_library, .timeout = 10)
{
    size_t bytes = program_pages_bytes();
    cr_assert_gt(bytes, (size_t)1 << 20);
    cr_assert_lt(bytes, (size_t)1 << 30);
}

Test(program_pages, holds_the_stack, .timeout = 10)
{
    struct rlimit limit;
    program_stack_hold();
    cr_assert_eq(getrlimit(RLIMIT_STACK, &limit), 0);
    cr_assert_leq(limit.rlim_cur, PROGRAM_STACK_BYTES);
}

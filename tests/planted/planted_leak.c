// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

// A test that passes and leaks. Criterion runs it in a child, so its result says nothing of the
// leak: only the report files of the sanitizer or of valgrind do.
static void planted_leak(void)
{
    char *volatile block = malloc(1234);
    cr_assert_not_null(block);
    block[0] = 1;
    block = NULL;
}

Test(planted, leak, .timeout = 60)
{
    planted_leak();
}

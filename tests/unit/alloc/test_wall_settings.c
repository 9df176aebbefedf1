// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall_settings.h"

#include "alloc/wall.h"

#include <criterion/criterion.h>
#include <jemalloc/jemalloc.h>
#include <stdlib.h>

/* Without the environment's help: other settings are tried by test_wall_jemalloc.c. */
Test(wall_settings, the_program_runs_with_what_was_compiled_in, .timeout = 10)
{
    if (getenv("MALLOC_CONF") != NULL) {
        cr_skip("MALLOC_CONF is set");
    }
    cr_assert(wall_settings_hold(), "%s", wall_settings_difference());
    cr_assert_str_eq(wall_settings_difference(), "");
    cr_assert_str_eq(wall_difference(), "");
}

Test(wall_settings, malloc_is_the_walls, .timeout = 10)
{
    void *volatile block = malloc(100);
    cr_assert_eq(sallocx(block, 0), nallocx(100, 0));
    free(block);
}

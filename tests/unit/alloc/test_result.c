// SPDX-License-Identifier: Apache-2.0
#include "alloc/result.h"

#include <criterion/criterion.h>
#include <string.h>

Test(result, every_code_has_a_name_of_its_own, .timeout = 10)
{
    static const enum result all[] = {
        OK,
        NOT_FOUND,
        FULL,
        TRUNCATED,
        MORE,
        UNCHANGED,
        END,
        REFUSED_MEMORY,
        REFUSED_THREAD,
        REFUSED_SOCKET,
        REFUSED_LIMIT,
        ERROR_SYNTAX,
        ERROR_SEMANTICS,
        ERROR_UNSUPPORTED,
        ERROR_IO,
        ERROR_STATE,
        ERROR_TIMEOUT,
        ERROR_EXISTS,
        ERROR_ACCESS,
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_assert_str_neq(result_name(all[i]), "unknown");
        for (size_t j = 0; j < i; j++) {
            cr_assert_str_neq(result_name(all[i]), result_name(all[j]));
        }
    }
}

Test(result, a_value_outside_the_list_is_unknown, .timeout = 10)
{
    cr_assert_str_eq(result_name((enum result)12345), "unknown");
    cr_assert_str_eq(result_name((enum result) - 12345), "unknown");
}

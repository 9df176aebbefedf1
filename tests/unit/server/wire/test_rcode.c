// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rcode.h"

#include <criterion/criterion.h>

Test(rcode, names, .timeout = 10)
{
    cr_assert_str_eq(rcode_to_text(RCODE_NOERROR), "NOERROR");
    cr_assert_str_eq(rcode_to_text(RCODE_NXDOMAIN), "NXDOMAIN");
    cr_assert_str_eq(rcode_to_text(RCODE_DSOTYPENI), "DSOTYPENI");
    cr_assert_str_eq(rcode_to_text(12), "OTHER");
    cr_assert_str_eq(rcode_to_text(15), "OTHER");
    cr_assert_str_eq(rcode_to_text(16), "BADVERS");
    cr_assert_str_eq(rcode_to_text(RCODE_BADCOOKIE), "BADCOOKIE");
    cr_assert_str_eq(rcode_to_text(24), "OTHER");
    cr_assert_str_eq(rcode_to_text(4095), "OTHER");
    cr_assert_str_eq(rcode_to_text(UINT16_MAX), "OTHER");
}

Test(rcode, slots, .timeout = 10)
{
    cr_assert_eq(rcode_slot(0), 0);
    cr_assert_eq(rcode_slot(RCODE_BADCOOKIE), 23);
    cr_assert_eq(rcode_slot(24), RCODE_SLOTS - 1);
    cr_assert_eq(rcode_slot(UINT16_MAX), RCODE_SLOTS - 1);
}

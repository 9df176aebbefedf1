// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

#include <criterion/criterion.h>

/* What both halves share; test_fault_injected.c and test_fault_none.c are about where they differ.
 */
Test(fault, points_have_names, .timeout = 10)
{
    cr_assert_str_eq(fault_point_name(FAULT_CHARGE), "charge");
    cr_assert_str_eq(fault_point_name(FAULT_THREAD), "thread");
    cr_assert_str_eq(fault_point_name(FAULT_SOCKET), "socket");
    cr_assert_str_eq(fault_point_name(FAULT_READ), "read");
    cr_assert_str_eq(fault_point_name(FAULT_WRITE), "write");
    cr_assert_str_eq(fault_point_name(FAULT_SYNC), "sync");
    cr_assert_str_eq(fault_point_name(FAULT_POINT_COUNT), "unknown");
}

Test(fault, a_point_that_is_not_armed_never_strikes, .timeout = 10)
{
    for (unsigned point = 0; point < FAULT_POINT_COUNT; point++) {
        cr_assert_not(fault_strikes((enum fault_point)point));
        cr_assert_not(fault_struck((enum fault_point)point));
    }
    cr_assert(fault_arm_from_text(NULL));
    cr_assert(fault_arm_from_text(""));
    cr_assert_not(fault_arm_from_text("nonsense"));
}

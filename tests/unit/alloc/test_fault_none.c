// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

#include "alloc/ledger.h"

#include <criterion/criterion.h>

Test(fault_none, nothing_can_be_armed, .timeout = 10)
{
    fault_arm(FAULT_CHARGE, 1, UINT64_MAX);
    cr_assert_not(fault_strikes(FAULT_CHARGE));
    cr_assert_not(fault_struck(FAULT_CHARGE));
    cr_assert_eq(fault_passages(FAULT_CHARGE), 0);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 1), OK);
    fault_disarm_all();
}

Test(fault_none, any_text_is_refused, .timeout = 10)
{
    cr_assert(fault_arm_from_text(NULL));
    cr_assert(fault_arm_from_text(""));
    cr_assert_not(fault_arm_from_text("charge:1"));
    cr_assert_not(fault_arm_from_text("x"));
}

Test(fault_none, points_have_names, .timeout = 10)
{
    cr_assert_str_eq(fault_point_name(FAULT_CHARGE), "charge");
    cr_assert_str_eq(fault_point_name(FAULT_POINT_COUNT), "unknown");
}

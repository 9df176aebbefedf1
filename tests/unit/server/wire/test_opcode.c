// SPDX-License-Identifier: Apache-2.0
#include "server/wire/opcode.h"

#include <criterion/criterion.h>

Test(opcode, names, .timeout = 10)
{
    cr_assert_str_eq(opcode_to_text(OPCODE_QUERY), "QUERY");
    cr_assert_str_eq(opcode_to_text(OPCODE_IQUERY), "IQUERY");
    cr_assert_str_eq(opcode_to_text(OPCODE_STATUS), "STATUS");
    cr_assert_str_eq(opcode_to_text(3), "OTHER");
    cr_assert_str_eq(opcode_to_text(OPCODE_NOTIFY), "NOTIFY");
    cr_assert_str_eq(opcode_to_text(OPCODE_UPDATE), "UPDATE");
    cr_assert_str_eq(opcode_to_text(OPCODE_DSO), "DSO");
    cr_assert_str_eq(opcode_to_text(7), "OTHER");
    cr_assert_str_eq(opcode_to_text(UINT8_MAX), "OTHER");
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/serial.h"

#include <criterion/criterion.h>

Test(serial, comparison_goes_round, .timeout = 10)
{
    cr_assert(serial_is_greater(1, 0));
    cr_assert_not(serial_is_greater(0, 1));
    cr_assert_not(serial_is_greater(7, 7));
    cr_assert(serial_is_greater(0, 0xffffffffu));
    cr_assert(serial_is_greater(0x7fffffffu, 0));
    cr_assert(serial_is_greater(44, 0xfffffff0u));
    /* 2^31 apart: neither (RFC 1982 section 3.2 leaves it undefined). */
    cr_assert_not(serial_is_greater(0x80000000u, 0));
    cr_assert_not(serial_is_greater(0, 0x80000000u));
    cr_assert_not(serial_is_greater(0x80000001u, 0));
}

Test(serial, the_next_is_greater_and_never_zero, .timeout = 10)
{
    cr_assert_eq(serial_increment(0), 1);
    cr_assert_eq(serial_increment(0xfffffffeu), 0xffffffffu);
    cr_assert_eq(serial_increment(0xffffffffu), 1);
    cr_assert(serial_is_greater(serial_increment(0xffffffffu), 0xffffffffu));
}

Test(serial, unixtime_and_date_never_go_back, .timeout = 10)
{
    cr_assert_eq(serial_unixtime(5, 1700000000), 1700000000);
    cr_assert_eq(serial_unixtime(1700000000, 1700000000), 1700000001);
    cr_assert_eq(serial_unixtime(1700000009, 1700000000), 1700000010);
    cr_assert_eq(serial_unixtime(5, (uint64_t)1 << 32), 6);
    cr_assert_eq(serial_date(2026112000, 2026, 11, 21), 2026112100);
    cr_assert_eq(serial_date(2026112100, 2026, 11, 21), 2026112101);
    cr_assert_eq(serial_date(2026112199, 2026, 11, 21), 2026112200);
}

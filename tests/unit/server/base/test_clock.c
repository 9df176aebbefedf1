// SPDX-License-Identifier: Apache-2.0
#include "server/base/clock.h"

#include <criterion/criterion.h>

Test(clock, the_real_one_goes_on, .timeout = 10)
{
    const struct clock *clock = clock_real();
    uint64_t first = clock_ns(clock);
    cr_assert_gt(first, 0);
    cr_assert_geq(clock_ns(clock), first);
    cr_assert_gt(clock_wall_seconds(clock), UINT64_C(1600000000));
}

Test(clock, the_virtual_one_stands_until_moved, .timeout = 10)
{
    struct clock_virtual moved;
    clock_virtual_init(&moved, 1000, 1700000000);
    const struct clock *clock = &moved.clock;
    cr_assert_eq(clock_ms(clock), 1000);
    cr_assert_eq(clock_us(clock), 1000000);
    cr_assert_eq(clock_ns(clock), 1000000000);
    cr_assert_eq(clock_wall_seconds(clock), 1700000000);
    clock_virtual_advance_ms(&moved, 1500);
    cr_assert_eq(clock_ms(clock), 2500);
    cr_assert_eq(clock_wall_ns(clock), UINT64_C(1700000001500000000));
}

Test(clock, the_wall_jumps_both_ways_and_monotonic_time_does_not, .timeout = 10)
{
    struct clock_virtual moved;
    struct clock_turn turn;
    clock_virtual_init(&moved, 5, 100);
    clock_virtual_set_wall(&moved, 1);
    clock_turn_read(&turn, &moved.clock);
    cr_assert_eq(turn.now_ms, 5);
    cr_assert_eq(turn.wall_seconds, 1);
    clock_virtual_set_wall(&moved, 4000000000);
    clock_turn_read(&turn, &moved.clock);
    cr_assert_eq(turn.now_ms, 5);
    cr_assert_eq(turn.wall_seconds, 4000000000);
}

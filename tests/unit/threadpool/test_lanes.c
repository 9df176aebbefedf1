// SPDX-License-Identifier: Apache-2.0
#include "threadpool/lanes.h"

#include <criterion/criterion.h>

static struct lanes lanes;
static bool living[LANES_MAX];
static struct lane_move moves[LANES_MAX];

static void assert_move(unsigned index, uint16_t lane, uint16_t from, uint16_t to)
{
    cr_assert_eq(moves[index].lane, lane);
    cr_assert_eq(moves[index].from, from);
    cr_assert_eq(moves[index].to, to);
}

Test(lanes, at_first_nobody_serves, .timeout = 10)
{
    lanes_init(&lanes, 2);
    cr_assert_eq(lanes_server(&lanes, 0), LANES_NOBODY);
    cr_assert_eq(lanes_server(&lanes, 1), LANES_NOBODY);
    cr_assert_eq(lanes_update(&lanes, living, moves), 0);
}

Test(lanes, everybody_gets_the_own_lane, .timeout = 10)
{
    lanes_init(&lanes, 2);
    living[0] = living[1] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 2);
    assert_move(0, 0, LANES_NOBODY, 0);
    assert_move(1, 1, LANES_NOBODY, 1);
    cr_assert_eq(lanes_update(&lanes, living, moves), 0);
}

Test(lanes, a_missing_worker_s_lane_is_adopted_and_handed_back, .timeout = 10)
{
    lanes_init(&lanes, 2);
    living[0] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 2);
    assert_move(0, 0, LANES_NOBODY, 0);
    assert_move(1, 1, LANES_NOBODY, 0);
    cr_assert_eq(lanes_load(&lanes, 0), 2);
    living[1] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 1);
    assert_move(0, 1, 0, 1);
    cr_assert_eq(lanes_load(&lanes, 0), 1);
    cr_assert_eq(lanes_load(&lanes, 1), 1);
}

Test(lanes, orphans_go_to_who_has_least, .timeout = 10)
{
    lanes_init(&lanes, 6);
    living[1] = living[4] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 6);
    cr_assert_eq(lanes_load(&lanes, 1), 3);
    cr_assert_eq(lanes_load(&lanes, 4), 3);
    cr_assert_eq(lanes_server(&lanes, 1), 1);
    cr_assert_eq(lanes_server(&lanes, 4), 4);
}

Test(lanes, what_was_adopted_stays_when_another_appears, .timeout = 10)
{
    lanes_init(&lanes, 3);
    living[0] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 3);
    living[2] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 1);
    assert_move(0, 2, 0, 2);
    cr_assert_eq(lanes_server(&lanes, 1), 0);
}

Test(lanes, a_worker_that_dies_leaves_its_lanes_without_release, .timeout = 10)
{
    lanes_init(&lanes, 2);
    living[0] = living[1] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 2);
    living[1] = false;
    cr_assert_eq(lanes_update(&lanes, living, moves), 1);
    assert_move(0, 1, LANES_NOBODY, 0);
    living[0] = false;
    cr_assert_eq(lanes_update(&lanes, living, moves), 2);
    assert_move(0, 0, LANES_NOBODY, LANES_NOBODY);
}

Test(lanes, the_maximum, .timeout = 10)
{
    lanes_init(&lanes, LANES_MAX);
    living[LANES_MAX - 1] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), LANES_MAX);
    cr_assert_eq(lanes_load(&lanes, LANES_MAX - 1), LANES_MAX);
    for (unsigned i = 0; i < LANES_MAX; i++) {
        living[i] = true;
    }
    cr_assert_eq(lanes_update(&lanes, living, moves), LANES_MAX - 1);
    for (uint16_t i = 0; i < LANES_MAX; i++) {
        cr_assert_eq(lanes_server(&lanes, i), i);
    }
}

Test(lanes, one_lane, .timeout = 10)
{
    lanes_init(&lanes, 1);
    living[0] = true;
    cr_assert_eq(lanes_update(&lanes, living, moves), 1);
    assert_move(0, 0, LANES_NOBODY, 0);
}

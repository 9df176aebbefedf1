// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_flight.h"

#include <criterion/criterion.h>

static struct load_flight flight;
static struct load_slot slot;

Test(load_flight, a_window_holds_what_it_was_made_for, .timeout = 10)
{
    static const uint32_t sizes[] = {1, 2, LOAD_SLOTS_MAX - 1, LOAD_SLOTS_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint16_t id;
        load_flight_init(&flight, sizes[i]);
        for (uint32_t taken = 0; taken < sizes[i]; taken++) {
            cr_assert_eq(load_flight_take(&flight, taken, 1, &id), OK);
        }
        cr_assert_eq(load_flight_count(&flight), sizes[i]);
        cr_assert_eq(load_flight_take(&flight, 0, 1, &id), FULL);
    }
}

Test(load_flight, an_answer_finds_its_question_once, .timeout = 10)
{
    uint16_t first;
    uint16_t second;
    load_flight_init(&flight, 8);
    cr_assert_eq(load_flight_take(&flight, 7, 100, &first), OK);
    cr_assert_eq(load_flight_take(&flight, 9, 200, &second), OK);
    cr_assert_eq(load_flight_answer(&flight, second, &slot), OK);
    cr_assert_eq(slot.question, 9);
    cr_assert_eq(slot.sent_ns, 200);
    cr_assert_eq(load_flight_answer(&flight, second, &slot), NOT_FOUND);
    cr_assert_eq(load_flight_answer(&flight, LOAD_SLOTS_MAX - 1, &slot), NOT_FOUND);
    cr_assert_eq(load_flight_count(&flight), 1);
}

Test(load_flight, a_late_answer_does_not_pass_for_a_later_one, .timeout = 10)
{
    uint16_t old;
    uint16_t fresh;
    load_flight_init(&flight, 1);
    cr_assert_eq(load_flight_take(&flight, 1, 100, &old), OK);
    cr_assert_eq(load_flight_expire(&flight, 100), 0);
    cr_assert_eq(load_flight_expire(&flight, 101), 1);
    cr_assert_eq(load_flight_take(&flight, 2, 300, &fresh), OK);
    cr_assert_neq(old, fresh);
    cr_assert_eq(load_flight_answer(&flight, old, &slot), NOT_FOUND);
    cr_assert_eq(load_flight_answer(&flight, fresh, &slot), OK);
}

Test(load_flight, what_was_not_sent_frees_its_place, .timeout = 10)
{
    uint16_t id;
    load_flight_init(&flight, 1);
    for (uint32_t i = 0; i < 3 * LOAD_SLOTS_MAX; i++) { /* the generation wraps on the way */
        cr_assert_eq(load_flight_take(&flight, i, 1, &id), OK);
        load_flight_unsend(&flight, id);
        cr_assert_eq(load_flight_count(&flight), 0);
    }
}

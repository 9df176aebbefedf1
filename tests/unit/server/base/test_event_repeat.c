// SPDX-License-Identifier: Apache-2.0
#include "server/base/event_repeat.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct event event;

static bool admit(enum event_id id, const char *key, uint64_t now_ms, uint32_t *ret_repeats)
{
    event_begin(&event, id);
    if (key != NULL) {
        event_text(&event, "key", key);
    }
    return event_repeat_admit(&event, now_ms, ret_repeats);
}

Test(event_repeat, a_burst_passes_and_the_rest_waits_for_the_window, .timeout = 10)
{
    uint32_t repeats = 99;
    for (unsigned i = 0; i < EVENT_BURST; i++) {
        cr_assert(admit(EVENT_READY, NULL, 1000, &repeats));
        cr_assert_eq(repeats, 0);
    }
    cr_assert_not(admit(EVENT_READY, NULL, 1000, &repeats));
    cr_assert_not(admit(EVENT_READY, NULL, 1000 + EVENT_WINDOW_MS - 1, &repeats));
    cr_assert(admit(EVENT_READY, NULL, 1000 + EVENT_WINDOW_MS, &repeats));
    cr_assert_eq(repeats, 2);
}

Test(event_repeat, ids_and_keys_are_apart, .timeout = 10)
{
    uint32_t repeats;
    for (unsigned i = 0; i < EVENT_BURST; i++) {
        cr_assert(admit(EVENT_LISTENING, "a", 0, &repeats));
    }
    cr_assert_not(admit(EVENT_LISTENING, "a", 0, &repeats));
    cr_assert(admit(EVENT_LISTENING, "b", 0, &repeats));
    cr_assert(admit(EVENT_ADDRESS_MISSING, "a", 0, &repeats));
}

Test(event_repeat, a_clock_that_goes_back_holds_nothing_for_ever, .timeout = 10)
{
    uint32_t repeats;
    for (unsigned i = 0; i <= EVENT_BURST; i++) {
        bool passed = admit(EVENT_READY, NULL, 1000000, &repeats);
        cr_assert_eq(passed, i < EVENT_BURST);
    }
    cr_assert(admit(EVENT_READY, NULL, 5, &repeats));
}

Test(event_repeat, a_reading_just_before_the_window_began_does_not_end_it, .timeout = 10)
{
    uint32_t repeats;
    struct event summary;
    unsigned taken = 0;
    for (unsigned i = 0; i < EVENT_BURST; i++) {
        cr_assert(admit(EVENT_READY, NULL, 1000000, &repeats));
    }
    cr_assert_not(admit(EVENT_READY, NULL, 999999, &repeats));
    for (uint32_t i = 0; i < EVENT_REPEAT_ENTRIES; i++) {
        taken += event_repeat_take(i, 999999, &summary) ? 1 : 0;
    }
    cr_assert_eq(taken, 0);
}

Test(event_repeat, more_keys_than_entries_push_out_the_oldest, .timeout = 10)
{
    uint32_t repeats;
    for (unsigned i = 0; i < 4 * EVENT_REPEAT_ENTRIES; i++) {
        char key[16];
        snprintf(key, sizeof key, "%u", i);
        cr_assert(admit(EVENT_LISTENING, key, i, &repeats));
    }
}

Test(event_repeat, a_summary_is_taken_once_after_the_window, .timeout = 10)
{
    uint32_t repeats;
    struct event summary;
    unsigned taken = 0;
    static const uint8_t key[16] = {3};
    char long_value[200];
    event_repeat_init(key);
    memset(long_value, 'k', sizeof long_value - 1);
    long_value[sizeof long_value - 1] = 0;
    for (unsigned i = 0; i < EVENT_BURST + 3; i++) {
        admit(EVENT_LISTENING, long_value, 0, &repeats);
    }
    for (uint32_t i = 0; i < EVENT_REPEAT_ENTRIES; i++) {
        cr_assert_not(event_repeat_take(i, EVENT_WINDOW_MS - 1, &summary));
    }
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < EVENT_REPEAT_ENTRIES; i++) {
            taken += event_repeat_take(i, EVENT_WINDOW_MS, &summary) ? 1 : 0;
        }
    }
    cr_assert_eq(taken, 1);
    cr_assert_eq(summary.repeats, 3);
    cr_assert_eq(summary.summary, 1);
    cr_assert_eq(strlen(event_field(&summary, "key")), EVENT_REPEAT_KEY_BYTES - 1);
}

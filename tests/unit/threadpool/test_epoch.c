// SPDX-License-Identifier: Apache-2.0
#include "threadpool/epoch.h"

#include <criterion/criterion.h>

struct thing {
    struct epoch_retired retired;
    unsigned freed;
};

static struct epoch epoch;
static unsigned wakes;

static void free_thing(struct epoch_retired *retired)
{
    ((struct thing *)retired)->freed++;
}

static void count_wake(void *context)
{
    (void)context;
    wakes++;
}

Test(epoch, without_readers_a_retired_object_goes_at_once, .timeout = 10)
{
    struct thing thing = {0};
    epoch_init(&epoch);
    cr_assert_eq(epoch_reclaim(&epoch, 1), OK);
    epoch_retire(&epoch, &thing.retired, free_thing);
    cr_assert_eq(thing.freed, 0);
    cr_assert_eq(epoch_read(&epoch).pending, 1);
    cr_assert_eq(epoch_reclaim(&epoch, 1), OK);
    cr_assert_eq(thing.freed, 1);
    cr_assert_eq(epoch_read(&epoch).freed, 1);
    epoch_deinit(&epoch);
}

Test(epoch, a_reader_holds_it_until_it_announces, .timeout = 10)
{
    struct thing thing = {0};
    struct epoch_reader *reader;
    epoch_init(&epoch);
    cr_assert_eq(epoch_register(&epoch, count_wake, NULL, &reader), OK);
    epoch_announce(reader);
    epoch_retire(&epoch, &thing.retired, free_thing);
    cr_assert_eq(epoch_reclaim(&epoch, 10), MORE);
    cr_assert_eq(wakes, 1);
    cr_assert_eq(thing.freed, 0);
    epoch_announce(reader);
    cr_assert_eq(epoch_reclaim(&epoch, 10), OK);
    cr_assert_eq(thing.freed, 1);
    cr_assert_eq(wakes, 1);
    epoch_unregister(reader);
    epoch_deinit(&epoch);
}

Test(epoch, an_object_retired_after_the_announcement_waits_for_the_next, .timeout = 10)
{
    struct thing things[3] = {0};
    struct epoch_reader *reader;
    epoch_init(&epoch);
    cr_assert_eq(epoch_register(&epoch, NULL, NULL, &reader), OK);
    epoch_announce(reader);
    epoch_retire(&epoch, &things[0].retired, free_thing);
    epoch_retire(&epoch, &things[1].retired, free_thing);
    epoch_announce(reader);
    epoch_retire(&epoch, &things[2].retired, free_thing);
    cr_assert_eq(epoch_reclaim(&epoch, 10), MORE);
    cr_assert_eq(things[0].freed, 1);
    cr_assert_eq(things[1].freed, 1);
    cr_assert_eq(things[2].freed, 0);
    epoch_announce(reader);
    cr_assert_eq(epoch_reclaim(&epoch, 10), OK);
    cr_assert_eq(things[2].freed, 1);
    epoch_unregister(reader);
    epoch_deinit(&epoch);
}

Test(epoch, count_max_bounds_one_call, .timeout = 10)
{
    struct thing things[3] = {0};
    epoch_init(&epoch);
    for (unsigned i = 0; i < 3; i++) {
        epoch_retire(&epoch, &things[i].retired, free_thing);
    }
    cr_assert_eq(epoch_reclaim(&epoch, 0), MORE);
    cr_assert_eq(epoch_reclaim(&epoch, 2), MORE);
    cr_assert_eq(things[1].freed, 1);
    cr_assert_eq(things[2].freed, 0);
    cr_assert_eq(epoch_reclaim(&epoch, 1), OK);
    cr_assert_eq(things[2].freed, 1);
    epoch_deinit(&epoch);
}

Test(epoch, a_bracket_protects_and_its_end_lets_go, .timeout = 10)
{
    struct thing thing = {0};
    struct epoch_reader *reader;
    epoch_init(&epoch);
    cr_assert_eq(epoch_register(&epoch, NULL, NULL, &reader), OK);
    epoch_enter(reader);
    epoch_retire(&epoch, &thing.retired, free_thing);
    cr_assert_eq(epoch_reclaim(&epoch, 10), MORE);
    epoch_leave(reader);
    cr_assert_eq(epoch_reclaim(&epoch, 10), OK);
    cr_assert_eq(thing.freed, 1);
    epoch_enter(reader);
    epoch_leave(reader);
    epoch_unregister(reader);
    epoch_deinit(&epoch);
}

Test(epoch, the_slowest_of_two_readers_decides, .timeout = 10)
{
    struct thing thing = {0};
    struct epoch_reader *fast;
    struct epoch_reader *slow;
    epoch_init(&epoch);
    cr_assert_eq(epoch_register(&epoch, NULL, NULL, &fast), OK);
    cr_assert_eq(epoch_register(&epoch, count_wake, NULL, &slow), OK);
    epoch_announce(fast);
    epoch_announce(slow);
    epoch_retire(&epoch, &thing.retired, free_thing);
    epoch_announce(fast);
    cr_assert_eq(epoch_reclaim(&epoch, 10), MORE);
    cr_assert_eq(wakes, 1);
    epoch_unregister(slow);
    cr_assert_eq(epoch_reclaim(&epoch, 10), OK);
    epoch_unregister(fast);
    epoch_deinit(&epoch);
}

Test(epoch, readers_have_a_maximum_and_places_come_back, .timeout = 10)
{
    struct epoch_reader *readers[EPOCH_READERS_MAX];
    struct epoch_reader *one_more = NULL;
    epoch_init(&epoch);
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        cr_assert_eq(epoch_register(&epoch, NULL, NULL, &readers[i]), OK);
    }
    cr_assert_eq(epoch_read(&epoch).readers, EPOCH_READERS_MAX);
    cr_assert_eq(epoch_register(&epoch, NULL, NULL, &one_more), REFUSED_LIMIT);
    cr_assert_null(one_more);
    epoch_unregister(readers[7]);
    cr_assert_eq(epoch_register(&epoch, NULL, NULL, &one_more), OK);
    cr_assert_eq(one_more, readers[7]);
    for (unsigned i = 0; i < EPOCH_READERS_MAX; i++) {
        epoch_unregister(readers[i]);
    }
    epoch_deinit(&epoch);
}

Test(epoch, deinit_frees_what_is_retired, .timeout = 10)
{
    struct thing thing = {0};
    epoch_init(&epoch);
    epoch_retire(&epoch, &thing.retired, free_thing);
    epoch_deinit(&epoch);
    cr_assert_eq(thing.freed, 1);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_cache.h"

#include <criterion/criterion.h>

static struct answer_cache cache;
static const uint8_t names[4096];

/** Remembers a place under itself, so that a mix-up shows. */
static void remember(const uint8_t *name)
{
    *answer_cache_at(&cache, name) = (struct answer_cache_entry){
        .target = name, .node = (const struct zone_node *)(const void *)name};
}

Test(answer_cache, an_empty_one_holds_nothing, .timeout = 10)
{
    answer_cache_begin(&cache, 1);
    for (size_t i = 0; i < sizeof names; i++) {
        cr_assert_null(answer_cache_at(&cache, names + i)->target);
    }
}

Test(answer_cache, what_is_kept_is_found_until_something_is_published, .timeout = 10)
{
    answer_cache_begin(&cache, 1);
    remember(names + 7);
    answer_cache_begin(&cache, 1);
    cr_assert_eq(answer_cache_at(&cache, names + 7)->target, names + 7);
    answer_cache_begin(&cache, 2);
    cr_assert_null(answer_cache_at(&cache, names + 7)->target);
}

Test(answer_cache, a_collision_forgets_the_older_and_never_mixes_them_up, .timeout = 10)
{
    answer_cache_begin(&cache, 3);
    for (size_t i = 0; i < sizeof names; i++) {
        remember(names + i);
    }
    size_t kept = 0;
    for (size_t i = 0; i < sizeof names; i++) {
        const struct answer_cache_entry *entry = answer_cache_at(&cache, names + i);
        cr_assert_not_null(entry->target);
        cr_assert_eq((const void *)entry->node, (const void *)entry->target);
        kept += entry->target == names + i;
    }
    cr_assert_leq(kept, ANSWER_CACHE_PLACES);
    cr_assert_gt(kept, ANSWER_CACHE_PLACES / 4, "the hash spreads neighbouring names");
}

// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_counters.h"

#include <criterion/criterion.h>

TestSuite(net_counters, .timeout = 60);

Test(net_counters, every_one_counts_in_a_place_of_its_own)
{
    struct net_counters counters = {0};
    cr_assert_eq(net_counters_register(&counters), OK);
    const struct counter *all = (const struct counter *)&counters;
    unsigned count = sizeof counters / sizeof *all;
    cr_assert_eq(count, 4 + TCP_REFUSAL_COUNT + TCP_ENDING_COUNT);
    for (unsigned i = 0; i < count; i++) {
        cr_assert_neq(all[i].place, 0);
        for (unsigned n = 0; n < i; n++) {
            cr_assert_neq(all[i].place, all[n].place);
        }
    }
    struct net_counters again = {0};
    cr_assert_eq(net_counters_register(&again), OK);
    cr_assert_eq(again.tcp_accepted.place, counters.tcp_accepted.place);
}

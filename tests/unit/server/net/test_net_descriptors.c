// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"
#include "server/net/net.h"

#include "tests/unit/flavour.h"

#include <criterion/criterion.h>
#include <sys/resource.h>

TestSuite(net_descriptors, .timeout = 60);

static rlim_t soft(void)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit.rlim_cur;
}

static void set(rlim_t current, rlim_t maximum)
{
    if (flavour_is("valgrind")) {
        cr_skip_test("valgrind keeps this limit to itself");
    }
    struct rlimit limit = {current, maximum};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Each test has a process of its own. */
Test(net_descriptors, the_soft_limit_is_raised_as_far_as_needed)
{
    set(100, 200);
    cr_assert_eq(net_descriptors_secure(99), OK);
    cr_assert_eq(net_descriptors_secure(100), OK);
    cr_assert_eq(soft(), 100);
    cr_assert_eq(net_descriptors_secure(101), OK);
    cr_assert_eq(soft(), 101);
    cr_assert_eq(net_descriptors_secure(200), OK);
    cr_assert_eq(soft(), 200);
}

Test(net_descriptors, a_hard_limit_that_is_too_low_is_an_event)
{
    struct event_reader reader;
    struct event event;
    event_init(clock_real());
    event_reader_init_newest(&reader);
    set(100, 200);
    cr_assert_eq(net_descriptors_secure(201), REFUSED_SOCKET);
    cr_assert_eq(soft(), 100);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.id, EVENT_DESCRIPTORS_TOO_FEW);
    cr_assert_str_eq(event_field(&event, "limit"), "200");
    cr_assert_str_eq(event_field(&event, "needed"), "201");
}

Test(net_descriptors, what_is_needed_grows_with_everything)
{
    struct net_options options = {.address_count = 1, .workers = 1, .tcp_connections = 1};
    uint32_t least = net_descriptors_needed(&options);
    cr_assert_geq(least, 2 + 1 + 2);
    options.tcp_connections = 257;
    cr_assert_eq(net_descriptors_needed(&options), least + 256);
    options.address_count = 3;
    cr_assert_eq(net_descriptors_needed(&options), least + 256 + 4);
}

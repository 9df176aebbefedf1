// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_poll.h"

#include "alloc/fault.h"

#include <criterion/criterion.h>
#include <sys/eventfd.h>
#include <unistd.h>

TestSuite(net_poll, .timeout = 60);

struct seen {
    struct net_watch watch;
    int fd;
    unsigned calls;
    uint32_t events;
    uint64_t now_ms;
    struct seen *removes; /* another one that it removes when called */
    struct net_poll *poll;
};

static void on_ready(struct net_watch *watch, uint32_t events, uint64_t now_ms)
{
    struct seen *seen = (struct seen *)watch;
    seen->calls++;
    seen->events = events;
    seen->now_ms = now_ms;
    if (seen->removes != NULL) {
        net_poll_remove(seen->poll, seen->removes->fd, &seen->removes->watch);
    }
}

static void seen_open(struct seen *seen, struct net_poll *poll)
{
    *seen = (struct seen){.watch = {on_ready}, .poll = poll};
    seen->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* readable and writable */
    cr_assert_geq(seen->fd, 0);
}

Test(net_poll, calls_what_is_ready_and_only_that)
{
    struct net_poll poll;
    struct seen seen;
    cr_assert_eq(net_poll_open(&poll), OK);
    net_poll_turn(&poll, 1); /* nothing is watched */
    seen_open(&seen, &poll);
    cr_assert_eq(net_poll_add(&poll, seen.fd, EPOLLIN, &seen.watch), OK);
    cr_assert_eq(net_poll_add(&poll, seen.fd, EPOLLIN, &seen.watch), REFUSED_SOCKET);
    net_poll_turn(&poll, 77);
    cr_assert_eq(seen.calls, 1);
    cr_assert_eq(seen.events, EPOLLIN);
    cr_assert_eq(seen.now_ms, 77);
    net_poll_turn(&poll, 78); /* level-triggered */
    cr_assert_eq(seen.calls, 2);
    cr_assert_eq(net_poll_change(&poll, seen.fd, EPOLLOUT, &seen.watch), OK);
    net_poll_turn(&poll, 79);
    cr_assert_eq(seen.events, EPOLLOUT);
    net_poll_remove(&poll, seen.fd, &seen.watch);
    net_poll_remove(&poll, seen.fd, &seen.watch);
    net_poll_turn(&poll, 80);
    cr_assert_eq(seen.calls, 3);
    cr_assert_eq(net_poll_change(&poll, seen.fd, EPOLLOUT, &seen.watch), REFUSED_SOCKET);
    close(seen.fd);
    net_poll_close(&poll);
    cr_assert_eq(poll.fd, -1);
    net_poll_close(&poll);
}

/* Two are ready in one turn, and whichever comes first removes the other. */
Test(net_poll, what_was_removed_in_this_turn_is_not_called)
{
    struct net_poll poll;
    struct seen a;
    struct seen b;
    cr_assert_eq(net_poll_open(&poll), OK);
    seen_open(&a, &poll);
    seen_open(&b, &poll);
    a.removes = &b;
    b.removes = &a;
    cr_assert_eq(net_poll_add(&poll, a.fd, EPOLLIN, &a.watch), OK);
    cr_assert_eq(net_poll_add(&poll, b.fd, EPOLLIN, &b.watch), OK);
    net_poll_turn(&poll, 0);
    cr_assert_eq(a.calls + b.calls, 1);
    close(a.fd);
    close(b.fd);
    net_poll_close(&poll);
}

Test(net_poll, more_than_one_turn_takes)
{
    enum { COUNT = NET_POLL_EVENTS_MAX + 1 };
    static struct seen seen[COUNT];
    struct net_poll poll;
    cr_assert_eq(net_poll_open(&poll), OK);
    for (unsigned i = 0; i < COUNT; i++) {
        seen_open(&seen[i], &poll);
        cr_assert_eq(net_poll_add(&poll, seen[i].fd, EPOLLIN, &seen[i].watch), OK);
    }
    net_poll_turn(&poll, 0);
    net_poll_turn(&poll, 0);
    unsigned calls = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        cr_assert_geq(seen[i].calls, 1);
        calls += seen[i].calls;
        close(seen[i].fd);
    }
    cr_assert_eq(calls, 2 * NET_POLL_EVENTS_MAX);
    net_poll_close(&poll);
}

Test(net_poll, no_descriptor)
{
    struct net_poll poll;
    fault_arm(FAULT_SOCKET, 1, 1);
    enum result result = net_poll_open(&poll);
    cr_assert_eq(result, fault_struck(FAULT_SOCKET) ? REFUSED_SOCKET : OK);
    fault_disarm_all();
    net_poll_close(&poll);
}

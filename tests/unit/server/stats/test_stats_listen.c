// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_listen.h"

#include "alloc/fault.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct address parse(const char *text)
{
    struct address address;
    cr_assert_eq(address_parse(text, ADDRESS_PORT_NONE, &address), OK);
    return address;
}

Test(stats_listen, bound_and_listening, .timeout = 10)
{
    struct address address = parse("127.0.0.1@0");
    struct address bound;
    int value = 0;
    socklen_t size = sizeof value;
    int fd = -1;
    cr_assert_eq(stats_listen(&address, &fd), OK);
    stats_listen_address(fd, &bound);
    cr_assert(address_same_host(&address, &bound));
    cr_assert_neq(bound.port, 0);
    cr_assert_neq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    cr_assert_neq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &size), 0);
    cr_assert_neq(value, 0);
    cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size), 0);
    cr_assert_neq(value, 0);
    static const int buffers[] = {SO_SNDBUF, SO_RCVBUF};
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(getsockopt(fd, SOL_SOCKET, buffers[i], &value, &size), 0);
        cr_assert_eq(value, 2 * STATS_SOCKET_BUFFER_BYTES);
    }
    int second = -2;
    cr_assert_eq(stats_listen(&bound, &second), ERROR_IO);
    cr_assert_eq(errno, EADDRINUSE);
    cr_assert_eq(second, -2);
    close(fd);
    cr_assert_eq(stats_listen(&bound, &second), OK);
    close(second);
    stats_listen_address(-1, &bound);
    cr_assert_eq(bound.family, ADDRESS_NONE);
}

Test(stats_listen, an_address_that_is_not_there, .timeout = 10)
{
    struct address address = parse("192.0.2.1@0");
    int fd = -2;
    cr_assert_eq(stats_listen(&address, &fd), NOT_FOUND);
    cr_assert_eq(fd, -2);
}

Test(stats_listen, no_descriptor_left, .timeout = 10)
{
    struct address address = parse("127.0.0.1@0");
    struct rlimit limit;
    struct rlimit none;
    int fd = -2;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum result result = stats_listen(&address, &fd);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_assert_eq(result, REFUSED_SOCKET);
    cr_assert_eq(fd, -2);
}

/* In a build without injection the fault is ignored. */
Test(stats_listen, a_fault, .timeout = 10)
{
    struct address address = parse("127.0.0.1@0");
    int fd = -2;
    fault_arm(FAULT_SOCKET, 1, 1);
    enum result result = stats_listen(&address, &fd);
    cr_assert_eq(result, fault_struck(FAULT_SOCKET) ? REFUSED_SOCKET : OK);
    fault_disarm_all();
    if (result == OK) {
        close(fd);
    }
}

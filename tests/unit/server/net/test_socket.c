// SPDX-License-Identifier: Apache-2.0
#include "server/net/socket.h"

#include "alloc/fault.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

TestSuite(socket, .timeout = 60);

static int value_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    cr_assert_eq(getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

static void check_common(int fd)
{
    cr_assert_eq(value_of(fd, SOL_SOCKET, SO_REUSEPORT), 1);
    cr_assert((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    cr_assert((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static const struct address loopback_v4 = {.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};
static const struct address any_v4 = {.family = ADDRESS_V4};
static const struct address any_v6 = {.family = ADDRESS_V6};

Test(socket, udp_options)
{
    int fd = -1;
    struct socket_error error;
    cr_assert_eq(socket_open_udp(&loopback_v4, &fd, &error), OK);
    check_common(fd);
    cr_assert_eq(value_of(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_PROBE);
    cr_assert_eq(value_of(fd, IPPROTO_IP, IP_PKTINFO), 0);
    cr_assert_leq(socket_buffers(fd), socket_udp_estimate());
    cr_assert_gt(socket_receive_bytes(fd), 0);
    cr_assert_leq(socket_receive_bytes(fd), SOCKET_UDP_RECEIVE_BYTES);
    socket_close(&fd);
    cr_assert_eq(fd, -1);
    socket_close(&fd);
    cr_assert_eq(socket_open_udp(&any_v4, &fd, &error), OK);
    cr_assert_eq(value_of(fd, IPPROTO_IP, IP_PKTINFO), 1);
    socket_close(&fd);
}

Test(socket, tcp_options)
{
    int fd = -1;
    struct socket_error error;
    cr_assert_eq(socket_open_tcp(&loopback_v4, &fd, &error), OK);
    check_common(fd);
    cr_assert_eq(value_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    cr_assert_eq(value_of(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
    cr_assert_leq(socket_buffers(fd), socket_tcp_estimate());
    socket_close(&fd);
}

Test(socket, v6_is_v6_only)
{
    int fd = -1;
    struct socket_error error;
    if (socket_open_udp(&any_v6, &fd, &error) != OK) {
        cr_skip("no IPv6 here");
    }
    cr_assert_eq(value_of(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    cr_assert_eq(value_of(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO), 1);
    socket_close(&fd);
    cr_assert_eq(socket_open_tcp(&any_v6, &fd, &error), OK);
    cr_assert_eq(value_of(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    socket_close(&fd);
}

/* 192.0.2.0/24 is for documentation: no machine has it. */
Test(socket, an_address_that_is_not_there)
{
    struct address missing = {.family = ADDRESS_V4, .bytes = {192, 0, 2, 1}};
    struct socket_error error;
    int fd = 12345;
    cr_assert_eq(socket_open_udp(&missing, &fd, &error), NOT_FOUND);
    cr_assert_eq(error.number, EADDRNOTAVAIL);
    cr_assert_str_eq(error.step, "bind");
    cr_assert_eq(socket_open_tcp(&missing, &fd, &error), NOT_FOUND);
    cr_assert_eq(fd, 12345);
}

Test(socket, a_port_that_is_taken)
{
    int taken = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage name;
    socklen_t size = address_to_sockaddr(&loopback_v4, &name);
    struct address address;
    struct socket_error error;
    int fd = -1;
    cr_assert_eq(bind(taken, (struct sockaddr *)&name, size), 0);
    size = sizeof name;
    cr_assert_eq(getsockname(taken, (struct sockaddr *)&name, &size), 0);
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&name, size, &address), OK);
    cr_assert_eq(socket_open_udp(&address, &fd, &error), ERROR_IO);
    cr_assert_eq(error.number, EADDRINUSE);
    close(taken);
}

Test(socket, probe_finds_another_server)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    struct address address;
    struct socket_error error;
    int fd = -1;
    cr_assert_eq(socket_probe(&loopback_v4, &error), OK);
    cr_assert_eq(socket_open_udp(&loopback_v4, &fd, &error), OK);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&name, size, &address), OK);
    cr_assert_eq(socket_probe(&address, &error), ERROR_IO);
    cr_assert_eq(error.number, EADDRINUSE);
    cr_assert_str_eq(error.step, "bind");
    socket_close(&fd);
    cr_assert_eq(socket_probe(&address, &error), OK);
}

Test(socket, no_descriptor)
{
    struct socket_error error;
    int fd = -1;
    fault_arm(FAULT_SOCKET, 1, 1);
    enum result result = socket_open_udp(&loopback_v4, &fd, &error);
    if (!fault_struck(FAULT_SOCKET)) {
        socket_close(&fd);
        cr_skip("built without fault injection");
    }
    cr_assert_eq(result, REFUSED_SOCKET);
    cr_assert_eq(error.number, EMFILE);
    fault_arm(FAULT_SOCKET, 1, 1);
    cr_assert_eq(socket_open_tcp(&loopback_v4, &fd, &error), REFUSED_SOCKET);
    fault_disarm_all();
    cr_assert_eq(fd, -1);
}

Test(socket, buffers_of_no_socket)
{
    cr_assert_eq(socket_buffers(-1), 0);
    cr_assert_eq(socket_receive_bytes(-1), 0);
}

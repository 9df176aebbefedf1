// SPDX-License-Identifier: Apache-2.0
#include "server/net/socket.h"

#include "alloc/fault.h"
#include "server/base/socket_errno.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static enum result failed(int *fd, const char *step, struct socket_error *ret_error)
{
    int number = errno;
    socket_close(fd);
    *ret_error = (struct socket_error){number, step};
    return socket_errno_result(number);
}

void socket_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static bool option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static int socket_new(const struct address *address, int type)
{
    if (fault_strikes(FAULT_SOCKET)) {
        errno = EMFILE;
        return -1;
    }
    int family = address->family == ADDRESS_V4 ? AF_INET : AF_INET6;
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool buffers_ask(int fd, unsigned receive, unsigned send)
{
    return option(fd, SOL_SOCKET, SO_RCVBUF, (int)receive) &&
           option(fd, SOL_SOCKET, SO_SNDBUF, (int)send);
}

static bool socket_bind_alone(int fd, const struct address *address)
{
    struct sockaddr_storage storage;
    socklen_t size = address_to_sockaddr(address, &storage);
    return bind(fd, (const struct sockaddr *)&storage, size) == 0;
}

static bool socket_bind(int fd, const struct address *address)
{
    return socket_bind_alone(fd, address) &&
           (address->port != 0 || option(fd, SOL_SOCKET, SO_REUSEPORT, 1));
}

/** A port that the kernel chooses must not be one that is shared already: SO_REUSEPORT comes later.
 */
static bool socket_common(int fd, const struct address *address)
{
    return (address->port == 0 || option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
           (address->family != ADDRESS_V6 || option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
}

/** Options that make UDP better and that a kernel may lack without harm. */
static void udp_wishes(int fd, const struct address *address)
{
    if (address->family == ADDRESS_V4) {
        (void)option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
    } else {
        (void)option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    }
}

static bool udp_tell_destination(int fd, const struct address *address)
{
    if (!address_is_any(address)) {
        return true;
    }
    return address->family == ADDRESS_V4 ? option(fd, IPPROTO_IP, IP_PKTINFO, 1)
                                         : option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

enum result socket_open_udp(const struct address *address, int *ret_fd,
                            struct socket_error *ret_error)
{
    int fd = socket_new(address, SOCK_DGRAM);
    if (fd < 0) {
        return failed(&fd, "socket", ret_error);
    }
    if (!socket_common(fd, address) || !udp_tell_destination(fd, address) ||
        !buffers_ask(fd, SOCKET_UDP_RECEIVE_BYTES, SOCKET_UDP_SEND_BYTES)) {
        return failed(&fd, "setsockopt", ret_error);
    }
    udp_wishes(fd, address);
    if (!socket_bind(fd, address)) {
        return failed(&fd, "bind", ret_error);
    }
    *ret_fd = fd;
    return OK;
}

enum result socket_probe(const struct address *address, struct socket_error *ret_error)
{
    int fd = socket_new(address, SOCK_DGRAM);
    if (fd < 0) {
        return failed(&fd, "socket", ret_error);
    }
    if (address->family == ADDRESS_V6 && !option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) {
        return failed(&fd, "setsockopt", ret_error);
    }
    if (!socket_bind_alone(fd, address)) {
        return failed(&fd, "bind", ret_error);
    }
    socket_close(&fd);
    return OK;
}

enum result socket_open_tcp(const struct address *address, int *ret_fd,
                            struct socket_error *ret_error)
{
    int fd = socket_new(address, SOCK_STREAM);
    if (fd < 0) {
        return failed(&fd, "socket", ret_error);
    }
    /* Accepted sockets inherit the buffers: they are what the sheet counts. */
    if (!socket_common(fd, address) || !option(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
        !buffers_ask(fd, SOCKET_TCP_RECEIVE_BYTES, SOCKET_TCP_SEND_BYTES) ||
        !option(fd, IPPROTO_TCP, TCP_NODELAY, 1)) {
        return failed(&fd, "setsockopt", ret_error);
    }
    if (!socket_bind(fd, address)) {
        return failed(&fd, "bind", ret_error);
    }
    if (listen(fd, SOCKET_TCP_BACKLOG) != 0) {
        return failed(&fd, "listen", ret_error);
    }
    *ret_fd = fd;
    return OK;
}

size_t socket_receive_bytes(int fd)
{
    int receive = 0;
    socklen_t size = sizeof receive;
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, &size) == 0 ? (size_t)receive / 2 : 0;
}

size_t socket_buffers(int fd)
{
    int receive = 0;
    int send = 0;
    socklen_t size = sizeof receive;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, &size) != 0) {
        return 0;
    }
    size = sizeof send;
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, &size) != 0) {
        return 0;
    }
    return (size_t)receive + (size_t)send;
}

static size_t estimate(int type, unsigned receive, unsigned send)
{
    size_t bytes = 0;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd >= 0 && buffers_ask(fd, receive, send)) {
        bytes = socket_buffers(fd);
    }
    socket_close(&fd);
    return bytes != 0 ? bytes : 2 * ((size_t)receive + send);
}

size_t socket_udp_estimate(void)
{
    return estimate(SOCK_DGRAM, SOCKET_UDP_RECEIVE_BYTES, SOCKET_UDP_SEND_BYTES);
}

size_t socket_tcp_estimate(void)
{
    return estimate(SOCK_STREAM, SOCKET_TCP_RECEIVE_BYTES, SOCKET_TCP_SEND_BYTES);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_listen.h"

#include "alloc/fault.h"
#include "server/base/socket_errno.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_set_up(int fd, const struct address *address)
{
    const int on = 1;
    struct sockaddr_storage sockaddr;
    socklen_t size = address_to_sockaddr(address, &sockaddr);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return errno;
    }
    /* Inherited by what is accepted: what the kernel may hold for a client is declared, too. */
    const int buffer = STATS_SOCKET_BUFFER_BYTES;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) {
        return errno;
    }
    if (address->family == ADDRESS_V6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) {
        return errno;
    }
    if (bind(fd, (const struct sockaddr *)&sockaddr, size) != 0 || listen(fd, STATS_BACKLOG) != 0) {
        return errno;
    }
    return 0;
}

enum result stats_listen(const struct address *address, int *ret_fd)
{
    if (fault_strikes(FAULT_SOCKET)) {
        errno = EMFILE;
        return REFUSED_SOCKET;
    }
    int family = address->family == ADDRESS_V6 ? AF_INET6 : AF_INET;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return socket_errno_result(errno);
    }
    int error = listen_set_up(fd, address);
    if (error != 0) {
        close(fd);
        errno = error;
        return socket_errno_result(error);
    }
    *ret_fd = fd;
    return OK;
}

void stats_listen_address(int fd, struct address *ret_address)
{
    struct sockaddr_storage sockaddr;
    socklen_t size = sizeof sockaddr;
    if (getsockname(fd, (struct sockaddr *)&sockaddr, &size) != 0 ||
        address_from_sockaddr((const struct sockaddr *)&sockaddr, size, ret_address) != OK) {
        memset(ret_address, 0, sizeof *ret_address);
    }
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * Listening sockets: made, set up and bound, nothing else.
 *
 * All are non-blocking, close-on-exec and SO_REUSEPORT, IPv6 sockets are IPV6_V6ONLY, UDP answers
 * are never fragmented on the way out because the kernel's path MTU guesses are not believed
 * (IP_PMTUDISC_OMIT) and answers are small. A UDP socket bound to a wildcard address tells for each
 * packet which address it came to.
 *
 * Any thread; fault point FAULT_SOCKET. Cost: what the kernel says after the buffer sizes were set:
 * socket_buffers().
 */
#define SOCKET_TCP_BACKLOG 256
#define SOCKET_UDP_BUFFER_BYTES                                                                    \
    (1024u * 1024u) /* asked for, each way; the kernel doubles and clamps it */
#define SOCKET_TCP_BUFFER_BYTES (64u * 1024u)

/** What went wrong, for the event: the system's errno. */
struct socket_error {
    int number;
    const char *step; /* constant: "socket", "bind", "listen", an option's name */
};

/** OK; REFUSED_SOCKET (no descriptor: EMFILE, ENFILE, ENOBUFS, ENOMEM); NOT_FOUND: the address is
 * not there (EADDRNOTAVAIL); ERROR_IO: anything else. */
RESULT_MUST_CHECK enum result socket_open_udp(const struct address *address, int *ret_fd,
                                              struct socket_error *ret_error);
RESULT_MUST_CHECK enum result socket_open_tcp(const struct address *address, int *ret_fd,
                                              struct socket_error *ret_error);
/** The bytes that the kernel may hold for a socket, both ways, as it reports them. 0 when it does
 * not say. */
size_t socket_buffers(int fd);
/** Closes if it is open (0 or above) and makes it -1. */
void socket_close(int *fd);

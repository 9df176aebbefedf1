// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * Listening sockets: made, set up and bound, nothing else.
 *
 * All are non-blocking, close-on-exec and SO_REUSEPORT, IPv6 sockets are IPV6_V6ONLY. UDP answers
 * carry "don't fragment" and what the kernel believes of the path's MTU is not asked
 * (IP_PMTUDISC_PROBE): answers are small, and a forged ICMP message must neither shrink nor
 * fragment them (RFC 9715 section 3.1). A UDP socket bound to a wildcard address tells for each
 * packet which address it came to.
 *
 * Any thread; fault point FAULT_SOCKET. Cost: what the kernel says after the buffer sizes were set:
 * socket_buffers().
 */
#define SOCKET_TCP_BACKLOG 256

/* Asked for; the kernel doubles what it is asked for, and clamps it before. A batch of questions
 * that waits while a worker is busy elsewhere has to fit into the first. */
#define SOCKET_UDP_RECEIVE_BYTES (512u * 1024u)
#define SOCKET_UDP_SEND_BYTES (128u * 1024u)
/* Less than this for receiving is worth a warning (event 10409). */
#define SOCKET_UDP_RECEIVE_LEAST (128u * 1024u)
/* Accepted connections inherit these, and there may be many: see the sheet. */
#define SOCKET_TCP_RECEIVE_BYTES (16u * 1024u)
#define SOCKET_TCP_SEND_BYTES (16u * 1024u)

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
/** Whether nobody has the address and its UDP port yet: with SO_REUSEPORT alone a second server of
 * the same user would bind it too and be given half of the questions. Binds and lets go at once;
 * the results of socket_open_udp(). */
RESULT_MUST_CHECK enum result socket_probe(const struct address *address,
                                           struct socket_error *ret_error);
/** The bytes that the kernel may hold for a socket, both ways, as it reports them. 0 when it does
 * not say. */
size_t socket_buffers(int fd);
/** What a socket of ours will have on this machine, found out with one that is never bound (or,
 * when there is none to be had, the most that can be granted). For the sheet. */
size_t socket_udp_estimate(void);
size_t socket_tcp_estimate(void);
/** The receiving half of it, as it was asked for: half of what the kernel reports. */
size_t socket_receive_bytes(int fd);
/** Closes if it is open (0 or above) and makes it -1. */
void socket_close(int *fd);

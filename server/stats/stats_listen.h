// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * The endpoint's listening socket: TCP, non-blocking, close-on-exec, SO_REUSEADDR, IPv6 alone where
 * the address is IPv6.
 *
 * Control thread; fault point FAULT_SOCKET. No allocation.
 */
#define STATS_BACKLOG 16
#define STATS_SOCKET_BUFFER_BYTES (16 * 1024) /* asked for, each way; the kernel doubles it */

/** OK; REFUSED_SOCKET: no descriptor or no memory for one; NOT_FOUND: the address is not there;
 * ERROR_IO: anything else, errno says what. */
RESULT_MUST_CHECK enum result stats_listen(const struct address *address, int *ret_fd);
/** The address that a socket is bound to; ADDRESS_NONE when the kernel does not say. */
void stats_listen_address(int fd, struct address *ret_address);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>

/**
 * What the system's error numbers of socket(2), bind(2), listen(2) and accept(2) mean here: one
 * reading for every room that opens sockets. Pure; any thread.
 */

/** Whether the system has no descriptor or no memory left for one: EMFILE, ENFILE, ENOBUFS, ENOMEM.
 */
bool socket_errno_refused(int number);
/** REFUSED_SOCKET for those; NOT_FOUND: the address is not on this machine (EADDRNOTAVAIL);
 * ERROR_IO: anything else. */
enum result socket_errno_result(int number);

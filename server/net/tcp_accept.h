// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/net/tcp_worker.h"

/**
 * New connections: accepted, admitted or turned away. The worker's thread; see tcp_worker.h for the
 * rules.
 */

/** A listener's net_watch function. */
void tcp_accept_ready(struct net_watch *watch, uint32_t events, uint64_t now_ms);
/** A descriptor that is kept to be given up; -1 when the system has none. */
int tcp_reserve_open(void);

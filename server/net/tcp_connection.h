// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/net/tcp_worker.h"

/**
 * One TCP connection's life: read, answer, send; RFC 7766, RFC 1035 section 4.2.2.
 *
 * What arrived is read into the worker's scratch buffer and answered from there, many questions at
 * once and in their order, and the answers leave with one system call. Between two turns an idle
 * connection holds nothing; the beginning of a message is held in the slot while it is short and
 * else in a buffer of the pool. What the socket does not take goes to a buffer of the pool too;
 * then nothing more is read or answered until the client has taken it. A message that no buffer can
 * be had for ends its connection.
 *
 * A message shorter than a header, or one that gets no answer (a response, an unknown client where
 * that means silence), ends the connection: what stands behind it is not worth reading.
 *
 * Thread: the worker. Fault points FAULT_READ, FAULT_WRITE.
 */

/** Takes up a connection whose `fd` and `worker` are set. */
void tcp_connection_begin(struct tcp_connection *connection, uint64_t now_ms);
/** Ends it: closes, gives everything back, counts the reason. */
void tcp_connection_end(struct tcp_connection *connection, enum tcp_ending ending);

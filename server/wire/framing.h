// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"

/**
 * Messages in a byte stream: each has its length in two bytes before it (RFC 1035 section 4.2.2,
 * RFC 7766 section 8). Pure, no allocation, any thread.
 */
#define FRAMING_PREFIX_BYTES 2u
#define FRAMING_MESSAGE_MIN 12u /* a message's header: anything shorter is none */

/**
 * Takes the next whole message from the stream's bytes.
 *
 * stream        over what has arrived; moved behind the message on OK and else not moved
 * ret_message   the message's first byte, inside the stream's bytes
 * ret_size      its size, 12..65535
 * returns       OK; MORE: not all of it is there yet (framing_needed() says how much is wanted);
 *               ERROR_SYNTAX: a length that no message has: nothing behind it can be trusted, close
 *               the connection
 */
RESULT_MUST_CHECK enum result framing_next(struct reader *stream, const uint8_t **ret_message,
                                           size_t *ret_size);

/** Bytes, prefix included, of the message that the reader stands before: what a buffer must hold.
 * 2 while the length itself is incomplete. */
size_t framing_needed(const struct reader *stream);

/** Writes the prefix for a message of `size` bytes (at most 65535). */
static inline void framing_prefix(uint8_t to[FRAMING_PREFIX_BYTES], size_t size)
{
    to[0] = (uint8_t)(size >> 8);
    to[1] = (uint8_t)size;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

/**
 * Operation codes of a message's header, from the IANA registry "DNS OpCodes" (RFC 6895 section
 * 2.2). Pure, any thread.
 */
enum opcode {
    OPCODE_QUERY = 0,
    OPCODE_IQUERY = 1, /* obsolete, RFC 3425 */
    OPCODE_STATUS = 2,
    OPCODE_NOTIFY = 4, /* RFC 1996 */
    OPCODE_UPDATE = 5, /* RFC 2136 */
    OPCODE_DSO = 6,    /* RFC 8490 */
};

/** The mnemonic in upper case, or "OTHER": a bounded set, fit for a metric's label. */
const char *opcode_to_text(uint8_t opcode);

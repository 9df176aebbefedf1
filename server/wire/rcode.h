// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>

/**
 * Response codes: numbers and mnemonics, from the IANA registry "DNS RCODEs" (RFC 6895
 * section 2.3). The low four bits travel in the header, the upper eight in the OPT record (RFC 6891
 * section 6.1.3). Pure, any thread.
 */
enum rcode {
    RCODE_NOERROR = 0,
    RCODE_FORMERR = 1,
    RCODE_SERVFAIL = 2,
    RCODE_NXDOMAIN = 3,
    RCODE_NOTIMP = 4,
    RCODE_REFUSED = 5,
    RCODE_YXDOMAIN = 6,   /* RFC 2136; RFC 6672 section 2.2: a DNAME made a name too long */
    RCODE_YXRRSET = 7,    /* RFC 2136 */
    RCODE_NXRRSET = 8,    /* RFC 2136 */
    RCODE_NOTAUTH = 9,    /* RFC 2136, RFC 8945 */
    RCODE_NOTZONE = 10,   /* RFC 2136 */
    RCODE_DSOTYPENI = 11, /* RFC 8490 */
    RCODE_BADVERS = 16,   /* RFC 6891 */
    RCODE_BADSIG = 16,    /* RFC 8945; only inside a TSIG record */
    RCODE_BADKEY = 17,    /* RFC 8945 */
    RCODE_BADTIME = 18,   /* RFC 8945 */
    RCODE_BADMODE = 19,   /* RFC 2930 */
    RCODE_BADNAME = 20,   /* RFC 2930 */
    RCODE_BADALG = 21,    /* RFC 2930 */
    RCODE_BADTRUNC = 22,  /* RFC 8945 */
    RCODE_BADCOOKIE = 23, /* RFC 7873 */
};

/* A small dense index for counters: every code below has a slot, the rest share the last one. */
#define RCODE_SLOTS 25u

/** The counter slot of an rcode: 0..23 by number, RCODE_SLOTS - 1 for everything else. */
static inline unsigned rcode_slot(uint16_t rcode)
{
    return rcode < RCODE_SLOTS - 1 ? rcode : RCODE_SLOTS - 1;
}

/** The mnemonic in upper case ("NXDOMAIN"; 16 is "BADVERS"), or "OTHER" for codes without one:
 * a bounded set, fit for a metric's label. */
const char *rcode_to_text(uint16_t rcode);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * Record sets as a zone keeps them: views into a packed node.
 *
 * The records of a set lie one after the other, each a 16-bit length in network order and the rdata
 * in uncompressed wire form, in canonical order (RFC 4034 section 6.3). Signatures stand apart, one
 * set of type RRSIG for each type they cover. A view is valid as long as its snapshot.
 *
 * Pure, any thread.
 */
struct rrset {
    const uint8_t *packed; /* borrowed (from the node): `count` records */
    uint32_t size;         /* bytes at `packed` */
    uint32_t ttl;          /* seconds, 0..2^31-1 (RFC 2181 section 8) */
    uint16_t type;         /* RRSIG for signatures */
    uint16_t covered;      /* the type the signatures cover, 0 for other sets */
    uint16_t count;        /* records, 1 or more */
};

/** One record's data. */
struct rr {
    const uint8_t *rdata; /* borrowed (from the set) */
    uint16_t size;
};

/** Walks a set: start with *at = 0; false at the end. */
static inline bool rrset_next(const struct rrset *set, uint32_t *at, struct rr *ret_rr)
{
    if (*at + 2 > set->size) {
        return false;
    }
    const uint8_t *p = set->packed + *at;
    ret_rr->size = (uint16_t)((unsigned)p[0] << 8 | p[1]);
    ret_rr->rdata = p + 2;
    *at += 2u + ret_rr->size;
    return true;
}

/** The first record's data. */
static inline struct rr rrset_first(const struct rrset *set)
{
    struct rr rr = {0};
    uint32_t at = 0;
    (void)rrset_next(set, &at, &rr);
    return rr;
}

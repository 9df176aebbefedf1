// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/snapshot.h"

/**
 * The transaction that makes a zone's next version: what loading, transfers and updates share.
 *
 * The story: begin_new (an empty zone) or begin (from the newest version); adds and removals in any
 * order; commit, which hands out the new version, or abandon. Adding to the same owner several
 * times in a row is cheap, and names in canonical order are appended. The owner at work is kept
 * unpacked and packed when another owner comes.
 *
 * The structure is checked here: owners inside the zone, no meta types, one CNAME, DNAME or SOA at
 * most, SOA at the apex only, nothing beside a CNAME but what DNSSEC puts there (RFC 2181 section
 * 10.1, RFC 4034 sections 2.5 and 3), the limits. What spans names (glue, targets, missing NS) is
 * check.h's. Rdata must be valid uncompressed wire form (rdata_check); it is not checked again.
 *
 * A refused allocation fails the one call and leaves the transaction as it was; the base version is
 * never touched. After a REFUSED_MEMORY of a call that changed owner the earlier owner's records
 * are still kept. One thread at a time. Cost: about 8 KiB while open, and what it changes.
 */
#define ZONE_RECORDS_PER_RRSET 1000u /* default; LIMITS.md, CVE-2024-1737 */
#define ZONE_TYPES_PER_NAME 100u     /* LIMITS.md */
#define ZONE_TTL_MAX 0x7fffffffu     /* RFC 2181 section 8 */

struct zone_limits {
    uint32_t records_per_rrset; /* 1..65535; 0: ZONE_RECORDS_PER_RRSET */
    uint32_t types_per_name;    /* 1..100; 0: ZONE_TYPES_PER_NAME */
};

/** Why an ERROR_SEMANTICS or REFUSED_LIMIT. */
enum zone_fault {
    ZONE_FAULT_NONE,
    ZONE_FAULT_OUT_OF_ZONE,
    ZONE_FAULT_META_TYPE,
    ZONE_FAULT_CNAME_AND_OTHER, /* either way round */
    ZONE_FAULT_SINGLETON,       /* a second, different CNAME, DNAME or SOA */
    ZONE_FAULT_SOA_NOT_APEX,
    ZONE_FAULT_NO_SOA, /* at commit */
    ZONE_FAULT_RDATA,  /* too short for what its type must hold: SOA, RRSIG; over 65535 */
    ZONE_FAULT_RECORDS_PER_RRSET,
    ZONE_FAULT_TYPES_PER_NAME,
    ZONE_FAULT_NODE_BYTES, /* more than NODE_BYTES_MAX at one name */
    ZONE_FAULT_DIFF,       /* diff.h: removes what is absent or adds what is there */
    ZONE_FAULT_COUNT,
};

struct zone_edit;

/** Opens a transaction on an empty zone. `limits` NULL: the defaults. OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result zone_edit_begin_new(struct heap *heap, const uint8_t *apex,
                                                  const struct zone_limits *limits,
                                                  struct zone_edit **ret_edit);
/** Opens a transaction on a zone's newest version, and holds it while open. OK; REFUSED_MEMORY;
 * ERROR_STATE when `base` is not the newest or another transaction of the zone is open. */
RESULT_MUST_CHECK enum result zone_edit_begin(struct snapshot *base,
                                              const struct zone_limits *limits,
                                              struct zone_edit **ret_edit);

/**
 * Adds one record.
 *
 * owner     absolute, wire form, any case (a new name keeps the case given)
 * ttl       seconds; over ZONE_TTL_MAX counts as 0 (RFC 2181 section 8)
 * returns   OK; UNCHANGED (it is there already: a duplicate); ERROR_SEMANTICS, REFUSED_LIMIT with
 *           zone_edit_fault(); REFUSED_MEMORY. The first TTL of a set wins (RFC 2181 section 5.2):
 *           see zone_edit_ttl_differed()
 */
RESULT_MUST_CHECK enum result zone_edit_add(struct zone_edit *edit, const uint8_t *owner,
                                            uint16_t type, uint32_t ttl, const struct rr *rr);
/** Removes one record, its TTL aside. OK; NOT_FOUND; ERROR_SEMANTICS; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result zone_edit_remove(struct zone_edit *edit, const uint8_t *owner,
                                               uint16_t type, const struct rr *rr);
/** Removes a set; RRSIG: all signatures of the name. Results as zone_edit_remove. */
RESULT_MUST_CHECK enum result zone_edit_remove_rrset(struct zone_edit *edit, const uint8_t *owner,
                                                     uint16_t type);
/** Removes everything at a name, not what lies below it. Results as zone_edit_remove. */
RESULT_MUST_CHECK enum result zone_edit_remove_name(struct zone_edit *edit, const uint8_t *owner);
/** Gives a set another TTL. OK; UNCHANGED; NOT_FOUND; ERROR_SEMANTICS; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result zone_edit_set_ttl(struct zone_edit *edit, const uint8_t *owner,
                                                uint16_t type, uint32_t ttl);
/** The set as the transaction has it now: OK with a view that is valid until the next call; or
 * NOT_FOUND, ERROR_SEMANTICS, REFUSED_MEMORY. Type RRSIG: the first set of signatures. */
RESULT_MUST_CHECK enum result zone_edit_get(struct zone_edit *edit, const uint8_t *owner,
                                            uint16_t type, struct rrset *ret_set);

/** Why the last call failed. */
enum zone_fault zone_edit_fault(const struct zone_edit *edit);
/** "out-of-zone", "cname-and-other-data", …: the names used in messages. */
const char *zone_fault_name(enum zone_fault fault);
/** Whether the TTL of the last add was not its set's, which kept its own. */
bool zone_edit_ttl_differed(const struct zone_edit *edit);
/** Records so far, for progress. */
uint64_t zone_edit_record_count(const struct zone_edit *edit);

/**
 * Closes the transaction.
 *
 * returns   OK with *ret_snapshot, one reference, the caller's: the edit is gone. ERROR_SEMANTICS
 *           (no SOA at the apex), REFUSED_MEMORY: the edit is still open, abandon it.
 */
RESULT_MUST_CHECK enum result zone_edit_commit(struct zone_edit *edit,
                                               struct snapshot **ret_snapshot);
/** Gives up: everything made is freed, the base stays. NULL is accepted. */
void zone_edit_abandon(struct zone_edit *edit);

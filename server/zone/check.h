// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/master_problem.h"
#include "server/zone/snapshot.h"

/**
 * The semantic checks of a zone: a table of names, severities and sentences, found partly while
 * records are added (what one name must not hold), partly in one walk over the finished version
 * (what spans names).
 *
 * Errors are what a zone cannot be served with, or what leaves its own servers without an address;
 * everything else is a warning, for a part that is wrong must not take the whole zone down.
 *
 * The walk costs a few tens of nanoseconds a name: glue is matched as it passes, because it follows
 * its delegation in canonical order; other targets are looked up, the recent ones remembered, and
 * at most CHECK_LOOKUPS_MAX of them. One thread; no allocation; about 20 KiB of stack.
 */
#define CHECK_LOOKUPS_MAX 100000u

enum check_id {
    CHECK_SOA_MISSING,
    CHECK_SOA_MULTIPLE,
    CHECK_SOA_NOT_APEX,
    CHECK_NS_MISSING,
    CHECK_CNAME_AND_OTHER,
    CHECK_SINGLETON_MULTIPLE,
    CHECK_OUT_OF_ZONE,
    CHECK_TTL_DIFFERS,
    CHECK_META_TYPE,
    CHECK_RDATA,
    CHECK_RECORDS_PER_RRSET,
    CHECK_TYPES_PER_NAME,
    CHECK_NODE_BYTES,
    CHECK_MEMORY,
    CHECK_DNAME_DESCENDANTS,
    CHECK_NS_NO_ADDRESS, /* of the zone itself */
    CHECK_NS_CNAME,      /* of the zone itself */
    CHECK_GLUE_MISSING,
    CHECK_TARGET_CNAME,
    CHECK_TARGET_NO_ADDRESS,
    CHECK_DS_NO_DELEGATION,
    CHECK_DNSKEY_UNSIGNED,
    CHECK_RRSIG_MISSING,
    CHECK_NSEC_MISSING,
    CHECK_NSEC_CHAIN,
    CHECK_NSEC3_MISSING,
    CHECK_NSEC3_CHAIN,
    CHECK_COUNT,
};

struct check {
    const char *name; /* "soa-missing": in messages and in the documentation */
    enum master_severity severity;
    const char *sentence;
};

/** The table's row. */
const struct check *check_at(enum check_id id);

/**
 * Tells one finding: "owner TYPE: sentence".
 *
 * owner     wire form, or NULL: the zone as a whole
 * type      0: none named
 * detail    further text behind the sentence, or NULL
 */
struct check_finding {
    const uint8_t *owner;
    uint16_t type;
    const char *detail;
};
void check_tell(struct master_problems *problems, enum check_id id, struct master_place place,
                struct check_finding finding);

/** Runs the walk. `file`: named in problems, or NULL. */
void check_snapshot(const struct snapshot *snapshot, const char *file,
                    struct master_problems *problems);

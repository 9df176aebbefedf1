// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/zone_edit.h"

/**
 * What distinguishes two versions of a zone, record by record, and making it so.
 *
 * The walk passes over what the versions share without looking at it: its cost goes with what
 * changed, not with the zone's size. A set whose TTL changed counts as removed and added. Both
 * SOA records take part like any other record.
 *
 * An iterator of about 8 KiB in the caller's memory; no allocation; any thread that may read both
 * versions.
 */
enum diff_side {
    DIFF_REMOVED = 1, /* in the older, not in the newer */
    DIFF_ADDED = 2,
    DIFF_BOTH = 3, /* name by name, set by set: what is removed, then what is added */
};

struct diff_record {
    bool added;
    uint16_t type;
    uint32_t ttl;
    const uint8_t *owner; /* borrowed (from the versions) */
    struct rr rr;         /* borrowed (from the versions) */
};

struct diff {
    const struct snapshot *older, *newer; /* borrowed (from the caller, for the walk's life) */
    enum diff_side side;
    bool in_nsec3;
    bool adding;                          /* which half of the set pair at work */
    const struct zone_node *left, *right; /* the pair of nodes at work, either may be NULL */
    unsigned left_index, right_index;     /* of the sets at work */
    struct rrset left_set, right_set;     /* count 0: no such set */
    uint32_t left_at, right_at;           /* offsets of the records at work */
    struct trie_cursor left_cursor, right_cursor;
};

/** Starts at the first difference, in canonical order (NSEC3 owners last). Either version may be
 * NULL: an empty zone. */
void diff_begin(struct diff *diff, const struct snapshot *older, const struct snapshot *newer,
                enum diff_side side);
/** OK with the next record, or END. */
RESULT_MUST_CHECK enum result diff_next(struct diff *diff, struct diff_record *ret_record);

/**
 * Applies one change to an open transaction, exactly: removing what is absent or adding what is
 * there is ERROR_SEMANTICS with ZONE_FAULT_DIFF (RFC 1995 section 5: the difference is against
 * another version). A record added with another TTL gives its set that TTL. Other results as
 * zone_edit_add and zone_edit_remove.
 */
RESULT_MUST_CHECK enum result diff_apply(struct zone_edit *edit, const struct diff_record *record);

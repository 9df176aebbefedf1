// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/trie_edit.h"
#include "server/zone/zone_node.h"

/**
 * One version of a zone, immutable.
 *
 * The story: zone_edit.h makes the first version of a zone, and each next one from the newest. The
 * versions of a zone form one line; what a version no longer needs is kept until it and every older
 * one are released, then goes back to the heap. A version is born with one reference, its maker's.
 * Readers on worker threads need none: the registry protects them by epochs and releases its
 * reference behind the grace period. Whoever reads longer (an outgoing transfer) holds one.
 *
 * Reading: any thread. Hold and release: any thread, one short mutex for each zone; releasing the
 * newest version of a zone that is gone frees all of it on the calling thread. Cost: about 0.4 KiB
 * for each version beside its nodes, 0.1 KiB for each zone, all from the heap.
 */
struct zone_line; /* what the versions of a zone share */

struct snapshot_nsec3 {
    bool in_use;
    uint8_t algorithm; /* 1: SHA-1 (RFC 5155 section 11) */
    uint8_t flags;
    uint8_t salt_size;
    uint16_t iterations;
    const uint8_t *salt; /* borrowed (from the apex node) */
};

struct snapshot {
    const struct zone_node *apex; /* borrowed (from the trie) */
    const uint8_t *apex_name;     /* borrowed (from the apex node) */
    uint8_t apex_labels;
    bool is_signed; /* DNSKEY at the apex */
    bool has_nsec;  /* NSEC at the apex */
    uint32_t serial;
    uint32_t negative_ttl; /* min(SOA TTL, SOA MINIMUM), RFC 2308 section 5 */
    uint32_t refresh, retry, expire;
    struct rrset soa;
    struct snapshot_nsec3 nsec3;
    struct trie names;       /* leaves: struct zone_node */
    struct trie nsec3_names; /* owners of NSEC3 and their signatures, apart from the others */
    uint64_t record_count;
    uint64_t node_bytes;       /* of the nodes' blocks */
    uint32_t wildcard_count;   /* names in which a label is "*" */
    uint32_t delegation_count; /* nodes with NODE_DELEGATION */
    uint32_t dname_count;
    /* For snapshot.c and zone_edit.c only. */
    struct zone_line *line;
    struct snapshot *newer;
    uint32_t references; /* guarded by the line's mutex */
    struct retired garbage;
};

/** One more reference. */
void snapshot_hold(struct snapshot *snapshot);
/** One less; NULL is accepted. */
void snapshot_release(struct snapshot *snapshot);
/** How many versions of the zone are still there, this one included: who pins memory? */
uint32_t snapshot_versions(const struct snapshot *snapshot);

/** The node of exactly that name, occluded or not (glue), or NULL. */
const struct zone_node *snapshot_find(const struct snapshot *snapshot, const struct name_key *key);

/**
 * Every node of a version in canonical order, then its NSEC3 nodes in theirs. The cursor is the
 * caller's; a walk that was put aside can be taken up behind a name with snapshot_walk_from.
 */
struct snapshot_walk {
    const struct snapshot *snapshot; /* borrowed (from the caller, for the walk's life) */
    bool in_nsec3;
    bool started; /* the cursor stands at the node before the next */
    struct trie_cursor cursor;
};
void snapshot_walk_begin(struct snapshot_walk *walk, const struct snapshot *snapshot);
/** Behind `name`, which need not exist; `in_nsec3` as the walk had it there. */
void snapshot_walk_from(struct snapshot_walk *walk, const struct snapshot *snapshot,
                        const uint8_t *name, bool in_nsec3);
/** The next node, or NULL at the end (and then again NULL). */
const struct zone_node *snapshot_walk_next(struct snapshot_walk *walk);

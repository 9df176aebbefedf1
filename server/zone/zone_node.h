// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/rrset.h"

/**
 * A name of a zone with all its record sets, packed into one block.
 *
 * Header (8 bytes), an index of the sets (12 bytes each, sorted by type, each type's signatures
 * right behind it), the owner name as it was written, the records. Immutable once its transaction
 * has closed.
 *
 * Pure, no allocation (node_build.h packs nodes), any thread. Cost: 8 bytes, the name, 12 bytes a
 * set, 2 bytes a record and the rdata, rounded up to 16.
 */
#define NODE_BYTES_MAX (16u * 1024u * 1024u)
#define NODE_SETS_MAX 200u /* 100 types, LIMITS.md, each with its signatures */

/* Flags of a node, which the trie keeps beside the pointer. */
#define NODE_DELEGATION 1u /* NS, and not the apex */
#define NODE_DNAME 2u
#define NODE_CNAME 4u
#define NODE_WILDCARD 8u /* the first label is "*" (RFC 4592 section 2.1.1) */

struct node_set {
    uint16_t type;
    uint16_t count;
    uint32_t ttl_kind; /* the TTL; bit 31: these are the signatures over `type` */
    uint32_t end;      /* where its records end, from the block's beginning */
};
#define NODE_SET_SIGNATURES 0x80000000u

struct zone_node {
    uint8_t name_size;
    uint8_t label_count;
    uint16_t set_count;
    uint32_t size; /* of the block */
    struct node_set sets[];
};

/** The owner name, wire form, case as written. */
static inline const uint8_t *zone_node_name(const struct zone_node *node)
{
    return (const uint8_t *)(node->sets + node->set_count);
}

/** The set with an index 0..set_count-1. */
static inline struct rrset zone_node_set(const struct zone_node *node, unsigned index)
{
    const struct node_set *set = &node->sets[index];
    uint32_t begin = index == 0
                         ? (uint32_t)sizeof(struct zone_node) +
                               (uint32_t)sizeof(struct node_set) * node->set_count + node->name_size
                         : set[-1].end;
    bool signatures = (set->ttl_kind & NODE_SET_SIGNATURES) != 0;
    return (struct rrset){
        .packed = (const uint8_t *)node + begin,
        .size = set->end - begin,
        .ttl = set->ttl_kind & ~NODE_SET_SIGNATURES,
        .type = signatures ? (uint16_t)46 : set->type,
        .covered = signatures ? set->type : (uint16_t)0,
        .count = set->count,
    };
}

/** The set of a type other than RRSIG; false when there is none. RRSIG: the first set of
 * signatures; walk with zone_node_set for the others. */
bool zone_node_find(const struct zone_node *node, uint16_t type, struct rrset *ret_set);
/** The signatures that cover a type; false when there are none. */
bool zone_node_find_signatures(const struct zone_node *node, uint16_t covered,
                               struct rrset *ret_set);
/** Records in all sets. */
uint32_t zone_node_record_count(const struct zone_node *node);
/** NODE_… flags of this content. */
unsigned zone_node_flags(const struct zone_node *node, bool is_apex);
/** For the trie. */
const uint8_t *zone_node_leaf_name(const void *leaf);

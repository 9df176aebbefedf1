// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/heap.h"
#include "server/zone/zone_node.h"

/**
 * A node while it is being changed: unpacked from a block, or empty; records added and removed;
 * packed into a new block. The building part of zone_edit.h and for it only.
 *
 * One thread. Cost: about 2.7 KiB and a data buffer from the heap, 1 KiB at first, doubled as
 * needed up to NODE_BYTES_MAX and kept for the next node.
 */
struct node_build {
    struct heap *heap; /* borrowed (from the caller, for the builder's life) */
    uint8_t *data;     /* owned: the records of all sets, in the sets' order */
    uint32_t data_max; /* bytes at `data` */
    uint16_t set_count;
    uint8_t name_size;
    uint8_t label_count;
    uint8_t name[255];
    struct node_set sets[NODE_SETS_MAX]; /* `end` counts from `data` */
};

struct node_build_limits {
    uint32_t records_per_rrset;
    uint32_t types_per_name;
};

/** Empty, without a buffer; cannot fail. */
void node_build_init(struct node_build *build, struct heap *heap);
void node_build_deinit(struct node_build *build);

/** Starts on a name (wire form) with what `node` holds, or with nothing (NULL). OK; REFUSED_MEMORY,
 * and the builder is empty. */
RESULT_MUST_CHECK enum result node_build_open(struct node_build *build, const uint8_t *name,
                                              const struct zone_node *node);

/** The index of a type's set, or of the signatures over it; -1: none. */
int node_build_find(const struct node_build *build, uint16_t type, bool signatures);
struct rrset node_build_set(const struct node_build *build, unsigned index);

/**
 * Adds a record at its place in canonical order; RRSIG goes to the set of the type it covers.
 *
 * returns   OK; UNCHANGED: it is there; REFUSED_MEMORY, FULL: too many records in the set,
 *           REFUSED_LIMIT: too many types, TRUNCATED: the node would pass NODE_BYTES_MAX; nothing
 *           has changed then
 */
RESULT_MUST_CHECK enum result node_build_add(struct node_build *build, uint16_t type, uint32_t ttl,
                                             const struct rr *rr,
                                             const struct node_build_limits *limits);
/** Takes a record out; OK or NOT_FOUND. */
RESULT_MUST_CHECK enum result node_build_remove(struct node_build *build, uint16_t type,
                                                const struct rr *rr);
void node_build_remove_set(struct node_build *build, unsigned index);
void node_build_clear(struct node_build *build);

/** Packs what is there, one set or more, into a block of the heap. OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result node_build_pack(const struct node_build *build,
                                              struct zone_node **ret_node);

/** The type that an RRSIG's rdata covers (RFC 4034 section 3.1.1); 0 for other types. */
uint16_t node_build_covered(uint16_t type, const struct rr *rr);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/name.h"
#include "server/zone/node_build.h"
#include "server/zone/zone_edit.h"
#include "server/zone/zone_line.h"

/**
 * The inside of a transaction, for zone_edit.c, zone_commit.c and diff_apply.c only.
 */
struct zone_edit {
    struct heap *heap;      /* borrowed (from the registry, for the zones' life) */
    struct zone_line *line; /* owned until the first commit of a new zone, else the base's */
    struct snapshot *base;  /* held while open; NULL for a new zone */
    struct node_build_limits limits;
    enum zone_fault fault;
    bool ttl_differed;
    bool has_owner; /* `build` holds an owner */
    bool dirty;     /* it differs from what the tree has */
    bool is_nsec3;  /* which tree it belongs to */
    uint8_t apex_size;
    uint8_t apex_labels;
    uint8_t apex[NAME_BYTES_MAX];
    const struct zone_node *old_node; /* borrowed (from the tree): the owner's present node */
    struct retired garbage;
    uint64_t record_count;
    uint64_t node_bytes;
    uint32_t wildcard_count;
    uint32_t delegation_count;
    uint32_t dname_count;
    struct name_key key; /* of the owner at work */
    struct node_build build;
    struct trie_edit names;
    struct trie_edit nsec3_names;
};

/** Puts the owner at work into its tree: OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result zone_edit_flush(struct zone_edit *edit);

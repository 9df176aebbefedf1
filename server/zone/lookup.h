// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/snapshot.h"

/**
 * Where a name leads inside one zone: RFC 1034 section 4.3.2 steps 3a to 3c, RFC 4592 (wildcards,
 * empty non-terminals), RFC 6672 (DNAME), RFC 8020 (nothing lies below what does not exist).
 *
 * It says what a name is, not what to answer: types, CNAMEs and proofs are answer/'s. Cuts and
 * DNAMEs are looked for from the apex down, so what lies below one is occluded whatever it holds;
 * the apex's own NS is no cut.
 *
 * Any thread, no lock, no allocation; results borrow from the snapshot.
 */
#define LOOKUP_BATCH_MAX TRIE_BATCH_MAX

enum lookup_outcome {
    LOOKUP_EXACT,             /* node: the name's */
    LOOKUP_EMPTY_NONTERMINAL, /* it exists and holds nothing; node NULL */
    LOOKUP_WILDCARD,          /* node: the source of synthesis "*.<closest encloser>"; NULL when
                                 that exists as an empty non-terminal */
    LOOKUP_DELEGATION,        /* node: the cut's. at_owner: the name is the cut itself, and the DS
                                 type is answered here, as if EXACT */
    LOOKUP_DNAME,             /* node: the DNAME's owner, an ancestor of the name */
    LOOKUP_NAME_ERROR,        /* node NULL */
    LOOKUP_OUT_OF_ZONE,       /* the name is not at or below the apex */
};

struct lookup {
    enum lookup_outcome outcome;
    bool at_owner;
    uint8_t encloser_labels;          /* labels of the closest encloser; of the name itself when it
                                         exists; of the cut or DNAME owner for these two */
    const struct zone_node *node;     /* see the outcomes */
    const struct zone_node *encloser; /* the closest encloser's node, NULL when it is empty */
};

/** Looks a name up; `key` is its key, which the search for the zone has made already. */
void lookup_name(const struct snapshot *snapshot, const struct name_key *key,
                 struct lookup *ret_lookup);

/**
 * Looks up to LOOKUP_BATCH_MAX names up, each in its own zone, in lock-step: the cache misses of
 * one search pass while the others go on. A NULL snapshot is passed over.
 */
void lookup_batch(const struct snapshot *const *snapshots, const struct name_key *keys,
                  unsigned count, struct lookup *ret_lookups);

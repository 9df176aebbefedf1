// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/snapshot.h"

/**
 * The neighbours that prove what does not exist: NSEC (RFC 4034 section 4, RFC 4035 section 3.1.3)
 * and NSEC3 (RFC 5155 section 7.2) of a version. Which of them an answer needs is answer/'s.
 *
 * Zones are served as they were signed; what is not there (a broken chain) is NULL, never an error.
 * Any thread, no lock, no allocation; results borrow from the snapshot. A search for NSEC passes
 * over names without one (glue); a search for NSEC3 over those of another chain.
 */
#define DENIAL_STEPS_MAX 1024u            /* names passed over in one search */
#define DENIAL_NSEC3_ITERATIONS_MAX 2500u /* RFC 5155 section 10.3's largest; above: no proofs */
#define DENIAL_NSEC3_LABELS_MAX 8u        /* closest-encloser steps, LIMITS.md */

/** The node whose NSEC matches or covers the name; NULL when there is none. *ret_matches: it is the
 * name's own. */
const struct zone_node *denial_nsec(const struct snapshot *snapshot, const struct name_key *key,
                                    bool *ret_matches);

/** One NSEC3 of the chain in use. */
struct denial_nsec3 {
    const struct zone_node *node; /* NULL: none */
    bool matches;                 /* its owner is the hash; else it covers it */
    bool opt_out;                 /* RFC 5155 section 3.1.2.1 */
};

/** The NSEC3 that matches or covers a name (wire form, any case). `node` NULL when the zone uses no
 * NSEC3, hashes too often, or has none of the chain. */
void denial_nsec3(const struct snapshot *snapshot, const uint8_t *name,
                  struct denial_nsec3 *ret_nsec3);

/** The closest encloser proof of RFC 5155 section 7.2.1. */
struct denial_nsec3_proof {
    struct denial_nsec3 encloser;    /* matches the closest encloser that has one */
    struct denial_nsec3 next_closer; /* covers the name one label longer; node NULL when the
                                        encloser is the name itself */
    uint8_t encloser_labels;
};

/**
 * Goes from the ancestor of the key's name with `encloser_labels` labels (lookup.h) upward to the
 * first that has a matching NSEC3: with opt-out the real closest encloser may have none. At most
 * DENIAL_NSEC3_LABELS_MAX steps.
 *
 * returns   whether a proof was found
 */
bool denial_nsec3_encloser(const struct snapshot *snapshot, const struct name_key *key,
                           unsigned encloser_labels, struct denial_nsec3_proof *ret_proof);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/answer/answer.h"

/**
 * What the steps of one answer share. For the files of this folder only.
 *
 * The *name at hand* begins as the question's and moves along CNAMEs and DNAMEs; with it move the
 * version it is looked up in and what was found there. The message is written front to back, so
 * what belongs to a later section is noted first: how the walk ended, which nodes prove a denial,
 * whose addresses would help. Lives on answer_compose()'s stack.
 */
/* NSEC and NSEC3 sets in one authority section: one for each wildcard that a chain passes, and at
 * most three for its end. */
#define ANSWER_PROOFS_MAX (ANSWER_CHAIN_MAX + 3u)

/** How the walk ended, which decides the authority section. */
enum answer_ending {
    ENDING_ANSWERED,
    ENDING_NO_DATA,
    ENDING_NAME_ERROR,
    ENDING_REFERRAL, /* answer.cut */
};

/** A name whose addresses may go into the additional section. */
struct answer_target {
    const uint8_t *name; /* borrowed (from a snapshot or the question) */
    uint16_t name_at;    /* where it is spelled in the message, or 0 */
    uint8_t size;        /* of the name, bytes */
    bool in_cut;         /* of a referral: at or below the cut */
};

struct answer {
    const struct answer_options *options;
    const struct answer_question *question;
    struct composer *composer;
    bool dnssec_ok;
    bool truncated; /* a required set did not fit: TC is set and nothing more is written */
    enum answer_ending ending;
    const struct zone_node *cut;

    /* The name at hand. */
    const uint8_t *name;
    uint16_t name_at; /* where it stands in the message; 0: not known */
    const struct name_key *key;
    const struct catalog_entry *entry;
    const struct snapshot *snapshot;
    const struct lookup *lookup;

    bool set_targets_kept; /* set_targets hold the places of the last set's targets */
    uint16_t set_targets[ANSWER_ADDITIONAL_MAX];

    unsigned target_count;
    unsigned proof_count;
    unsigned chain_length; /* names passed on the way to the name at hand */
    unsigned dname_count;
    struct answer_target targets[ANSWER_ADDITIONAL_MAX];
    const struct zone_node *proofs[ANSWER_PROOFS_MAX];
    const uint8_t *chain[ANSWER_CHAIN_MAX];
    const struct zone_node *dnames[ANSWER_CHAIN_MAX]; /* passed on the way */
    struct name substituted[ANSWER_CHAIN_MAX];        /* names that DNAMEs made */
    struct name_key chain_key;
    struct lookup chain_lookup;
};

/** Whether this answer carries DNSSEC records from the version at hand. */
static inline bool answer_is_signed(const struct answer *answer)
{
    return answer->dnssec_ok && answer->snapshot->is_signed;
}

/* answer.c */

/** The version of a zone that this answer may draw on: the question's own, the same for the whole
 * answer, or that of another zone if the client may ask there. NULL: none. */
const struct snapshot *answer_version(const struct answer *answer,
                                      const struct catalog_entry *entry);

/* answer_records.c */

/** A set of a node, with the signatures that shall travel with it. */
struct answer_found {
    struct rrset set;
    struct rrset signatures; /* count 0: none */
};

/** Where and how a set is written. */
struct answer_place {
    const uint8_t *owner;
    uint16_t owner_at; /* where the owner stands in the message; 0: not known */
    uint32_t ttl;
};

/** Finds a type at a node. False when there is none. */
bool answer_find(const struct answer *answer, const struct zone_node *node, uint16_t type,
                 struct answer_found *ret_found);
/** Writes a set and its signatures, both or neither: OK or TRUNCATED. */
RESULT_MUST_CHECK enum result answer_put(struct answer *answer, const struct answer_found *found,
                                         struct answer_place place);
/** The same for a set that must be there: TC when it does not fit. Whether it was written. */
bool answer_require(struct answer *answer, const struct answer_found *found,
                    struct answer_place place);
/** Where the target of record `index` of the set put last is spelled in the message, or 0. */
uint16_t answer_target_at(const struct answer *answer, unsigned index);
/** The name at hand as the owner. */
struct answer_place answer_here(const struct answer *answer, const struct answer_found *found);
/** Where an ancestor of the question's name stands in the message; 0 for other names. */
uint16_t answer_ancestor_at(const struct answer *answer, const uint8_t *ancestor);
/** Notes that a required record did not fit. */
void answer_truncate(struct answer *answer);

/* answer_authority.c */

/** Writes the authority section that the ending asks for. */
void answer_authority(struct answer *answer);

/* answer_proof.c: notes the nodes whose NSEC or NSEC3 sets prove a denial, in signed zones for
 * clients that set DO. */

/** The type is not at the name; `node` NULL for an empty non-terminal (RFC 4035 section 3.1.3.1,
 * RFC 5155 sections 7.2.3 and 7.2.4). */
void answer_prove_no_data(struct answer *answer, const struct zone_node *node);
/** Neither the name nor a wildcard for it exists (RFC 4035 section 3.1.3.2, RFC 5155
 * section 7.2.2). */
void answer_prove_name_error(struct answer *answer);
/** The name does not exist, so the wildcard may answer (RFC 4035 section 3.1.3.3, RFC 5155
 * section 7.2.6). */
void answer_prove_wildcard(struct answer *answer);
/** A wildcard matched that does not have the type; `node` NULL when it is an empty non-terminal
 * (RFC 4035 section 3.1.3.4, RFC 5155 section 7.2.5). */
void answer_prove_wildcard_no_data(struct answer *answer, const struct zone_node *node);
/** The cut has no DS (RFC 4035 section 3.1.4.1, RFC 5155 section 7.2.7). */
void answer_prove_no_ds(struct answer *answer, const struct zone_node *cut);
/** Writes what was noted into the present section. */
void answer_write_proofs(struct answer *answer);

/* answer_additional.c */

/** Whether a name of `size` bytes is the node's or below it; cheaper than name_is_at_or_below(),
 * because both sizes are known. */
bool answer_is_below(const uint8_t *name, size_t size, const struct zone_node *ancestor);
/** Notes the targets of a set that was just written. */
void answer_note_targets(struct answer *answer, const struct rrset *set);
/** Writes the glue that a referral needs: TC when it does not fit (RFC 9471), and then the
 * addresses of what was noted, as far as they fit in whole sets. */
void answer_additional(struct answer *answer);

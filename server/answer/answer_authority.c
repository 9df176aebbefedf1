// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

/**
 * The SOA of the zone at hand, with the TTL for which a denial may be kept (RFC 2308 section 3).
 * Windows clients also read from it which zone and server to send their updates to.
 */
static void authority_soa(struct answer *answer)
{
    const struct snapshot *snapshot = answer->snapshot;
    struct answer_found found;
    if (!answer_find(answer, snapshot->apex, TYPE_SOA, &found)) {
        return;
    }
    struct answer_place place = {snapshot->apex_name,
                                 answer_ancestor_at(answer, snapshot->apex_name),
                                 snapshot->negative_ttl};
    (void)answer_require(answer, &found, place);
}

/** Most servers of a delegation have names in the zone that delegates, unless they are below the
 * cut: what most names end in makes the best anchor for compression. */
static void anchor_referral(struct answer *answer, const struct rrset *ns)
{
    const struct snapshot *snapshot = answer->snapshot;
    struct rr server = rrset_first(ns);
    uint16_t apex_at = answer_ancestor_at(answer, snapshot->apex_name);
    if (apex_at != 0 && snapshot->apex_labels != 0 &&
        !answer_is_below(server.rdata, server.size, answer->cut) &&
        answer_is_below(server.rdata, server.size, snapshot->apex)) {
        composer_apex(answer->composer, apex_at);
    }
}

/** RFC 1034 section 4.3.2 step 3b: the servers below the cut, and in signed zones DS or the proof
 * that there is none. */
static void authority_referral(struct answer *answer)
{
    struct answer_found found;
    if (!answer_find(answer, answer->cut, TYPE_NS, &found)) {
        return;
    }
    found.signatures.count = 0; /* the parent's NS set is never signed: RFC 4035 section 2.2 */
    const uint8_t *owner = zone_node_name(answer->cut);
    uint16_t owner_at = answer_ancestor_at(answer, owner);
    struct answer_place place = {owner, owner_at, found.set.ttl};
    anchor_referral(answer, &found.set);
    if (!answer_require(answer, &found, place)) {
        return;
    }
    answer_note_targets(answer, &found.set);
    if (!answer_is_signed(answer)) {
        return;
    }
    if (answer_find(answer, answer->cut, TYPE_DS, &found)) {
        place.ttl = found.set.ttl;
        (void)answer_require(answer, &found, place);
    } else {
        answer_prove_no_ds(answer, answer->cut);
    }
}

void answer_authority(struct answer *answer)
{
    switch (answer->ending) {
    case ENDING_ANSWERED:
        break;
    case ENDING_NAME_ERROR:
        composer_rcode(answer->composer, RCODE_NXDOMAIN); /* also after a chain: RFC 6604 */
        authority_soa(answer);
        break;
    case ENDING_NO_DATA:
        authority_soa(answer);
        break;
    case ENDING_REFERRAL:
        authority_referral(answer);
        break;
    }
    answer_write_proofs(answer);
}

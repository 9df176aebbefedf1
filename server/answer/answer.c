// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

/** Whether the walk goes on with the next name. */
enum step {
    STEP_DONE,
    STEP_FOLLOW,
};

const struct snapshot *answer_version(const struct answer *answer,
                                      const struct catalog_entry *entry)
{
    const struct answer_question *question = answer->question;
    if (entry == question->entry) {
        return question->snapshot;
    }
    const struct access_list *access = entry->options->query;
    if (access != NULL && !access_list_allows(access, question->client)) {
        return NULL;
    }
    return zone_snapshot(entry->zone);
}

static bool is_visited(const struct answer *answer, const uint8_t *name)
{
    for (unsigned i = 0; i < answer->chain_length; i++) {
        if (name_equal(answer->chain[i], name)) {
            return true;
        }
    }
    return false;
}

/**
 * DS stands on the parent's side of a cut: when we serve both sides, the question is the parent's.
 * When all we serve above the child is a zone in which the cut does not stand, we have no authority
 * over the parent, and "no data" is the child's to say (RFC 4035 section 3.1.4.1).
 */
static void prefer_parent_for_ds(struct answer *answer)
{
    if (answer->lookup->outcome != LOOKUP_EXACT || name_is_root(answer->name) ||
        answer->lookup->node != answer->snapshot->apex) {
        return;
    }
    struct name_key parent;
    name_key_make(name_parent(answer->name), &parent);
    const struct catalog_entry *entry = catalog_find(answer->question->catalog, &parent);
    const struct snapshot *snapshot = entry == NULL ? NULL : answer_version(answer, entry);
    if (snapshot == NULL) {
        return;
    }
    struct lookup found;
    lookup_name(snapshot, answer->key, &found);
    if (found.outcome != LOOKUP_DELEGATION || !found.at_owner) {
        return;
    }
    answer->chain_lookup = found;
    answer->entry = entry;
    answer->snapshot = snapshot;
    answer->lookup = &answer->chain_lookup;
}

/**
 * Moves on to an alias's target if it lies in a zone that we serve and that the client may ask.
 * Otherwise the answer ends with the alias: what follows is a resolver's business.
 */
static enum step follow(struct answer *answer, const uint8_t *target)
{
    answer->chain[answer->chain_length++] = answer->name;
    if (answer->chain_length == ANSWER_CHAIN_MAX || is_visited(answer, target)) {
        return STEP_DONE;
    }
    name_key_make(target, &answer->chain_key);
    const struct catalog_entry *entry = catalog_find(answer->question->catalog, &answer->chain_key);
    const struct snapshot *snapshot = entry == NULL ? NULL : answer_version(answer, entry);
    if (snapshot == NULL) {
        return STEP_DONE;
    }
    lookup_name(snapshot, &answer->chain_key, &answer->chain_lookup);
    answer->name = target;
    answer->name_at = answer_target_at(answer, 0);
    answer->key = &answer->chain_key;
    answer->entry = entry;
    answer->snapshot = snapshot;
    answer->lookup = &answer->chain_lookup;
    if (answer->question->request->qtype == TYPE_DS) {
        prefer_parent_for_ds(answer);
    }
    return STEP_FOLLOW;
}

static enum step answer_cname(struct answer *answer, const struct answer_found *found)
{
    if (!answer_require(answer, found, answer_here(answer, found))) {
        return STEP_DONE;
    }
    return follow(answer, rrset_first(&found->set).rdata);
}

static bool is_passed(const struct answer *answer, const struct zone_node *dname)
{
    for (unsigned i = 0; i < answer->dname_count; i++) {
        if (answer->dnames[i] == dname) {
            return true;
        }
    }
    return false;
}

/** RFC 6672 section 3.2: the DNAME, the CNAME made from it, and on to what that names. */
static enum step answer_dname(struct answer *answer, const struct zone_node *node)
{
    struct answer_found found;
    if (!answer_find(answer, node, TYPE_DNAME, &found)) {
        return STEP_DONE;
    }
    const uint8_t *owner = zone_node_name(node);
    struct answer_place place = {owner, answer_ancestor_at(answer, owner), found.set.ttl};
    /* A chain may pass the same DNAME again: a set stands in a message once. */
    if (!is_passed(answer, node) && !answer_require(answer, &found, place)) {
        return STEP_DONE;
    }
    answer->dnames[answer->dname_count++] = node;
    struct name *target = &answer->substituted[answer->chain_length];
    if (name_substitute(answer->name, owner, rrset_first(&found.set).rdata, target) != OK) {
        composer_rcode(answer->composer, RCODE_YXDOMAIN); /* RFC 6672 section 2.2 */
        return STEP_DONE;
    }
    struct composer_rrset cname = {.owner = answer->name,
                                   .owner_at = answer->name_at,
                                   .type = TYPE_CNAME,
                                   .ttl = found.set.ttl};
    if (composer_record(answer->composer, &cname, target->bytes, target->length) != OK) {
        answer_truncate(answer);
        return STEP_DONE;
    }
    answer->set_targets_kept = false; /* the CNAME just written is the last set */
    return follow(answer, target->bytes);
}

/** Over UDP, one set stands for all that was asked (RFC 8482 section 4.1; section 7 says the same
 * of signatures). */
static bool is_minimal(const struct answer *answer)
{
    return answer->options->minimal_any && answer->question->transport == TRANSPORT_UDP;
}

/** Type ANY: all sets, or one. False when there are none to show. */
static bool answer_any(struct answer *answer, const struct zone_node *node)
{
    bool any = false;
    for (unsigned i = 0; i < node->set_count && !answer->truncated; i++) {
        struct answer_found found = {.set = zone_node_set(node, i)};
        if (found.set.covered != 0) {
            continue;
        }
        any = true;
        if (answer->dnssec_ok &&
            !zone_node_find_signatures(node, found.set.type, &found.signatures)) {
            found.signatures.count = 0;
        }
        if (!answer_require(answer, &found, answer_here(answer, &found)) || is_minimal(answer)) {
            break;
        }
    }
    return any;
}

/** Type RRSIG: all signatures, or those of one type. False when there are none. */
static bool answer_signatures(struct answer *answer, const struct zone_node *node)
{
    bool any = false;
    for (unsigned i = 0; i < node->set_count && !answer->truncated; i++) {
        struct answer_found found = {.set = zone_node_set(node, i)};
        if (found.set.covered == 0) {
            continue;
        }
        any = true;
        if (!answer_require(answer, &found, answer_here(answer, &found)) || is_minimal(answer)) {
            break;
        }
    }
    return any;
}

static void no_data(struct answer *answer, const struct zone_node *node)
{
    answer->ending = ENDING_NO_DATA;
    if (answer->lookup->outcome == LOOKUP_WILDCARD) {
        answer_prove_wildcard_no_data(answer, node);
    } else {
        answer_prove_no_data(answer, node);
    }
}

/** Types that a name with a CNAME has of its own: the alias is not followed for them (RFC 4034
 * sections 3 and 4). */
static bool stands_beside_cname(uint16_t type)
{
    return type == TYPE_NSEC || type == TYPE_RRSIG;
}

/** The node that answers is known: it has the type, it is an alias, or it has neither. */
static enum step answer_node(struct answer *answer, const struct zone_node *node)
{
    uint16_t qtype = answer->question->request->qtype;
    struct answer_found found;
    enum step step = STEP_DONE;
    bool by_wildcard = answer->lookup->outcome == LOOKUP_WILDCARD;
    if (by_wildcard) {
        answer_prove_wildcard(answer);
    }
    if ((qtype == TYPE_ANY && answer_any(answer, node)) ||
        (qtype == TYPE_RRSIG && answer_signatures(answer, node))) {
        return STEP_DONE;
    }
    if (answer_find(answer, node, qtype, &found)) {
        if (answer_require(answer, &found, answer_here(answer, &found))) {
            answer_note_targets(answer, &found.set);
        }
    } else if (!stands_beside_cname(qtype) && answer_find(answer, node, TYPE_CNAME, &found)) {
        step = answer_cname(answer, &found);
    } else {
        no_data(answer, node);
    }
    return step;
}

/** RFC 1034 section 4.3.2, step 3, for the name at hand. */
static enum step answer_step(struct answer *answer)
{
    const struct lookup *lookup = answer->lookup;
    bool asks_ds = answer->question->request->qtype == TYPE_DS;
    switch (lookup->outcome) {
    case LOOKUP_EXACT:
        return answer_node(answer, lookup->node);
    case LOOKUP_WILDCARD:
        if (lookup->node != NULL) {
            return answer_node(answer, lookup->node);
        }
        no_data(answer, NULL);
        return STEP_DONE;
    case LOOKUP_EMPTY_NONTERMINAL:
        no_data(answer, NULL);
        return STEP_DONE;
    case LOOKUP_DELEGATION:
        if (lookup->at_owner && asks_ds) {
            return answer_node(answer, lookup->node);
        }
        answer->ending = ENDING_REFERRAL;
        answer->cut = lookup->node;
        return STEP_DONE;
    case LOOKUP_DNAME:
        return answer_dname(answer, lookup->node);
    case LOOKUP_NAME_ERROR:
        answer->ending = ENDING_NAME_ERROR;
        answer_prove_name_error(answer);
        return STEP_DONE;
    case LOOKUP_OUT_OF_ZONE:
        return STEP_DONE;
    }
    return STEP_DONE;
}

void answer_compose(const struct answer_options *options, const struct answer_question *question,
                    struct composer *composer)
{
    struct answer answer;
    answer.options = options;
    answer.question = question;
    answer.composer = composer;
    answer.dnssec_ok = question->request->edns.dnssec_ok;
    answer.truncated = false;
    answer.ending = ENDING_ANSWERED;
    answer.cut = NULL;
    answer.name = question->request->qname;
    answer.name_at = COMPOSER_QNAME_AT;
    answer.key = question->key;
    answer.entry = question->entry;
    answer.snapshot = question->snapshot;
    answer.lookup = question->lookup;
    answer.target_count = 0;
    answer.proof_count = 0;
    answer.chain_length = 0;
    answer.dname_count = 0;
    answer.set_targets_kept = false;

    composer_section(composer, SECTION_ANSWER);
    if (question->request->qtype == TYPE_DS) {
        prefer_parent_for_ds(&answer);
    }
    while (answer_step(&answer) == STEP_FOLLOW) {
        /* ANSWER_CHAIN_MAX steps at most: follow() counts them. */
    }
    if (answer.ending != ENDING_REFERRAL || answer.chain_length != 0) {
        composer_flags(composer, MESSAGE_AA);
    }
    if (!answer.truncated) {
        composer_section(composer, SECTION_AUTHORITY);
        answer_authority(&answer);
    }
    if (!answer.truncated) {
        composer_section(composer, SECTION_ADDITIONAL);
        answer_additional(&answer);
    }
}

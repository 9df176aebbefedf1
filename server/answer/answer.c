// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

/** Whether the walk goes on with the next name. */
enum step {
    STEP_DONE,
    STEP_FOLLOW,
};

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
    const struct answer_question *question = answer->question;
    const struct catalog_entry *entry = catalog_find(question->catalog, &answer->chain_key);
    if (entry == NULL) {
        return STEP_DONE;
    }
    const struct access_list *access = entry->options->query;
    if (entry != question->entry && access != NULL &&
        !access_list_allows(access, question->client)) {
        return STEP_DONE;
    }
    /* One version per zone and answer, also when the chain comes back to where it began. */
    const struct snapshot *snapshot =
        entry == question->entry ? question->snapshot : zone_snapshot(entry->zone);
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
    return STEP_FOLLOW;
}

static enum step answer_cname(struct answer *answer, const struct answer_found *found)
{
    if (!answer_require(answer, found, answer_here(answer, found))) {
        return STEP_DONE;
    }
    return follow(answer, rrset_first(&found->set).rdata);
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
    if (!answer_require(answer, &found, place)) {
        return STEP_DONE;
    }
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

/** RFC 8482 section 4.1 over UDP: one set stands for all. Otherwise: all of them. */
static void answer_any(struct answer *answer, const struct zone_node *node)
{
    bool minimal = answer->options->minimal_any && answer->question->transport == TRANSPORT_UDP;
    for (unsigned i = 0; i < node->set_count; i++) {
        struct answer_found found = {.set = zone_node_set(node, i)};
        if (found.set.covered != 0 && !answer->dnssec_ok) {
            continue;
        }
        if (!answer_require(answer, &found, answer_here(answer, &found)) || minimal) {
            return;
        }
    }
}

/** All signatures of a node, whatever they cover. False when there are none. */
static bool answer_signatures(struct answer *answer, const struct zone_node *node)
{
    bool any = false;
    for (unsigned i = 0; i < node->set_count && !answer->truncated; i++) {
        struct answer_found found = {.set = zone_node_set(node, i)};
        if (found.set.covered != 0) {
            any = true;
            (void)answer_require(answer, &found, answer_here(answer, &found));
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
    if (qtype == TYPE_ANY) {
        answer_any(answer, node);
    } else if (qtype == TYPE_RRSIG && answer_signatures(answer, node)) {
        return STEP_DONE;
    } else if (answer_find(answer, node, qtype, &found)) {
        if (answer_require(answer, &found, answer_here(answer, &found))) {
            answer_note_targets(answer, &found.set);
        }
    } else if (answer_find(answer, node, TYPE_CNAME, &found)) {
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

/**
 * DS stands on the parent's side of a cut: when we serve both sides, the question is the parent's
 * (RFC 4035 section 3.1.4.1).
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
    const struct snapshot *snapshot = entry == NULL ? NULL : zone_snapshot(entry->zone);
    if (snapshot == NULL) {
        return;
    }
    lookup_name(snapshot, answer->key, &answer->chain_lookup);
    answer->entry = entry;
    answer->snapshot = snapshot;
    answer->lookup = &answer->chain_lookup;
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

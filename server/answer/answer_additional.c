// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

#include "server/wire/fold.h"

/** Bytes before the target's name in the rdata of the types whose targets' addresses help; -1 for
 * the others. */
static int target_offset(uint16_t type)
{
    switch (type) {
    case TYPE_NS:
        return 0;
    case TYPE_MX:
    case TYPE_SVCB:
    case TYPE_HTTPS:
        return 2;
    case TYPE_SRV:
        return 6;
    default:
        return -1;
    }
}

/** RFC 9460 section 2.5.2: "." in ServiceMode (a priority above 0) is the owner itself. */
static bool is_own_target(uint16_t type, const struct rr *rr)
{
    return (type == TYPE_SVCB || type == TYPE_HTTPS) && (rr->rdata[0] | rr->rdata[1]) != 0;
}

/** The first label tells most hosts of a zone apart. */
static bool is_same_host(const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && fold_equal(a + 1, b + 1, a[0]) && name_equal(a, b);
}

/** Two records may name the same host (two services of one machine), whose addresses then go in
 * once. */
static void note_target(struct answer *answer, const struct answer_target *target)
{
    for (unsigned i = 0; i < answer->target_count; i++) {
        if (is_same_host(answer->targets[i].name, target->name)) {
            return;
        }
    }
    answer->targets[answer->target_count++] = *target;
}

bool answer_is_below(const uint8_t *name, size_t size, const struct zone_node *ancestor)
{
    size_t tail = ancestor->name_size;
    if (size < tail || !fold_equal(name + size - tail, zone_node_name(ancestor), tail)) {
        return false;
    }
    /* Labels may be cut elsewhere. */
    size_t at = 0;
    while (at < size - tail) {
        at += 1u + name[at];
    }
    return at == size - tail;
}

void answer_note_targets(struct answer *answer, const struct rrset *set)
{
    int offset = target_offset(set->type);
    if (offset < 0) {
        return;
    }
    struct rr rr;
    uint32_t at = 0;
    for (unsigned index = 0;
         rrset_next(set, &at, &rr) && answer->target_count < ANSWER_ADDITIONAL_MAX; index++) {
        if (rr.size <= (unsigned)offset) {
            continue;
        }
        struct answer_target target = {rr.rdata + offset, answer_target_at(answer, index)};
        if (name_is_root(target.name)) {
            if (!is_own_target(set->type, &rr)) {
                continue;
            }
            target.name = answer->name;
            target.name_at = answer->name_at;
        }
        target.size = (uint8_t)name_length(target.name);
        note_target(answer, &target);
    }
}

/** Writes the addresses of a node. False when a set did not fit. */
static bool put_addresses(struct answer *answer, const struct zone_node *node,
                          const struct answer_target *target)
{
    static const uint16_t types[] = {TYPE_A, TYPE_AAAA};
    bool all = true;
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        struct answer_found found;
        if (!answer_find(answer, node, types[i], &found)) {
            continue;
        }
        struct answer_place place = {target->name, target->name_at, found.set.ttl};
        if (answer_put(answer, &found, place) != OK) {
            all = false;
        }
    }
    return all;
}

/**
 * The node that holds a target's addresses, in the zone at hand or in another one that the client
 * may ask: the records of a forest's locator zone name hosts of the domain's. Below a cut of the
 * zone at hand there may be a zone of ours too; otherwise glue is better than nothing.
 */
static const struct zone_node *target_find(struct answer *answer, const uint8_t *name,
                                           const struct catalog_entry **ret_zone)
{
    const struct name_key *key = &answer->chain_key;
    struct lookup *found = &answer->chain_lookup;
    const struct snapshot *snapshot = answer->snapshot;
    *ret_zone = answer->entry;
    name_key_make(name, &answer->chain_key);
    found->outcome = LOOKUP_OUT_OF_ZONE;
    if (answer_is_below(name, key->name_size, snapshot->apex)) {
        lookup_name(snapshot, key, found);
    }
    if (found->outcome == LOOKUP_DELEGATION || found->outcome == LOOKUP_OUT_OF_ZONE) {
        const struct catalog_entry *entry = catalog_find(answer->question->catalog, key);
        if (entry != NULL && entry != answer->entry) {
            snapshot = answer_version(answer, entry);
            if (snapshot == NULL) {
                return NULL;
            }
            lookup_name(snapshot, key, found);
            *ret_zone = entry;
        }
    }
    if (found->outcome == LOOKUP_DELEGATION) {
        return snapshot_find(snapshot, key);
    }
    return found->outcome == LOOKUP_EXACT ? found->node : NULL;
}

/**
 * The same through the worker's memory of targets. Referrals of a large zone name a host each and
 * would only push others out; a name of the question's is not in a version and is never kept.
 */
static const struct zone_node *target_node(struct answer *answer, const uint8_t *name)
{
    const struct catalog_entry *zone;
    struct answer_cache *cache = answer->question->cache;
    if (cache == NULL || answer->ending == ENDING_REFERRAL || name == answer->name) {
        return target_find(answer, name, &zone);
    }
    struct answer_cache_entry *entry = answer_cache_at(cache, name);
    if (entry->target == name) {
        bool allowed = entry->zone == answer->entry || answer_version(answer, entry->zone) != NULL;
        return allowed ? entry->node : NULL;
    }
    const struct zone_node *node = target_find(answer, name, &zone);
    if (node != NULL) {
        *entry = (struct answer_cache_entry){name, node, zone};
    }
    return node;
}

/** Glue for servers inside the delegated zone: without it the delegation leads nowhere (RFC 9471
 * section 3.1). False when TC had to be set. */
static bool additional_glue(struct answer *answer)
{
    for (unsigned i = 0; i < answer->target_count; i++) {
        struct answer_target *target = &answer->targets[i];
        target->in_cut = answer_is_below(target->name, target->size, answer->cut);
        if (!target->in_cut) {
            continue;
        }
        name_key_make(target->name, &answer->chain_key);
        const struct zone_node *node = snapshot_find(answer->snapshot, &answer->chain_key);
        if (node != NULL && !put_addresses(answer, node, target)) {
            answer_truncate(answer);
            return false;
        }
    }
    return true;
}

/** Whether a target is worth a look-up: resolvers believe nothing that a referral says of names
 * outside the zone it comes from. */
static bool is_wanted(const struct answer *answer, const struct answer_target *target)
{
    return answer->ending != ENDING_REFERRAL ||
           (!target->in_cut && answer_is_below(target->name, target->size, answer->snapshot->apex));
}

void answer_additional(struct answer *answer)
{
    if (answer->ending == ENDING_REFERRAL && !additional_glue(answer)) {
        return;
    }
    for (unsigned i = 0; i < answer->target_count; i++) {
        const struct answer_target *target = &answer->targets[i];
        const struct zone_node *node =
            is_wanted(answer, target) ? target_node(answer, target->name) : NULL;
        if (node != NULL) {
            (void)put_addresses(answer, node, target);
        }
    }
}

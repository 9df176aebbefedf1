// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

#include <string.h>

#define SUBNET4_BYTES 3u                   /* /24 */
#define SUBNET6_BYTES 8u                   /* /64 */
#define ROTATION_STEP UINT32_C(0x9e3779b9) /* 2^32 divided by the golden ratio */

bool answer_find(const struct answer *answer, const struct zone_node *node, uint16_t type,
                 struct answer_found *ret_found)
{
    if (!zone_node_find(node, type, &ret_found->set)) {
        return false;
    }
    if (!answer->dnssec_ok || !zone_node_find_signatures(node, type, &ret_found->signatures)) {
        ret_found->signatures.count = 0;
    }
    return true;
}

struct answer_place answer_here(const struct answer *answer, const struct answer_found *found)
{
    return (struct answer_place){answer->name, answer->name_at, found->set.ttl};
}

uint16_t answer_ancestor_at(const struct answer *answer, const uint8_t *ancestor)
{
    const struct request *request = answer->question->request;
    if (answer->name != request->qname) {
        return 0;
    }
    return (uint16_t)(COMPOSER_QNAME_AT + request->qname_length - name_length(ancestor));
}

void answer_truncate(struct answer *answer)
{
    composer_flags(answer->composer, MESSAGE_TC);
    answer->truncated = true;
}

/** Bytes that tell the client's network; 0 when its family is not the set's. */
static size_t client_network_bytes(const struct address *client, uint16_t type)
{
    if (client->family == ADDRESS_V4 && type == TYPE_A) {
        return SUBNET4_BYTES;
    }
    return client->family == ADDRESS_V6 && type == TYPE_AAAA ? SUBNET6_BYTES : 0;
}

/**
 * ADDRESS_ORDER_SUBNET: the records of the client's network lie side by side, because sets are kept
 * in canonical order; so a ring that begins with the first of them puts them all in front.
 */
static bool subnet_first(const struct answer *answer, const struct rrset *set, uint16_t *ret_first)
{
    const struct address *client = answer->question->client;
    size_t size = client_network_bytes(client, set->type);
    if (size == 0) {
        return false;
    }
    struct rr rr;
    uint32_t at = 0;
    for (uint16_t index = 0; rrset_next(set, &at, &rr); index++) {
        if (rr.size >= size && memcmp(rr.rdata, client->bytes, size) == 0) {
            *ret_first = index;
            return true;
        }
    }
    return false;
}

/** The record that an address set begins with in this answer. */
static uint16_t first_record(const struct answer *answer, const struct rrset *set)
{
    if (set->count == 1 || (set->type != TYPE_A && set->type != TYPE_AAAA) ||
        answer->options->address_order == ADDRESS_ORDER_FIXED) {
        return 0;
    }
    uint16_t first = 0;
    if (answer->options->address_order == ADDRESS_ORDER_SUBNET &&
        subnet_first(answer, set, &first)) {
        return first;
    }
    /* Multiples of the golden ratio spread evenly, and so does every other one of them, and every
     * third: a client that asks for A and AAAA in turn still sees each address first. */
    uint32_t turn = answer->question->rotation * ROTATION_STEP;
    return (uint16_t)((uint64_t)turn * set->count >> 32);
}

static enum result put_set(struct answer *answer, const struct rrset *set,
                           struct answer_place place)
{
    struct composer_rrset rrset = {
        .owner = place.owner,
        .owner_at = place.owner_at,
        .type = set->type,
        .ttl = place.ttl,
        .packed = set->packed,
        .count = set->count,
        .first = first_record(answer, set),
    };
    return composer_rrset(answer->composer, &rrset);
}

/** The composer knows the targets of the set written last; signatures written behind it must not
 * hide them. */
static void keep_targets(struct answer *answer, const struct rrset *set)
{
    unsigned count = set->count < ANSWER_ADDITIONAL_MAX ? set->count : ANSWER_ADDITIONAL_MAX;
    for (unsigned i = 0; i < count; i++) {
        answer->set_targets[i] = composer_target(answer->composer, i);
    }
    answer->set_targets_kept = true;
}

uint16_t answer_target_at(const struct answer *answer, unsigned index)
{
    if (!answer->set_targets_kept) {
        return composer_target(answer->composer, index);
    }
    return index < ANSWER_ADDITIONAL_MAX ? answer->set_targets[index] : 0;
}

enum result answer_put(struct answer *answer, const struct answer_found *found,
                       struct answer_place place)
{
    answer->set_targets_kept = false;
    if (found->signatures.count == 0) {
        return put_set(answer, &found->set, place);
    }
    struct composer_mark mark = composer_mark(answer->composer);
    enum result result = put_set(answer, &found->set, place);
    if (result == OK) {
        keep_targets(answer, &found->set);
        result = put_set(answer, &found->signatures, place);
    }
    if (result != OK) {
        composer_rewind(answer->composer, &mark);
    }
    return result;
}

bool answer_require(struct answer *answer, const struct answer_found *found,
                    struct answer_place place)
{
    if (answer_put(answer, found, place) != OK) {
        answer_truncate(answer);
        return false;
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_state.h"

#include "server/zone/denial.h"

/** Notes a node once. Past the maximum, which no case below reaches, it is left out. */
static void note(struct answer *answer, const struct zone_node *node)
{
    if (node == NULL) {
        return;
    }
    for (unsigned i = 0; i < answer->proof_count; i++) {
        if (answer->proofs[i] == node) {
            return;
        }
    }
    if (answer->proof_count < ANSWER_PROOFS_MAX) {
        answer->proofs[answer->proof_count++] = node;
    }
}

static void note_nsec(struct answer *answer, const struct name_key *key)
{
    bool matches;
    note(answer, denial_nsec(answer->snapshot, key, &matches));
}

/** The NSEC at or before "*.<closest encloser>". */
static void note_nsec_of_wildcard(struct answer *answer, const uint8_t *encloser)
{
    struct name wildcard;
    struct name_key key;
    if (name_wildcard_of(encloser, &wildcard) == OK) {
        name_key_make(wildcard.bytes, &key);
        note_nsec(answer, &key);
    }
}

static void note_nsec3(struct answer *answer, const uint8_t *name)
{
    struct denial_nsec3 found;
    denial_nsec3(answer->snapshot, name, &found);
    note(answer, found.node);
}

static void note_nsec3_of_wildcard(struct answer *answer, const uint8_t *encloser)
{
    struct name wildcard;
    if (name_wildcard_of(encloser, &wildcard) == OK) {
        note_nsec3(answer, wildcard.bytes);
    }
}

/** The closest encloser proof for a key; the encloser's name, or NULL when there is no proof. */
static const uint8_t *note_nsec3_encloser(struct answer *answer, const struct name_key *key,
                                          unsigned encloser_labels)
{
    struct denial_nsec3_proof proof;
    if (!denial_nsec3_encloser(answer->snapshot, key, encloser_labels, &proof)) {
        return NULL;
    }
    note(answer, proof.encloser.node);
    note(answer, proof.next_closer.node);
    return name_key_tail(key, proof.encloser_labels);
}

/** The NSEC3 of a name that exists, or, where opt-out left it without, the proof around it (RFC
 * 5155 sections 7.2.4 and 7.2.7). */
static void note_nsec3_or_encloser(struct answer *answer, const struct name_key *key)
{
    struct denial_nsec3 found;
    denial_nsec3(answer->snapshot, key->name, &found);
    if (found.node != NULL && found.matches) {
        note(answer, found.node);
    } else if (key->label_count > 0) {
        (void)note_nsec3_encloser(answer, key, key->label_count - 1u);
    }
}

static const uint8_t *closest_encloser(const struct answer *answer)
{
    return name_key_tail(answer->key, answer->lookup->encloser_labels);
}

void answer_prove_no_data(struct answer *answer, const struct zone_node *node)
{
    (void)node; /* an empty non-terminal is covered, a node has an NSEC: the search finds either */
    if (!answer_is_signed(answer)) {
        return;
    }
    if (answer->snapshot->nsec3.in_use) {
        note_nsec3_or_encloser(answer, answer->key);
    } else {
        note_nsec(answer, answer->key);
    }
}

void answer_prove_name_error(struct answer *answer)
{
    if (!answer_is_signed(answer)) {
        return;
    }
    if (!answer->snapshot->nsec3.in_use) {
        note_nsec(answer, answer->key);
        note_nsec_of_wildcard(answer, closest_encloser(answer));
        return;
    }
    const uint8_t *encloser =
        note_nsec3_encloser(answer, answer->key, answer->lookup->encloser_labels);
    if (encloser != NULL) {
        note_nsec3_of_wildcard(answer, encloser);
    }
}

void answer_prove_wildcard(struct answer *answer)
{
    if (!answer_is_signed(answer)) {
        return;
    }
    if (!answer->snapshot->nsec3.in_use) {
        note_nsec(answer, answer->key);
        return;
    }
    /* The signature's label count tells the encloser: only the next closer name is covered. */
    unsigned next_closer_labels = answer->lookup->encloser_labels + 1u;
    if (next_closer_labels <= answer->key->label_count) {
        note_nsec3(answer, name_key_tail(answer->key, next_closer_labels));
    }
}

void answer_prove_wildcard_no_data(struct answer *answer, const struct zone_node *node)
{
    if (!answer_is_signed(answer)) {
        return;
    }
    const uint8_t *encloser = closest_encloser(answer);
    if (!answer->snapshot->nsec3.in_use) {
        note(answer, node);
        if (node == NULL) {
            note_nsec_of_wildcard(answer, encloser);
        }
        note_nsec(answer, answer->key);
        return;
    }
    (void)note_nsec3_encloser(answer, answer->key, answer->lookup->encloser_labels);
    note_nsec3_of_wildcard(answer, encloser);
}

void answer_prove_no_ds(struct answer *answer, const struct zone_node *cut)
{
    if (!answer_is_signed(answer)) {
        return;
    }
    if (!answer->snapshot->nsec3.in_use) {
        note(answer, cut);
        return;
    }
    struct name_key key;
    name_key_make(zone_node_name(cut), &key);
    note_nsec3_or_encloser(answer, &key);
}

void answer_write_proofs(struct answer *answer)
{
    static const uint16_t types[] = {TYPE_NSEC, TYPE_NSEC3};
    for (unsigned i = 0; i < answer->proof_count && !answer->truncated; i++) {
        const struct zone_node *node = answer->proofs[i];
        for (unsigned t = 0; t < sizeof types / sizeof *types; t++) {
            struct answer_found found;
            if (answer_find(answer, node, types[t], &found)) {
                struct answer_place place = {zone_node_name(node), 0, found.set.ttl};
                (void)answer_require(answer, &found, place);
            }
        }
    }
}

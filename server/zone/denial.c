// SPDX-License-Identifier: Apache-2.0
#include "server/zone/denial.h"

#include "server/base/digest.h"
#include "server/wire/name.h"
#include "server/wire/rrtype.h"

#include <string.h>

/* 20 bytes in base32hex: RFC 5155 section 1, RFC 4648 section 7. */
#define HASH_LABEL_BYTES 32u

const struct zone_node *denial_nsec(const struct snapshot *snapshot, const struct name_key *key,
                                    bool *ret_matches)
{
    struct trie_cursor cursor;
    bool exact;
    const struct trie_entry *entry = trie_seek(&cursor, &snapshot->names, key, &exact);
    if (!snapshot->has_nsec) {
        return NULL;
    }
    for (unsigned step = 0; entry != NULL && step < DENIAL_STEPS_MAX; step++) {
        const struct zone_node *node = trie_entry_leaf(entry);
        struct rrset set;
        if (zone_node_find(node, TYPE_NSEC, &set)) {
            *ret_matches = exact && step == 0;
            return node;
        }
        entry = trie_previous(&cursor);
    }
    return NULL;
}

/* "<hash in base32hex>.<apex>"; false when that is no name. */
static bool hash_owner(const struct snapshot *snapshot, const uint8_t hash[DIGEST_SHA1_BYTES],
                       uint8_t ret_name[NAME_BYTES_MAX])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    size_t apex_size = snapshot->apex->name_size;
    if (1 + HASH_LABEL_BYTES + apex_size > NAME_BYTES_MAX) {
        return false;
    }
    ret_name[0] = HASH_LABEL_BYTES;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t five = 0;
        for (unsigned byte = 0; byte < 5; byte++) {
            five = five << 8 | hash[5 * i + byte];
        }
        for (unsigned digit = 0; digit < 8; digit++) {
            ret_name[1 + 8 * i + digit] = (uint8_t)digits[five >> (35 - 5 * digit) & 31];
        }
    }
    memcpy(ret_name + 1 + HASH_LABEL_BYTES, snapshot->apex_name, apex_size);
    return true;
}

/* Whether an NSEC3 of the node belongs to the chain that NSEC3PARAM names. */
static bool is_of_chain(const struct snapshot *snapshot, const struct zone_node *node,
                        bool *ret_opt_out)
{
    const struct snapshot_nsec3 *chain = &snapshot->nsec3;
    struct rrset set;
    struct rr rr;
    uint32_t at = 0;
    if (!zone_node_find(node, TYPE_NSEC3, &set)) {
        return false;
    }
    while (rrset_next(&set, &at, &rr)) {
        if (rr.size >= 5u + chain->salt_size && rr.rdata[0] == chain->algorithm &&
            (unsigned)rr.rdata[2] << 8 == (chain->iterations & 0xff00u) &&
            rr.rdata[3] == (chain->iterations & 0xffu) && rr.rdata[4] == chain->salt_size &&
            memcmp(rr.rdata + 5, chain->salt, chain->salt_size) == 0) {
            *ret_opt_out = (rr.rdata[1] & 1) != 0;
            return true;
        }
    }
    return false;
}

void denial_nsec3(const struct snapshot *snapshot, const uint8_t *name,
                  struct denial_nsec3 *ret_nsec3)
{
    const struct snapshot_nsec3 *chain = &snapshot->nsec3;
    struct digest_nsec3 parameters = {
        .salt = chain->salt,
        .salt_size = chain->salt_size,
        .iterations = chain->iterations,
    };
    uint8_t lower[NAME_BYTES_MAX];
    uint8_t hash[DIGEST_SHA1_BYTES];
    uint8_t owner[NAME_BYTES_MAX];
    struct name_key key;
    struct trie_cursor cursor;
    *ret_nsec3 = (struct denial_nsec3){0};
    if (!chain->in_use || chain->iterations > DENIAL_NSEC3_ITERATIONS_MAX) {
        return;
    }
    digest_nsec3(&parameters, lower, name_copy_lower(lower, name), hash);
    if (!hash_owner(snapshot, hash, owner)) {
        return;
    }
    name_key_make(owner, &key);
    bool exact;
    bool wrapped = false;
    const struct trie_entry *entry = trie_seek(&cursor, &snapshot->nsec3_names, &key, &exact);
    for (unsigned step = 0; step < DENIAL_STEPS_MAX; step++) {
        if (entry == NULL) {
            /* The last of the chain covers what comes before the first. */
            if (wrapped) {
                return;
            }
            wrapped = true;
            entry = trie_last(&cursor, &snapshot->nsec3_names);
            continue;
        }
        const struct zone_node *node = trie_entry_leaf(entry);
        bool opt_out;
        if (is_of_chain(snapshot, node, &opt_out)) {
            ret_nsec3->node = node;
            ret_nsec3->matches = exact && step == 0;
            ret_nsec3->opt_out = opt_out;
            return;
        }
        entry = trie_previous(&cursor);
    }
}

bool denial_nsec3_encloser(const struct snapshot *snapshot, const struct name_key *key,
                           unsigned encloser_labels, struct denial_nsec3_proof *ret_proof)
{
    unsigned labels = encloser_labels;
    for (unsigned step = 0; step < DENIAL_NSEC3_LABELS_MAX; step++) {
        struct denial_nsec3_proof proof = {.encloser_labels = (uint8_t)labels};
        denial_nsec3(snapshot, name_key_tail(key, labels), &proof.encloser);
        if (proof.encloser.node == NULL) {
            return false;
        }
        if (proof.encloser.matches) {
            if (labels < key->label_count) {
                denial_nsec3(snapshot, name_key_tail(key, labels + 1), &proof.next_closer);
            }
            *ret_proof = proof;
            return true;
        }
        if (labels <= snapshot->apex_labels) {
            return false;
        }
        labels--;
    }
    return false;
}

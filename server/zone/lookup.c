// SPDX-License-Identifier: Apache-2.0
#include "server/zone/lookup.h"

#include <assert.h>
#include <string.h>

#define MARKS (NODE_DELEGATION | NODE_DNAME)

/* RFC 4592 section 3.3.1: the source of synthesis is "*" right below the closest encloser, and
 * only there is it looked for. */
static void find_wildcard(const struct snapshot *snapshot, const struct name_key *key,
                          struct lookup *lookup)
{
    const uint8_t *tail = name_key_tail(key, lookup->encloser_labels);
    size_t size = (size_t)(key->name + key->name_size - tail);
    uint8_t name[256];
    struct name_key wildcard;
    struct trie_match match;
    /* It fits: the name itself is below the encloser by at least one label of one byte. */
    name[0] = 1;
    name[1] = '*';
    memcpy(name + 2, tail, size);
    name_key_make(name, &wildcard);
    trie_match(&snapshot->names, &wildcard, 0, &match);
    if (match.exact != NULL) {
        lookup->outcome = LOOKUP_WILDCARD;
        lookup->node = trie_entry_leaf(match.exact);
    } else if (match.has_descendants) {
        lookup->outcome = LOOKUP_WILDCARD;
    }
}

/* What the walk found, as an outcome. */
static void judge(const struct snapshot *snapshot, const struct name_key *key,
                  const struct trie_match *match, struct lookup *lookup)
{
    *lookup = (struct lookup){.outcome = LOOKUP_OUT_OF_ZONE};
    if (match->common_labels < snapshot->apex_labels) {
        return;
    }
    if (match->marked != NULL) {
        bool at_owner = match->marked == match->exact;
        bool is_cut = (trie_entry_flags(match->marked) & NODE_DELEGATION) != 0;
        if (is_cut || !at_owner) {
            lookup->outcome = is_cut ? LOOKUP_DELEGATION : LOOKUP_DNAME;
            lookup->at_owner = at_owner;
            lookup->encloser_labels = (uint8_t)trie_entry_labels(match->marked);
            lookup->node = trie_entry_leaf(match->marked);
            lookup->encloser = lookup->node;
            return;
        }
    }
    lookup->encloser_labels = match->common_labels;
    if (match->exact != NULL) {
        lookup->outcome = LOOKUP_EXACT;
        lookup->at_owner = true;
        lookup->node = trie_entry_leaf(match->exact);
        lookup->encloser = lookup->node;
        return;
    }
    if (match->encloser != NULL && trie_entry_labels(match->encloser) == match->common_labels) {
        lookup->encloser = trie_entry_leaf(match->encloser);
    }
    if (match->has_descendants) {
        lookup->outcome = LOOKUP_EMPTY_NONTERMINAL;
        return;
    }
    lookup->outcome = LOOKUP_NAME_ERROR;
    if (snapshot->wildcard_count != 0) {
        find_wildcard(snapshot, key, lookup);
    }
}

void lookup_name(const struct snapshot *snapshot, const struct name_key *key,
                 struct lookup *ret_lookup)
{
    struct trie_match match;
    trie_match(&snapshot->names, key, MARKS, &match);
    judge(snapshot, key, &match, ret_lookup);
}

void lookup_batch(const struct snapshot *const *snapshots, const struct name_key *keys,
                  unsigned count, struct lookup *ret_lookups)
{
    assert(count <= LOOKUP_BATCH_MAX);
    struct trie_probe probes[LOOKUP_BATCH_MAX];
    uint8_t index[LOOKUP_BATCH_MAX];
    unsigned used = 0;
    for (unsigned i = 0; i < count; i++) {
        ret_lookups[i] = (struct lookup){.outcome = LOOKUP_OUT_OF_ZONE};
        if (snapshots[i] != NULL) {
            trie_probe_begin(&probes[used], &snapshots[i]->names, &keys[i], MARKS);
            index[used++] = (uint8_t)i;
        }
    }
    trie_probe_run(probes, used);
    for (unsigned i = 0; i < used; i++) {
        if (probes[i].marked != NULL) {
            const uint8_t *node = trie_entry_leaf(probes[i].marked);
            __builtin_prefetch(node);
            __builtin_prefetch(node + 64);
        }
    }
    for (unsigned i = 0; i < used; i++) {
        struct trie_match match;
        trie_probe_finish(&probes[i], &match);
        judge(snapshots[index[i]], &keys[index[i]], &match, &ret_lookups[index[i]]);
    }
}

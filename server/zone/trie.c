// SPDX-License-Identifier: Apache-2.0
#include "server/zone/trie.h"

#include "server/wire/fold.h"
#include "server/zone/trie_bits.h"

#include <assert.h>
#include <string.h>

static_assert(NAME_KEY_VALUES + TRIE_BITMAP_SHIFT <= TRIE_POSITION_SHIFT, "bitmap under position");
static_assert(NAME_KEY_SIZE_MAX < TRIE_DEPTH_MAX, "a branch for each position, and the end");
static_assert(sizeof(struct trie_entry) == 16, "the cost that trie.h states");

void trie_init(struct trie *trie, trie_leaf_name_fn leaf_name)
{
    *trie = (struct trie){.leaf_name = leaf_name};
}

/* Whether a leaf's name is the key's tail with as many labels: the key itself or an ancestor. */
static bool leaf_encloses(const struct trie *trie, const struct trie_entry *leaf,
                          const struct name_key *key)
{
    unsigned labels = trie_entry_labels(leaf);
    if (labels > key->label_count) {
        return false;
    }
    const uint8_t *tail = name_key_tail(key, labels);
    size_t size = (size_t)(key->name + key->name_size - tail);
    return size == trie_entry_name_size(leaf) &&
           fold_equal(trie->leaf_name(leaf->pointer), tail, size);
}

const struct trie_entry *trie_find(const struct trie *trie, const struct name_key *key)
{
    const struct trie_entry *at = &trie->root;
    if (trie_is_empty(trie)) {
        return NULL;
    }
    while (trie_entry_is_branch(at)) {
        unsigned value = name_key_value(key, trie_position(at->word));
        if ((at->word & trie_bit(value)) == 0) {
            return NULL;
        }
        at = trie_twigs(at) + trie_twig_index(at->word, value);
    }
    return trie_entry_labels(at) == key->label_count && leaf_encloses(trie, at, key) ? at : NULL;
}

const struct trie_entry *trie_find_deepest(const struct trie *trie, const struct name_key *key)
{
    struct trie_match match;
    trie_match(trie, key, 0, &match);
    return match.encloser;
}

void trie_match(const struct trie *trie, const struct name_key *key, unsigned mask,
                struct trie_match *ret_match)
{
    struct trie_probe probe;
    trie_probe_begin(&probe, trie, key, mask);
    while (trie_probe_step(&probe)) {
    }
    trie_probe_finish(&probe, ret_match);
}

void trie_probe_begin(struct trie_probe *probe, const struct trie *trie, const struct name_key *key,
                      unsigned mask)
{
    *probe = (struct trie_probe){
        .trie = trie,
        .key = key,
        .at = &trie->root,
        .mask = mask << TRIE_FLAGS_SHIFT,
    };
}

/* An ancestor's leaf was passed: its flags are here, the leaf itself stays untouched. */
static void take_candidate(struct trie_probe *probe, const struct trie_entry *candidate)
{
    if (trie_entry_is_branch(candidate)) {
        return;
    }
    probe->encloser = candidate;
    if (probe->marked == NULL && (candidate->word & probe->mask) != 0) {
        probe->marked = candidate;
    }
}

bool trie_probe_step(struct trie_probe *probe)
{
    const struct trie_entry *at = probe->at;
    if (probe->candidate != NULL) {
        take_candidate(probe, probe->candidate);
        probe->candidate = NULL;
    }
    if (!trie_entry_is_branch(at)) {
        return false;
    }
    unsigned position = trie_position(at->word);
    if ((at->word & trie_bit(NAME_KEY_SEPARATOR)) != 0 && trie_at_label(probe->key, position)) {
        probe->candidate = trie_twigs(at);
        probe->candidate_position = (uint16_t)position;
        __builtin_prefetch(probe->candidate);
    }
    probe->at = trie_twig_near(at, name_key_value(probe->key, position));
    __builtin_prefetch(probe->at);
    return true;
}

/* The walk again, for a name that parts from the tree before some ancestors' leaves it met. */
static void match_again(const struct trie_probe *probe, unsigned difference,
                        struct trie_match *match)
{
    struct trie_probe again;
    trie_probe_begin(&again, probe->trie, probe->key, 0);
    again.mask = probe->mask;
    while (trie_entry_is_branch(again.at) && trie_position(again.at->word) <= difference) {
        (void)trie_probe_step(&again);
    }
    if (again.candidate != NULL) {
        take_candidate(&again, again.candidate);
    }
    match->encloser = again.encloser;
    match->marked = again.marked;
}

void trie_probe_finish(struct trie_probe *probe, struct trie_match *ret_match)
{
    const struct trie_entry *leaf = probe->at;
    const struct name_key *key = probe->key;
    *ret_match = (struct trie_match){.encloser = probe->encloser, .marked = probe->marked};
    if (trie_is_empty(probe->trie)) {
        return;
    }
    if (leaf_encloses(probe->trie, leaf, key)) {
        ret_match->common_labels = (uint8_t)trie_entry_labels(leaf);
        if (ret_match->common_labels == key->label_count) {
            ret_match->exact = leaf;
            /* Met as an ancestor's leaf: its array holds others, which lie below it. */
            ret_match->has_descendants = probe->encloser == leaf;
        }
        take_candidate(probe, leaf);
        ret_match->encloser = probe->encloser;
        ret_match->marked = probe->marked;
        return;
    }
    struct name_key other;
    name_key_make(probe->trie->leaf_name(leaf->pointer), &other);
    unsigned difference = name_key_difference(key, &other);
    ret_match->common_labels = (uint8_t)name_key_labels_before(key, difference);
    ret_match->has_descendants = difference >= key->size;
    if (probe->encloser != NULL && probe->candidate_position > difference) {
        match_again(probe, difference, ret_match);
    }
}

void trie_probe_run(struct trie_probe *probes, unsigned count)
{
    assert(count <= TRIE_BATCH_MAX);
    uint8_t active[TRIE_BATCH_MAX];
    unsigned left = count;
    for (unsigned i = 0; i < count; i++) {
        active[i] = (uint8_t)i;
        __builtin_prefetch(probes[i].at);
    }
    while (left > 0) {
        unsigned kept = 0;
        for (unsigned i = 0; i < left; i++) {
            struct trie_probe *probe = &probes[active[i]];
            if (trie_probe_step(probe)) {
                active[kept++] = active[i];
            } else if (probe->at->pointer != NULL) {
                __builtin_prefetch(probe->at->pointer);
                __builtin_prefetch((const uint8_t *)probe->at->pointer + 64);
            }
        }
        left = kept;
    }
}

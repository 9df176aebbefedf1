// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/heap.h"
#include "server/zone/name_key.h"

/**
 * An ordered copy-on-write trie of names (a qp-trie): the owner names of a zone, and the zones of
 * the registry.
 *
 * A version of a trie is a value, `struct trie`: copy it, and both copies are the same immutable
 * tree. A writer (trie_edit.h) makes the next version beside it: it copies the arrays on the way to
 * what it changes and leaves the rest shared.
 *
 * An entry is 16 bytes. A branch holds the position at which its subtrees differ, a bitmap of the
 * values that exist there and a pointer to the array of its twigs, one entry for each bit; a leaf
 * holds the caller's pointer, flags of the caller's that a walk sees without touching the leaf, and
 * how many labels its name has. Nothing is stored for an array itself.
 *
 * Reading: any thread, no lock, no allocation; the memory must be protected by the caller (epoch or
 * counted reference). Cost: 16 bytes a name and 16 a branch, arrays rounded to 16.
 */
#define TRIE_DEPTH_MAX 512u /* branches on one path: each stands at another position of the key */
#define TRIE_BATCH_MAX 32u  /* searches walked in lock-step */

/* An entry's word: bit 0 tells branches from leaves, bit 1 that the open transaction made what the
 * pointer leads to.
 * Branch: bits 2..47 bitmap, bits 49..58 position. Leaf: bits 8..15 labels, bits 16..31 flags, bits
 * 32..39 bytes of the name. */
#define TRIE_BRANCH 1u
#define TRIE_FRESH 2u
#define TRIE_BITMAP_SHIFT 2u
#define TRIE_POSITION_SHIFT 49u
#define TRIE_LABELS_SHIFT 8u
#define TRIE_FLAGS_SHIFT 16u
#define TRIE_SIZE_SHIFT 32u
#define TRIE_FLAGS_MAX 0xffffu

struct trie_entry {
    uint64_t word;
    void *pointer; /* array of twigs, owned by the versions that hold it; or the caller's leaf */
};

/** The owner name of a leaf, in wire form. */
typedef const uint8_t *(*trie_leaf_name_fn)(const void *leaf);

struct trie {
    struct trie_entry root; /* all zero when empty */
    trie_leaf_name_fn leaf_name;
    uint32_t count; /* leaves */
};

/** What a walk along a name found. */
struct trie_match {
    const struct trie_entry *exact; /* the name itself, or NULL */
    const struct trie_entry
        *encloser;                   /* the deepest name at or above it that has a leaf, or NULL */
    const struct trie_entry *marked; /* the topmost at or above it that has a flag of the mask */
    uint8_t common_labels; /* labels from the root it shares with the names that exist: its closest
                              encloser (RFC 4592 section 3.3.1), itself if it exists */
    bool has_descendants;  /* names exist below it: without `exact` an empty non-terminal */
};

/** A walk in steps, so that many can wait for memory at once. */
struct trie_probe {
    const struct trie *trie;
    const struct name_key *key;
    const struct trie_entry *at;        /* where the walk stands; NULL in an empty trie */
    const struct trie_entry *candidate; /* an ancestor's entry, asked for and not yet looked at */
    const struct trie_entry *encloser;
    const struct trie_entry *marked;
    uint32_t mask;               /* flags shifted into place */
    uint16_t candidate_position; /* of the last candidate */
};

/** A place in the order of names. About 4 KiB, of which only the depth in use is touched. */
struct trie_cursor {
    const struct trie *trie; /* borrowed (from the caller, for the cursor's life) */
    uint32_t depth;          /* entries on the path; 0: before the first or behind the last */
    const struct trie_entry *path[TRIE_DEPTH_MAX + 1];
};

static inline void *trie_entry_leaf(const struct trie_entry *entry)
{
    return entry->pointer;
}
static inline unsigned trie_entry_flags(const struct trie_entry *entry)
{
    return (unsigned)(entry->word >> TRIE_FLAGS_SHIFT) & TRIE_FLAGS_MAX;
}
static inline unsigned trie_entry_labels(const struct trie_entry *entry)
{
    return (unsigned)(entry->word >> TRIE_LABELS_SHIFT) & 0xffu;
}
static inline size_t trie_entry_name_size(const struct trie_entry *entry)
{
    return (size_t)(entry->word >> TRIE_SIZE_SHIFT) & 0xffu;
}
static inline bool trie_entry_is_branch(const struct trie_entry *entry)
{
    return (entry->word & TRIE_BRANCH) != 0;
}

/** An empty trie. */
void trie_init(struct trie *trie, trie_leaf_name_fn leaf_name);

/** The entry of exactly that name, or NULL. Valid as long as the version. */
const struct trie_entry *trie_find(const struct trie *trie, const struct name_key *key);

/** The deepest leaf at or above the name, or NULL: "the most specific zone". */
const struct trie_entry *trie_find_deepest(const struct trie *trie, const struct name_key *key);

/** Walks along a name: itself, what encloses it, and the topmost leaf on the way with one of the
 * `mask` flags. */
void trie_match(const struct trie *trie, const struct name_key *key, unsigned mask,
                struct trie_match *ret_match);

/**
 * The same in steps: begin, then step until it returns false, then finish. Each step only touches
 * what the step before asked the processor to fetch, so a caller that turns through several probes
 * overlaps their cache misses.
 */
void trie_probe_begin(struct trie_probe *probe, const struct trie *trie, const struct name_key *key,
                      unsigned mask);
bool trie_probe_step(struct trie_probe *probe);
void trie_probe_finish(struct trie_probe *probe, struct trie_match *ret_match);
/** Steps up to TRIE_BATCH_MAX begun probes in turn until all have reached their leaf, and asks for
 * the leaves' memory. */
void trie_probe_run(struct trie_probe *probes, unsigned count);

/* Order. Every function returns the entry the cursor then stands at, or NULL when there is none. */
const struct trie_entry *trie_first(struct trie_cursor *cursor, const struct trie *trie);
const struct trie_entry *trie_last(struct trie_cursor *cursor, const struct trie *trie);
const struct trie_entry *trie_next(struct trie_cursor *cursor);
const struct trie_entry *trie_previous(struct trie_cursor *cursor);
/** The last name at or before `key` in canonical order; *ret_exact tells whether it is that name.
 * NULL: every name comes after it, and trie_first is its successor. A walk that was interrupted
 * goes on from its last name with this and trie_next. */
const struct trie_entry *trie_seek(struct trie_cursor *cursor, const struct trie *trie,
                                   const struct name_key *key, bool *ret_exact);

/* Walking over subtrees, for comparisons that skip what two versions share: the cursor stands at an
 * entry of any kind. */
const struct trie_entry *trie_walk_begin(struct trie_cursor *cursor, const struct trie *trie);
/** From a branch to its first twig. */
const struct trie_entry *trie_walk_enter(struct trie_cursor *cursor);
/** Past the present subtree to the next. */
const struct trie_entry *trie_walk_over(struct trie_cursor *cursor);

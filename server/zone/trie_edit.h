// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/trie.h"

/**
 * The writer of tries, and the memory that replaced versions leave behind.
 *
 * The story of a transaction: trie_edit_begin on a version (or on an empty trie); put, remove;
 * then trie_edit_commit, which yields the next version, or trie_edit_abandon, which frees what was
 * made. Arrays made by the open transaction are changed in place; arrays of the old version are
 * copied first and noted as *retired*. Retired memory belongs to the versions up to the one that
 * was replaced: give it back with retired_free when none of them can be read any more, or forget it
 * with retired_drop when the new version is abandoned.
 *
 * An allocation that is refused leaves the transaction as it was before the call, and the old
 * version is never touched. One thread at a time for a transaction.
 */
#define RETIRED_CHUNK_ENTRIES 30u

struct retired_chunk;

/** A list of blocks that wait for their last reader. */
struct retired {
    struct retired_chunk *head; /* owned */
    uint32_t room;              /* free places in the head */
};

void retired_init(struct retired *retired);
/** Makes room for `count` (at most RETIRED_CHUNK_ENTRIES) notes, which then cannot fail. */
RESULT_MUST_CHECK enum result retired_reserve(struct retired *retired, struct heap *heap,
                                              unsigned count);
/** Notes a block; a place was reserved. */
void retired_note(struct retired *retired, void *block, size_t size);
/** Gives the noted blocks, and the list, back to the heap. */
void retired_free(struct retired *retired, struct heap *heap);
/** Gives the list back, the blocks live on. */
void retired_drop(struct retired *retired, struct heap *heap);

struct trie_edit {
    struct trie trie;        /* the version being made */
    struct heap *heap;       /* borrowed (from the caller, for the transaction's life) */
    struct retired *retired; /* borrowed (from the caller, for the transaction's life) */
    bool has_greatest;
    struct name_key greatest; /* of the names put so far into a trie that began empty: behind it a
                                 put is an append. Borrows nothing: `name` is not used. */
};

void trie_edit_begin(struct trie_edit *edit, const struct trie *base, struct heap *heap,
                     struct retired *retired);

/** The present entry of exactly that name, or NULL; valid until the next put or remove. */
const struct trie_entry *trie_edit_find(const struct trie_edit *edit, const struct name_key *key);

/** A leaf that was replaced or removed. Owned by the caller: give a fresh one back at once (the
 * transaction made it), retire another (a place reserved before the call is still there behind it).
 * NULL: there was none. */
struct trie_replaced {
    void *leaf;
    bool fresh;
};

/**
 * Puts a leaf under its name, which must be the key's, in place of an earlier one.
 *
 * flags     of the caller's, 0..TRIE_FLAGS_MAX
 * returns   OK; REFUSED_MEMORY, and nothing changed
 */
RESULT_MUST_CHECK enum result trie_edit_put(struct trie_edit *edit, const struct name_key *key,
                                            void *leaf, unsigned flags,
                                            struct trie_replaced *ret_replaced);

/** Takes a name out. OK; NOT_FOUND; REFUSED_MEMORY, and nothing changed. */
RESULT_MUST_CHECK enum result trie_edit_remove(struct trie_edit *edit, const struct name_key *key,
                                               struct trie_replaced *ret_replaced);

/** Closes the transaction: *ret_trie is the new version. Cannot fail. Walks what was changed. */
void trie_edit_commit(struct trie_edit *edit, struct trie *ret_trie);

/** Called for a leaf that goes with its trie. */
typedef void (*trie_leaf_free_fn)(void *context, void *leaf);
/** Frees what the transaction made: its arrays, and its leaves through `leaf_free`. */
void trie_edit_abandon(struct trie_edit *edit, trie_leaf_free_fn leaf_free, void *context);
/** Frees a whole version that shares nothing with a living one. */
void trie_free(struct trie *trie, struct heap *heap, trie_leaf_free_fn leaf_free, void *context);
/** Bytes that the arrays of a version take from the heap; walks all of it. */
size_t trie_array_bytes(const struct trie *trie);

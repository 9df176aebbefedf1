// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/trie.h"

/**
 * The arithmetic of trie entries, shared by the trie's own sources and nobody else. Pure, inline.
 */
#define TRIE_BITMAP_MASK ((((uint64_t)1 << NAME_KEY_VALUES) - 1) << TRIE_BITMAP_SHIFT)

static inline unsigned trie_bits_count(uint64_t bits)
{
#ifdef __POPCNT__
    return (unsigned)__builtin_popcountll(bits);
#else
    /* Without the instruction the compiler would call a function with a table. */
    bits -= (bits >> 1) & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + ((bits >> 2) & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)((bits * 0x0101010101010101u) >> 56);
#endif
}

static inline uint64_t trie_bit(unsigned value)
{
    return (uint64_t)1 << (value + TRIE_BITMAP_SHIFT);
}
static inline unsigned trie_position(uint64_t word)
{
    return (unsigned)(word >> TRIE_POSITION_SHIFT);
}
static inline unsigned trie_twig_count(uint64_t word)
{
    return trie_bits_count(word & TRIE_BITMAP_MASK);
}
/** How many twigs stand before a value. */
static inline unsigned trie_twig_index(uint64_t word, unsigned value)
{
    return trie_bits_count(word & TRIE_BITMAP_MASK & (trie_bit(value) - 1));
}
static inline struct trie_entry *trie_twigs(const struct trie_entry *branch)
{
    return branch->pointer;
}
static inline bool trie_is_empty(const struct trie *trie)
{
    return trie->root.pointer == NULL;
}
/** Whether a position is where a label begins, in the key. */
static inline bool trie_at_label(const struct name_key *key, unsigned position)
{
    return position == 0 || (position <= key->size && key->at[position - 1] == NAME_KEY_SEPARATOR);
}
/** A leaf on the way of the key: whatever is followed where the key's own value is missing. */
static inline const struct trie_entry *trie_twig_near(const struct trie_entry *branch,
                                                      unsigned value)
{
    unsigned index = trie_twig_index(branch->word, value);
    if ((branch->word & trie_bit(value)) == 0 && index > 0) {
        index--;
    }
    return trie_twigs(branch) + index;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The trie's form of a domain name: labels from the root down, in lower case, one or two
 * *positions* a byte, each position a small number, so that comparing keys position by position is
 * the canonical order of RFC 4034 section 6.1.
 *
 * A label ends with the separator, the lowest value, and reading past the end of a key gives the
 * separator too: an empty label, which no name holds, is therefore the end, and a name sorts before
 * everything below it. Bytes of host names (a-z, 0-9, "-", "_") take one position; the others take
 * an escape and a second position. Every value fits a bitmap of 46 bits.
 *
 * Pure, no allocation, any thread. A key is about 1 KiB, of which only what the name needs is
 * written; it borrows the name.
 */
#define NAME_KEY_SEPARATOR 0u
#define NAME_KEY_VALUES 46u /* positions hold 0..45 */
#define NAME_KEY_SIZE_MAX                                                                          \
    506u /* 253 bytes between the first length and the root, 2 positions each */
#define NAME_KEY_LABELS_MAX 127u

struct name_key {
    const uint8_t *name; /* borrowed (from the caller, for the key's life): wire form */
    uint16_t size;       /* positions in use */
    uint8_t name_size;   /* bytes of the name, the root's zero included: 1..255 */
    uint8_t label_count; /* the root's not counted */
    /* Where the label with index i, counted from the left, begins in the name. */
    uint8_t label_at[NAME_KEY_LABELS_MAX + 1];
    /* Positions that the rightmost n labels take, separators included: end[0] is 0. */
    uint16_t end[NAME_KEY_LABELS_MAX + 1];
    uint8_t at[NAME_KEY_SIZE_MAX + 10];
};

/** Makes the key of a valid name. */
void name_key_make(const uint8_t *name, struct name_key *ret_key);

/** The value at a position; behind the end it is the separator. */
static inline unsigned name_key_value(const struct name_key *key, unsigned position)
{
    return position < key->size ? key->at[position] : NAME_KEY_SEPARATOR;
}

/** The tail of the key's name that has `labels` labels (at most label_count), in wire form. */
static inline const uint8_t *name_key_tail(const struct name_key *key, unsigned labels)
{
    return labels == 0 ? key->name + key->name_size - 1
                       : key->name + key->label_at[key->label_count - labels];
}

/** The first position at which two keys differ; NAME_KEY_SAME when they are equal. */
#define NAME_KEY_SAME 0xffffu
unsigned name_key_difference(const struct name_key *a, const struct name_key *b);

/** Labels from the root that lie wholly before a position at which another key differs. */
unsigned name_key_labels_before(const struct name_key *key, unsigned position);

/** Negative, 0, positive: canonical order. */
int name_key_compare(const struct name_key *a, const struct name_key *b);

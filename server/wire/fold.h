// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * ASCII case folding eight bytes at a time (RFC 4343: only A..Z and a..z are alike). A whole name
 * in wire form may be folded as it is: its length bytes are below 64 and no letters.
 *
 * Pure, any thread. Never reads outside the given sizes.
 */

/** Eight bytes with their upper-case ASCII letters lowered. */
static inline uint64_t fold_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & (ones * 0x7f);
    uint64_t from_a = low + ones * (0x80 - 'A');  /* bit 7 set: at least 'A' */
    uint64_t above_z = low + ones * (0x7f - 'Z'); /* bit 7 set: above 'Z' */
    uint64_t upper = (from_a ^ above_z) & ~word & (ones * 0x80);
    return word | upper >> 2;
}

static inline uint64_t fold_load(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/** Up to seven bytes as a word, the rest zero. */
static inline uint64_t fold_load_part(const uint8_t *bytes, size_t size)
{
    if (size >= 4) {
        uint32_t head;
        uint32_t tail;
        memcpy(&head, bytes, sizeof head);
        memcpy(&tail, bytes + size - 4, sizeof tail);
        return head | (uint64_t)tail << (8 * (size - 4));
    }
    if (size == 0) {
        return 0;
    }
    return bytes[0] | (uint64_t)bytes[size / 2] << (8 * (size / 2)) |
           (uint64_t)bytes[size - 1] << (8 * (size - 1));
}

/** Whether two runs of `size` bytes are equal, ASCII case aside. */
static inline bool fold_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < 8) {
        uint64_t x = fold_load_part(a, size);
        uint64_t y = fold_load_part(b, size);
        return x == y || fold_word(x) == fold_word(y);
    }
    for (size_t at = 0; at + 8 <= size; at += 8) {
        uint64_t x = fold_load(a + at);
        uint64_t y = fold_load(b + at);
        if (x != y && fold_word(x) != fold_word(y)) {
            return false;
        }
    }
    /* The last eight bytes once more, whatever of them the loop has seen. */
    return fold_word(fold_load(a + size - 8)) == fold_word(fold_load(b + size - 8));
}

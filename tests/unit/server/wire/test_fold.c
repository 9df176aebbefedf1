// SPDX-License-Identifier: Apache-2.0
#include "server/wire/fold.h"
#include "server/wire/name.h"

#include <criterion/criterion.h>

Test(fold, a_word_agrees_with_the_table_for_every_byte_in_every_place, .timeout = 10)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned place = 0; place < 8; place++) {
            for (unsigned beside = 0; beside < 256; beside += 51) {
                uint8_t bytes[8];
                memset(bytes, (int)beside, sizeof bytes);
                bytes[place] = (uint8_t)byte;
                uint64_t folded = fold_word(fold_load(bytes));
                uint8_t out[8];
                memcpy(out, &folded, sizeof out);
                for (unsigned i = 0; i < 8; i++) {
                    cr_assert_eq(out[i], name_lower_byte[bytes[i]]);
                }
            }
        }
    }
}

Test(fold, only_ascii_letters_change, .timeout = 10)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned lower = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
        cr_assert_eq(name_lower_byte[byte], lower);
    }
}

Test(fold, a_part_holds_its_bytes_and_nothing_else, .timeout = 10)
{
    static const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t size = 0; size < 8; size++) {
        uint64_t word = fold_load_part(bytes, size);
        uint8_t out[8];
        memcpy(out, &word, sizeof out);
        for (size_t i = 0; i < 8; i++) {
            cr_assert_eq(out[i], i < size ? bytes[i] : 0, "size %zu byte %zu", size, i);
        }
    }
}

Test(fold, equality_sees_a_difference_at_every_place_of_every_size, .timeout = 10)
{
    for (size_t size = 0; size < 70; size++) {
        uint8_t a[70];
        uint8_t b[70];
        for (size_t i = 0; i < size; i++) {
            a[i] = (uint8_t)('A' + i % 26);
            b[i] = (uint8_t)('a' + i % 26);
        }
        cr_assert(fold_equal(a, b, size));
        for (size_t i = 0; i < size; i++) {
            uint8_t kept = b[i];
            b[i] ^= 0x80;
            cr_assert_not(fold_equal(a, b, size), "size %zu place %zu", size, i);
            b[i] = '[';
            cr_assert_not(fold_equal(a, b, size));
            b[i] = kept;
        }
    }
}

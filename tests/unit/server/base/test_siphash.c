// SPDX-License-Identifier: Apache-2.0
#include "server/base/siphash.h"

#include <criterion/criterion.h>

/* The reference key 00 01 .. 0f and messages 00 01 .. of growing length; the one of 15 bytes is the
 * example in the paper's appendix, the others are from the reference vectors. */
Test(siphash, reference_vectors, .timeout = 10)
{
    uint8_t key[SIPHASH_KEY_BYTES];
    uint8_t message[16];
    for (unsigned i = 0; i < 16; i++) {
        key[i] = message[i] = (uint8_t)i;
    }
    cr_assert_eq(siphash(key, message, 0), UINT64_C(0x726fdb47dd0e0e31));
    cr_assert_eq(siphash(key, message, 1), UINT64_C(0x74f839c593dc67fd));
    cr_assert_eq(siphash(key, message, 7), UINT64_C(0xab0200f58b01d137));
    cr_assert_eq(siphash(key, message, 8), UINT64_C(0x93f5f5799a932462));
    cr_assert_eq(siphash(key, message, 15), UINT64_C(0xa129ca6149be45e5));
}

/* RFC 9018 appendix A.1 holds a cookie made with it. */
Test(siphash, the_cookie_of_rfc_9018, .timeout = 10)
{
    static const uint8_t secret[16] = {0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f,
                                       0x48, 0xe7, 0xdc, 0x84, 0x9e, 0x37, 0xbf, 0xcf};
    static const uint8_t input[20] = {0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57, 0x01, 0x00,
                                      0x00, 0x00, 0x5c, 0xf7, 0x9f, 0x11, 198,  51,   100,  100};
    static const uint8_t wanted[8] = {0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80};
    uint64_t hash = siphash(secret, input, sizeof input);
    for (unsigned i = 0; i < 8; i++) {
        cr_assert_eq((uint8_t)(hash >> (8 * i)), wanted[i]);
    }
}

Test(siphash, every_bit_of_the_key_matters, .timeout = 10)
{
    uint8_t key[16] = {0};
    uint64_t zero = siphash(key, "plimsoll", 8);
    for (unsigned i = 0; i < 128; i++) {
        key[i / 8] ^= (uint8_t)(1u << (i % 8));
        cr_assert_neq(siphash(key, "plimsoll", 8), zero);
        key[i / 8] = 0;
    }
}

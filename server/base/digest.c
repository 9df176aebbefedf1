// SPDX-License-Identifier: Apache-2.0
#include "server/base/digest.h"

#include <assert.h>
#include <string.h>

#define BLOCK_BYTES 64u
#define LENGTH_BYTES 8u

static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t load(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store(uint8_t *bytes, uint32_t word)
{
    bytes[0] = (uint8_t)(word >> 24);
    bytes[1] = (uint8_t)(word >> 16);
    bytes[2] = (uint8_t)(word >> 8);
    bytes[3] = (uint8_t)word;
}

/* FIPS 180-4 section 6.1.2. The schedule is kept in a ring of sixteen words. */
static void block(uint32_t state[5], const uint8_t *bytes)
{
    static const uint32_t constants[4] = {0x5a827999u, 0x6ed9eba1u, 0x8f1bbcdcu, 0xca62c1d6u};
    uint32_t ring[16];
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];
    for (unsigned t = 0; t < 80; t++) {
        uint32_t word;
        if (t < 16) {
            word = load(bytes + 4 * (size_t)t);
        } else {
            word = rotate(
                ring[(t - 3) & 15] ^ ring[(t - 8) & 15] ^ ring[(t - 14) & 15] ^ ring[t & 15], 1);
        }
        ring[t & 15] = word;
        uint32_t mixed;
        if (t < 20) {
            mixed = d ^ (b & (c ^ d));
        } else if (t >= 40 && t < 60) {
            mixed = (b & c) | (d & (b | c));
        } else {
            mixed = b ^ c ^ d;
        }
        uint32_t next = rotate(a, 5) + mixed + e + constants[t / 20] + word;
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void digest_sha1(const void *bytes, size_t size, uint8_t ret_digest[DIGEST_SHA1_BYTES])
{
    uint32_t state[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
    const uint8_t *at = bytes;
    size_t left = size;
    for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, at += BLOCK_BYTES) {
        block(state, at);
    }
    uint8_t tail[2 * BLOCK_BYTES] = {0};
    if (left > 0) {
        memcpy(tail, at, left);
    }
    tail[left] = 0x80;
    size_t tail_size = left + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    uint64_t bits = (uint64_t)size * 8;
    store(tail + tail_size - 8, (uint32_t)(bits >> 32));
    store(tail + tail_size - 4, (uint32_t)bits);
    block(state, tail);
    if (tail_size > BLOCK_BYTES) {
        block(state, tail + BLOCK_BYTES);
    }
    for (unsigned i = 0; i < 5; i++) {
        store(ret_digest + 4 * (size_t)i, state[i]);
    }
}

void digest_nsec3(const struct digest_nsec3 *parameters, const uint8_t *name, size_t name_size,
                  uint8_t ret_digest[DIGEST_SHA1_BYTES])
{
    uint8_t input[255 + DIGEST_NSEC3_SALT_MAX];
    size_t salt_size = parameters->salt_size;
    assert(name_size <= 255);
    memcpy(input, name, name_size);
    if (salt_size > 0) {
        memcpy(input + name_size, parameters->salt, salt_size);
    }
    digest_sha1(input, name_size + salt_size, ret_digest);
    if (salt_size > 0) {
        memcpy(input + DIGEST_SHA1_BYTES, parameters->salt, salt_size);
    }
    for (unsigned i = 0; i < parameters->iterations; i++) {
        memcpy(input, ret_digest, DIGEST_SHA1_BYTES);
        digest_sha1(input, DIGEST_SHA1_BYTES + salt_size, ret_digest);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/security/cookie.h"

#include "server/base/siphash.h"

#include <string.h>

#define COOKIE_VERSION 1u
#define HASH_AT 16u /* offset of the hash in client and server cookie together */
#define TIMESTAMP_AT 12u

static uint32_t read_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/** RFC 9018 section 4.4: client cookie, version, reserved, timestamp, client address. */
static void hash_write(const uint8_t *secret, const uint8_t cookie[HASH_AT],
                       const struct address *client, uint8_t ret_hash[SIPHASH_BYTES])
{
    uint8_t input[HASH_AT + sizeof client->bytes];
    size_t address_bytes = address_size(client);
    memcpy(input, cookie, HASH_AT);
    memcpy(input + HASH_AT, client->bytes, address_bytes);
    uint64_t hash = siphash(secret, input, HASH_AT + address_bytes);
    for (unsigned i = 0; i < SIPHASH_BYTES; i++) {
        ret_hash[i] = (uint8_t)(hash >> (8 * i)); /* SipHash's own, little-endian, order */
    }
}

void cookie_make(const uint8_t secret[COOKIE_SECRET_BYTES], const uint8_t *client_cookie,
                 const struct address *client, uint32_t now_seconds,
                 uint8_t ret_cookie[COOKIE_BYTES])
{
    memcpy(ret_cookie, client_cookie, COOKIE_CLIENT_BYTES);
    ret_cookie[8] = COOKIE_VERSION;
    memset(ret_cookie + 9, 0, 3);
    for (unsigned i = 0; i < 4; i++) {
        ret_cookie[TIMESTAMP_AT + i] = (uint8_t)(now_seconds >> (24 - 8 * i));
    }
    hash_write(secret, ret_cookie, client, ret_cookie + HASH_AT);
}

/** Equal in constant time: how long it takes tells nothing about the secret. */
static bool hash_equal(const uint8_t *a, const uint8_t *b)
{
    unsigned difference = 0;
    for (unsigned i = 0; i < SIPHASH_BYTES; i++) {
        difference |= (unsigned)(a[i] ^ b[i]);
    }
    return difference == 0;
}

bool cookie_check(const uint8_t secret[COOKIE_SECRET_BYTES], const uint8_t *cookie, size_t size,
                  const struct address *client, uint32_t now_seconds)
{
    if (size != COOKIE_BYTES || cookie[8] != COOKIE_VERSION) {
        return false;
    }
    /* Serial arithmetic (RFC 1982): the clock's 32 bits may wrap. */
    uint32_t age = now_seconds - read_u32(cookie + TIMESTAMP_AT);
    bool too_old = (int32_t)age > (int32_t)COOKIE_AGE_MAX;
    bool too_new = (int32_t)age < -(int32_t)COOKIE_AHEAD_MAX;
    if (too_old || too_new) {
        return false;
    }
    uint8_t hash[SIPHASH_BYTES];
    hash_write(secret, cookie, client, hash);
    return hash_equal(hash, cookie + HASH_AT);
}

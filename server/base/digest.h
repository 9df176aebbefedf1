// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/**
 * SHA-1 and the iterated hash of NSEC3 (RFC 5155 section 5), for the serving path: no allocation,
 * no library. Nothing else may use SHA-1 here; it protects nothing, it is the hash that the RFC
 * names.
 *
 * Pure, any thread. About 0.1 microseconds a block of 64 bytes.
 */
#define DIGEST_SHA1_BYTES 20u
#define DIGEST_NSEC3_SALT_MAX 255u

/** SHA-1 (FIPS 180-4) of `size` bytes. */
void digest_sha1(const void *bytes, size_t size, uint8_t ret_digest[DIGEST_SHA1_BYTES]);

/**
 * IH(salt, x, iterations): SHA-1 over x and the salt, then `iterations` times over the result and
 * the salt.
 *
 * x         an owner name in canonical form (lower case, wire form), at most 255 bytes
 * salt_size at most DIGEST_NSEC3_SALT_MAX
 */
struct digest_nsec3 {
    const uint8_t *salt; /* borrowed (from the caller, for the call) */
    uint8_t salt_size;
    uint16_t iterations;
};
void digest_nsec3(const struct digest_nsec3 *parameters, const uint8_t *name, size_t name_size,
                  uint8_t ret_digest[DIGEST_SHA1_BYTES]);

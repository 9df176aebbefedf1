// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/**
 * SipHash-2-4 with a 64-bit result: the keyed hash of cookies (RFC 9018 section 4.2) and of tables
 * whose keys come from outside. Pure; any thread.
 */
#define SIPHASH_KEY_BYTES 16u
#define SIPHASH_BYTES 8u

uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *data, size_t size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * DNS cookies as a server makes them (RFC 7873, in the interoperable form of RFC 9018 section 4):
 * version 1, a timestamp, and a SipHash-2-4 over client cookie, both and the client's address.
 *
 * Nothing is remembered: whoever holds the secret can check. Pure; any thread; no allocation.
 */
#define COOKIE_CLIENT_BYTES 8u
#define COOKIE_SERVER_BYTES 16u
#define COOKIE_BYTES (COOKIE_CLIENT_BYTES + COOKIE_SERVER_BYTES)
#define COOKIE_SECRET_BYTES 16u
#define COOKIE_AGE_MAX 3600u  /* seconds, RFC 9018 section 4.3 */
#define COOKIE_AHEAD_MAX 300u /* seconds into the future */

/** Writes client and server cookie for an answer. `client_cookie`: COOKIE_CLIENT_BYTES. */
void cookie_make(const uint8_t secret[COOKIE_SECRET_BYTES], const uint8_t *client_cookie,
                 const struct address *client, uint32_t now_seconds,
                 uint8_t ret_cookie[COOKIE_BYTES]);
/** Whether a cookie of `size` bytes (both parts) is one that we gave that client, and not too old.
 */
bool cookie_check(const uint8_t secret[COOKIE_SECRET_BYTES], const uint8_t *cookie, size_t size,
                  const struct address *client, uint32_t now_seconds);

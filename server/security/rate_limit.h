// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * Response rate limiting: so many answers a second for one client prefix, so that forged questions
 * do not make the server an amplifier.
 *
 * A fixed table of token buckets, two places for each hash; a new prefix takes the place that was
 * quiet longer, so a flood of prefixes makes the limiter forget, never grow. A bucket holds one
 * second's answers. Shared by all workers: a bucket is one 64-bit word beside its key, changed by
 * compare-and-swap with a bounded number of tries; a lost race lets one answer through.
 *
 * Threads: any. Cost: RATE_LIMIT_BYTES, account `network`.
 */
#define RATE_LIMIT_PLACES 16384u /* a power of two */
#define RATE_LIMIT_BYTES ((size_t)RATE_LIMIT_PLACES * 16u)
#define RATE_LIMIT_RATE_MAX 1000000u

enum rate_verdict {
    RATE_PASS,
    RATE_DROP,
    RATE_SLIP, /* answer empty and truncated: a real client comes back over TCP */
};

struct rate_limit_options {
    uint32_t rate;   /* answers a second, 1..RATE_LIMIT_RATE_MAX; 0: everything passes */
    uint32_t slip;   /* every Nth limited one slips; 0: none */
    uint8_t prefix4; /* bits that make a client */
    uint8_t prefix6;
};

struct rate_limit;

/** `key`: 16 random bytes, so that nobody can aim at another's bucket. OK or REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result rate_limit_create(const uint8_t key[16],
                                                struct rate_limit **ret_limit);
/** Accepts NULL. */
void rate_limit_destroy(struct rate_limit *limit);
/** May this client have one more answer now? now_ms: monotonic. */
enum rate_verdict rate_limit_take(struct rate_limit *limit,
                                  const struct rate_limit_options *options,
                                  const struct address *client, uint64_t now_ms);

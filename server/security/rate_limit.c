// SPDX-License-Identifier: Apache-2.0
#include "server/security/rate_limit.h"

#include "alloc/memory.h"

#include <stdatomic.h>
#include <string.h>

#define WAYS 2u
#define TRIES_MAX 4u
#define TOKEN_BITS 22u /* hold RATE_LIMIT_RATE_MAX tokens */
#define TOKEN_MASK ((1u << TOKEN_BITS) - 1u)

/**
 * One prefix. `state`: milliseconds of the last change (42 bits), tokens left (22 bits). Both words
 * are relaxed atomics: each stands for itself, nothing else is published by them.
 */
struct place {
    _Atomic uint64_t key; /* 0: free */
    _Atomic uint64_t state;
};

struct rate_limit {
    uint8_t key[16];
    _Atomic uint64_t limited; /* drives the slip */
    struct region region;     /* owned */
    struct place *places;     /* in the region */
};

_Static_assert(sizeof(struct place) * RATE_LIMIT_PLACES == RATE_LIMIT_BYTES, "the sheet's figure");
_Static_assert(RATE_LIMIT_RATE_MAX <= TOKEN_MASK, "a bucket holds one second's answers");

enum result rate_limit_create(const uint8_t key[16], struct rate_limit **ret_limit)
{
    struct rate_limit *limit = memory_take_array(ACCOUNT_NETWORK, 1, sizeof *limit);
    if (limit == NULL) {
        return REFUSED_MEMORY;
    }
    memcpy(limit->key, key, sizeof limit->key);
    struct region_options options = {.populate = true};
    enum result result = region_open(&limit->region, ACCOUNT_NETWORK, RATE_LIMIT_BYTES, options);
    if (result != OK) {
        memory_give(ACCOUNT_NETWORK, limit, sizeof *limit);
        return result;
    }
    limit->places = limit->region.base;
    *ret_limit = limit;
    return OK;
}

void rate_limit_destroy(struct rate_limit *limit)
{
    if (limit != NULL) {
        region_close(&limit->region);
        memory_give(ACCOUNT_NETWORK, limit, sizeof *limit);
    }
}

static uint64_t state_of(uint64_t now_ms, uint32_t tokens)
{
    return now_ms << TOKEN_BITS | tokens;
}

static uint64_t load(_Atomic uint64_t *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

/** The prefix's place, or the one that was quiet longer, given to it with a full bucket. */
static struct place *place_for(struct rate_limit *limit, uint64_t key, uint64_t now_ms,
                               uint32_t rate)
{
    struct place *first = &limit->places[(key & (RATE_LIMIT_PLACES - 1)) & ~(uint64_t)(WAYS - 1)];
    struct place *oldest = first;
    for (unsigned i = 0; i < WAYS; i++) {
        if (load(&first[i].key) == key) {
            return &first[i];
        }
        if (load(&first[i].state) < load(&oldest->state)) {
            oldest = &first[i];
        }
    }
    atomic_store_explicit(&oldest->key, key, memory_order_relaxed);
    atomic_store_explicit(&oldest->state, state_of(now_ms, rate), memory_order_relaxed);
    return oldest;
}

/** Tokens after the time that has passed; *ret_at_ms is up to when it made whole tokens. */
static uint32_t refill(uint64_t state, uint64_t now_ms, uint32_t rate, uint64_t *ret_at_ms)
{
    uint64_t at_ms = state >> TOKEN_BITS;
    uint64_t tokens = state & TOKEN_MASK;
    uint64_t passed = now_ms > at_ms ? now_ms - at_ms : 0;
    if (passed >= 1000) {
        *ret_at_ms = now_ms;
        return rate;
    }
    uint64_t fresh = passed * rate / 1000;
    *ret_at_ms = fresh == 0 ? at_ms : at_ms + fresh * 1000 / rate;
    tokens += fresh;
    return tokens > rate ? rate : (uint32_t)tokens;
}

static bool token_take(struct place *place, uint64_t now_ms, uint32_t rate)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        uint64_t state = load(&place->state);
        uint64_t at_ms;
        uint32_t tokens = refill(state, now_ms, rate, &at_ms);
        if (tokens == 0) {
            return false;
        }
        uint64_t next = state_of(at_ms, tokens - 1);
        if (atomic_compare_exchange_weak_explicit(&place->state, &state, next, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return true;
        }
    }
    return true;
}

enum rate_verdict rate_limit_take(struct rate_limit *limit,
                                  const struct rate_limit_options *options,
                                  const struct address *client, uint64_t now_ms)
{
    if (options->rate == 0) {
        return RATE_PASS;
    }
    struct address unmapped = address_unmap(client);
    unsigned bits = unmapped.family == ADDRESS_V4 ? options->prefix4 : options->prefix6;
    struct prefix prefix = prefix_of(&unmapped, bits);
    struct address network = {.family = prefix.family};
    memcpy(network.bytes, prefix.bytes, sizeof network.bytes);
    uint64_t key = address_hash(&network, limit->key) | 1u; /* 0 is "free" */
    struct place *place = place_for(limit, key, now_ms, options->rate);
    if (token_take(place, now_ms, options->rate)) {
        return RATE_PASS;
    }
    uint64_t number = atomic_fetch_add_explicit(&limit->limited, 1, memory_order_relaxed);
    return options->slip != 0 && number % options->slip == 0 ? RATE_SLIP : RATE_DROP;
}

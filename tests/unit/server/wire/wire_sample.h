// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/name.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/**
 * Small things that the tests of this folder share: names from text that must parse, names of an
 * exact length, a generator of pseudo-random numbers with a seed that is printed.
 */

static inline struct name sample_name(const char *text)
{
    struct name name;
    enum result result = name_from_text(text, strlen(text), NULL, &name);
    cr_assert_eq(result, OK, "%s", text);
    return name;
}

/* A valid name of exactly `length` bytes (1 or 3..255) with labels as long as they may be. */
static inline struct name sample_long(size_t length)
{
    struct name name = {.length = 0};
    size_t left = length - 1;
    while (left != 0) {
        size_t label = left > 64 ? 63 : left - 1;
        if (left - label - 1 == 1) {
            label--; /* the rest must hold a label */
        }
        name.bytes[name.length++] = (uint8_t)label;
        memset(name.bytes + name.length, 'a', label);
        name.length = (uint8_t)(name.length + label);
        left -= label + 1;
    }
    name.bytes[name.length++] = 0;
    cr_assert_eq(name.length, length);
    return name;
}

struct sample_random {
    uint64_t state;
};

static inline uint32_t sample_next(struct sample_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = random->state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(x >> 32);
}

static inline uint32_t sample_below(struct sample_random *random, uint32_t bound)
{
    return sample_next(random) % bound;
}

/* A seed from the environment (PLIMSOLL_TEST_SEED) or from the clock; printed either way. */
static inline struct sample_random sample_seeded(const char *test)
{
    const char *given = getenv("PLIMSOLL_TEST_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0)
                                  : (uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec;
    fprintf(stderr, "%s: PLIMSOLL_TEST_SEED=%" PRIu64 "\n", test, seed);
    return (struct sample_random){.state = seed};
}

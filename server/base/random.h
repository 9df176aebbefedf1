// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stddef.h>
#include <stdint.h>

/**
 * Unpredictable numbers for ids, ports and secrets: the kernel's generator, read in batches.
 *
 * Each thread has its own. A byte is handed out once and wiped. The kernel's generator cannot fail
 * once it has answered; should it be taken away later all the same (a filter of system calls), the
 * numbers go on from a 256-bit key drawn at the start through SipHash in counter mode, and
 * `failures` counts it. Not for fork()ing processes.
 * Thread: the owner only. Cost: this struct. No allocation.
 */
#define RANDOM_BATCH_BYTES 1024u

/** Fills `size` bytes; anything but OK is a failure. Tests bring their own. */
typedef enum result (*random_fill_fn)(void *context, void *bytes, size_t size);

struct random {
    random_fill_fn fill;
    void *context;
    uint64_t failures;
    uint64_t counter;
    uint8_t key[32];
    uint32_t used; /* bytes of the batch handed out */
    uint8_t batch[RANDOM_BATCH_BYTES];
};

/** From the kernel. OK, or ERROR_UNSUPPORTED when it has no generator (the server does not start).
 */
RESULT_MUST_CHECK enum result random_init(struct random *random);
/** From another source; its first failure is handed on. */
RESULT_MUST_CHECK enum result random_init_from(struct random *random, random_fill_fn fill,
                                               void *context);
/** A repeatable source for tests: context points to a uint64_t seed that moves on. */
enum result random_fill_seeded(void *context, void *bytes, size_t size);

void random_bytes(struct random *random, void *bytes, size_t size);
uint16_t random_u16(struct random *random);
uint32_t random_u32(struct random *random);
uint64_t random_u64(struct random *random);
/** Even over 0..bound-1; bound 0 gives 0. */
uint32_t random_below(struct random *random, uint32_t bound);

// SPDX-License-Identifier: Apache-2.0
#include "server/base/random.h"

#include "server/base/siphash.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* getrandom(2) may be interrupted or answer in part; more than this many times is a failure. */
#define RANDOM_TRIES 16u

static enum result random_fill_kernel(void *context, void *bytes, size_t size)
{
    (void)context;
    size_t done = 0;
    for (unsigned i = 0; i < RANDOM_TRIES && done < size; i++) {
        ssize_t got = getrandom((char *)bytes + done, size - done, 0);
        if (got > 0) {
            done += (size_t)got;
        } else if (got < 0 && errno != EINTR) {
            return ERROR_UNSUPPORTED;
        }
    }
    return done == size ? OK : ERROR_UNSUPPORTED;
}

enum result random_fill_seeded(void *context, void *bytes, size_t size)
{
    uint64_t *state = context;
    uint8_t key[SIPHASH_KEY_BYTES] = {0};
    uint8_t *out = bytes;
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t number = siphash(key, state, sizeof *state);
        ++*state;
        size_t part = size - done < sizeof number ? size - done : sizeof number;
        memcpy(out + done, &number, part);
    }
    return OK;
}

/* Counter mode under one key, each number sealed again with the counter under the other. */
static void random_fill_from_key(struct random *random)
{
    for (size_t i = 0; i < RANDOM_BATCH_BYTES; i += sizeof(uint64_t)) {
        random->counter++;
        uint64_t block[2] = {random->counter, 0};
        block[1] = siphash(random->key, block, sizeof block[0]);
        uint64_t number = siphash(random->key + 16, block, sizeof block);
        memcpy(random->batch + i, &number, sizeof number);
    }
}

static void random_refill(struct random *random)
{
    if (random->fill(random->context, random->batch, RANDOM_BATCH_BYTES) != OK) {
        random->failures++;
        random_fill_from_key(random);
    }
    random->used = 0;
}

enum result random_init(struct random *random)
{
    return random_init_from(random, random_fill_kernel, NULL);
}

enum result random_init_from(struct random *random, random_fill_fn fill, void *context)
{
    memset(random, 0, sizeof *random);
    random->fill = fill;
    random->context = context;
    enum result result = fill(context, random->key, sizeof random->key);
    if (result != OK) {
        return result;
    }
    result = fill(context, random->batch, RANDOM_BATCH_BYTES);
    if (result != OK) {
        return result;
    }
    return OK;
}

void random_bytes(struct random *random, void *bytes, size_t size)
{
    uint8_t *out = bytes;
    while (size > 0) {
        if (random->used == RANDOM_BATCH_BYTES) {
            random_refill(random);
        }
        size_t left = RANDOM_BATCH_BYTES - random->used;
        size_t part = size < left ? size : left;
        memcpy(out, random->batch + random->used, part);
        memset(random->batch + random->used, 0, part);
        random->used += (uint32_t)part;
        out += part;
        size -= part;
    }
}

uint16_t random_u16(struct random *random)
{
    uint16_t number;
    random_bytes(random, &number, sizeof number);
    return number;
}

uint32_t random_u32(struct random *random)
{
    uint32_t number;
    random_bytes(random, &number, sizeof number);
    return number;
}

uint64_t random_u64(struct random *random)
{
    uint64_t number;
    random_bytes(random, &number, sizeof number);
    return number;
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    if (bound == 0) {
        return 0;
    }
    /* The high half of a 32 x 32 bit product; low halves under the remainder would be drawn once
     * too often and are drawn again. Each draw fails with less than one in two: 64 failures in a
     * row do not happen, and the bound keeps a broken source from hanging us. */
    uint32_t remainder = (uint32_t)(-bound) % bound;
    uint64_t product = 0;
    for (unsigned i = 0; i < 64; i++) {
        product = (uint64_t)random_u32(random) * bound;
        if ((uint32_t)product >= remainder) {
            break;
        }
    }
    return (uint32_t)(product >> 32);
}

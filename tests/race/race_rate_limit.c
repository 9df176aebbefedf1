// SPDX-License-Identifier: Apache-2.0
#include "server/security/rate_limit.h"

#include "alloc/ledger.h"
#include "tests/race/race_client.h"

#include <stdatomic.h>

/* Threads take from the same few buckets, and from so many others that places change hands under
 * each other. Time stands still while they do, so a bucket that keeps its place gives at most its
 * tokens and what lost races let through; and each verdict is one of the three. */
#define THREADS 4u
#define TAKES 40000u
#define SHARED 4u /* prefixes that all threads ask for */
#define RATE 1000u
#define TRIES_LOST_MAX (THREADS * TAKES / 4) /* far above what was seen */

static struct rate_limit *limit;
static const struct rate_limit_options options = {
    .rate = RATE, .slip = 2, .prefix4 = 24, .prefix6 = 56};
static _Atomic uint64_t verdicts[3];
static _Atomic uint64_t passed[SHARED];
static _Atomic unsigned begun;

static struct address client_of(unsigned prefix, unsigned host)
{
    return (struct address){.family = ADDRESS_V4,
                            .bytes = {10, (uint8_t)(prefix >> 8), (uint8_t)prefix, (uint8_t)host}};
}

static void take(unsigned prefix, unsigned host, uint64_t now_ms)
{
    struct address client = client_of(prefix, host);
    enum rate_verdict verdict = rate_limit_take(limit, &options, &client, now_ms);
    race_require(verdict == RATE_PASS || verdict == RATE_DROP || verdict == RATE_SLIP, "a verdict");
    atomic_fetch_add_explicit(&verdicts[verdict], 1, memory_order_relaxed);
    if (prefix < SHARED && verdict == RATE_PASS) {
        atomic_fetch_add_explicit(&passed[prefix], 1, memory_order_relaxed);
    }
}

static void await_all(void)
{
    atomic_fetch_add_explicit(&begun, 1, memory_order_relaxed);
    while (atomic_load_explicit(&begun, memory_order_relaxed) % THREADS != 0) {
        sched_yield();
    }
}

/* Few prefixes, each with a place of its own. */
static void *take_shared(void *context)
{
    unsigned seed = *(const unsigned *)context;
    await_all();
    for (unsigned i = 0; i < TAKES; i++) {
        take((i + seed) % SHARED, i % 250, 1000000);
    }
    return NULL;
}

/* More prefixes than the table has places, and time that runs at another pace on each thread. */
static void *take_many(void *context)
{
    unsigned seed = *(const unsigned *)context;
    await_all();
    for (unsigned i = 0; i < TAKES; i++) {
        take(SHARED + (i * 7919u + seed) % 60000u, i % 250, 2000000 + i / (seed + 1));
    }
    return NULL;
}

static void race(void *(*body)(void *))
{
    static unsigned seeds[THREADS] = {0, 1, 2, 3};
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        race_require(pthread_create(&threads[i], NULL, body, &seeds[i]) == 0, "a thread");
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(void)
{
    static const uint8_t key[16] = "sixteen bytes..";
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    race_require(rate_limit_create(key, &limit) == OK, "a limiter");
    race(take_shared);
    for (unsigned i = 0; i < SHARED; i++) {
        race_require(passed[i] >= RATE, "a full bucket gives its tokens");
        race_require(passed[i] <= RATE + TRIES_LOST_MAX / SHARED, "and not many more");
    }
    race_require(verdicts[RATE_SLIP] > 0 && verdicts[RATE_DROP] > 0, "what is limited");
    race(take_many);
    uint64_t sum = verdicts[RATE_PASS] + verdicts[RATE_DROP] + verdicts[RATE_SLIP];
    race_require(sum == 2u * THREADS * TAKES, "one verdict for each");
    rate_limit_destroy(limit);
    race_require(ledger_read(ACCOUNT_NETWORK).used_bytes == before, "the ledger is even");
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/ledger.h"

#include "alloc/fault.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>

/*
 * One cache line for each account, so that two threads that charge different accounts do not meet.
 * All orders are relaxed: each field is a count of its own and publishes no other memory.
 */
struct account_line {
    _Alignas(64) _Atomic size_t limit_bytes;
    _Atomic size_t used_bytes;
    _Atomic size_t high_water_bytes;
    _Atomic uint64_t refused;
};

#define UNLIMITED                                                                                  \
    {                                                                                              \
        .limit_bytes = SIZE_MAX                                                                    \
    }

static struct account_line lines[ACCOUNT_COUNT] = {
    [ACCOUNT_PROGRAM] = UNLIMITED,   [ACCOUNT_NETWORK] = UNLIMITED,
    [ACCOUNT_REQUESTS] = UNLIMITED,  [ACCOUNT_CACHE] = UNLIMITED,
    [ACCOUNT_ZONES] = UNLIMITED,     [ACCOUNT_TRANSFERS] = UNLIMITED,
    [ACCOUNT_STORE] = UNLIMITED,     [ACCOUNT_CONFIGURATION] = UNLIMITED,
    [ACCOUNT_LIBRARIES] = UNLIMITED,
};

static _Atomic ledger_refused_fn refused_observer;

static const char *const names[ACCOUNT_COUNT] = {
    [ACCOUNT_PROGRAM] = "program",     [ACCOUNT_NETWORK] = "network",
    [ACCOUNT_REQUESTS] = "requests",   [ACCOUNT_CACHE] = "cache",
    [ACCOUNT_ZONES] = "zones",         [ACCOUNT_TRANSFERS] = "transfers",
    [ACCOUNT_STORE] = "store",         [ACCOUNT_CONFIGURATION] = "configuration",
    [ACCOUNT_LIBRARIES] = "libraries",
};

static struct account_line *line_of(enum account account)
{
    assert((unsigned)account < ACCOUNT_COUNT);
    return &lines[account];
}

static void raise_high_water(struct account_line *line, size_t used)
{
    size_t highest = atomic_load_explicit(&line->high_water_bytes, memory_order_relaxed);
    while (used > highest &&
           !atomic_compare_exchange_weak_explicit(&line->high_water_bytes, &highest, used,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

void ledger_limit_set(enum account account, size_t limit_bytes)
{
    atomic_store_explicit(&line_of(account)->limit_bytes, limit_bytes, memory_order_relaxed);
}

enum result ledger_charge(enum account account, size_t size)
{
    struct account_line *line = line_of(account);
    if (fault_strikes(FAULT_CHARGE)) {
        ledger_refuse(account, size);
        return REFUSED_MEMORY;
    }
    size_t limit = atomic_load_explicit(&line->limit_bytes, memory_order_relaxed);
    size_t used = atomic_load_explicit(&line->used_bytes, memory_order_relaxed);
    do {
        if (used > limit || size > limit - used) {
            ledger_refuse(account, size);
            return REFUSED_MEMORY;
        }
    } while (!atomic_compare_exchange_weak_explicit(&line->used_bytes, &used, used + size,
                                                    memory_order_relaxed, memory_order_relaxed));
    raise_high_water(line, used + size);
    return OK;
}

void ledger_charge_held(enum account account, size_t size)
{
    struct account_line *line = line_of(account);
    size_t before = atomic_fetch_add_explicit(&line->used_bytes, size, memory_order_relaxed);
    raise_high_water(line, before + size);
}

void ledger_refuse(enum account account, size_t size)
{
    atomic_fetch_add_explicit(&line_of(account)->refused, 1, memory_order_relaxed);
    /* acquire: pairs with the release in ledger_observe, so that what the observer uses is there */
    ledger_refused_fn observer = atomic_load_explicit(&refused_observer, memory_order_acquire);
    if (observer != NULL) {
        observer(account, size);
    }
}

void ledger_release(enum account account, size_t size)
{
    struct account_line *line = line_of(account);
    size_t used = atomic_load_explicit(&line->used_bytes, memory_order_relaxed);
    size_t after;
    do {
        assert(used >= size && "released more than was charged");
        /* A count that wrapped around would refuse everything from then on. */
        after = used >= size ? used - size : 0;
    } while (!atomic_compare_exchange_weak_explicit(&line->used_bytes, &used, after,
                                                    memory_order_relaxed, memory_order_relaxed));
}

struct account_state ledger_read(enum account account)
{
    struct account_line *line = line_of(account);
    return (struct account_state){
        .limit_bytes = atomic_load_explicit(&line->limit_bytes, memory_order_relaxed),
        .used_bytes = atomic_load_explicit(&line->used_bytes, memory_order_relaxed),
        .high_water_bytes = atomic_load_explicit(&line->high_water_bytes, memory_order_relaxed),
        .refused = atomic_load_explicit(&line->refused, memory_order_relaxed),
    };
}

const char *account_name(enum account account)
{
    return (unsigned)account < ACCOUNT_COUNT ? names[account] : "unknown";
}

void ledger_observe(ledger_refused_fn observer)
{
    atomic_store_explicit(&refused_observer, observer, memory_order_release);
}

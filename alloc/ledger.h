// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The ledger: one account for each purpose that memory is spent on, each with a limit, what is
 * charged now, the most that ever was, and how often a charge was refused. It counts; it hands out
 * nothing.
 *
 * A charge is made before the bytes are taken and released after they are given back, so that
 * "charged" never lies below what is held. Limits are set while the server starts and never move
 * afterwards (a test may move them). All functions: any thread, lock-free, no allocation.
 */

enum account {
    ACCOUNT_PROGRAM,
    ACCOUNT_NETWORK,
    ACCOUNT_REQUESTS,
    ACCOUNT_CACHE,
    ACCOUNT_ZONES,
    ACCOUNT_TRANSFERS,
    ACCOUNT_STORE,
    ACCOUNT_CONFIGURATION,
    ACCOUNT_LIBRARIES,
    ACCOUNT_COUNT,
};

struct account_state {
    size_t limit_bytes;
    size_t used_bytes;
    size_t high_water_bytes;
    uint64_t refused; /* charges refused, ever */
};

/**
 * Called when a charge is refused, on the thread that asked, sometimes inside an allocator's lock:
 * it must not allocate, give back or wait (base/ fills it with an event).
 */
typedef void (*ledger_refused_fn)(enum account account, size_t size);

/** Sets an account's limit in bytes. SIZE_MAX (the value before any call) means: counted, not
 * limited. */
void ledger_limit_set(enum account account, size_t limit_bytes);

/**
 * Charges `size` bytes to the account.
 *
 * returns   OK, or REFUSED_MEMORY when the sum would pass the limit or an injected fault says so;
 * nothing is charged then
 */
RESULT_MUST_CHECK enum result ledger_charge(enum account account, size_t size);

/**
 * Charges bytes that are held already and cannot be refused any more (what was mapped before the
 * wall stood, the program's own pages): past the limit if it must be. The account then refuses
 * everything else until it is back under its limit.
 */
void ledger_charge_held(enum account account, size_t size);

/**
 * Counts a refusal that was decided elsewhere on the account's behalf (an overflowing product, a
 * machine that has no pages left, an injected fault) and tells the observer.
 */
void ledger_refuse(enum account account, size_t size);

/**
 * Gives back `size` bytes charged before. More than was charged is a programmer's error: asserted,
 * and in release builds the account stays at 0.
 */
void ledger_release(enum account account, size_t size);

/** A reading of one account; the fields are each exact, and taken one after the other. */
struct account_state ledger_read(enum account account);

/** "program", "network", … as in the metrics' account label. */
const char *account_name(enum account account);

/** Installs the observer of refusals; NULL for none. Once, at start. */
void ledger_observe(ledger_refused_fn observer);

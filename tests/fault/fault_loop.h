// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/fault.h"
#include "alloc/ledger.h"

#include <criterion/criterion.h>

/**
 * What the fault loops share: passage 1, 2, 3, … of a point is refused, each time in an operation
 * of its own, until the operation ends without having met the refusal.
 */
#define FAULT_LOOP_MAX 5000u

struct fault_loop {
    enum fault_point point;
    uint64_t n; /* the passage that is refused */
    bool struck;
};

/* The next turn: the caller prepares, calls fault_loop_arm(), operates, calls fault_loop_disarm(),
 * checks, and comes back here. False after the first turn that met no refusal. */
static inline bool fault_loop_next(struct fault_loop *loop)
{
    if (loop->n > 0 && !loop->struck) {
        return false;
    }
    loop->n++;
    cr_assert_leq(loop->n, FAULT_LOOP_MAX);
    return true;
}

static inline void fault_loop_arm(struct fault_loop *loop)
{
    fault_arm(loop->point, loop->n, 1);
}

static inline void fault_loop_disarm(struct fault_loop *loop)
{
    loop->struck = fault_struck(loop->point);
    fault_disarm_all();
}

/* All accounts at one moment. */
struct fault_ledger {
    size_t used[ACCOUNT_COUNT];
};

static inline struct fault_ledger fault_ledger_now(void)
{
    struct fault_ledger now;
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        now.used[i] = ledger_read((enum account)i).used_bytes;
    }
    return now;
}

/* Under jemalloc a page of a library, or of a table that is kept, may come or go late: only the
 * accounts that hold regions and heaps are even at any moment. */
static inline void fault_ledger_even(const struct fault_ledger *before, const char *what,
                                     uint64_t n)
{
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        if (i != ACCOUNT_LIBRARIES) {
            cr_assert_eq(ledger_read((enum account)i).used_bytes, before->used[i],
                         "%s, refusal %u: account %s has %zu, had %zu", what, (unsigned)n,
                         account_name((enum account)i), ledger_read((enum account)i).used_bytes,
                         before->used[i]);
        }
    }
}

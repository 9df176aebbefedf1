// SPDX-License-Identifier: Apache-2.0
#include "alloc/phase.h"

#include <assert.h>
#include <stdatomic.h>

static _Thread_local enum phase current = PHASE_PREPARING;
static _Atomic unsigned long violations; /* relaxed: a count, publishes nothing */

void phase_set(enum phase phase)
{
    current = phase;
}

enum phase phase_get(void)
{
    return current;
}

void phase_count_allocation(void)
{
    if (current == PHASE_SERVING) {
        atomic_fetch_add_explicit(&violations, 1, memory_order_relaxed);
    }
}

void phase_check_allocation(void)
{
    phase_count_allocation();
    assert(current != PHASE_SERVING && "a serving thread allocates");
}

unsigned long phase_violations(void)
{
    return atomic_load_explicit(&violations, memory_order_relaxed);
}

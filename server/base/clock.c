// SPDX-License-Identifier: Apache-2.0
#include "server/base/clock.h"

#include <time.h>

static uint64_t clock_read(clockid_t which)
{
    struct timespec now = {0};
    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * CLOCK_NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static uint64_t clock_real_monotonic(const struct clock *clock)
{
    (void)clock;
    return clock_read(CLOCK_MONOTONIC);
}

static uint64_t clock_real_wall(const struct clock *clock)
{
    (void)clock;
    return clock_read(CLOCK_REALTIME);
}

const struct clock *clock_real(void)
{
    static const struct clock real = {
        .monotonic_ns = clock_real_monotonic,
        .wall_ns = clock_real_wall,
    };
    return &real;
}

/* The table is the first member, so a pointer to it is one to the whole. */
static uint64_t clock_virtual_monotonic(const struct clock *clock)
{
    const struct clock_virtual *virtual_clock = (const struct clock_virtual *)(const void *)clock;
    return atomic_load_explicit(&virtual_clock->monotonic, memory_order_relaxed);
}

static uint64_t clock_virtual_wall(const struct clock *clock)
{
    const struct clock_virtual *virtual_clock = (const struct clock_virtual *)(const void *)clock;
    return atomic_load_explicit(&virtual_clock->wall, memory_order_relaxed);
}

void clock_virtual_init(struct clock_virtual *virtual_clock, uint64_t monotonic_ms,
                        uint64_t wall_seconds)
{
    virtual_clock->clock.monotonic_ns = clock_virtual_monotonic;
    virtual_clock->clock.wall_ns = clock_virtual_wall;
    atomic_init(&virtual_clock->monotonic, monotonic_ms * CLOCK_NS_PER_MS);
    atomic_init(&virtual_clock->wall, wall_seconds * CLOCK_NS_PER_SECOND);
}

void clock_virtual_advance_ms(struct clock_virtual *virtual_clock, uint64_t ms)
{
    atomic_fetch_add_explicit(&virtual_clock->monotonic, ms * CLOCK_NS_PER_MS,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&virtual_clock->wall, ms * CLOCK_NS_PER_MS, memory_order_relaxed);
}

void clock_virtual_set_wall(struct clock_virtual *virtual_clock, uint64_t wall_seconds)
{
    atomic_store_explicit(&virtual_clock->wall, wall_seconds * CLOCK_NS_PER_SECOND,
                          memory_order_relaxed);
}

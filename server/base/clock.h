// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdatomic.h>
#include <stdint.h>

/**
 * Time, as a table of functions: the real clock (libc's clock_gettime) or one that tests move.
 *
 * Monotonic time measures; wall time is for stamps only and may jump either way. What a clock says
 * is never asserted. Hot paths read it once per loop turn into a struct clock_turn.
 * Any thread; no memory.
 */
#define CLOCK_NS_PER_MS UINT64_C(1000000)
#define CLOCK_NS_PER_US UINT64_C(1000)
#define CLOCK_NS_PER_SECOND UINT64_C(1000000000)

struct clock {
    uint64_t (*monotonic_ns)(const struct clock *clock);
    uint64_t (*wall_ns)(const struct clock *clock); /* since 1970, UTC */
};

/** A clock that stands still until it is moved. Embeds the table, so a pointer to it is a clock. */
struct clock_virtual {
    struct clock clock;
    _Atomic uint64_t monotonic; /* ns */
    _Atomic uint64_t wall;      /* ns */
};

/** Readings of one moment, kept for a loop turn. */
struct clock_turn {
    uint64_t now_ms; /* monotonic */
    uint64_t wall_seconds;
};

const struct clock *clock_real(void);
void clock_virtual_init(struct clock_virtual *virtual_clock, uint64_t monotonic_ms,
                        uint64_t wall_seconds);
/** Both clocks move on. */
void clock_virtual_advance_ms(struct clock_virtual *virtual_clock, uint64_t ms);
/** The wall clock jumps; monotonic time does not. */
void clock_virtual_set_wall(struct clock_virtual *virtual_clock, uint64_t wall_seconds);

static inline uint64_t clock_ns(const struct clock *clock)
{
    return clock->monotonic_ns(clock);
}
static inline uint64_t clock_us(const struct clock *clock)
{
    return clock_ns(clock) / CLOCK_NS_PER_US;
}
static inline uint64_t clock_ms(const struct clock *clock)
{
    return clock_ns(clock) / CLOCK_NS_PER_MS;
}
static inline uint64_t clock_wall_ns(const struct clock *clock)
{
    return clock->wall_ns(clock);
}
static inline uint64_t clock_wall_seconds(const struct clock *clock)
{
    return clock_wall_ns(clock) / CLOCK_NS_PER_SECOND;
}
/** Reads both clocks into the turn. */
static inline void clock_turn_read(struct clock_turn *turn, const struct clock *clock)
{
    turn->now_ms = clock_ms(clock);
    turn->wall_seconds = clock_wall_seconds(clock);
}

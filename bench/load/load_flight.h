// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The questions that are under way on one socket.
 *
 * A place number is the lower part of the message id, a generation the upper one, so that an answer
 * finds its question without a search and a late answer does not pass for a later one. Free places
 * are used in the order they became free, which keeps an id away from reuse as long as possible.
 *
 * One thread; fixed size (26 KiB), zeroed memory is not valid before flight_init().
 */
#include "alloc/result.h"

#include <stdint.h>

#define FLIGHT_SLOTS_LOG2 10
#define FLIGHT_SLOTS_MAX (1U << FLIGHT_SLOTS_LOG2)

struct flight_slot {
    uint64_t sent_ns;
    uint32_t question; /* index in the list */
    uint16_t id;
    uint8_t taken;
};

struct flight {
    uint32_t slot_count;
    uint32_t free_count;
    uint32_t free_first; /* position in `free` of the place that is used next */
    uint16_t free[FLIGHT_SLOTS_MAX];
    struct flight_slot slots[FLIGHT_SLOTS_MAX];
};

/** slot_count: 1..FLIGHT_SLOTS_MAX. */
void flight_init(struct flight *flight, uint32_t slot_count);

/** Takes a place. FULL when all are taken. */
RESULT_MUST_CHECK enum result flight_take(struct flight *flight, uint32_t question,
                                          uint64_t sent_ns, uint16_t *ret_id);

/** Gives the place of an answered id back. NOT_FOUND for an id that is not under way. */
RESULT_MUST_CHECK enum result flight_answer(struct flight *flight, uint16_t id,
                                            struct flight_slot *ret_slot);

/** Takes back a place whose question could not be sent; `id` is from flight_take(). */
void flight_unsend(struct flight *flight, uint16_t id);

/** Frees every place that was sent before `before_ns`; returns how many. */
uint32_t flight_expire(struct flight *flight, uint64_t before_ns);

/** Questions under way. */
uint32_t flight_count(const struct flight *flight);

// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The questions that are under way on one socket.
 *
 * A place number is the lower part of the message id, a generation the upper one, so that an answer
 * finds its question without a search and a late answer does not pass for a later one. Free places
 * are used in the order they became free, which keeps an id away from reuse as long as possible.
 *
 * One thread; fixed size (26 KiB), zeroed memory is not valid before load_flight_init().
 */
#include "alloc/result.h"

#include <stdint.h>

#define LOAD_SLOTS_LOG2 10
#define LOAD_SLOTS_MAX (1U << LOAD_SLOTS_LOG2)

struct load_slot {
    uint64_t sent_ns;
    uint32_t question; /* index in the list */
    uint16_t id;
    uint8_t taken;
};

struct load_flight {
    uint32_t slot_count;
    uint32_t free_count;
    uint32_t free_first; /* position in `free` of the place that is used next */
    uint16_t free[LOAD_SLOTS_MAX];
    struct load_slot slots[LOAD_SLOTS_MAX];
};

/** slot_count: 1..LOAD_SLOTS_MAX. */
void load_flight_init(struct load_flight *flight, uint32_t slot_count);

/** Takes a place. FULL when all are taken. */
RESULT_MUST_CHECK enum result load_flight_take(struct load_flight *flight, uint32_t question,
                                               uint64_t sent_ns, uint16_t *ret_id);

/** Gives the place of an answered id back. NOT_FOUND for an id that is not under way. */
RESULT_MUST_CHECK enum result load_flight_answer(struct load_flight *flight, uint16_t id,
                                                 struct load_slot *ret_slot);

/** Takes back a place whose question could not be sent; `id` is from load_flight_take(). */
void load_flight_unsend(struct load_flight *flight, uint16_t id);

/** Frees every place that was sent before `before_ns`; returns how many. */
uint32_t load_flight_expire(struct load_flight *flight, uint64_t before_ns);

/** Questions under way. */
uint32_t load_flight_count(const struct load_flight *flight);

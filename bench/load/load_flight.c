// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_flight.h"

#include <assert.h>

#define SLOT_MASK (FLIGHT_SLOTS_MAX - 1)

static void put_free(struct flight *flight, uint32_t slot)
{
    uint32_t at = (flight->free_first + flight->free_count) & SLOT_MASK;
    flight->free[at] = (uint16_t)slot;
    flight->free_count++;
}

void flight_init(struct flight *flight, uint32_t slot_count)
{
    assert(slot_count >= 1 && slot_count <= FLIGHT_SLOTS_MAX);
    flight->slot_count = slot_count;
    flight->free_count = 0;
    flight->free_first = 0;
    for (uint32_t i = 0; i < slot_count; i++) {
        flight->slots[i] = (struct flight_slot){.id = (uint16_t)i};
        put_free(flight, i);
    }
}

enum result flight_take(struct flight *flight, uint32_t question, uint64_t sent_ns,
                        uint16_t *ret_id)
{
    if (flight->free_count == 0) {
        return FULL;
    }
    struct flight_slot *slot = &flight->slots[flight->free[flight->free_first]];
    flight->free_first = (flight->free_first + 1) & SLOT_MASK;
    flight->free_count--;
    slot->id = (uint16_t)(slot->id + FLIGHT_SLOTS_MAX); /* the next generation */
    slot->question = question;
    slot->sent_ns = sent_ns;
    slot->taken = 1;
    *ret_id = slot->id;
    return OK;
}

enum result flight_answer(struct flight *flight, uint16_t id, struct flight_slot *ret_slot)
{
    uint32_t index = id & SLOT_MASK;
    if (index >= flight->slot_count) {
        return NOT_FOUND;
    }
    struct flight_slot *slot = &flight->slots[index];
    if (!slot->taken || slot->id != id) {
        return NOT_FOUND;
    }
    *ret_slot = *slot;
    slot->taken = 0;
    put_free(flight, index);
    return OK;
}

void flight_unsend(struct flight *flight, uint16_t id)
{
    struct flight_slot *slot = &flight->slots[id & SLOT_MASK];
    assert(slot->taken && slot->id == id);
    slot->taken = 0;
    put_free(flight, id & SLOT_MASK);
}

uint32_t flight_expire(struct flight *flight, uint64_t before_ns)
{
    uint32_t expired = 0;
    for (uint32_t i = 0; i < flight->slot_count; i++) {
        struct flight_slot *slot = &flight->slots[i];
        if (slot->taken && slot->sent_ns < before_ns) {
            slot->taken = 0;
            put_free(flight, i);
            expired++;
        }
    }
    return expired;
}

uint32_t flight_count(const struct flight *flight)
{
    return flight->slot_count - flight->free_count;
}

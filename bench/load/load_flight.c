// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_flight.h"

#include <assert.h>

#define SLOT_MASK (LOAD_SLOTS_MAX - 1)

static void put_free(struct load_flight *flight, uint32_t slot)
{
    uint32_t at = (flight->free_first + flight->free_count) & SLOT_MASK;
    flight->free[at] = (uint16_t)slot;
    flight->free_count++;
}

void load_flight_init(struct load_flight *flight, uint32_t slot_count)
{
    assert(slot_count >= 1 && slot_count <= LOAD_SLOTS_MAX);
    flight->slot_count = slot_count;
    flight->free_count = 0;
    flight->free_first = 0;
    for (uint32_t i = 0; i < slot_count; i++) {
        flight->slots[i] = (struct load_slot){.id = (uint16_t)i};
        put_free(flight, i);
    }
}

enum result load_flight_take(struct load_flight *flight, uint32_t question, uint64_t sent_ns,
                             uint16_t *ret_id)
{
    if (flight->free_count == 0) {
        return FULL;
    }
    struct load_slot *slot = &flight->slots[flight->free[flight->free_first]];
    flight->free_first = (flight->free_first + 1) & SLOT_MASK;
    flight->free_count--;
    slot->id = (uint16_t)(slot->id + LOAD_SLOTS_MAX); /* the next generation */
    slot->question = question;
    slot->sent_ns = sent_ns;
    slot->taken = 1;
    *ret_id = slot->id;
    return OK;
}

enum result load_flight_answer(struct load_flight *flight, uint16_t id, struct load_slot *ret_slot)
{
    uint32_t index = id & SLOT_MASK;
    if (index >= flight->slot_count) {
        return NOT_FOUND;
    }
    struct load_slot *slot = &flight->slots[index];
    if (!slot->taken || slot->id != id) {
        return NOT_FOUND;
    }
    *ret_slot = *slot;
    slot->taken = 0;
    put_free(flight, index);
    return OK;
}

void load_flight_unsend(struct load_flight *flight, uint16_t id)
{
    struct load_slot *slot = &flight->slots[id & SLOT_MASK];
    assert(slot->taken && slot->id == id);
    slot->taken = 0;
    put_free(flight, id & SLOT_MASK);
}

uint32_t load_flight_expire(struct load_flight *flight, uint64_t before_ns)
{
    uint32_t expired = 0;
    for (uint32_t i = 0; i < flight->slot_count; i++) {
        struct load_slot *slot = &flight->slots[i];
        if (slot->taken && slot->sent_ns < before_ns) {
            slot->taken = 0;
            put_free(flight, i);
            expired++;
        }
    }
    return expired;
}

uint32_t load_flight_count(const struct load_flight *flight)
{
    return flight->slot_count - flight->free_count;
}

// SPDX-License-Identifier: Apache-2.0
/* lookup_batch() with a full batch of hosts that are there: one step is the whole batch. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_zone.h"
#include "server/wire/name.h"
#include "server/zone/lookup.h"

static uint8_t names[LOOKUP_BATCH_MAX][NAME_BYTES_MAX];
static struct name_key keys[LOOKUP_BATCH_MAX];
static const struct snapshot *snapshots[LOOKUP_BATCH_MAX];
static struct lookup lookups[LOOKUP_BATCH_MAX];

const uint32_t micro_operations = LOOKUP_BATCH_MAX;

enum result micro_setup(void)
{
    struct snapshot *snapshot;
    enum result result = micro_zone_make(&snapshot);
    for (uint32_t i = 0; i < LOOKUP_BATCH_MAX && result == OK; i++) {
        result = micro_zone_host(i * 97, names[i], sizeof names[i]);
        name_key_make(names[i], &keys[i]);
        snapshots[i] = snapshot;
    }
    return result;
}

void micro_step(uint32_t round)
{
    lookup_batch(snapshots, keys, LOOKUP_BATCH_MAX, lookups);
    if (lookups[round % LOOKUP_BATCH_MAX].outcome != LOOKUP_EXACT) {
        __builtin_trap();
    }
}

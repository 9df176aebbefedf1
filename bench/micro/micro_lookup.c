// SPDX-License-Identifier: Apache-2.0
/* lookup_name() of hosts that are there, in a zone of 10,000; the keys are made beforehand. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_questions.h"
#include "bench/micro/micro_zone.h"
#include "server/wire/name.h"
#include "server/zone/lookup.h"

static uint8_t names[MICRO_QUESTIONS][NAME_BYTES_MAX];
static struct name_key keys[MICRO_QUESTIONS];
static struct snapshot *snapshot;

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    enum result result = micro_zone_make(&snapshot);
    for (uint32_t i = 0; i < MICRO_QUESTIONS && result == OK; i++) {
        result = micro_zone_host(i * 97, names[i], sizeof names[i]);
        name_key_make(names[i], &keys[i]);
    }
    return result;
}

void micro_step(uint32_t round)
{
    struct lookup lookup;
    lookup_name(snapshot, &keys[round % MICRO_QUESTIONS], &lookup);
    if (lookup.outcome != LOOKUP_EXACT) {
        __builtin_trap();
    }
    micro_keep(&lookup);
}

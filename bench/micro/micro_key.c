// SPDX-License-Identifier: Apache-2.0
/* name_key_make() for a host's name: the first step of every look-up. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_questions.h"
#include "bench/micro/micro_zone.h"
#include "server/wire/name.h"
#include "server/zone/name_key.h"

static uint8_t names[MICRO_QUESTIONS][NAME_BYTES_MAX];

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    enum result result = OK;
    for (uint32_t i = 0; i < MICRO_QUESTIONS && result == OK; i++) {
        result = micro_zone_host(i * 97, names[i], sizeof names[i]);
    }
    return result;
}

void micro_step(uint32_t round)
{
    static struct name_key key;
    name_key_make(names[round % MICRO_QUESTIONS], &key);
    micro_keep(&key);
}

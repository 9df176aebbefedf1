// SPDX-License-Identifier: Apache-2.0
/*
 * Ten records of a delegation zone in name order from text into the zone: scanner, names, rdata,
 * trie. Two records an owner.
 */
#include "bench/micro/micro_frame.h"

#include "alloc/heap.h"
#include "server/zone/master_load.h"

#include <stdio.h>

#define RECORDS 70000U
#define STEP_RECORDS 10U
#define LINE_BYTES_MAX 100U

static char text[RECORDS * LINE_BYTES_MAX];
static struct master_load load;

const uint32_t micro_operations = STEP_RECORDS;

enum result micro_setup(void)
{
    static const uint8_t apex[] = "\10registry\7example";
    struct master_reader *reader;
    struct heap *heap;
    size_t used =
        (size_t)snprintf(text, sizeof text,
                         "registry.example.\t86400\tIN\tSOA\tns1.a.example. x.a.example. 1 "
                         "3600 900 604800 3600\nregistry.example.\t86400\tIN\tNS\t"
                         "ns1.a.example.\n");
    for (uint32_t i = 2; i < RECORDS; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "domain%06u.registry.example.\t86400\tIN\tNS\tns%u.hoster%u."
                                 "example.\n",
                                 i / 2, i % 2 + 1, i / 2 * 7 % 2000);
    }
    struct master_load_options options = {
        .apex = apex, .text = text, .text_size = used, .label = "micro"};
    enum result result = master_reader_create(ACCOUNT_ZONES, &reader);
    if (result == OK) {
        result = heap_create(ACCOUNT_ZONES, &heap);
    }
    if (result == OK) {
        options.heap = heap;
        result = master_load_begin(&load, reader, &options);
    }
    return result;
}

void micro_step(uint32_t round)
{
    struct snapshot *snapshot;
    if (master_load_step(&load, STEP_RECORDS, &snapshot) != MORE) {
        __builtin_trap();
    }
    micro_keep(&round);
}

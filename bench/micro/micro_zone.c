// SPDX-License-Identifier: Apache-2.0
#include "bench/micro/micro_zone.h"

#include "alloc/heap.h"
#include "bench/micro/micro_questions.h"
#include "server/wire/name.h"
#include "server/zone/zone_edit.h"

#include <string.h>

#define TYPE_A 1U
#define TYPE_NS 2U
#define TYPE_SOA 6U
#define TTL 1200U

static const uint8_t apex[] = "\4corp\7example";

/* MNAME and RNAME are the apex: nobody reads them here. */
static enum result add_apex(struct zone_edit *edit)
{
    uint8_t soa[2 * sizeof apex + 20] = {0};
    memcpy(soa, apex, sizeof apex);
    memcpy(soa + sizeof apex, apex, sizeof apex);
    soa[2 * sizeof apex + 3] = 1;
    struct rr rr = {.rdata = soa, .size = sizeof soa};
    enum result result = zone_edit_add(edit, apex, TYPE_SOA, TTL, &rr);
    if (result != OK) {
        return result;
    }
    rr = (struct rr){.rdata = apex, .size = sizeof apex};
    return zone_edit_add(edit, apex, TYPE_NS, TTL, &rr);
}

static enum result add_hosts(struct zone_edit *edit)
{
    enum result result = OK;
    for (uint32_t i = 0; i < MICRO_HOSTS && result == OK; i++) {
        uint8_t owner[NAME_BYTES_MAX];
        uint8_t address[4] = {10, 2, (uint8_t)(i >> 8), (uint8_t)i};
        struct rr rr = {.rdata = address, .size = sizeof address};
        result = micro_zone_host(i, owner, sizeof owner);
        if (result == OK) {
            result = zone_edit_add(edit, owner, TYPE_A, TTL, &rr);
        }
    }
    return result;
}

enum result micro_zone_host(uint32_t index, uint8_t *ret_name, size_t size)
{
    char text[64];
    struct name name;
    micro_host_name(index, text, sizeof text);
    enum result result = name_from_text(text, strlen(text), NULL, &name);
    if (result == OK && name.length > size) {
        result = REFUSED_LIMIT;
    }
    if (result == OK) {
        memcpy(ret_name, name.bytes, name.length);
    }
    return result;
}

enum result micro_zone_make(struct snapshot **ret_snapshot)
{
    struct heap *heap;
    struct zone_edit *edit;
    enum result result = heap_create(ACCOUNT_ZONES, &heap);
    if (result != OK) {
        return result;
    }
    result = zone_edit_begin_new(heap, apex, NULL, &edit);
    if (result != OK) {
        return result;
    }
    result = add_apex(edit);
    if (result == OK) {
        result = add_hosts(edit);
    }
    return result == OK ? zone_edit_commit(edit, ret_snapshot) : result;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/name.h"
#include "server/wire/rrtype.h"
#include "server/zone/diff.h"
#include "server/zone/lookup.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the zone tests share: names from text, records in few words, a zone from a table. */

static inline const uint8_t *name_of(const char *text, struct name *room)
{
    cr_assert_eq(name_from_text(text, strlen(text), name_root, room), OK, "%s", text);
    return room->bytes;
}

static inline void key_of(const char *text, struct name *room, struct name_key *key)
{
    name_key_make(name_of(text, room), key);
}

static inline struct heap *heap_for_test(void)
{
    struct heap *heap;
    ledger_limit_set(ACCOUNT_ZONES, SIZE_MAX);
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
    return heap;
}

static inline void heap_must_be_empty(struct heap *heap)
{
    cr_assert_eq(heap_read(heap).live_bytes, 0, "%zu bytes left behind",
                 heap_read(heap).live_bytes);
    heap_destroy(heap);
}

/* Rdata in one buffer. SOA: serial as number. A: four bytes of the number. NS, CNAME, DNAME: a
 * name. RRSIG: the covered type as number. Others: the text as it is. */
struct data {
    uint8_t bytes[600];
    struct rr rr;
};

static inline const struct rr *data_soa(uint32_t serial, struct data *data)
{
    uint8_t *p = data->bytes;
    p += name_copy(p, (const uint8_t *)"\2ns");
    p += name_copy(p, (const uint8_t *)"\4mail");
    uint32_t numbers[5] = {serial, 7200, 900, 86400, 300};
    for (unsigned i = 0; i < 5; i++) {
        *p++ = (uint8_t)(numbers[i] >> 24);
        *p++ = (uint8_t)(numbers[i] >> 16);
        *p++ = (uint8_t)(numbers[i] >> 8);
        *p++ = (uint8_t)numbers[i];
    }
    data->rr = (struct rr){.rdata = data->bytes, .size = (uint16_t)(p - data->bytes)};
    return &data->rr;
}

static inline const struct rr *data_number(uint32_t number, struct data *data)
{
    data->bytes[0] = (uint8_t)(number >> 24);
    data->bytes[1] = (uint8_t)(number >> 16);
    data->bytes[2] = (uint8_t)(number >> 8);
    data->bytes[3] = (uint8_t)number;
    data->rr = (struct rr){.rdata = data->bytes, .size = 4};
    return &data->rr;
}

static inline const struct rr *data_name(const char *text, struct data *data)
{
    struct name name;
    (void)name_of(text, &name);
    memcpy(data->bytes, name.bytes, name.length);
    data->rr = (struct rr){.rdata = data->bytes, .size = name.length};
    return &data->rr;
}

/* A signature over `covered` with a tag that tells it from others. */
static inline const struct rr *data_signature(uint16_t covered, uint8_t tag, struct data *data)
{
    memset(data->bytes, 0, 32);
    data->bytes[0] = (uint8_t)(covered >> 8);
    data->bytes[1] = (uint8_t)covered;
    data->bytes[17] = tag;
    /* The signer is the root. */
    data->bytes[20] = 1;
    data->rr = (struct rr){.rdata = data->bytes, .size = 24};
    return &data->rr;
}

static inline enum result add_rr(struct zone_edit *edit, const char *owner, uint16_t type,
                                 const struct rr *rr)
{
    struct name name;
    return zone_edit_add(edit, name_of(owner, &name), type, 3600, rr);
}

static inline void add_name(struct zone_edit *edit, const char *owner, uint16_t type,
                            const char *target)
{
    struct data data;
    cr_assert_eq(add_rr(edit, owner, type, data_name(target, &data)), OK, "%s", owner);
}

static inline void add_a(struct zone_edit *edit, const char *owner, uint32_t address)
{
    struct data data;
    cr_assert_eq(add_rr(edit, owner, TYPE_A, data_number(address, &data)), OK, "%s", owner);
}

static inline struct zone_edit *edit_new(struct heap *heap, const char *apex, uint32_t serial)
{
    struct zone_edit *edit;
    struct name name;
    struct data data;
    cr_assert_eq(zone_edit_begin_new(heap, name_of(apex, &name), NULL, &edit), OK);
    cr_assert_eq(add_rr(edit, apex, TYPE_SOA, data_soa(serial, &data)), OK);
    return edit;
}

static inline struct zone_edit *edit_next(struct snapshot *base)
{
    struct zone_edit *edit;
    cr_assert_eq(zone_edit_begin(base, NULL, &edit), OK);
    return edit;
}

static inline struct snapshot *committed(struct zone_edit *edit)
{
    struct snapshot *snapshot;
    cr_assert_eq(zone_edit_commit(edit, &snapshot), OK);
    return snapshot;
}

static inline void set_serial(struct zone_edit *edit, const char *apex, uint32_t serial)
{
    struct name name;
    struct data data;
    cr_assert_eq(zone_edit_remove_rrset(edit, name_of(apex, &name), TYPE_SOA), OK);
    cr_assert_eq(add_rr(edit, apex, TYPE_SOA, data_soa(serial, &data)), OK);
}

static inline struct lookup look(const struct snapshot *snapshot, const char *text)
{
    struct name name;
    struct name_key key;
    struct lookup lookup;
    key_of(text, &name, &key);
    lookup_name(snapshot, &key, &lookup);
    return lookup;
}

/* A small generator of its own, so that a seed means the same everywhere. */
static inline uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static inline uint64_t seed_for_test(void)
{
    const char *text = getenv("PLIMSOLL_TEST_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20261120u;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed;
}

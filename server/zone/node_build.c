// SPDX-License-Identifier: Apache-2.0
#include "server/zone/node_build.h"

#include "server/wire/name.h"
#include "server/wire/rdata.h"
#include "server/wire/rrtype.h"

#include <assert.h>
#include <string.h>

#define DATA_BYTES_FIRST 1024u

void node_build_init(struct node_build *build, struct heap *heap)
{
    build->heap = heap;
    build->data = NULL;
    build->data_max = 0;
    build->set_count = 0;
    build->name_size = 0;
    build->label_count = 0;
}

void node_build_deinit(struct node_build *build)
{
    if (build->data != NULL) {
        heap_give(build->heap, build->data, build->data_max);
    }
    node_build_init(build, build->heap);
}

uint16_t node_build_covered(uint16_t type, const struct rr *rr)
{
    return type == TYPE_RRSIG && rr->size >= 2
               ? (uint16_t)((unsigned)rr->rdata[0] << 8 | rr->rdata[1])
               : (uint16_t)0;
}

static uint32_t begin_of(const struct node_build *build, unsigned index)
{
    return index == 0 ? 0 : build->sets[index - 1].end;
}

static uint32_t used(const struct node_build *build)
{
    return begin_of(build, build->set_count);
}

static uint32_t head_size(const struct node_build *build, unsigned set_count)
{
    return (uint32_t)(sizeof(struct zone_node) + sizeof(struct node_set) * set_count) +
           build->name_size;
}

static enum result reserve(struct node_build *build, uint32_t size)
{
    if (size <= build->data_max) {
        return OK;
    }
    uint32_t size_max = build->data_max == 0 ? DATA_BYTES_FIRST : build->data_max;
    while (size_max < size) {
        size_max *= 2;
    }
    uint8_t *data = heap_take(build->heap, size_max);
    if (data == NULL) {
        return REFUSED_MEMORY;
    }
    if (build->data != NULL) {
        memcpy(data, build->data, used(build));
        heap_give(build->heap, build->data, build->data_max);
    }
    build->data = data;
    build->data_max = size_max;
    return OK;
}

enum result node_build_open(struct node_build *build, const uint8_t *name,
                            const struct zone_node *node)
{
    build->set_count = 0;
    build->name_size = (uint8_t)name_length(name);
    build->label_count = (uint8_t)name_label_count(name);
    memcpy(build->name, name, build->name_size);
    if (node == NULL) {
        return OK;
    }
    uint32_t head = head_size(build, node->set_count);
    enum result result = reserve(build, node->size - head);
    if (result != OK) {
        return result;
    }
    /* The name keeps the case it was first written in. */
    memcpy(build->name, zone_node_name(node), build->name_size);
    memcpy(build->data, (const uint8_t *)node + head, node->size - head);
    for (unsigned i = 0; i < node->set_count; i++) {
        build->sets[i] = node->sets[i];
        build->sets[i].end -= head;
    }
    build->set_count = node->set_count;
    return OK;
}

/* The sort key of a set: its type, its signatures right behind it. */
static uint32_t order(uint16_t type, bool signatures)
{
    return (uint32_t)type << 1 | signatures;
}

static unsigned place_of(const struct node_build *build, uint32_t wanted, bool *ret_found)
{
    unsigned i = 0;
    *ret_found = false;
    for (; i < build->set_count; i++) {
        const struct node_set *set = &build->sets[i];
        uint32_t here = order(set->type, (set->ttl_kind & NODE_SET_SIGNATURES) != 0);
        if (here >= wanted) {
            *ret_found = here == wanted;
            break;
        }
    }
    return i;
}

int node_build_find(const struct node_build *build, uint16_t type, bool signatures)
{
    bool found;
    unsigned index = place_of(build, order(type, signatures), &found);
    return found ? (int)index : -1;
}

struct rrset node_build_set(const struct node_build *build, unsigned index)
{
    const struct node_set *set = &build->sets[index];
    uint32_t begin = begin_of(build, index);
    bool signatures = (set->ttl_kind & NODE_SET_SIGNATURES) != 0;
    return (struct rrset){
        .packed = build->data + begin,
        .size = set->end - begin,
        .ttl = set->ttl_kind & ~NODE_SET_SIGNATURES,
        .type = signatures ? (uint16_t)TYPE_RRSIG : set->type,
        .covered = signatures ? set->type : (uint16_t)0,
        .count = set->count,
    };
}

static int compare(uint16_t type, const struct rr *a, const struct rr *b)
{
    if (type == TYPE_A || type == TYPE_AAAA) {
        unsigned size = a->size < b->size ? a->size : b->size;
        int difference = memcmp(a->rdata, b->rdata, size);
        return difference != 0 ? difference : (int)a->size - (int)b->size;
    }
    return rdata_compare(type, a->rdata, a->size, b->rdata, b->size);
}

/* Where in its set a record stands or belongs: an offset from the set's first byte. */
static uint32_t record_place(const struct rrset *set, uint16_t type, const struct rr *rr,
                             bool *ret_found)
{
    struct rr here;
    uint32_t at = 0;
    uint32_t last = 0;
    *ret_found = false;
    for (unsigned i = 1; i < set->count; i++) {
        (void)rrset_next(set, &last, &here);
    }
    /* Often records come in order: look at the last one first. */
    uint32_t end = last;
    if (rrset_next(set, &end, &here)) {
        int difference = compare(type, rr, &here);
        if (difference >= 0) {
            *ret_found = difference == 0;
            return difference == 0 ? last : end;
        }
    }
    for (;;) {
        uint32_t next = at;
        if (at == last || !rrset_next(set, &next, &here)) {
            return at;
        }
        int difference = compare(type, rr, &here);
        if (difference <= 0) {
            *ret_found = difference == 0;
            return at;
        }
        at = next;
    }
}

/* Moves everything from `at` on by `size` bytes. */
static void open_gap(struct node_build *build, uint32_t at, uint32_t size)
{
    memmove(build->data + at + size, build->data + at, used(build) - at);
}

static void close_gap(struct node_build *build, uint32_t at, uint32_t size)
{
    memmove(build->data + at, build->data + at + size, used(build) - at - size);
}

static enum result add_set(struct node_build *build, unsigned index, const struct node_set *set,
                           const struct node_build_limits *limits)
{
    bool signatures = (set->ttl_kind & NODE_SET_SIGNATURES) != 0;
    unsigned same = 0;
    for (unsigned i = 0; i < build->set_count; i++) {
        same += ((build->sets[i].ttl_kind & NODE_SET_SIGNATURES) != 0) == signatures;
    }
    if (same >= limits->types_per_name || build->set_count >= NODE_SETS_MAX) {
        return REFUSED_LIMIT;
    }
    memmove(&build->sets[index + 1], &build->sets[index], sizeof *set * (build->set_count - index));
    build->sets[index] = *set;
    build->sets[index].end = begin_of(build, index);
    build->set_count++;
    return OK;
}

enum result node_build_add(struct node_build *build, uint16_t type, uint32_t ttl,
                           const struct rr *rr, const struct node_build_limits *limits)
{
    bool signatures = type == TYPE_RRSIG;
    struct node_set fresh = {
        .type = signatures ? node_build_covered(type, rr) : type,
        .ttl_kind = ttl | (signatures ? NODE_SET_SIGNATURES : 0),
    };
    bool found;
    unsigned index = place_of(build, order(fresh.type, signatures), &found);
    uint32_t place = begin_of(build, index);
    if (found) {
        struct rrset set = node_build_set(build, index);
        bool exists;
        place += record_place(&set, type, rr, &exists);
        if (exists) {
            return UNCHANGED;
        }
        if (set.count >= limits->records_per_rrset) {
            return FULL;
        }
    }
    uint32_t size = 2u + rr->size;
    if (head_size(build, NODE_SETS_MAX) + used(build) + size > NODE_BYTES_MAX) {
        return TRUNCATED;
    }
    enum result result = reserve(build, used(build) + size);
    if (result == OK && !found) {
        result = add_set(build, index, &fresh, limits);
    }
    if (result != OK) {
        return result;
    }
    open_gap(build, place, size);
    build->data[place] = (uint8_t)(rr->size >> 8);
    build->data[place + 1] = (uint8_t)rr->size;
    if (rr->size != 0) {
        memcpy(build->data + place + 2, rr->rdata, rr->size);
    }
    build->sets[index].count++;
    for (unsigned i = index; i < build->set_count; i++) {
        build->sets[i].end += size;
    }
    return OK;
}

enum result node_build_remove(struct node_build *build, uint16_t type, const struct rr *rr)
{
    bool signatures = type == TYPE_RRSIG;
    int index =
        node_build_find(build, signatures ? node_build_covered(type, rr) : type, signatures);
    if (index < 0) {
        return NOT_FOUND;
    }
    struct rrset set = node_build_set(build, (unsigned)index);
    bool found;
    uint32_t at = record_place(&set, type, rr, &found);
    if (!found) {
        return NOT_FOUND;
    }
    if (set.count == 1) {
        node_build_remove_set(build, (unsigned)index);
        return OK;
    }
    uint32_t end = at;
    struct rr here;
    (void)rrset_next(&set, &end, &here);
    close_gap(build, begin_of(build, (unsigned)index) + at, end - at);
    build->sets[index].count--;
    for (unsigned i = (unsigned)index; i < build->set_count; i++) {
        build->sets[i].end -= end - at;
    }
    return OK;
}

void node_build_remove_set(struct node_build *build, unsigned index)
{
    uint32_t begin = begin_of(build, index);
    uint32_t size = build->sets[index].end - begin;
    close_gap(build, begin, size);
    memmove(&build->sets[index], &build->sets[index + 1],
            sizeof *build->sets * (build->set_count - index - 1));
    build->set_count--;
    for (unsigned i = index; i < build->set_count; i++) {
        build->sets[i].end -= size;
    }
}

void node_build_clear(struct node_build *build)
{
    build->set_count = 0;
}

enum result node_build_pack(const struct node_build *build, struct zone_node **ret_node)
{
    assert(build->set_count > 0);
    uint32_t head = head_size(build, build->set_count);
    uint32_t size = head + used(build);
    struct zone_node *node = heap_take(build->heap, size);
    if (node == NULL) {
        return REFUSED_MEMORY;
    }
    node->name_size = build->name_size;
    node->label_count = build->label_count;
    node->set_count = build->set_count;
    node->size = size;
    for (unsigned i = 0; i < build->set_count; i++) {
        node->sets[i] = build->sets[i];
        node->sets[i].end += head;
    }
    memcpy(node->sets + build->set_count, build->name, build->name_size);
    memcpy((uint8_t *)node + head, build->data, used(build));
    *ret_node = node;
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/zone_edit.h"

#include "server/wire/fold.h"
#include "server/wire/name.h"
#include "server/wire/rrtype.h"
#include "server/zone/node_build.h"
#include "server/zone/zone_edit_state.h"
#include "server/zone/zone_line.h"

#include <string.h>

/* One kind of result for each of the limits that a node can meet. */
static enum result limit_reached(struct zone_edit *edit, enum zone_fault fault)
{
    edit->fault = fault;
    return REFUSED_LIMIT;
}

static enum result wrong(struct zone_edit *edit, enum zone_fault fault)
{
    edit->fault = fault;
    return ERROR_SEMANTICS;
}

static enum result open_edit(struct heap *heap, const struct zone_limits *limits,
                             struct zone_edit **ret_edit)
{
    struct zone_edit *edit = heap_take(heap, sizeof *edit);
    if (edit == NULL) {
        return REFUSED_MEMORY;
    }
    edit->heap = heap;
    edit->line = NULL;
    edit->base = NULL;
    edit->has_owner = false;
    edit->dirty = false;
    edit->old_node = NULL;
    edit->fault = ZONE_FAULT_NONE;
    edit->ttl_differed = false;
    edit->record_count = 0;
    edit->node_bytes = 0;
    edit->wildcard_count = 0;
    edit->delegation_count = 0;
    edit->dname_count = 0;
    uint32_t records = limits == NULL ? 0 : limits->records_per_rrset;
    uint32_t types = limits == NULL ? 0 : limits->types_per_name;
    edit->limits.records_per_rrset =
        records == 0 || records > UINT16_MAX ? ZONE_RECORDS_PER_RRSET : records;
    edit->limits.types_per_name =
        types == 0 || types > ZONE_TYPES_PER_NAME ? ZONE_TYPES_PER_NAME : types;
    retired_init(&edit->garbage);
    node_build_init(&edit->build, heap);
    *ret_edit = edit;
    return OK;
}

enum result zone_edit_begin_new(struct heap *heap, const uint8_t *apex,
                                const struct zone_limits *limits, struct zone_edit **ret_edit)
{
    struct zone_edit *edit;
    enum result result = open_edit(heap, limits, &edit);
    if (result != OK) {
        return result;
    }
    result = zone_line_create(heap, &edit->line);
    if (result != OK) {
        heap_give(heap, edit, sizeof *edit);
        return result;
    }
    edit->apex_size = (uint8_t)name_copy(edit->apex, apex);
    edit->apex_labels = (uint8_t)name_label_count(apex);
    struct trie empty;
    trie_init(&empty, zone_node_leaf_name);
    trie_edit_begin(&edit->names, &empty, heap, &edit->garbage);
    trie_edit_begin(&edit->nsec3_names, &empty, heap, &edit->garbage);
    *ret_edit = edit;
    return OK;
}

enum result zone_edit_begin(struct snapshot *base, const struct zone_limits *limits,
                            struct zone_edit **ret_edit)
{
    struct zone_edit *edit;
    struct heap *heap = base->line->heap;
    enum result result = open_edit(heap, limits, &edit);
    if (result != OK) {
        return result;
    }
    if (!zone_line_open_edit(base->line, base)) {
        heap_give(heap, edit, sizeof *edit);
        return ERROR_STATE;
    }
    edit->line = base->line;
    edit->base = base;
    edit->apex_size = (uint8_t)name_copy(edit->apex, base->apex_name);
    edit->apex_labels = base->apex_labels;
    edit->record_count = base->record_count;
    edit->node_bytes = base->node_bytes;
    edit->wildcard_count = base->wildcard_count;
    edit->delegation_count = base->delegation_count;
    edit->dname_count = base->dname_count;
    trie_edit_begin(&edit->names, &base->names, heap, &edit->garbage);
    trie_edit_begin(&edit->nsec3_names, &base->nsec3_names, heap, &edit->garbage);
    *ret_edit = edit;
    return OK;
}

static struct trie_edit *tree_of(struct zone_edit *edit, bool is_nsec3)
{
    return is_nsec3 ? &edit->nsec3_names : &edit->names;
}

/* Whether a label is "*", the owner's own or one above it (an empty "*" counts too). */
static bool has_wildcard_label(const uint8_t *name)
{
    for (; *name != 0; name += *name + 1) {
        if (name[0] == 1 && name[1] == '*') {
            return true;
        }
    }
    return false;
}

/* Adds (sign 1) or takes off (-1) what a node counts. */
static void count_node(struct zone_edit *edit, const struct zone_node *node, unsigned flags,
                       int sign)
{
    edit->record_count += (uint64_t)((int64_t)zone_node_record_count(node) * sign);
    edit->node_bytes += (uint64_t)((int64_t)node->size * sign);
    edit->delegation_count += (flags & NODE_DELEGATION) != 0 ? (uint32_t)sign : 0u;
    edit->dname_count += (flags & NODE_DNAME) != 0 ? (uint32_t)sign : 0u;
    edit->wildcard_count += has_wildcard_label(zone_node_name(node)) ? (uint32_t)sign : 0u;
}

/* A node of the old tree goes: the transaction's own at once, another with its last reader. */
static void drop_node(struct zone_edit *edit, struct trie_replaced replaced)
{
    struct zone_node *node = replaced.leaf;
    if (node == NULL) {
        return;
    }
    if (replaced.fresh) {
        heap_give(edit->heap, node, node->size);
    } else {
        retired_note(&edit->garbage, node, node->size);
    }
}

static enum result flush_removed(struct zone_edit *edit)
{
    struct trie_replaced replaced;
    if (edit->old_node == NULL) {
        return OK;
    }
    bool is_apex = edit->build.label_count == edit->apex_labels;
    unsigned flags = zone_node_flags(edit->old_node, is_apex);
    enum result result = trie_edit_remove(tree_of(edit, edit->is_nsec3), &edit->key, &replaced);
    if (result != OK) {
        return result;
    }
    count_node(edit, edit->old_node, flags, -1);
    drop_node(edit, replaced);
    edit->old_node = NULL;
    return OK;
}

static enum result flush_packed(struct zone_edit *edit)
{
    struct zone_node *node;
    struct trie_replaced replaced;
    enum result result = node_build_pack(&edit->build, &node);
    if (result != OK) {
        return result;
    }
    const struct zone_node *old = edit->old_node;
    if (old != NULL && old->size == node->size && memcmp(old, node, node->size) == 0) {
        heap_give(edit->heap, node, node->size);
        return OK;
    }
    bool is_apex = node->label_count == edit->apex_labels;
    unsigned flags = zone_node_flags(node, is_apex);
    result = trie_edit_put(tree_of(edit, edit->is_nsec3), &edit->key, node, flags, &replaced);
    if (result != OK) {
        heap_give(edit->heap, node, node->size);
        return result;
    }
    count_node(edit, node, flags, 1);
    if (old != NULL) {
        count_node(edit, old, zone_node_flags(old, is_apex), -1);
    }
    drop_node(edit, replaced);
    edit->old_node = node;
    return OK;
}

/* Puts the owner at work into the tree. Until that succeeds it stays at work. */
enum result zone_edit_flush(struct zone_edit *edit)
{
    if (!edit->dirty) {
        return OK;
    }
    enum result result = retired_reserve(&edit->garbage, edit->heap, 1);
    if (result == OK) {
        result = edit->build.set_count == 0 ? flush_removed(edit) : flush_packed(edit);
    }
    if (result == OK) {
        edit->dirty = false;
    }
    return result;
}

/* Makes `owner` the owner at work: the last one goes into the tree, this one is unpacked. */
static enum result turn_to(struct zone_edit *edit, const uint8_t *owner, bool is_nsec3)
{
    size_t size = name_length(owner);
    edit->fault = ZONE_FAULT_NONE;
    edit->ttl_differed = false;
    if (edit->has_owner && is_nsec3 == edit->is_nsec3 && size == edit->build.name_size &&
        fold_equal(owner, edit->build.name, size)) {
        return OK;
    }
    if (size < edit->apex_size || !name_is_at_or_below(owner, edit->apex)) {
        return wrong(edit, ZONE_FAULT_OUT_OF_ZONE);
    }
    enum result result = zone_edit_flush(edit);
    if (result != OK) {
        return result;
    }
    edit->has_owner = false;
    edit->old_node = NULL;
    name_key_make(owner, &edit->key);
    const struct trie_entry *entry = trie_edit_find(tree_of(edit, is_nsec3), &edit->key);
    struct zone_node *node = entry == NULL ? NULL : trie_entry_leaf(entry);
    result = node_build_open(&edit->build, owner, node);
    if (result != OK) {
        return result;
    }
    /* The caller's owner need not outlive the call. */
    edit->key.name = edit->build.name;
    edit->is_nsec3 = is_nsec3;
    edit->old_node = node;
    edit->has_owner = true;
    return OK;
}

/* NSEC3 and the signatures over it have a tree of their own (RFC 5155 section 7.2.8: their owners
 * do not exist for queries). */
static bool belongs_to_nsec3(uint16_t type, const struct rr *rr)
{
    return type == TYPE_NSEC3 || node_build_covered(type, rr) == TYPE_NSEC3;
}

/* Types that may stand beside a CNAME: RFC 4034 sections 2.5 and 3, RFC 2535 section 2.3.5. */
static bool may_join_cname(uint16_t type)
{
    return type == TYPE_RRSIG || type == TYPE_NSEC || type == TYPE_KEY || type == TYPE_SIG ||
           type == TYPE_NXT;
}

static bool has_other_than_cname(const struct node_build *build)
{
    for (unsigned i = 0; i < build->set_count; i++) {
        const struct node_set *set = &build->sets[i];
        bool signatures = (set->ttl_kind & NODE_SET_SIGNATURES) != 0;
        if (!signatures && set->type != TYPE_CNAME && !may_join_cname(set->type)) {
            return true;
        }
    }
    return false;
}

/* RFC 1035 section 3.3.13: two names and five numbers. */
static bool soa_is_whole(const struct rr *rr)
{
    unsigned at = 0;
    for (unsigned names = 0; names < 2; names++) {
        while (at < rr->size && rr->rdata[at] != 0) {
            at += rr->rdata[at] + 1u;
        }
        at++;
    }
    return at + 20 == rr->size;
}

/* Whether a record of this type may come to the owner at work, other records aside. */
static enum result check_record(struct zone_edit *edit, uint16_t type, const struct rr *rr)
{
    if (rrtype_is_meta(type)) {
        return wrong(edit, ZONE_FAULT_META_TYPE);
    }
    if ((type == TYPE_SOA && !soa_is_whole(rr)) || (type == TYPE_RRSIG && rr->size < 18)) {
        return wrong(edit, ZONE_FAULT_RDATA);
    }
    return OK;
}

static enum result check_neighbours(struct zone_edit *edit, uint16_t type, const struct rr *rr)
{
    const struct node_build *build = &edit->build;
    if (type == TYPE_SOA && build->label_count != edit->apex_labels) {
        return wrong(edit, ZONE_FAULT_SOA_NOT_APEX);
    }
    if (type == TYPE_CNAME
            ? has_other_than_cname(build)
            : !may_join_cname(type) && node_build_find(build, TYPE_CNAME, false) >= 0) {
        return wrong(edit, ZONE_FAULT_CNAME_AND_OTHER);
    }
    (void)rr;
    return OK;
}

static enum result add_to_build(struct zone_edit *edit, uint16_t type, uint32_t ttl,
                                const struct rr *rr)
{
    struct node_build *build = &edit->build;
    bool signatures = type == TYPE_RRSIG;
    int index =
        node_build_find(build, signatures ? node_build_covered(type, rr) : type, signatures);
    if (index >= 0) {
        edit->ttl_differed = node_build_set(build, (unsigned)index).ttl != ttl;
        /* A second one is a duplicate, or one too many. */
        if (rrtype_is_singleton(type)) {
            struct node_build_limits one = {.records_per_rrset = 1,
                                            .types_per_name = NODE_SETS_MAX};
            enum result result = node_build_add(build, type, ttl, rr, &one);
            return result == FULL ? wrong(edit, ZONE_FAULT_SINGLETON) : result;
        }
    }
    enum result result = node_build_add(build, type, ttl, rr, &edit->limits);
    switch (result) {
    case FULL:
        return limit_reached(edit, ZONE_FAULT_RECORDS_PER_RRSET);
    case REFUSED_LIMIT:
        return limit_reached(edit, ZONE_FAULT_TYPES_PER_NAME);
    case TRUNCATED:
        return limit_reached(edit, ZONE_FAULT_NODE_BYTES);
    case OK:
        edit->dirty = true;
        return OK;
    default:
        return result;
    }
}

enum result zone_edit_add(struct zone_edit *edit, const uint8_t *owner, uint16_t type, uint32_t ttl,
                          const struct rr *rr)
{
    enum result result = check_record(edit, type, rr);
    if (result == OK) {
        result = turn_to(edit, owner, belongs_to_nsec3(type, rr));
    }
    if (result == OK) {
        result = check_neighbours(edit, type, rr);
    }
    return result == OK ? add_to_build(edit, type, ttl > ZONE_TTL_MAX ? 0 : ttl, rr) : result;
}

enum result zone_edit_remove(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                             const struct rr *rr)
{
    enum result result = turn_to(edit, owner, belongs_to_nsec3(type, rr));
    if (result == OK) {
        result = node_build_remove(&edit->build, type, rr);
    }
    if (result == OK) {
        edit->dirty = true;
    }
    return result;
}

/* Removes a type's set, or with RRSIG all sets of signatures, from the owner at work. */
static bool remove_sets(struct node_build *build, uint16_t type)
{
    bool removed = false;
    for (unsigned i = build->set_count; i > 0; i--) {
        bool signatures = (build->sets[i - 1].ttl_kind & NODE_SET_SIGNATURES) != 0;
        if (type == TYPE_RRSIG ? signatures : !signatures && build->sets[i - 1].type == type) {
            node_build_remove_set(build, i - 1);
            removed = true;
        }
    }
    return removed;
}

enum result zone_edit_remove_rrset(struct zone_edit *edit, const uint8_t *owner, uint16_t type)
{
    bool removed = false;
    /* Signatures may stand in both trees. */
    for (unsigned tree = 0; tree < 2; tree++) {
        bool is_nsec3 = tree == 1;
        if (is_nsec3 ? type != TYPE_NSEC3 && type != TYPE_RRSIG : type == TYPE_NSEC3) {
            continue;
        }
        enum result result = turn_to(edit, owner, is_nsec3);
        if (result != OK) {
            return result;
        }
        if (remove_sets(&edit->build, type)) {
            edit->dirty = true;
            removed = true;
        }
    }
    return removed ? OK : NOT_FOUND;
}

enum result zone_edit_remove_name(struct zone_edit *edit, const uint8_t *owner)
{
    bool removed = false;
    for (unsigned tree = 0; tree < 2; tree++) {
        enum result result = turn_to(edit, owner, tree == 1);
        if (result != OK) {
            return result;
        }
        if (edit->build.set_count > 0) {
            node_build_clear(&edit->build);
            edit->dirty = true;
            removed = true;
        }
    }
    return removed ? OK : NOT_FOUND;
}

enum result zone_edit_set_ttl(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                              uint32_t ttl)
{
    enum result result = turn_to(edit, owner, type == TYPE_NSEC3);
    if (result != OK) {
        return result;
    }
    uint32_t wanted = ttl > ZONE_TTL_MAX ? 0 : ttl;
    bool found = false;
    bool changed = false;
    for (unsigned i = 0; i < edit->build.set_count; i++) {
        struct node_set *set = &edit->build.sets[i];
        uint32_t kind = set->ttl_kind & NODE_SET_SIGNATURES;
        if (type == TYPE_RRSIG ? kind != 0 : kind == 0 && set->type == type) {
            found = true;
            changed = changed || set->ttl_kind != (wanted | kind);
            set->ttl_kind = wanted | kind;
        }
    }
    edit->dirty = edit->dirty || changed;
    return changed ? OK : found ? UNCHANGED : NOT_FOUND;
}

enum result zone_edit_get(struct zone_edit *edit, const uint8_t *owner, uint16_t type,
                          struct rrset *ret_set)
{
    enum result result = turn_to(edit, owner, type == TYPE_NSEC3);
    if (result != OK) {
        return result;
    }
    for (unsigned i = 0; i < edit->build.set_count; i++) {
        struct rrset set = node_build_set(&edit->build, i);
        if (set.type == type) {
            *ret_set = set;
            return OK;
        }
    }
    return NOT_FOUND;
}

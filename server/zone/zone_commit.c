// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype.h"
#include "server/zone/zone_edit_state.h"

enum zone_fault zone_edit_fault(const struct zone_edit *edit)
{
    return edit->fault;
}

const char *zone_fault_name(enum zone_fault fault)
{
    static const char *const names[ZONE_FAULT_COUNT] = {
        [ZONE_FAULT_NONE] = "none",
        [ZONE_FAULT_OUT_OF_ZONE] = "out-of-zone",
        [ZONE_FAULT_META_TYPE] = "meta-type",
        [ZONE_FAULT_CNAME_AND_OTHER] = "cname-and-other-data",
        [ZONE_FAULT_SINGLETON] = "more-than-one-record",
        [ZONE_FAULT_SOA_NOT_APEX] = "soa-not-at-apex",
        [ZONE_FAULT_NO_SOA] = "no-soa",
        [ZONE_FAULT_RDATA] = "bad-rdata",
        [ZONE_FAULT_RECORDS_PER_RRSET] = "too-many-records",
        [ZONE_FAULT_TYPES_PER_NAME] = "too-many-types",
        [ZONE_FAULT_NODE_BYTES] = "too-many-bytes",
        [ZONE_FAULT_DIFF] = "difference-does-not-apply",
    };
    return (unsigned)fault < ZONE_FAULT_COUNT ? names[fault] : "unknown";
}

bool zone_edit_ttl_differed(const struct zone_edit *edit)
{
    return edit->ttl_differed;
}

uint64_t zone_edit_record_count(const struct zone_edit *edit)
{
    return edit->record_count;
}

static uint32_t number(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* RFC 1035 section 3.3.13; the edit let only whole ones in. */
static void read_soa(struct snapshot *snapshot)
{
    struct rr rr = rrset_first(&snapshot->soa);
    const uint8_t *numbers = rr.rdata + rr.size - 20;
    uint32_t minimum = number(numbers + 16);
    snapshot->serial = number(numbers);
    snapshot->refresh = number(numbers + 4);
    snapshot->retry = number(numbers + 8);
    snapshot->expire = number(numbers + 12);
    snapshot->negative_ttl = minimum < snapshot->soa.ttl ? minimum : snapshot->soa.ttl;
}

/* RFC 5155 section 4: algorithm, flags (0 here), iterations, salt. Of several, the first that is
 * understood. */
static void read_nsec3param(struct snapshot *snapshot)
{
    struct rrset set;
    struct rr rr;
    uint32_t at = 0;
    if (!zone_node_find(snapshot->apex, TYPE_NSEC3PARAM, &set)) {
        return;
    }
    while (rrset_next(&set, &at, &rr)) {
        if (rr.size >= 5 && rr.size == 5u + rr.rdata[4] && rr.rdata[0] == 1 && rr.rdata[1] == 0) {
            snapshot->nsec3 = (struct snapshot_nsec3){
                .in_use = true,
                .algorithm = rr.rdata[0],
                .flags = rr.rdata[1],
                .salt_size = rr.rdata[4],
                .iterations = (uint16_t)((unsigned)rr.rdata[2] << 8 | rr.rdata[3]),
                .salt = rr.rdata + 5,
            };
            return;
        }
    }
}

static void fill(const struct zone_edit *edit, struct snapshot *snapshot)
{
    struct rrset set;
    snapshot->apex_name = zone_node_name(snapshot->apex);
    snapshot->apex_labels = edit->apex_labels;
    snapshot->is_signed = zone_node_find(snapshot->apex, TYPE_DNSKEY, &set);
    snapshot->has_nsec = zone_node_find(snapshot->apex, TYPE_NSEC, &set);
    snapshot->record_count = edit->record_count;
    snapshot->node_bytes = edit->node_bytes;
    snapshot->wildcard_count = edit->wildcard_count;
    snapshot->delegation_count = edit->delegation_count;
    snapshot->dname_count = edit->dname_count;
    read_soa(snapshot);
    read_nsec3param(snapshot);
}

/* Frees the transaction itself; what it made is elsewhere by now. */
static void close_edit(struct zone_edit *edit)
{
    struct snapshot *base = edit->base;
    node_build_deinit(&edit->build);
    if (base != NULL) {
        zone_line_close_edit(edit->line);
    }
    heap_give(edit->heap, edit, sizeof *edit);
    snapshot_release(base);
}

enum result zone_edit_commit(struct zone_edit *edit, struct snapshot **ret_snapshot)
{
    edit->fault = ZONE_FAULT_NONE;
    enum result result = zone_edit_flush(edit);
    if (result != OK) {
        return result;
    }
    struct name_key key;
    name_key_make(edit->apex, &key);
    const struct trie_entry *apex = trie_find(&edit->names.trie, &key);
    struct rrset soa;
    if (apex == NULL || !zone_node_find(trie_entry_leaf(apex), TYPE_SOA, &soa)) {
        edit->fault = ZONE_FAULT_NO_SOA;
        return ERROR_SEMANTICS;
    }
    struct snapshot *snapshot = heap_take(edit->heap, sizeof *snapshot);
    if (snapshot == NULL) {
        return REFUSED_MEMORY;
    }
    *snapshot = (struct snapshot){.apex = trie_entry_leaf(apex), .soa = soa};
    fill(edit, snapshot);
    trie_edit_commit(&edit->names, &snapshot->names);
    trie_edit_commit(&edit->nsec3_names, &snapshot->nsec3_names);
    retired_init(&snapshot->garbage);
    zone_line_append(edit->line, snapshot, &edit->garbage);
    if (edit->base == NULL) {
        /* A new zone replaced nothing, but places may have been reserved. */
        retired_drop(&edit->garbage, edit->heap);
    }
    close_edit(edit);
    *ret_snapshot = snapshot;
    return OK;
}

void zone_edit_abandon(struct zone_edit *edit)
{
    if (edit == NULL) {
        return;
    }
    trie_edit_abandon(&edit->names, zone_line_free_node, edit->heap);
    trie_edit_abandon(&edit->nsec3_names, zone_line_free_node, edit->heap);
    retired_drop(&edit->garbage, edit->heap);
    if (edit->base == NULL) {
        zone_line_destroy(edit->line);
    }
    close_edit(edit);
}

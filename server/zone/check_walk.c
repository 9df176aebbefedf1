// SPDX-License-Identifier: Apache-2.0
#include "server/zone/check.h"

#include "server/wire/cursor.h"
#include "server/wire/name.h"
#include "server/wire/rdata.h"
#include "server/wire/rrtype.h"
#include "server/zone/name_key.h"

#include <string.h>

#define CUT_TARGETS_MAX 32u /* name servers below their own delegation that are waited for */
#define RECENT_TARGETS 512u /* power of two */

/* What a target was found to be. */
enum target {
    TARGET_UNKNOWN, /* outside the zone, occluded, or not looked up any more */
    TARGET_ADDRESS,
    TARGET_CNAME,
    TARGET_NO_ADDRESS,
};

struct run {
    const struct snapshot *snapshot;
    struct master_problems *problems;
    struct master_place place;
    /* The delegation that the walk is at or below, and its name servers that lie below it too. */
    const uint8_t *cut;
    const uint8_t *awaited[CUT_TARGETS_MAX];
    unsigned awaited_count;
    uint32_t awaited_found; /* one bit each */
    const uint8_t *dname;   /* that the walk is at or below */
    bool dname_told;
    const uint8_t *nsec_next;  /* where the last NSEC says the chain goes on */
    const uint8_t *hash;       /* the last NSEC3's next hashed owner */
    const uint8_t *hash_first; /* the label of the first NSEC3 of the chain */
    uint8_t hash_size;
    uint32_t lookups;
    struct {
        const uint8_t *name;
        enum target target;
    } recent[RECENT_TARGETS];
};

static void tell(struct run *run, enum check_id id, const uint8_t *owner, uint16_t type,
                 const uint8_t *target)
{
    char text[NAME_TEXT_MAX];
    if (target != NULL) {
        (void)name_to_text(target, text);
    }
    check_tell(run->problems, id, run->place,
               (struct check_finding){owner, type, target != NULL ? text : NULL});
}

static bool has_address(const struct zone_node *node)
{
    struct rrset set;
    return zone_node_find(node, TYPE_A, &set) || zone_node_find(node, TYPE_AAAA, &set);
}

/* Whether a name would be answered by a wildcard or lies below a delegation or DNAME: then its
 * absence says nothing. */
static bool is_covered(struct run *run, const uint8_t *name)
{
    const uint8_t *apex = run->snapshot->apex_name;
    for (; !name_equal(name, apex) && !name_is_root(name); name = name_parent(name)) {
        struct name_key key;
        struct name wildcard;
        struct rrset set;
        run->lookups += 2;
        name_key_make(name, &key);
        const struct zone_node *node = snapshot_find(run->snapshot, &key);
        if (node != NULL &&
            (zone_node_find(node, TYPE_NS, &set) || zone_node_find(node, TYPE_DNAME, &set))) {
            return true;
        }
        if (name_wildcard_of(name_parent(name), &wildcard) != OK) {
            continue;
        }
        name_key_make(wildcard.bytes, &key);
        if (snapshot_find(run->snapshot, &key) != NULL) {
            return true;
        }
    }
    return false;
}

static enum target look_up(struct run *run, const uint8_t *name)
{
    if (run->lookups >= CHECK_LOOKUPS_MAX) {
        return TARGET_UNKNOWN;
    }
    run->lookups++;
    struct name_key key;
    struct rrset set;
    name_key_make(name, &key);
    const struct zone_node *node = snapshot_find(run->snapshot, &key);
    if (node != NULL && has_address(node)) {
        return TARGET_ADDRESS;
    }
    if (node != NULL && zone_node_find(node, TYPE_CNAME, &set)) {
        return TARGET_CNAME;
    }
    return is_covered(run, name) ? TARGET_UNKNOWN : TARGET_NO_ADDRESS;
}

/* What the target of a record is; the same few name servers come again and again. */
static enum target target_of(struct run *run, const uint8_t *name)
{
    if (!name_is_at_or_below(name, run->snapshot->apex_name)) {
        return TARGET_UNKNOWN;
    }
    uint32_t hash = 2166136261u; /* FNV-1a: only a place in a small table depends on it */
    size_t length = name_length(name);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ name_lower_byte[name[i]]) * 16777619u;
    }
    unsigned place = (hash ^ hash >> 16) & (RECENT_TARGETS - 1);
    if (run->recent[place].name == NULL || !name_equal(run->recent[place].name, name)) {
        run->recent[place].target = look_up(run, name);
        run->recent[place].name = name;
    }
    return run->recent[place].target;
}

static void check_apex_ns(struct run *run, const struct zone_node *node)
{
    struct rrset set;
    struct rr rr;
    if (!zone_node_find(node, TYPE_NS, &set)) {
        tell(run, CHECK_NS_MISSING, NULL, 0, NULL);
        return;
    }
    for (uint32_t at = 0; rrset_next(&set, &at, &rr);) {
        enum target target = target_of(run, rr.rdata);
        if (target == TARGET_CNAME) {
            tell(run, CHECK_NS_CNAME, zone_node_name(node), TYPE_NS, rr.rdata);
        } else if (target == TARGET_NO_ADDRESS) {
            tell(run, CHECK_NS_NO_ADDRESS, zone_node_name(node), TYPE_NS, rr.rdata);
        }
    }
}

/* What the delegation that the walk leaves was promised and did not get. */
static void leave_cut(struct run *run)
{
    for (unsigned i = 0; i < run->awaited_count; i++) {
        if ((run->awaited_found >> i & 1) == 0) {
            tell(run, CHECK_GLUE_MISSING, run->cut, TYPE_NS, run->awaited[i]);
        }
    }
    run->cut = NULL;
    run->awaited_count = 0;
    run->awaited_found = 0;
}

/* Name servers below the delegation are awaited, the others looked up. */
static void enter_cut(struct run *run, const struct zone_node *node, const struct rrset *ns)
{
    const uint8_t *owner = zone_node_name(node);
    bool addressed = has_address(node);
    struct rr rr;
    run->cut = owner;
    for (uint32_t at = 0; rrset_next(ns, &at, &rr);) {
        if (name_is_at_or_below(rr.rdata, owner)) {
            if (!(addressed && name_equal(rr.rdata, owner)) &&
                run->awaited_count < CUT_TARGETS_MAX) {
                run->awaited[run->awaited_count++] = rr.rdata;
            }
            continue;
        }
        enum target target = target_of(run, rr.rdata);
        if (target == TARGET_CNAME) {
            tell(run, CHECK_TARGET_CNAME, owner, TYPE_NS, rr.rdata);
        } else if (target == TARGET_NO_ADDRESS) {
            tell(run, CHECK_TARGET_NO_ADDRESS, owner, TYPE_NS, rr.rdata);
        }
    }
}

/* A name below the present delegation: is it the awaited glue? */
static void check_glue(struct run *run, const struct zone_node *node)
{
    for (unsigned i = 0; i < run->awaited_count; i++) {
        if ((run->awaited_found >> i & 1) == 0 &&
            name_equal(run->awaited[i], zone_node_name(node)) && has_address(node)) {
            run->awaited_found |= 1u << i;
        }
    }
}

static void check_targets(struct run *run, const struct zone_node *node, const struct rrset *set)
{
    size_t skip = set->type == TYPE_MX ? 2 : 6; /* preference; priority, weight and port */
    struct rr rr;
    for (uint32_t at = 0; rrset_next(set, &at, &rr);) {
        if (rr.size <= skip) {
            continue;
        }
        const uint8_t *name = rr.rdata + skip;
        enum target target = name_is_root(name) ? TARGET_UNKNOWN : target_of(run, name);
        if (target == TARGET_CNAME) {
            tell(run, CHECK_TARGET_CNAME, zone_node_name(node), set->type, name);
        } else if (target == TARGET_NO_ADDRESS) {
            tell(run, CHECK_TARGET_NO_ADDRESS, zone_node_name(node), set->type, name);
        }
    }
}

/* NSEC: the chain leads from each name that has authoritative data to the next (RFC 4034 section
 * 4.1.1). */
static void check_nsec(struct run *run, const struct zone_node *node)
{
    const uint8_t *owner = zone_node_name(node);
    struct rrset set;
    if (!zone_node_find(node, TYPE_NSEC, &set)) {
        tell(run, CHECK_NSEC_MISSING, owner, 0, NULL);
        return;
    }
    if (run->nsec_next != NULL && !name_equal(run->nsec_next, owner)) {
        tell(run, CHECK_NSEC_CHAIN, owner, TYPE_NSEC, run->nsec_next);
    }
    run->nsec_next = rrset_first(&set).rdata;
}

/* The sets that must be signed: all but a delegation's NS and what lies below it (RFC 4035
 * section 2.2). */
static void check_signatures(struct run *run, const struct zone_node *node, bool delegated)
{
    bool is_apex = node == run->snapshot->apex;
    for (unsigned i = 0; i < node->set_count; i++) {
        struct rrset set = zone_node_set(node, i);
        struct rrset signatures;
        bool must =
            set.type != TYPE_RRSIG && (!delegated || set.type == TYPE_DS || set.type == TYPE_NSEC);
        if (must && !zone_node_find_signatures(node, set.type, &signatures)) {
            tell(run,
                 is_apex && set.type == TYPE_DNSKEY ? CHECK_DNSKEY_UNSIGNED : CHECK_RRSIG_MISSING,
                 zone_node_name(node), set.type, NULL);
        }
    }
    if (run->snapshot->has_nsec) {
        check_nsec(run, node);
    }
}

static void check_node(struct run *run, const struct zone_node *node)
{
    const uint8_t *owner = zone_node_name(node);
    struct rrset set;
    if (run->cut != NULL) {
        if (name_is_at_or_below(owner, run->cut)) {
            if (run->awaited_count != 0) {
                check_glue(run, node);
            }
            return;
        }
        leave_cut(run);
    }
    if (run->dname != NULL) {
        if (name_is_at_or_below(owner, run->dname)) {
            if (!run->dname_told) {
                tell(run, CHECK_DNAME_DESCENDANTS, run->dname, TYPE_DNAME, owner);
            }
            run->dname_told = true;
            return;
        }
        run->dname = NULL;
    }
    bool is_apex = node == run->snapshot->apex;
    bool delegated = false;
    for (unsigned i = 0; i < node->set_count; i++) {
        uint16_t type = node->sets[i].type;
        if ((node->sets[i].ttl_kind & NODE_SET_SIGNATURES) != 0) {
            continue;
        }
        if (type == TYPE_NS && !is_apex) {
            delegated = true;
            set = zone_node_set(node, i);
            enter_cut(run, node, &set);
        } else if (type == TYPE_DNAME) {
            run->dname = owner;
            run->dname_told = false;
        } else if (type == TYPE_MX || type == TYPE_SRV) {
            set = zone_node_set(node, i);
            check_targets(run, node, &set);
        } else if (type == TYPE_DS && !is_apex && !delegated) {
            tell(run, CHECK_DS_NO_DELEGATION, owner, type, NULL);
        }
    }
    if (run->snapshot->is_signed) {
        check_signatures(run, node, delegated);
    }
}

/* The hash that the first label of an NSEC3 owner spells (RFC 5155 section 1.3: base32hex without
 * padding); false when it spells none. */
static bool label_hash(const uint8_t *name, uint8_t hash[LABEL_BYTES_MAX], uint8_t *ret_size)
{
    unsigned bits = 0;
    unsigned held = 0;
    uint8_t size = 0;
    for (unsigned i = 1; i <= name[0]; i++) {
        uint8_t c = name_lower_byte[name[i]];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'v' ? (unsigned)(c - 'a') + 10
                                                : 32;
        if (digit == 32) {
            return false;
        }
        bits = (bits << 5 | digit) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            hash[size++] = (uint8_t)(bits >> held);
        }
    }
    *ret_size = size;
    return true;
}

static bool leads_to(const struct run *run, const uint8_t *name)
{
    uint8_t hash[LABEL_BYTES_MAX];
    uint8_t size;
    return label_hash(name, hash, &size) && size == run->hash_size &&
           memcmp(hash, run->hash, size) == 0;
}

/* An NSEC3 of the chain that the zone's NSEC3PARAM names: algorithm, flags, iterations, salt, then
 * the next hashed owner (RFC 5155 section 3.2). */
static void check_nsec3(struct run *run, const struct zone_node *node)
{
    const struct snapshot_nsec3 *nsec3 = &run->snapshot->nsec3;
    struct rrset set;
    struct rr rr;
    if (!zone_node_find(node, TYPE_NSEC3, &set)) {
        return;
    }
    for (uint32_t at = 0; rrset_next(&set, &at, &rr);) {
        struct reader data = reader_over(rr.rdata, rr.size);
        uint8_t algorithm = reader_u8(&data);
        (void)reader_u8(&data);
        uint16_t iterations = reader_u16(&data);
        uint8_t salt_size = reader_u8(&data);
        const uint8_t *salt = reader_bytes(&data, salt_size);
        uint8_t hash_size = reader_u8(&data);
        const uint8_t *hash = reader_bytes(&data, hash_size);
        if (!reader_ok(&data) || algorithm != nsec3->algorithm || iterations != nsec3->iterations ||
            salt_size != nsec3->salt_size || memcmp(salt, nsec3->salt, salt_size) != 0) {
            continue;
        }
        if (run->hash != NULL && !leads_to(run, zone_node_name(node))) {
            tell(run, CHECK_NSEC3_CHAIN, zone_node_name(node), TYPE_NSEC3, NULL);
        }
        run->hash = hash;
        run->hash_size = hash_size;
        run->hash_first = run->hash_first == NULL ? zone_node_name(node) : run->hash_first;
    }
}

/* Both chains are rings. */
static void close_chains(struct run *run)
{
    const struct snapshot *snapshot = run->snapshot;
    if (snapshot->is_signed && run->nsec_next != NULL &&
        !name_equal(run->nsec_next, snapshot->apex_name)) {
        tell(run, CHECK_NSEC_CHAIN, snapshot->apex_name, TYPE_NSEC, run->nsec_next);
    }
    if (!snapshot->nsec3.in_use) {
        return;
    }
    if (run->hash == NULL) {
        tell(run, CHECK_NSEC3_MISSING, NULL, 0, NULL);
    } else if (!leads_to(run, run->hash_first)) {
        tell(run, CHECK_NSEC3_CHAIN, run->hash_first, TYPE_NSEC3, NULL);
    }
}

void check_snapshot(const struct snapshot *snapshot, const char *file,
                    struct master_problems *problems)
{
    struct run run = {
        .snapshot = snapshot,
        .problems = problems,
        .place = {.file = file},
    };
    check_apex_ns(&run, snapshot->apex);
    struct snapshot_walk walk;
    snapshot_walk_begin(&walk, snapshot);
    const struct zone_node *node;
    while ((node = snapshot_walk_next(&walk)) != NULL) {
        if (!walk.in_nsec3) {
            check_node(&run, node);
        } else if (snapshot->nsec3.in_use) {
            check_nsec3(&run, node);
        }
    }
    if (run.cut != NULL) {
        leave_cut(&run);
    }
    close_chains(&run);
}

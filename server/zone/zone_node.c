// SPDX-License-Identifier: Apache-2.0
#include "server/zone/zone_node.h"

#include "server/wire/rrtype.h"

#include <assert.h>

static_assert(sizeof(struct zone_node) == 8, "the cost that zone_node.h states");
static_assert(sizeof(struct node_set) == 12, "the cost that zone_node.h states");

static bool find(const struct zone_node *node, uint16_t type, uint32_t kind, struct rrset *ret_set)
{
    for (unsigned i = 0; i < node->set_count && node->sets[i].type <= type; i++) {
        if (node->sets[i].type == type && (node->sets[i].ttl_kind & NODE_SET_SIGNATURES) == kind) {
            *ret_set = zone_node_set(node, i);
            return true;
        }
    }
    return false;
}

bool zone_node_find(const struct zone_node *node, uint16_t type, struct rrset *ret_set)
{
    if (type != TYPE_RRSIG) {
        return find(node, type, 0, ret_set);
    }
    for (unsigned i = 0; i < node->set_count; i++) {
        if ((node->sets[i].ttl_kind & NODE_SET_SIGNATURES) != 0) {
            *ret_set = zone_node_set(node, i);
            return true;
        }
    }
    return false;
}

bool zone_node_find_signatures(const struct zone_node *node, uint16_t covered,
                               struct rrset *ret_set)
{
    return find(node, covered, NODE_SET_SIGNATURES, ret_set);
}

uint32_t zone_node_record_count(const struct zone_node *node)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < node->set_count; i++) {
        count += node->sets[i].count;
    }
    return count;
}

unsigned zone_node_flags(const struct zone_node *node, bool is_apex)
{
    const uint8_t *name = zone_node_name(node);
    unsigned flags = name[0] == 1 && name[1] == '*' ? NODE_WILDCARD : 0;
    for (unsigned i = 0; i < node->set_count; i++) {
        if ((node->sets[i].ttl_kind & NODE_SET_SIGNATURES) != 0) {
            continue;
        }
        if (node->sets[i].type == TYPE_NS && !is_apex) {
            flags |= NODE_DELEGATION;
        } else if (node->sets[i].type == TYPE_DNAME) {
            flags |= NODE_DNAME;
        } else if (node->sets[i].type == TYPE_CNAME) {
            flags |= NODE_CNAME;
        }
    }
    return flags;
}

const uint8_t *zone_node_leaf_name(const void *leaf)
{
    return zone_node_name(leaf);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/registry/registry.h"

/**
 * Where the hosts named by SRV, MX and NS records are: what was found for a record's target is
 * remembered for the next answer, because a domain's locator records name the same few hosts in
 * every answer.
 *
 * An entry is keyed by the place of the name inside a zone's version and by the count of the
 * registry's changes (registry_changes()): as long as nothing was published, nothing was freed, and
 * what was found is still true. Each publication forgets everything at once, without a walk. A
 * fixed table, one place for each hash: a collision forgets the older entry.
 *
 * Thread: one worker. Cost: sizeof(struct answer_cache), part of the query worker's memory.
 */
#define ANSWER_CACHE_PLACES 1024u /* a power of two */

struct answer_cache_entry {
    const uint8_t *target;        /* shared (epoch): the name, inside a version */
    const struct zone_node *node; /* shared (epoch): where its addresses are */
    const struct catalog_entry
        *zone; /* shared (epoch): the zone they are in, which the client must be allowed to ask */
};

struct answer_cache {
    uint64_t changes; /* the registry's count for which the entries hold */
    struct answer_cache_entry entries[ANSWER_CACHE_PLACES];
};

/** Called before each batch with registry_changes(), read before the catalog was. */
void answer_cache_begin(struct answer_cache *cache, uint64_t changes);

/** The place for a name; it holds that name if entry->target is `target`. */
static inline struct answer_cache_entry *answer_cache_at(struct answer_cache *cache,
                                                         const uint8_t *target)
{
    uint64_t hash = (uint64_t)(uintptr_t)target * UINT64_C(0x9e3779b97f4a7c15);
    return &cache->entries[hash >> 54 & (ANSWER_CACHE_PLACES - 1)];
}

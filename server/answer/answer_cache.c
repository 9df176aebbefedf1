// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer_cache.h"

#include <string.h>

void answer_cache_begin(struct answer_cache *cache, uint64_t changes)
{
    if (cache->changes != changes) {
        memset(cache->entries, 0, sizeof cache->entries);
        cache->changes = changes;
    }
}

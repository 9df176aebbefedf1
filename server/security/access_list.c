// SPDX-License-Identifier: Apache-2.0
#include "server/security/access_list.h"

bool access_list_allows(const struct access_list *list, const struct address *client)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct access_entry *entry = &list->entries[i];
        if (entry->kind == ACCESS_ANY || prefix_matches(&entry->prefix, client)) {
            return true;
        }
    }
    return false;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"

/**
 * Access lists: who may do something. First match wins; what matches nothing is denied; an empty
 * list denies everybody.
 *
 * Immutable once built; the entries belong to whoever built it (the configuration). Any thread, no
 * allocation.
 */
#define ACCESS_ENTRIES_MAX 1024u /* entries in one list */

enum access_kind {
    ACCESS_ANY,
    ACCESS_PREFIX,
};

struct access_entry {
    enum access_kind kind;
    struct prefix prefix;
};

struct access_list {
    const struct access_entry *entries; /* borrowed (from the configuration, for its life) */
    uint32_t count;
};

/** Whether a client at that address (its port is ignored; an IPv4-mapped IPv6 address counts as
 * IPv4) is on the list. */
bool access_list_allows(const struct access_list *list, const struct address *client);

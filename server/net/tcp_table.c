// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_table.h"

#include "alloc/memory.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define NO_ENTRY UINT32_MAX

struct client_entry {
    struct address client; /* port 0 */
    uint32_t count;        /* 0: free */
    uint32_t next;         /* in its chain, or in that of the free */
};

struct tcp_table {
    struct region region; /* owned: this struct and all that follows */
    struct tcp_table_options options;
    pthread_mutex_t lock; /* guards all below but `used` and `high_water`, which are written under
                             it and read without */
    struct tcp_connection *free_slots;
    struct client_entry *entries;
    uint32_t free_entry;
    uint32_t *heads;
    uint32_t head_mask;
    _Atomic uint32_t used;       /* relaxed */
    _Atomic uint32_t high_water; /* relaxed */
};

/** At least twice the slots, so that chains are short. */
static uint32_t head_count(uint32_t connections)
{
    uint32_t count = 2;
    while (count < 2 * connections) {
        count *= 2;
    }
    return count;
}

static size_t aligned(size_t size)
{
    return (size + 63) / 64 * 64;
}

size_t tcp_table_cost_bytes(uint32_t connections)
{
    return aligned(sizeof(struct tcp_table)) +
           connections * aligned(sizeof(struct tcp_connection)) +
           aligned(connections * sizeof(struct client_entry)) +
           head_count(connections) * sizeof(uint32_t);
}

static struct tcp_connection *slot_at(uint8_t *slots, uint32_t index)
{
    return (struct tcp_connection *)(void *)(slots +
                                             index * aligned(sizeof(struct tcp_connection)));
}

enum result tcp_table_create(const struct tcp_table_options *options, struct tcp_table **ret_table)
{
    assert(options->connections >= 1 && options->connections_per_client >= 1);
    uint32_t count = options->connections;
    struct region region = {0};
    enum result result = region_open(&region, ACCOUNT_NETWORK, tcp_table_cost_bytes(count),
                                     (struct region_options){.populate = true});
    if (result != OK) {
        return result;
    }
    struct tcp_table *table = region.base;
    table->region = region;
    table->options = *options;
    pthread_mutex_init(&table->lock, NULL);
    uint8_t *slots = (uint8_t *)region.base + aligned(sizeof *table);
    uint8_t *entries = slots + count * aligned(sizeof(struct tcp_connection));
    table->entries = (struct client_entry *)(void *)entries;
    table->heads = (uint32_t *)(void *)(entries + aligned(count * sizeof(struct client_entry)));
    table->head_mask = head_count(count) - 1;
    for (uint32_t i = 0; i < count; i++) {
        struct tcp_connection *slot = slot_at(slots, count - 1 - i);
        slot->next = table->free_slots;
        table->free_slots = slot;
        table->entries[i].next = i + 1 < count ? i + 1 : NO_ENTRY;
    }
    for (uint32_t i = 0; i <= table->head_mask; i++) {
        table->heads[i] = NO_ENTRY;
    }
    *ret_table = table;
    return OK;
}

void tcp_table_destroy(struct tcp_table *table)
{
    if (table != NULL) {
        assert(table->used == 0);
        pthread_mutex_destroy(&table->lock);
        struct region region = table->region; /* the table lies inside it */
        region_close(&region);
    }
}

static struct address host_of(const struct address *client)
{
    struct address host = address_unmap(client);
    host.port = 0;
    return host;
}

static uint32_t *head_of(struct tcp_table *table, const struct address *host)
{
    return &table->heads[(uint32_t)address_hash(host, table->options.key) & table->head_mask];
}

/** The client's entry or NO_ENTRY; a chain holds at most as many as there are slots. */
static uint32_t entry_find(struct tcp_table *table, const struct address *host)
{
    uint32_t at = *head_of(table, host);
    while (at != NO_ENTRY && !address_equal(&table->entries[at].client, host)) {
        at = table->entries[at].next;
    }
    return at;
}

static uint32_t entry_make(struct tcp_table *table, const struct address *host)
{
    uint32_t at = table->free_entry;
    struct client_entry *entry = &table->entries[at]; /* one for each slot, and a slot is free */
    uint32_t *head = head_of(table, host);
    table->free_entry = entry->next;
    *entry = (struct client_entry){.client = *host, .next = *head};
    *head = at;
    return at;
}

static void entry_end(struct tcp_table *table, uint32_t at)
{
    struct client_entry *entry = &table->entries[at];
    uint32_t *link = head_of(table, &entry->client);
    while (*link != at) {
        link = &table->entries[*link].next;
    }
    *link = entry->next;
    entry->next = table->free_entry;
    table->free_entry = at;
}

static enum result take(struct tcp_table *table, const struct address *client,
                        struct tcp_connection **ret_connection)
{
    struct address host = host_of(client);
    uint32_t entry = entry_find(table, &host);
    if (entry != NO_ENTRY && table->entries[entry].count >= table->options.connections_per_client) {
        return REFUSED_LIMIT;
    }
    struct tcp_connection *connection = table->free_slots;
    if (connection == NULL) {
        return FULL;
    }
    if (entry == NO_ENTRY) {
        entry = entry_make(table, &host);
    }
    table->free_slots = connection->next;
    table->entries[entry].count++;
    uint32_t used = atomic_load_explicit(&table->used, memory_order_relaxed) + 1;
    atomic_store_explicit(&table->used, used, memory_order_relaxed);
    if (used > atomic_load_explicit(&table->high_water, memory_order_relaxed)) {
        atomic_store_explicit(&table->high_water, used, memory_order_relaxed);
    }
    memset(connection, 0, sizeof *connection);
    connection->client = *client;
    connection->entry = entry;
    connection->fd = -1;
    *ret_connection = connection;
    return OK;
}

enum result tcp_table_take(struct tcp_table *table, const struct address *client,
                           struct tcp_connection **ret_connection)
{
    pthread_mutex_lock(&table->lock);
    enum result result = take(table, client, ret_connection);
    pthread_mutex_unlock(&table->lock);
    return result;
}

void tcp_table_give(struct tcp_table *table, struct tcp_connection *connection)
{
    pthread_mutex_lock(&table->lock);
    struct client_entry *entry = &table->entries[connection->entry];
    assert(entry->count > 0);
    if (--entry->count == 0) {
        entry_end(table, connection->entry);
    }
    connection->next = table->free_slots;
    table->free_slots = connection;
    atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
    pthread_mutex_unlock(&table->lock);
}

bool tcp_table_full(const struct tcp_table *table)
{
    return atomic_load_explicit(&table->used, memory_order_relaxed) >= table->options.connections;
}

uint32_t tcp_table_client(struct tcp_table *table, const struct address *client)
{
    struct address host = host_of(client);
    pthread_mutex_lock(&table->lock);
    uint32_t entry = entry_find(table, &host);
    uint32_t count = entry == NO_ENTRY ? 0 : table->entries[entry].count;
    pthread_mutex_unlock(&table->lock);
    return count;
}

uint32_t tcp_table_client_limit(const struct tcp_table *table)
{
    return table->options.connections_per_client;
}

void tcp_table_read(void *context, struct pool_state *ret_state)
{
    const struct tcp_table *table = context;
    *ret_state = (struct pool_state){
        .limit = table->options.connections,
        .used = atomic_load_explicit(&table->used, memory_order_relaxed),
        .high_water = atomic_load_explicit(&table->high_water, memory_order_relaxed),
    };
}

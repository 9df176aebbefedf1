// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include "alloc/memory.h"

#include <assert.h>
#include <string.h>

enum result query_server_create(const struct query_server_options *options,
                                struct query_server **ret_server)
{
    struct query_server *server = memory_take_array(ACCOUNT_REQUESTS, 1, sizeof *server);
    if (server == NULL) {
        return REFUSED_MEMORY;
    }
    server->registry = options->registry;
    server->clock = options->clock;
    memcpy(server->cookie_secret, options->cookie_secret, sizeof server->cookie_secret);
    atomic_store_explicit(&server->policy, options->policy, memory_order_release);
    enum result result = query_counters_register(&server->counters);
    if (result == OK) {
        result = rate_limit_create(options->table_key, &server->limit);
    }
    if (result != OK) {
        query_server_destroy(server);
        return result;
    }
    *ret_server = server;
    return OK;
}

void query_server_destroy(struct query_server *server)
{
    if (server != NULL) {
        rate_limit_destroy(server->limit);
        memory_give(ACCOUNT_REQUESTS, server, sizeof *server);
    }
}

void query_server_policy(struct query_server *server, const struct query_options *policy)
{
    atomic_store_explicit(&server->policy, policy, memory_order_release);
}

size_t query_worker_cost_bytes(void)
{
    return sizeof(struct query_worker);
}

enum result query_worker_create(struct query_server *server, uint32_t seed,
                                struct query_worker **ret_worker)
{
    struct query_worker *worker = memory_take_array(ACCOUNT_REQUESTS, 1, sizeof *worker);
    if (worker == NULL) {
        return REFUSED_MEMORY;
    }
    worker->server = server;
    worker->rotation = seed;
    composer_init(&worker->composer);
    *ret_worker = worker;
    return OK;
}

void query_worker_destroy(struct query_worker *worker)
{
    if (worker != NULL) {
        memory_give(ACCOUNT_REQUESTS, worker, sizeof *worker);
    }
}

/** Finds the zones of all questions, then the names in their versions. */
static void look_up(struct query_worker *worker, const struct catalog *catalog,
                    const struct query_message *messages, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bool wanted = worker->states[i].fate == FATE_ANSWER;
        worker->key_pointers[i] = wanted ? &worker->keys[i] : NULL;
        if (wanted) {
            name_key_make(worker->requests[i].qname, &worker->keys[i]);
        }
    }
    catalog_find_batch(catalog, worker->key_pointers, count, worker->entries);
    for (unsigned i = 0; i < count; i++) {
        worker->snapshots[i] = NULL;
        if (worker->states[i].fate == FATE_ANSWER) {
            query_route(worker, &messages[i], i);
        }
    }
    lookup_batch(worker->snapshots, worker->keys, count, worker->lookups);
}

void query_batch(struct query_worker *worker, struct query_message *messages, unsigned count)
{
    assert(count <= QUERY_BATCH_MAX);
    struct query_server *server = worker->server;
    const struct query_options *policy =
        atomic_load_explicit(&server->policy, memory_order_acquire);
    /* Before the catalog: what is found below belongs to this count or a later one. */
    uint64_t changes = registry_changes(server->registry);
    answer_cache_begin(&worker->targets, changes);
    const struct catalog *catalog = registry_catalog(server->registry);
    clock_turn_read(&worker->now, server->clock);
    for (unsigned i = 0; i < count; i++) {
        query_admit(worker, policy, &messages[i], i);
    }
    if (catalog != NULL) {
        look_up(worker, catalog, messages, count);
    }
    /* With a publication under way, what is remembered may be the version before: never a mix. */
    worker->remembers = registry_settled(server->registry, changes);
    for (unsigned i = 0; i < count; i++) {
        query_respond(worker, policy, catalog, &messages[i], i);
    }
}

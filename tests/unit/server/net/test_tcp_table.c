// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_table.h"

#include "alloc/ledger.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

TestSuite(tcp_table, .timeout = 60);

static struct address client_at(unsigned number, uint16_t port)
{
    return (struct address){.family = ADDRESS_V4,
                            .port = port,
                            .bytes = {10, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static struct tcp_table *table_of(uint32_t connections, uint32_t per_client)
{
    struct tcp_table_options options = {
        .connections = connections, .connections_per_client = per_client, .key = {1, 2, 3}};
    struct tcp_table *table = NULL;
    cr_assert_eq(tcp_table_create(&options, &table), OK);
    return table;
}

static uint64_t used_of(struct tcp_table *table)
{
    struct pool_state state;
    tcp_table_read(table, &state);
    return state.used;
}

Test(tcp_table, one_slot)
{
    struct tcp_table *table = table_of(1, 1);
    struct address a = client_at(1, 1000);
    struct address b = client_at(2, 1000);
    struct tcp_connection *connection = NULL;
    struct tcp_connection *other = NULL;
    cr_assert_not(tcp_table_full(table));
    cr_assert_eq(tcp_table_take(table, &a, &connection), OK);
    cr_assert(tcp_table_full(table));
    cr_assert_eq(connection->fd, -1);
    cr_assert(address_equal(&connection->client, &a));
    cr_assert_eq(tcp_table_take(table, &a, &other), REFUSED_LIMIT);
    cr_assert_eq(tcp_table_take(table, &b, &other), FULL);
    cr_assert_null(other);
    tcp_table_give(table, connection);
    cr_assert_eq(tcp_table_take(table, &b, &connection), OK);
    tcp_table_give(table, connection);
    struct pool_state state;
    tcp_table_read(table, &state);
    cr_assert_eq(state.limit, 1);
    cr_assert_eq(state.used, 0);
    cr_assert_eq(state.high_water, 1);
    tcp_table_destroy(table);
}

Test(tcp_table, a_client_s_ports_count_together)
{
    struct tcp_table *table = table_of(10, 3);
    struct tcp_connection *held[3];
    struct tcp_connection *other = NULL;
    for (uint16_t i = 0; i < 3; i++) {
        struct address client = client_at(7, (uint16_t)(2000 + i));
        cr_assert_eq(tcp_table_client(table, &client), i);
        cr_assert_eq(tcp_table_take(table, &client, &held[i]), OK);
    }
    struct address again = client_at(7, 1);
    struct address mapped = {.family = ADDRESS_V6,
                             .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 7}};
    cr_assert_eq(tcp_table_take(table, &again, &other), REFUSED_LIMIT);
    cr_assert_eq(tcp_table_take(table, &mapped, &other), REFUSED_LIMIT);
    cr_assert_eq(tcp_table_client_limit(table), 3);
    tcp_table_give(table, held[1]);
    cr_assert_eq(tcp_table_client(table, &again), 2);
    cr_assert_eq(tcp_table_take(table, &again, &held[1]), OK);
    for (unsigned i = 0; i < 3; i++) {
        tcp_table_give(table, held[i]);
    }
    cr_assert_eq(tcp_table_client(table, &again), 0);
    tcp_table_destroy(table);
}

/* As many clients as slots, and then others: every entry is used and used again. */
Test(tcp_table, as_many_clients_as_slots)
{
    enum { COUNT = 257 };
    struct tcp_table *table = table_of(COUNT, 2);
    static struct tcp_connection *held[COUNT];
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < COUNT; i++) {
            struct address client = client_at(round * 1000 + i, 9);
            cr_assert_eq(tcp_table_take(table, &client, &held[i]), OK);
        }
        struct tcp_connection *other = NULL;
        struct address late = client_at(5000, 9);
        cr_assert_eq(tcp_table_take(table, &late, &other), FULL);
        for (unsigned i = 0; i < COUNT; i++) {
            tcp_table_give(table, held[(i * 101) % COUNT]);
        }
        cr_assert_eq(used_of(table), 0);
    }
    tcp_table_destroy(table);
}

Test(tcp_table, random_takes_and_gives_stay_balanced)
{
    enum { COUNT = 50, CLIENTS = 20, PER_CLIENT = 4 };
    unsigned seed = (unsigned)time(NULL);
    printf("seed %u\n", seed);
    struct tcp_table *table = table_of(COUNT, PER_CLIENT);
    struct tcp_connection *held[COUNT];
    unsigned count = 0;
    unsigned each[CLIENTS] = {0};
    for (unsigned step = 0; step < 20000; step++) {
        unsigned number = (unsigned)rand_r(&seed) % CLIENTS;
        struct address client = client_at(number, (uint16_t)step);
        if (rand_r(&seed) % 2 == 0) {
            struct tcp_connection *connection = NULL;
            enum result wanted = each[number] == PER_CLIENT ? REFUSED_LIMIT
                                 : count == COUNT           ? FULL
                                                            : OK;
            cr_assert_eq(tcp_table_take(table, &client, &connection), wanted);
            if (wanted == OK) {
                held[count++] = connection;
                each[number]++;
            }
        } else if (count > 0) {
            unsigned at = (unsigned)rand_r(&seed) % count;
            each[held[at]->client.bytes[3]]--;
            tcp_table_give(table, held[at]);
            held[at] = held[--count];
        }
        cr_assert_eq(used_of(table), count);
        cr_assert_eq(tcp_table_client(table, &client), each[number]);
    }
    while (count > 0) {
        tcp_table_give(table, held[--count]);
    }
    tcp_table_destroy(table);
}

static void *take_and_give(void *context)
{
    struct tcp_table *table = context;
    for (unsigned i = 0; i < 20000; i++) {
        struct address client = client_at(i % 8, 1);
        struct tcp_connection *connection = NULL;
        if (tcp_table_take(table, &client, &connection) == OK) {
            connection->progress = i;
            tcp_table_give(table, connection);
        }
    }
    return NULL;
}

Test(tcp_table, threads_share_it)
{
    struct tcp_table *table = table_of(3, 2);
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, take_and_give, table), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    struct pool_state state;
    tcp_table_read(table, &state);
    cr_assert_eq(state.used, 0);
    cr_assert_leq(state.high_water, 3);
    tcp_table_destroy(table);
}

Test(tcp_table, memory_is_charged_as_said_and_given_back)
{
    size_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    struct tcp_table *table = table_of(100, 16);
    size_t charged = ledger_read(ACCOUNT_NETWORK).used_bytes - before;
    cr_assert_geq(charged, tcp_table_cost_bytes(100));
    cr_assert_leq(charged, tcp_table_cost_bytes(100) + 4095);
    tcp_table_destroy(table);
    cr_assert_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);

    ledger_limit_set(ACCOUNT_NETWORK, before + 4096);
    struct tcp_table_options options = {.connections = 1000, .connections_per_client = 1};
    cr_assert_eq(tcp_table_create(&options, &table), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_NETWORK, SIZE_MAX);
}

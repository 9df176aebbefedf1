// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"
#include "server/base/refusal.h"
#include "server/net/net_poll.h"

#include <assert.h>

/**
 * The slots of all TCP connections, and how many each client holds.
 *
 * One table for all workers: any worker may take from the total, the total holds for the process,
 * and the memory is that of the total, whatever the number of workers. It is touched when a
 * connection begins and ends, under one mutex; between the two a slot belongs to its worker alone.
 *
 * Clients are counted in a chained hash table with as many entries as there are slots, so it cannot
 * overflow; its key is random, so its chains stay short. An IPv6 address counts for itself: the
 * members of a domain share their networks.
 *
 * Threads: any; the mutex is a leaf. Cost: tcp_table_cost_bytes(), account `network`.
 */
#define TCP_HELD_BYTES 136u

struct tcp_worker;
struct tcp_table;

enum tcp_list_kind {
    TCP_LIST_NONE,
    TCP_LIST_IDLE, /* nothing of a message is here */
    TCP_LIST_BUSY, /* a part of a message, or an answer that did not go out yet */
};

/** One connection. See tcp_connection.h. */
struct tcp_connection {
    struct net_watch watch;
    struct tcp_worker *worker; /* borrowed (its worker's, until it ends) */
    struct tcp_connection *previous;
    struct tcp_connection *next; /* in its worker's list; in the chain of free slots */
    uint64_t deadline_ms;
    uint8_t *input;       /* owned: a buffer, when `held` is too small */
    uint8_t *output;      /* owned: a buffer with what the socket did not take; reading rests */
    uint32_t input_size;  /* bytes received and not consumed, in `input` or `held` */
    uint32_t output_at;   /* sent of the output */
    uint32_t output_size; /* of it all */
    uint32_t progress;    /* bytes moved since the deadline was set */
    int fd;               /* owned */
    uint32_t entry;       /* the table's: the client's */
    uint8_t list;         /* enum tcp_list_kind */
    bool large;           /* its answers are large: composed one at a time */
    struct address client;
    uint8_t held[TCP_HELD_BYTES]; /* the beginning of a message, as long as it is short */
};
static_assert(sizeof(struct tcp_connection) <= 256, "a connection is four cache lines");

struct tcp_table_options {
    uint32_t connections;
    uint32_t connections_per_client;
    uint8_t key[16];
};

/** OK; REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result tcp_table_create(const struct tcp_table_options *options,
                                               struct tcp_table **ret_table);
/** All slots are given back. Accepts NULL. */
void tcp_table_destroy(struct tcp_table *table);
/**
 * Takes a slot for a client and counts it there; the slot is zeroed but for `client`.
 *
 * returns   OK; REFUSED_LIMIT: the client holds as many as it may; FULL: no slot is left
 */
RESULT_MUST_CHECK enum result tcp_table_take(struct tcp_table *table, const struct address *client,
                                             struct tcp_connection **ret_connection);
void tcp_table_give(struct tcp_table *table, struct tcp_connection *connection);
/** Whether all slots are taken at this moment. */
bool tcp_table_full(const struct tcp_table *table);
/** How many the client holds. */
uint32_t tcp_table_client(struct tcp_table *table, const struct address *client);
uint32_t tcp_table_client_limit(const struct tcp_table *table);
/** A pool_read_fn; the context is the table. */
void tcp_table_read(void *context, struct pool_state *ret_state);
size_t tcp_table_cost_bytes(uint32_t connections);

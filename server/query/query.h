// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/answer/answer.h"
#include "server/base/clock.h"
#include "server/security/access_list.h"
#include "server/security/cookie.h"
#include "server/security/rate_limit.h"

/**
 * One request's life: parse, admit, route, answer, or refuse with a reason. The only door between
 * net/ and the rooms below.
 *
 * net/ hands over a batch of received messages with the buffers for their responses; when
 * query_batch() returns, every message has been answered (response_size above 0) or dropped (0).
 * Nothing here allocates, waits or sends. Each step runs over the whole batch before the next one
 * begins (parse all, find all zones, look all names up, compose all), so that the cache misses of
 * the look-ups overlap.
 *
 * The server's part (struct query_server) is shared by all workers; its options are immutable and
 * replaced by a pointer swap at reload. The worker's part is one worker's own.
 * Cost: query_worker_cost_bytes() for each worker, account `requests`; the rate limiter's table.
 */
#define QUERY_BATCH_MAX LOOKUP_BATCH_MAX
#define QUERY_UDP_BYTES                                                                            \
    1232u /* the largest answer over UDP (no fragments), and what we say we take */
#define QUERY_KEEPALIVE_UNITS 100u /* of 100 ms: the idle time-out of TCP connections, RFC 7828 */
#define QUERY_PADDING_BLOCK 468u   /* RFC 8467 section 4.1 */

struct query_message {
    const uint8_t *packet; /* borrowed (from net/, for the call) */
    size_t packet_size;
    const struct address *client; /* borrowed (from net/, for the call) */
    enum message_transport transport;
    uint8_t *response;    /* room for the answer; may not overlap the packet */
    size_t response_max;  /* at least 512 */
    size_t response_size; /* out: bytes to send, 0 for nothing */
};

/** What the configuration says. */
struct query_options {
    struct answer_options answer;
    struct access_list query; /* who may ask at all */
    const char *identity;     /* id.server, hostname.bind and NSID; NULL: hidden */
    const char *version;      /* version.bind, version.server; NULL: hidden */
    struct rate_limit_options rate;
};

struct query_server;
struct query_worker;

struct query_server_options {
    struct registry *registry;          /* borrowed (until destroyed) */
    const struct clock *clock;          /* borrowed (until destroyed) */
    const struct query_options *policy; /* shared (epoch, with its configuration) */
    uint8_t cookie_secret[COOKIE_SECRET_BYTES];
    uint8_t table_key[16]; /* random */
};

/** Registers the counters, makes the limiter. OK; REFUSED_MEMORY; REFUSED_LIMIT (a metric table is
 * full). Control thread. */
RESULT_MUST_CHECK enum result query_server_create(const struct query_server_options *options,
                                                  struct query_server **ret_server);
/** Accepts NULL. */
void query_server_destroy(struct query_server *server);
/** Another policy is in force; the one before may be freed after a grace period. Control thread. */
void query_server_policy(struct query_server *server, const struct query_options *policy);

/** `seed`: any number, it only spreads the rotation. OK; REFUSED_MEMORY. While preparing. */
RESULT_MUST_CHECK enum result query_worker_create(struct query_server *server, uint32_t seed,
                                                  struct query_worker **ret_worker);
/** Accepts NULL. */
void query_worker_destroy(struct query_worker *worker);
/** Answers up to QUERY_BATCH_MAX messages. The worker's thread, inside its epoch. */
void query_batch(struct query_worker *worker, struct query_message *messages, unsigned count);

/** What one worker charges, for the sheet; the shared part is some hundred bytes and the limiter's
 * table. */
size_t query_worker_cost_bytes(void);

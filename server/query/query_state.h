// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/query/query.h"

#include "server/query/query_counters.h"

#include <stdatomic.h>

/**
 * What the steps of a batch share. For the files of this folder only.
 */
struct query_server {
    struct registry *registry;
    const struct clock *clock;
    _Atomic(const struct query_options *)
        policy;               /* workers: acquire; partner: query_server_policy's release */
    struct rate_limit *limit; /* owned */
    uint8_t cookie_secret[COOKIE_SECRET_BYTES];
    struct query_counters counters;
};

/** Where one message of a batch stands. */
enum query_fate {
    FATE_ANSWER, /* go on: from a zone of ours */
    FATE_CHAOS,  /* class CHAOS: about the server itself */
    FATE_COOKIE, /* no question, a cookie: answered with a cookie */
    FATE_REFUSE, /* answered with an rcode */
    FATE_SLIP,   /* rate limited: empty and truncated */
    FATE_DROP,   /* not answered */
};

struct query_state {
    uint8_t fate;     /* enum query_fate */
    bool cookie_good; /* the client showed a server cookie of ours */
    uint16_t rcode;   /* of a refusal */
    int ede;          /* enum ede of a refusal, or -1 */
};

struct query_worker {
    struct query_server *server; /* borrowed (until destroyed) */
    uint32_t rotation;
    struct clock_turn now; /* read once per batch */
    struct composer composer;
    struct answer_cache targets;
    bool remembers; /* this batch may use `targets` */
    struct query_state states[QUERY_BATCH_MAX];
    struct request requests[QUERY_BATCH_MAX];
    struct name_key keys[QUERY_BATCH_MAX];
    const struct name_key *key_pointers[QUERY_BATCH_MAX];
    const struct catalog_entry *entries[QUERY_BATCH_MAX];
    const struct snapshot *snapshots[QUERY_BATCH_MAX];
    struct lookup lookups[QUERY_BATCH_MAX];
};

/* query_admit.c */

/** Parses one message and decides, without looking at any zone, whether it goes on. */
void query_admit(struct query_worker *worker, const struct query_options *policy,
                 const struct query_message *message, unsigned index);
/** A request that goes on under the zone that was found: may this client ask there, and is there
 * something to answer from? Sets the snapshot. */
void query_route(struct query_worker *worker, const struct query_message *message, unsigned index);
/** The reason of a refusal. */
void query_refuse(struct query_state *state, uint16_t rcode, int ede);

/* query_respond.c */

/** Writes the response of one message. */
void query_respond(struct query_worker *worker, const struct query_options *policy,
                   const struct catalog *catalog, struct query_message *message, unsigned index);

/* query_chaos.c */

/** What a question of class CHAOS asks for: NULL when that is hidden, unknown or of another type.
 */
const char *query_chaos_text(const struct query_options *policy, const struct request *request);
/** Answers version.bind and its kin (RFC 4892), for which there is a text. */
void query_chaos(const struct query_options *policy, const struct request *request,
                 struct composer *composer);

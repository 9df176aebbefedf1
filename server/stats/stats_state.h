// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/address.h"
#include "server/base/counter.h"
#include "server/stats/exposition.h"
#include "server/stats/stats.h"
#include "server/stats/stats_report.h"

#include <microhttpd.h>

/**
 * What the files of the endpoint share: its places, one for each connection.
 */
#define STATS_BLOCK_BYTES 4096u /* of a streamed page, made at a time */

enum stats_refusal {
    STATS_REFUSED_FULL,        /* all places taken */
    STATS_REFUSED_CLIENT,      /* all places of that client taken */
    STATS_REFUSED_MEMORY,      /* the account `libraries` has none left */
    STATS_REFUSED_DESCRIPTORS, /* the system has none left */
    STATS_REFUSED_SLOW,        /* not done in STATS_REQUEST_SECONDS */
    STATS_REFUSED_REQUEST,     /* too large, or with a body */
    STATS_REFUSED_COUNT,
};

/** A connection carries one request, so this is both. */
struct stats_place {
    struct stats *stats;
    int fd; /* borrowed (from libmicrohttpd, until it says closed); -1: the place is free */
    struct address client;
    uint64_t since_ms;
    uint64_t body_bytes;
    bool is_slow;    /* it has been told to go */
    unsigned status; /* of the answer, 0 before */
    union {
        struct exposition exposition;
        struct stats_report report;
    };
};

struct stats {
    struct stats_options options; /* the address in it is not kept */
    struct MHD_Daemon *daemon;    /* owned */
    int listener;                 /* owned */
    uint8_t handles;              /* open on the loop; the last one's close frees all */
    uint64_t rest_until_ms;       /* no descriptors: the listener is asked again then; 0: it is */
    uv_poll_t listen_poll;
    uv_poll_t http_poll;
    uv_timer_t timer;
    uint32_t used;
    uint32_t high_water;
    struct stats_place places[STATS_CONNECTIONS_MAX];
};

/** Registers the counters below. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result stats_answer_register(void);
/** Counts a refusal and tells of it. Any time. */
void stats_refuse(enum stats_refusal refusal);
/** Counts what libmicrohttpd has to say for itself. */
void stats_count_error(void);
/** Counts the end of a connection: by the status it was answered with. */
void stats_count_request(unsigned status);

/** libmicrohttpd's access handler; its connection's socket context is the place. */
enum MHD_Result stats_answer(void *context, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload_data,
                             size_t *upload_data_size, void **request_context);

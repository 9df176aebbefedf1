// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/stats/stats.h"

/**
 * What a request to the endpoint gets: decided from its line and sizes alone, without a word about
 * sockets or the HTTP library.
 *
 * Pure; any thread; no allocation. Status codes are those of RFC 9110 and RFC 6585.
 */
#define STATS_PATH_BYTES_MAX 512u

enum stats_page {
    STATS_PAGE_TEXT, /* the reply's own text */
    STATS_PAGE_INDEX,
    STATS_PAGE_METRICS,
    STATS_PAGE_STATS,
    STATS_PAGE_HEALTH, /* and /ready */
};

struct stats_request {
    const char *method; /* as it came; methods are case-sensitive */
    const char *path;   /* without the query, which is ignored */
    uint64_t header_bytes;
    bool has_body;
    enum health health;
};

struct stats_reply {
    unsigned status;
    enum stats_page page;
    const char *content_type; /* constant */
    const char *text;         /* of STATS_PAGE_TEXT, constant */
    bool refused;             /* a maximum was passed: counted as a refusal */
    bool allow;               /* an Allow line goes with it (RFC 9110 section 10.2.1) */
};

#define STATS_METHODS "GET, HEAD"

void stats_route(const struct stats_request *request, struct stats_reply *ret_reply);

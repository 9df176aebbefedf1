// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/counter.h"
#include "server/wire/message.h"
#include "server/wire/rcode.h"

/**
 * What is counted of requests: each one once when it arrives, each answer once when it is written,
 * each refusal and each silence with its reason.
 */
#define QUERY_TRANSPORTS 2u
#define QUERY_TYPE_SLOTS 20u

enum query_refusal {
    QUERY_REFUSED_ACCESS,       /* the server's or the zone's list of clients */
    QUERY_REFUSED_NO_ZONE,      /* no zone of ours at or above the name */
    QUERY_REFUSED_NOT_LOADED,   /* the zone has no version yet */
    QUERY_REFUSED_EXPIRED,      /* the zone is past its expire time */
    QUERY_REFUSED_CLASS,        /* neither IN nor CHAOS, or nothing to say in CHAOS */
    QUERY_REFUSED_TRANSFER,     /* AXFR or IXFR */
    QUERY_REFUSED_RATE_DROPPED, /* over the rate limit, not answered */
    QUERY_REFUSED_RATE_SLIPPED, /* over the rate limit, answered truncated */
    QUERY_REFUSAL_COUNT,
};

enum query_silence {
    QUERY_DROPPED_SHORT, /* no header */
    QUERY_DROPPED_REPLY, /* QR was set */
    QUERY_DROPPED_COUNT,
};

struct query_counters {
    struct counter queries[QUERY_TRANSPORTS][QUERY_TYPE_SLOTS];
    struct counter responses[RCODE_SLOTS];
    struct counter truncated;
    struct counter refusals[QUERY_REFUSAL_COUNT];
    struct counter dropped[QUERY_DROPPED_COUNT];
    struct counter cookies_good;
};

/** OK or REFUSED_LIMIT. Control thread, while preparing. */
RESULT_MUST_CHECK enum result query_counters_register(struct query_counters *counters);
/** The slot of a type: one for each that is asked often, one for all others. */
unsigned query_type_slot(uint16_t qtype);

// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_counters.h"

#include "server/base/refusal.h"
#include "server/wire/rrtype.h"

#include <string.h>

static const struct metric_family queries = {
    .name = "plimsoll_queries_total",
    .help = "Requests received.",
    .type = METRIC_COUNTER,
    .labels = {"transport", "type"},
};
static const struct metric_family responses = {
    .name = "plimsoll_responses_total",
    .help = "Responses written, by response code.",
    .type = METRIC_COUNTER,
    .labels = {"rcode"},
};
static const struct metric_family truncated = {
    .name = "plimsoll_responses_truncated_total",
    .help = "Responses with the TC bit.",
    .type = METRIC_COUNTER,
};
static const struct metric_family dropped = {
    .name = "plimsoll_queries_dropped_total",
    .help = "Packets that were not answered because they are no requests.",
    .type = METRIC_COUNTER,
    .labels = {"reason"},
};
static const struct metric_family cookies = {
    .name = "plimsoll_cookies_valid_total",
    .help = "Requests that showed a valid server cookie.",
    .type = METRIC_COUNTER,
};

static const uint16_t slot_types[QUERY_TYPE_SLOTS - 2] = {
    TYPE_A,      TYPE_NS,    TYPE_CNAME, TYPE_SOA,   TYPE_PTR,  TYPE_MX,
    TYPE_TXT,    TYPE_AAAA,  TYPE_SRV,   TYPE_NAPTR, TYPE_DS,   TYPE_RRSIG,
    TYPE_DNSKEY, TYPE_HTTPS, TYPE_ANY,   TYPE_AXFR,  TYPE_IXFR, TYPE_URI,
};
static const char *const slot_names[QUERY_TYPE_SLOTS] = {
    "A",  "NS",    "CNAME",  "SOA",   "PTR", "MX",   "TXT",  "AAAA", "SRV",  "NAPTR",
    "DS", "RRSIG", "DNSKEY", "HTTPS", "ANY", "AXFR", "IXFR", "URI",  "none", "other",
};
#define SLOT_OTHER (QUERY_TYPE_SLOTS - 1u)

static const char *const transport_names[QUERY_TRANSPORTS] = {
    [TRANSPORT_UDP] = "udp", [TRANSPORT_TCP] = "tcp"};

static const char *const refusal_names[QUERY_REFUSAL_COUNT] = {
    [QUERY_REFUSED_ACCESS] = "access",
    [QUERY_REFUSED_NO_ZONE] = "no-zone",
    [QUERY_REFUSED_NOT_LOADED] = "not-loaded",
    [QUERY_REFUSED_EXPIRED] = "expired",
    [QUERY_REFUSED_CLASS] = "class",
    [QUERY_REFUSED_TRANSFER] = "transfer",
    [QUERY_REFUSED_RATE_DROPPED] = "rate-dropped",
    [QUERY_REFUSED_RATE_SLIPPED] = "rate-slipped",
};
static const char *const dropped_names[QUERY_DROPPED_COUNT] = {
    [QUERY_DROPPED_SHORT] = "short", [QUERY_DROPPED_REPLY] = "reply"};

unsigned query_type_slot(uint16_t qtype)
{
    /* The types of nearly every question, without a search. */
    if (qtype == TYPE_A) {
        return 0;
    }
    for (unsigned i = 1; i < QUERY_TYPE_SLOTS - 2; i++) {
        if (slot_types[i] == qtype) {
            return i;
        }
    }
    return qtype == 0 ? QUERY_TYPE_SLOTS - 2 : SLOT_OTHER;
}

static enum result responses_register(struct query_counters *counters)
{
    for (unsigned i = 0; i < RCODE_SLOTS; i++) {
        const char *name = i == RCODE_SLOTS - 1 ? "OTHER" : rcode_to_text((uint16_t)i);
        if (i != RCODE_SLOTS - 1 && strcmp(name, "OTHER") == 0) {
            continue; /* a number without a meaning is never answered */
        }
        enum result result = counter_register(&responses, &name, &counters->responses[i]);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

enum result query_counters_register(struct query_counters *counters)
{
    enum result result = responses_register(counters);
    for (unsigned i = 0; i < QUERY_TRANSPORTS && result == OK; i++) {
        result = counter_register_each(&queries, &transport_names[i], slot_names, QUERY_TYPE_SLOTS,
                                       counters->queries[i]);
    }
    for (unsigned i = 0; i < QUERY_REFUSAL_COUNT && result == OK; i++) {
        result = refusal_register("queries", refusal_names[i], &counters->refusals[i]);
    }
    if (result == OK) {
        result = counter_register_each(&dropped, NULL, dropped_names, QUERY_DROPPED_COUNT,
                                       counters->dropped);
    }
    if (result == OK) {
        result = counter_register(&truncated, NULL, &counters->truncated);
    }
    if (result == OK) {
        result = counter_register(&cookies, NULL, &counters->cookies_good);
    }
    return result;
}

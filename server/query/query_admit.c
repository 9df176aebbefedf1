// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

void query_refuse(struct query_state *state, uint16_t rcode, int ede)
{
    state->fate = FATE_REFUSE;
    state->rcode = rcode;
    state->ede = ede;
}

static void refuse(struct query_worker *worker, unsigned index, enum query_refusal reason,
                   uint16_t rcode, int ede)
{
    counter_increment(worker->server->counters.refusals[reason]);
    query_refuse(&worker->states[index], rcode, ede);
}

static void drop(struct query_worker *worker, struct query_state *state, size_t size)
{
    enum query_silence reason =
        size < MESSAGE_HEADER_BYTES ? QUERY_DROPPED_SHORT : QUERY_DROPPED_REPLY;
    counter_increment(worker->server->counters.dropped[reason]);
    state->fate = FATE_DROP;
}

/** Types, classes and transports that are not served: request_policy() says which rcode, this which
 * reason. */
static void refuse_kind(struct query_worker *worker, unsigned index, uint16_t rcode)
{
    const struct request *request = &worker->requests[index];
    bool is_transfer = request->qtype == TYPE_AXFR || request->qtype == TYPE_IXFR;
    if (rcode != RCODE_REFUSED) {
        query_refuse(&worker->states[index], rcode, rcode == RCODE_NOTIMP ? EDE_NOT_SUPPORTED : -1);
    } else if (is_transfer && request->qclass == CLASS_IN) {
        refuse(worker, index, QUERY_REFUSED_TRANSFER, rcode, EDE_PROHIBITED);
    } else {
        refuse(worker, index, QUERY_REFUSED_CLASS, rcode, EDE_NOT_SUPPORTED);
    }
}

/** Answers over UDP cost a forged sender nothing and its victim much: RFC 5358's reason. A client
 * with a cookie of ours is no forger. */
static bool over_rate(struct query_worker *worker, const struct query_options *policy,
                      const struct query_message *message, struct query_state *state)
{
    if (policy->rate.rate == 0 || message->transport != TRANSPORT_UDP || state->cookie_good) {
        return false;
    }
    struct query_server *server = worker->server;
    enum rate_verdict verdict =
        rate_limit_take(server->limit, &policy->rate, message->client, worker->now.now_ms);
    switch (verdict) {
    case RATE_PASS:
        return false;
    case RATE_SLIP:
        counter_increment(server->counters.refusals[QUERY_REFUSED_RATE_SLIPPED]);
        state->fate = FATE_SLIP;
        return true;
    case RATE_DROP:
        counter_increment(server->counters.refusals[QUERY_REFUSED_RATE_DROPPED]);
        state->fate = FATE_DROP;
        return true;
    }
    return false;
}

static bool cookie_is_good(struct query_worker *worker, const struct edns *edns,
                           const struct address *client)
{
    if (edns->cookie_size <= EDNS_COOKIE_CLIENT) {
        return false;
    }
    bool good = cookie_check(worker->server->cookie_secret, edns->cookie, edns->cookie_size, client,
                             (uint32_t)worker->now.wall_seconds);
    if (good) {
        counter_increment(worker->server->counters.cookies_good);
    }
    return good;
}

/** RFC 7873 section 5.4: no question, but a cookie. A server cookie that is not ours is told so. */
static void admit_cookie(const struct request *request, struct query_state *state)
{
    if (request->edns.cookie_size > COOKIE_CLIENT_BYTES && !state->cookie_good) {
        query_refuse(state, RCODE_BADCOOKIE, -1);
    } else {
        state->fate = FATE_COOKIE;
    }
}

static void admit_chaos(struct query_worker *worker, const struct query_options *policy,
                        unsigned index)
{
    if (query_chaos_text(policy, &worker->requests[index]) == NULL) {
        refuse(worker, index, QUERY_REFUSED_CLASS, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE);
    } else {
        worker->states[index].fate = FATE_CHAOS;
    }
}

void query_admit(struct query_worker *worker, const struct query_options *policy,
                 const struct query_message *message, unsigned index)
{
    struct query_state *state = &worker->states[index];
    struct request *request = &worker->requests[index];
    *state = (struct query_state){.fate = FATE_ANSWER, .ede = -1};
    if (request_parse(message->packet, message->packet_size, request) != OK) {
        drop(worker, state, message->packet_size);
        return;
    }
    struct query_counters *counters = &worker->server->counters;
    unsigned slot = query_type_slot(request->qname == NULL ? 0 : request->qtype);
    counter_increment(counters->queries[message->transport][slot]);
    state->cookie_good = cookie_is_good(worker, &request->edns, message->client);
    if (over_rate(worker, policy, message, state)) {
        return;
    }
    if (request->rcode != RCODE_NOERROR) {
        query_refuse(state, request->rcode,
                     request->rcode == RCODE_NOTIMP ? EDE_NOT_SUPPORTED : -1);
        return;
    }
    if (!access_list_allows(&policy->query, message->client)) {
        refuse(worker, index, QUERY_REFUSED_ACCESS, RCODE_REFUSED, EDE_PROHIBITED);
        return;
    }
    if (request->qname == NULL) {
        admit_cookie(request, state);
        return;
    }
    enum rcode kind = request_policy(request, message->transport);
    if (kind != RCODE_NOERROR) {
        refuse_kind(worker, index, (uint16_t)kind);
    } else if (request->qclass == CLASS_CHAOS) {
        admit_chaos(worker, policy, index);
    }
}

void query_route(struct query_worker *worker, const struct query_message *message, unsigned index)
{
    const struct catalog_entry *entry = worker->entries[index];
    if (entry == NULL) {
        refuse(worker, index, QUERY_REFUSED_NO_ZONE, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE);
        return;
    }
    const struct access_list *access = entry->options->query;
    if (access != NULL && !access_list_allows(access, message->client)) {
        refuse(worker, index, QUERY_REFUSED_ACCESS, RCODE_REFUSED, EDE_PROHIBITED);
        return;
    }
    const struct snapshot *snapshot = zone_snapshot(entry->zone);
    if (snapshot == NULL) {
        bool expired = zone_state(entry->zone) == ZONE_STATE_EXPIRED;
        refuse(worker, index, expired ? QUERY_REFUSED_EXPIRED : QUERY_REFUSED_NOT_LOADED,
               RCODE_SERVFAIL, expired ? EDE_INVALID_DATA : EDE_NOT_READY);
        return;
    }
    worker->snapshots[index] = snapshot;
}

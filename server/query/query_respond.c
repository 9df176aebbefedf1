// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include <string.h>

/** What the OPT record of the answer says; only for clients that sent one. */
static void reply_prepare(struct query_worker *worker, const struct query_options *policy,
                          const struct query_message *message, unsigned index,
                          struct edns_reply *reply)
{
    const struct edns *edns = &worker->requests[index].edns;
    *reply = (struct edns_reply){.udp_size = QUERY_UDP_BYTES, .dnssec_ok = edns->dnssec_ok};
    if (edns->cookie_size != 0) {
        cookie_make(worker->server->cookie_secret, edns->cookie, message->client,
                    (uint32_t)worker->now.wall_seconds, reply->cookie);
        reply->cookie_size = COOKIE_BYTES;
    }
    if (edns->nsid && policy->identity != NULL) {
        reply->nsid = (const uint8_t *)policy->identity;
        reply->nsid_size = (uint16_t)strlen(policy->identity);
    }
    if (message->transport == TRANSPORT_TCP) {
        reply->keepalive = edns->keepalive;
        reply->keepalive_timeout = QUERY_KEEPALIVE_UNITS;
        reply->padding_block = edns->padding ? QUERY_PADDING_BLOCK : 0;
    }
    int ede = worker->states[index].ede;
    if (ede >= 0) {
        edns_reply_ede(reply, (uint16_t)ede, NULL);
    }
}

/** How large the answer may be: RFC 6891 section 6.2.5 within what never needs a fragment. */
static size_t response_limit(const struct query_message *message, const struct edns *edns)
{
    size_t limit = message->response_max;
    if (limit > MESSAGE_BYTES_MAX) {
        limit = MESSAGE_BYTES_MAX;
    }
    if (message->transport == TRANSPORT_UDP) {
        size_t client_takes = edns->present ? edns->udp_size : MESSAGE_UDP_BYTES;
        limit = client_takes < limit ? client_takes : limit;
        limit = limit > QUERY_UDP_BYTES ? QUERY_UDP_BYTES : limit;
    }
    return limit;
}

static void body(struct query_worker *worker, const struct query_options *policy,
                 const struct catalog *catalog, const struct query_message *message, unsigned index)
{
    const struct query_state *state = &worker->states[index];
    struct composer *composer = &worker->composer;
    switch (state->fate) {
    case FATE_ANSWER: {
        struct answer_question question = {
            .request = &worker->requests[index],
            .catalog = catalog,
            .entry = worker->entries[index],
            .snapshot = worker->snapshots[index],
            .key = &worker->keys[index],
            .lookup = &worker->lookups[index],
            .cache = worker->remembers ? &worker->targets : NULL,
            .client = message->client,
            .transport = message->transport,
            .rotation = worker->rotation++,
        };
        answer_compose(&policy->answer, &question, composer);
        break;
    }
    case FATE_CHAOS:
        query_chaos(policy, &worker->requests[index], composer);
        break;
    case FATE_SLIP:
        composer_flags(composer, MESSAGE_TC);
        break;
    case FATE_REFUSE:
        composer_rcode(composer, state->rcode);
        break;
    case FATE_COOKIE:
    case FATE_DROP:
        break;
    }
}

void query_respond(struct query_worker *worker, const struct query_options *policy,
                   const struct catalog *catalog, struct query_message *message, unsigned index)
{
    struct query_state *state = &worker->states[index];
    struct composer *composer = &worker->composer;
    const struct request *request = &worker->requests[index];
    message->response_size = 0;
    if (state->fate == FATE_DROP) {
        return;
    }
    if (catalog == NULL && state->fate == FATE_ANSWER) {
        query_refuse(state, RCODE_SERVFAIL, EDE_NOT_READY);
    }
    composer_begin_reply(composer, message->response, response_limit(message, &request->edns),
                         request);
    struct edns_reply reply;
    bool with_edns = request->edns.present;
    if (with_edns) {
        reply_prepare(worker, policy, message, index, &reply);
        if (composer_reserve(composer, edns_reply_size(&reply)) != OK) {
            reply.nsid_size = 0; /* the one option of ours that can be long */
            with_edns = composer_reserve(composer, edns_reply_size(&reply)) == OK;
        }
    }
    body(worker, policy, catalog, message, index);
    if (with_edns && composer_edns(composer, &reply, 0) != OK) {
        composer_flags(composer, MESSAGE_TC);
    }
    struct query_counters *counters = &worker->server->counters;
    counter_increment(counters->responses[rcode_slot(composer->rcode)]);
    if ((composer->flags & MESSAGE_TC) != 0) {
        counter_increment(counters->truncated);
    }
    message->response_size = composer_finish(composer);
}

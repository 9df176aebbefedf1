// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/answer/answer_cache.h"
#include "server/registry/registry.h"
#include "server/wire/composer.h"
#include "server/zone/lookup.h"

/**
 * Authoritative answers: RFC 1034 section 4.3.2 over snapshots of our zones, written straight into
 * the response.
 *
 * It decides what stands in the answer, authority and additional sections; it neither receives nor
 * sends, asks no access list about the question itself and adds no OPT record (query/ does). An
 * answer needs no slot and no memory beyond the response buffer; its own state is about 4 KiB of
 * stack.
 *
 * Files: answer.c the walk along CNAMEs and DNAMEs; answer_state.h what the steps share;
 * answer_records.c sets into sections; answer_authority.c SOA and delegations; answer_proof.c NSEC
 * and NSEC3; answer_additional.c addresses.
 *
 * Workers only, inside an epoch. Standards: RFC 1034, 2181, 2308, 4035, 4592, 5155, 6604, 6672,
 * 8020, 8482, 9471.
 */
#define ANSWER_CHAIN_MAX 10u /* CNAME and DNAME steps in one answer */
#define ANSWER_ADDITIONAL_MAX                                                                      \
    13u /* names looked up for the additional section (CVE-2024-11187)                             \
         */

enum address_order {
    ADDRESS_ORDER_ROTATE, /* answers begin with each record in turn */
    ADDRESS_ORDER_FIXED,
    ADDRESS_ORDER_SUBNET, /* records in the client's network first */
};

struct answer_options {
    enum address_order address_order;
    bool minimal_any; /* RFC 8482 over UDP: one set for ANY and for RRSIG */
};

/** One question to be answered from a zone of ours. */
struct answer_question {
    const struct request *request;
    const struct catalog *catalog;
    const struct catalog_entry *entry; /* the most specific zone of the question's name */
    const struct snapshot *snapshot;   /* the version to answer from */
    const struct name_key *key;        /* of the question's name */
    const struct lookup *lookup;       /* of that name in that version, made by the caller */
    struct answer_cache *cache;        /* the worker's; NULL: nothing is remembered */
    const struct address *client;
    enum message_transport transport;
    uint32_t rotation; /* counts answers: any start, each one more than the one before */
};

/**
 * Writes the answer. The composer has header and question already; on return its sections, AA, TC
 * and rcode are set.
 *
 * A required record that does not fit sets TC; optional ones are left out as whole sets.
 */
void answer_compose(const struct answer_options *options, const struct answer_question *question,
                    struct composer *composer);

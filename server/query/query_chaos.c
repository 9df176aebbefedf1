// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include <string.h>

#define CHAOS_TEXT_MAX 255u

/** The names of class CHAOS that are known, in wire form. */
static const uint8_t version_bind[] = "\7version\4bind";
static const uint8_t version_server[] = "\7version\6server";
static const uint8_t hostname_bind[] = "\10hostname\4bind";
static const uint8_t id_server[] = "\2id\6server";

const char *query_chaos_text(const struct query_options *policy, const struct request *request)
{
    const uint8_t *name = request->qname;
    if (request->qtype != TYPE_TXT && request->qtype != TYPE_ANY) {
        return NULL;
    }
    if (name_equal(name, version_bind) || name_equal(name, version_server)) {
        return policy->version;
    }
    if (name_equal(name, hostname_bind) || name_equal(name, id_server)) {
        return policy->identity;
    }
    return NULL;
}

void query_chaos(const struct query_options *policy, const struct request *request,
                 struct composer *composer)
{
    const char *text = query_chaos_text(policy, request);
    uint8_t rdata[1 + CHAOS_TEXT_MAX];
    size_t length = strnlen(text, CHAOS_TEXT_MAX);
    rdata[0] = (uint8_t)length;
    memcpy(rdata + 1, text, length);
    struct composer_rrset txt = {
        .owner = request->qname, .owner_at = COMPOSER_QNAME_AT, .type = TYPE_TXT, .ttl = 0};
    composer_section(composer, SECTION_ANSWER);
    composer_flags(composer, MESSAGE_AA);
    if (composer_record(composer, &txt, rdata, (uint16_t)(1 + length)) != OK) {
        composer_flags(composer, MESSAGE_TC);
    }
}

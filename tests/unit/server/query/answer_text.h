// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/message.h"
#include "server/wire/rdata.h"
#include "server/wire/rrtype.h"

#include <criterion/criterion.h>
#include <stdio.h>

/**
 * An answer as text, a line each: rcode and flags; its records, with "an", "au" or "ad" for the
 * section; "opt" and what the OPT record says. RRSIGs are cut to the type they cover and their
 * number of labels.
 */
#define ANSWER_TEXT_MAX (1u << 18)

struct answer_text {
    char text[ANSWER_TEXT_MAX];
    size_t used;
};

static inline void answer_text_record(const struct message *message,
                                      const struct message_record *record,
                                      struct answer_text *out_text)
{
    static uint8_t rdata[MESSAGE_BYTES_MAX];
    static char text[ANSWER_TEXT_MAX];
    static const char *const sections[] = {"", "an", "au", "ad"};
    char owner[NAME_TEXT_MAX];
    char type[RRTYPE_TEXT_MAX];
    struct reader reader = message_rdata(message, record);
    struct writer wire = writer_over(rdata, sizeof rdata);
    struct writer out = writer_over(text, sizeof text - 1);
    cr_assert_eq(rdata_from_wire(&reader, record->type, record->rdata_size, &wire), OK);
    if (record->type == TYPE_RRSIG) {
        (void)rrtype_to_text((uint16_t)((unsigned)rdata[0] << 8 | rdata[1]), type);
        out.at = (size_t)snprintf(text, sizeof text, "%s/%u", type, rdata[3]);
    } else {
        cr_assert_eq(rdata_to_text(record->type, rdata, wire.at, &out), OK);
    }
    text[out.at] = 0;
    (void)name_to_text(record->owner.bytes, owner);
    (void)rrtype_to_text(record->type, type);
    out_text->used +=
        (size_t)snprintf(out_text->text + out_text->used, sizeof out_text->text - out_text->used,
                         "%s %s %u %s%s %s\n", sections[record->section], owner, record->ttl,
                         record->rr_class == CLASS_CHAOS ? "CH " : "", type, text);
}

static inline void answer_text_edns(const struct message *message,
                                    const struct message_record *record,
                                    struct answer_text *out_text)
{
    struct edns edns;
    struct reader reader = message->reader;
    reader.at = (size_t)record->rdata_at - 8;
    cr_assert_eq(edns_read(&reader, &edns), OK);
    char *text = out_text->text + out_text->used;
    int length = sprintf(text, "opt %u%s", edns.udp_size, edns.dnssec_ok ? " do" : "");
    length += edns.version != 0 ? sprintf(text + length, " version=%u", edns.version) : 0;
    length += edns.nsid ? sprintf(text + length, " nsid") : 0;
    length += edns.cookie_size ? sprintf(text + length, " cookie=%u", edns.cookie_size) : 0;
    length += edns.keepalive ? sprintf(text + length, " keepalive=%u", edns.keepalive_timeout) : 0;
    length += edns.padding ? sprintf(text + length, " padding") : 0;
    length += edns.ede ? sprintf(text + length, " ede=%u", edns.ede_code) : 0;
    out_text->used += (size_t)length + (size_t)sprintf(text + length, "\n");
}

/** The rcode, the upper bits from the OPT record included. */
static inline uint16_t answer_text_rcode(const uint8_t *response, size_t size)
{
    struct message message;
    struct message_record record;
    cr_assert_eq(message_open(response, size, &message), OK);
    unsigned rcode = message.header.flags & MESSAGE_RCODE_MASK;
    while (message_record_next(&message, &record) == OK) {
        if (record.type == TYPE_OPT) {
            rcode |= (record.ttl >> 24) << 4;
        }
    }
    return (uint16_t)rcode;
}

/** A response as text; one of 0 bytes was dropped. */
static inline const char *answer_text_print(struct answer_text *out_text, const uint8_t *response,
                                            size_t size)
{
    struct message message;
    struct message_record record;
    out_text->used = 0;
    if (size == 0) {
        return "dropped\n";
    }
    cr_assert_eq(message_open(response, size, &message), OK);
    uint16_t flags = message.header.flags;
    cr_assert_eq(message.header.id, 0x1234);
    cr_assert_neq(flags & MESSAGE_QR, 0);
    out_text->used += (size_t)sprintf(
        out_text->text, "%s%s%s%s%s%s%s\n", rcode_to_text(answer_text_rcode(response, size)),
        (flags & MESSAGE_AA) != 0 ? " aa" : "", (flags & MESSAGE_TC) != 0 ? " tc" : "",
        (flags & MESSAGE_RD) != 0 ? " rd" : "", (flags & MESSAGE_RA) != 0 ? " ra" : "",
        (flags & MESSAGE_AD) != 0 ? " ad" : "", (flags & MESSAGE_CD) != 0 ? " cd" : "");
    enum result result;
    while ((result = message_record_next(&message, &record)) == OK) {
        if (record.type == TYPE_OPT) {
            answer_text_edns(&message, &record, out_text);
        } else {
            answer_text_record(&message, &record, out_text);
        }
    }
    cr_assert_eq(result, END);
    cr_assert_eq(message_trailing(&message), 0);
    return out_text->text;
}

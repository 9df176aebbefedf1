// SPDX-License-Identifier: Apache-2.0
#include "server/wire/message.h"

#include "server/wire/rrtype.h"

#define QUESTION_TAIL_BYTES 4u /* type and class */
#define RECORD_TAIL_BYTES 10u  /* type, class, TTL, rdata length */

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)((unsigned)bytes[0] << 8 | bytes[1]);
}

void message_header_read(struct reader *message, struct message_header *ret_header)
{
    const uint8_t *bytes = reader_bytes(message, MESSAGE_HEADER_BYTES);
    if (bytes == NULL) {
        return;
    }
    ret_header->id = get_u16(bytes);
    ret_header->flags = get_u16(bytes + 2);
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        ret_header->counts[i] = get_u16(bytes + 4 + (size_t)2 * i);
    }
}

void message_header_write(struct writer *message, const struct message_header *header)
{
    uint8_t *room = writer_room(message, MESSAGE_HEADER_BYTES);
    if (room == NULL) {
        return;
    }
    struct writer fields = writer_over(room, MESSAGE_HEADER_BYTES);
    writer_u16(&fields, header->id);
    writer_u16(&fields, header->flags);
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        writer_u16(&fields, header->counts[i]);
    }
}

/* ---- requests ---------------------------------------------------------------------------------
 */

/* The one question, in place. False when it is cut short or compressed. */
static bool read_question(struct reader *reader, struct request *request)
{
    const uint8_t *name = reader->base + reader->at;
    size_t left = reader->size - reader->at;
    size_t at = 0;
    unsigned labels = 0;
    for (;;) {
        if (at >= left || at >= NAME_BYTES_MAX) {
            return false;
        }
        unsigned label = name[at++];
        if (label == 0) {
            break;
        }
        if (label > LABEL_BYTES_MAX) {
            return false;
        }
        at += label;
        labels++;
    }
    if (left - at < QUESTION_TAIL_BYTES) {
        return false;
    }
    request->qname = name;
    request->qname_length = (uint8_t)at;
    request->qname_labels = (uint8_t)labels;
    request->qtype = get_u16(name + at);
    request->qclass = get_u16(name + at + 2);
    request->question_size = (uint16_t)(at + QUESTION_TAIL_BYTES);
    reader->at += at + QUESTION_TAIL_BYTES;
    return true;
}

/* Passes over one name, compressed or not, without following it. */
static bool skip_name(struct reader *reader)
{
    const uint8_t *name = reader->base + reader->at;
    size_t left = reader->size - reader->at;
    size_t at = 0;
    while (at < left && at < NAME_BYTES_MAX) {
        unsigned label = name[at];
        if (label == 0 || label >= 0xc0) {
            at += label == 0 ? 1 : 2;
            if (at > left) {
                return false;
            }
            reader->at += at;
            return true;
        }
        if (label > LABEL_BYTES_MAX) {
            return false;
        }
        at += label + 1;
    }
    return false;
}

/* The request's OPT record, of which there is one and at the root (RFC 6891 section 6.1.1). The
 * reader stands behind its type. */
static bool read_opt(struct reader *reader, struct request *request, bool at_root)
{
    return at_root && !request->edns.present && edns_read(reader, &request->edns) == OK;
}

/* One record of a request. `last`: it is the message's last one. */
static bool read_record(struct reader *reader, struct request *request,
                        enum message_section section, bool last)
{
    size_t begin = reader->at;
    if (!skip_name(reader)) {
        return false;
    }
    bool at_root = reader->at == begin + 1;
    unsigned type = reader_u16(reader);
    if (type == TYPE_OPT) {
        return section == SECTION_ADDITIONAL && read_opt(reader, request, at_root);
    }
    if (type == TYPE_TSIG) {
        /* RFC 8945 section 5.2: the last record, or the message is malformed. */
        if (section != SECTION_ADDITIONAL || !last || begin > UINT16_MAX) {
            return false;
        }
        request->tsig_at = (uint16_t)begin;
    }
    (void)reader_bytes(reader, 2 + 4);
    size_t rdata_size = reader_u16(reader);
    return reader_bytes(reader, rdata_size) != NULL;
}

/* All records. The counts may claim more than 65,535 together: the packet's end stops the loop. */
static bool read_records(struct reader *reader, const uint16_t counts[SECTION_COUNT],
                         struct request *request)
{
    for (unsigned section = SECTION_ANSWER; section < SECTION_COUNT; section++) {
        for (unsigned left = counts[section]; left != 0; left--) {
            bool last = section == SECTION_ADDITIONAL && left == 1;
            if (!read_record(reader, request, (enum message_section)section, last)) {
                return false;
            }
        }
    }
    return reader->at == reader->size;
}

/* What stands behind the header of a message of opcode QUERY. */
static enum rcode read_query(struct reader *reader, struct request *request)
{
    uint16_t counts[SECTION_COUNT];
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        counts[i] = get_u16(reader->base + 4 + (size_t)2 * i);
    }
    if (counts[SECTION_QUESTION] > 1) {
        return RCODE_FORMERR;
    }
    if (counts[SECTION_QUESTION] == 1 && !read_question(reader, request)) {
        return RCODE_FORMERR;
    }
    if (!read_records(reader, counts, request)) {
        return RCODE_FORMERR;
    }
    if (request->edns.version != 0) {
        return RCODE_BADVERS;
    }
    bool answerable = request->qname != NULL || request->edns.cookie_size != 0;
    return answerable ? RCODE_NOERROR : RCODE_FORMERR;
}

enum result request_parse(const uint8_t *packet, size_t size, struct request *ret_request)
{
    if (size < MESSAGE_HEADER_BYTES || size > MESSAGE_BYTES_MAX) {
        return ERROR_SYNTAX;
    }
    uint16_t flags = get_u16(packet + 2);
    if ((flags & MESSAGE_QR) != 0) {
        return ERROR_SYNTAX;
    }
    *ret_request = (struct request){
        .packet = packet,
        .packet_size = (uint16_t)size,
        .id = get_u16(packet),
        .flags = flags,
        .opcode = message_opcode(flags),
        .rcode = RCODE_NOTIMP,
    };
    if (ret_request->opcode == OPCODE_QUERY) {
        struct reader reader = reader_over(packet, size);
        reader.at = MESSAGE_HEADER_BYTES;
        ret_request->rcode = (uint16_t)read_query(&reader, ret_request);
    }
    return OK;
}

enum rcode request_policy(const struct request *request, enum message_transport transport)
{
    unsigned type = request->qtype;
    if (type == TYPE_OPT || type == TYPE_TSIG) {
        return RCODE_FORMERR;
    }
    if (type == TYPE_AXFR) {
        return transport == TRANSPORT_UDP ? RCODE_FORMERR : RCODE_REFUSED;
    }
    if (type == TYPE_IXFR) {
        return RCODE_REFUSED;
    }
    bool meta = type == 0 || (type >= 128 && type <= TYPE_MAILA);
    if (meta) {
        return RCODE_NOTIMP;
    }
    bool served = request->qclass == CLASS_IN || request->qclass == CLASS_CHAOS;
    return served ? RCODE_NOERROR : RCODE_REFUSED;
}

/* ---- any message ------------------------------------------------------------------------------
 */

enum result message_open(const uint8_t *packet, size_t size, struct message *ret_message)
{
    if (size > MESSAGE_BYTES_MAX) {
        return REFUSED_LIMIT;
    }
    struct message message = {.reader = reader_over(packet, size)};
    message_header_read(&message.reader, &message.header);
    if (!reader_ok(&message.reader)) {
        return ERROR_SYNTAX;
    }
    message.section = SECTION_QUESTION;
    message.left = message.header.counts[SECTION_QUESTION];
    *ret_message = message;
    return OK;
}

enum result message_question_next(struct message *message, struct message_question *ret_question)
{
    struct reader *reader = &message->reader;
    if (!reader_ok(reader)) {
        return ERROR_SYNTAX;
    }
    if (message->section != SECTION_QUESTION || message->left == 0) {
        return END;
    }
    name_from_wire(reader, &ret_question->qname);
    const uint8_t *tail = reader_bytes(reader, QUESTION_TAIL_BYTES);
    if (tail == NULL) {
        return ERROR_SYNTAX;
    }
    ret_question->qtype = get_u16(tail);
    ret_question->qclass = get_u16(tail + 2);
    message->left--;
    return OK;
}

/* Stands before the first record that is left, in its section. */
static enum result find_record(struct message *message)
{
    struct reader *reader = &message->reader;
    while (message->section == SECTION_QUESTION && message->left != 0) {
        if (!skip_name(reader) || reader_bytes(reader, QUESTION_TAIL_BYTES) == NULL) {
            reader_fail(reader);
            return ERROR_SYNTAX;
        }
        message->left--;
    }
    while (message->left == 0) {
        if (message->section == SECTION_ADDITIONAL) {
            return END;
        }
        message->section++;
        message->left = message->header.counts[message->section];
    }
    return OK;
}

enum result message_record_next(struct message *message, struct message_record *ret_record)
{
    struct reader *reader = &message->reader;
    if (!reader_ok(reader)) {
        return ERROR_SYNTAX;
    }
    enum result result = find_record(message);
    if (result != OK) {
        return result;
    }
    size_t begin = reader->at;
    name_from_wire(reader, &ret_record->owner);
    const uint8_t *tail = reader_bytes(reader, RECORD_TAIL_BYTES);
    if (tail == NULL) {
        return ERROR_SYNTAX;
    }
    uint16_t rdata_size = get_u16(tail + 8);
    size_t rdata_at = reader->at;
    if (reader_bytes(reader, rdata_size) == NULL) {
        return ERROR_SYNTAX;
    }
    ret_record->type = get_u16(tail);
    ret_record->rr_class = get_u16(tail + 2);
    ret_record->ttl = (uint32_t)get_u16(tail + 4) << 16 | get_u16(tail + 6);
    ret_record->at = (uint16_t)begin;
    ret_record->rdata_at = (uint16_t)rdata_at;
    ret_record->rdata_size = rdata_size;
    ret_record->section = message->section;
    message->left--;
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/wire/message.h"

#include "server/wire/rrtype.h"
#include "tests/unit/server/wire/wire_sample.h"

/* A packet under construction. */
struct packet {
    uint8_t bytes[70000];
    struct writer writer;
};

static struct packet packet;

static void begin(unsigned flags, unsigned qd, unsigned an, unsigned ns, unsigned ar)
{
    packet.writer = writer_over(packet.bytes, sizeof packet.bytes);
    struct message_header header = {
        .id = 0x1234,
        .flags = (uint16_t)flags,
        .counts = {(uint16_t)qd, (uint16_t)an, (uint16_t)ns, (uint16_t)ar},
    };
    message_header_write(&packet.writer, &header);
}

static void put(const void *bytes, size_t size)
{
    writer_bytes(&packet.writer, bytes, size);
}

#define PUT(text) put(text, sizeof(text) - 1)

static const char question[] = "\3WwW\7example\0\0\1\0\1";
#define PUT_QUESTION() put(question, sizeof question - 1)
#define OPT_PLAIN "\0\0\51\4\320\0\0\200\0\0\0"
#define OPT_COOKIE "\0\0\51\4\320\0\0\0\0\0\14\0\12\0\10ABCDEFGH"
#define A_RECORD "\300\14\0\1\0\1\0\0\16\20\0\4\300\0\2\1"
#define TSIG_RECORD "\3key\0\0\372\0\377\0\0\0\0\0\2xx"

static enum result parse(struct request *request)
{
    return request_parse(packet.bytes, packet.writer.at, request);
}

static struct request expect(enum rcode rcode)
{
    struct request request;
    cr_assert_eq(parse(&request), OK);
    cr_assert_eq(request.rcode, rcode, "rcode %u", request.rcode);
    cr_assert_eq(request.id, 0x1234);
    return request;
}

Test(message, header_round, .timeout = 10)
{
    begin(0x8583, 1, 2, 3, 4);
    cr_assert_eq(packet.writer.at, MESSAGE_HEADER_BYTES);
    struct reader reader = reader_over(packet.bytes, 12);
    struct message_header header = {0};
    message_header_read(&reader, &header);
    cr_assert_eq(header.id, 0x1234);
    cr_assert_eq(header.flags, 0x8583);
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        cr_assert_eq(header.counts[i], i + 1);
    }
    reader = reader_over(packet.bytes, 11);
    header.id = 7;
    message_header_read(&reader, &header);
    cr_assert_not(reader_ok(&reader));
    cr_assert_eq(header.id, 7);
    struct writer writer = writer_over(packet.bytes, 11);
    message_header_write(&writer, &header);
    cr_assert_not(writer_ok(&writer));
    cr_assert_eq(message_opcode(0x2800), OPCODE_UPDATE);
    cr_assert_eq(message_opcode(0xffff), 15);
}

Test(message, a_plain_question, .timeout = 10)
{
    begin(MESSAGE_RD, 1, 0, 0, 0);
    PUT_QUESTION();
    struct request request = expect(RCODE_NOERROR);
    cr_assert_eq(request.qname, packet.bytes + 12);
    cr_assert_eq(request.qname_length, 13);
    cr_assert_eq(request.qname_labels, 2);
    cr_assert_eq(request.qtype, TYPE_A);
    cr_assert_eq(request.qclass, CLASS_IN);
    cr_assert_eq(request.question_size, 17);
    cr_assert_eq(request.opcode, OPCODE_QUERY);
    cr_assert_eq(request.flags, MESSAGE_RD);
    cr_assert_eq(request.tsig_at, 0);
    cr_assert_not(request.edns.present);
    cr_assert_eq(request.packet, packet.bytes);
    cr_assert_eq(request.packet_size, packet.writer.at);
}

Test(message, a_question_with_edns, .timeout = 10)
{
    begin(0, 1, 0, 0, 1);
    PUT_QUESTION();
    PUT(OPT_PLAIN);
    struct request request = expect(RCODE_NOERROR);
    cr_assert(request.edns.present);
    cr_assert(request.edns.dnssec_ok);
    cr_assert_eq(request.edns.udp_size, 1232);
}

Test(message, what_is_dropped_in_silence, .timeout = 10)
{
    struct request request = {.id = 7};
    begin(0, 0, 0, 0, 0);
    for (size_t size = 0; size < MESSAGE_HEADER_BYTES; size++) {
        cr_assert_eq(request_parse(packet.bytes, size, &request), ERROR_SYNTAX);
    }
    begin(MESSAGE_QR, 1, 0, 0, 0);
    PUT_QUESTION();
    cr_assert_eq(parse(&request), ERROR_SYNTAX);
    begin(MESSAGE_QR | 0x7800, 1, 0, 0, 0);
    cr_assert_eq(parse(&request), ERROR_SYNTAX);
    cr_assert_eq(request.id, 7, "written on failure");
}

Test(message, the_opcode_is_looked_at_before_the_counts, .timeout = 10)
{
    for (unsigned opcode = 1; opcode < 16; opcode++) {
        begin(opcode << MESSAGE_OPCODE_SHIFT, 65535, 65535, 65535, 65535);
        struct request request = expect(RCODE_NOTIMP);
        cr_assert_eq(request.opcode, opcode);
        cr_assert_null(request.qname);
        cr_assert_eq(request.question_size, 0);
    }
}

/* RFC 9619. */
Test(message, one_question_or_none_with_a_cookie, .timeout = 10)
{
    begin(0, 2, 0, 0, 0);
    PUT_QUESTION();
    PUT_QUESTION();
    struct request request = expect(RCODE_FORMERR);
    cr_assert_eq(request.question_size, 0);
    begin(0, 0, 0, 0, 0);
    expect(RCODE_FORMERR);
    begin(0, 0, 0, 0, 1);
    PUT(OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 0, 0, 0, 1);
    PUT(OPT_COOKIE);
    request = expect(RCODE_NOERROR);
    cr_assert_null(request.qname);
    cr_assert_eq(request.question_size, 0);
    cr_assert_eq(request.edns.cookie_size, 8);
}

Test(message, a_question_cut_short_at_every_byte, .timeout = 10)
{
    for (size_t there = 0; there < sizeof question - 1; there++) {
        begin(0, 1, 0, 0, 0);
        put(question, there);
        struct request request = expect(RCODE_FORMERR);
        cr_assert_null(request.qname);
        cr_assert_eq(request.question_size, 0);
    }
}

Test(message, names_of_questions, .timeout = 10)
{
    static const size_t lengths[] = {1, 3, 253, 254, 255};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct name name = sample_long(lengths[i]);
        begin(0, 1, 0, 0, 0);
        put(name.bytes, name.length);
        PUT("\0\1\0\1");
        struct request request = expect(RCODE_NOERROR);
        cr_assert_eq(request.qname_length, lengths[i]);
        cr_assert_eq(request.qname_labels, name_label_count(name.bytes));
    }
    struct name name = sample_long(255);
    begin(0, 1, 0, 0, 0);
    PUT("\1x"); /* 257 bytes */
    put(name.bytes, name.length);
    PUT("\0\1\0\1");
    expect(RCODE_FORMERR);
    name = sample_long(253);
    begin(0, 1, 0, 0, 0);
    PUT("\2xx"); /* 256 bytes */
    put(name.bytes, name.length);
    PUT("\0\1\0\1");
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 0);
    PUT("\1x\300\14\0\1\0\1");
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 0);
    PUT("\100x\0\0\1\0\1");
    expect(RCODE_FORMERR);
}

Test(message, counts_that_lie, .timeout = 10)
{
    for (unsigned section = SECTION_ANSWER; section < SECTION_COUNT; section++) {
        begin(0, 1, section == 1, section == 2, section == 3);
        PUT_QUESTION();
        struct request request = expect(RCODE_FORMERR);
        cr_assert_eq(request.question_size, 17, "the question is usable");
    }
    begin(0, 1, 0, 0, 0);
    PUT_QUESTION();
    PUT("x");
    expect(RCODE_FORMERR);
    begin(0, 1, 65535, 65535, 65535);
    PUT_QUESTION();
    PUT(A_RECORD);
    expect(RCODE_FORMERR);
}

Test(message, records_of_a_request_are_walked, .timeout = 10)
{
    begin(0, 1, 1, 2, 1);
    PUT_QUESTION();
    PUT(A_RECORD A_RECORD A_RECORD A_RECORD);
    size_t whole = packet.writer.at;
    expect(RCODE_NOERROR);
    for (size_t size = 12 + 17; size < whole; size++) {
        packet.writer.at = size;
        expect(RCODE_FORMERR);
    }
}

Test(message, the_place_of_opt, .timeout = 10)
{
    begin(0, 1, 0, 0, 2);
    PUT_QUESTION();
    PUT(OPT_PLAIN OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 2);
    PUT_QUESTION();
    PUT(OPT_PLAIN A_RECORD);
    expect(RCODE_NOERROR);
    begin(0, 1, 1, 0, 0);
    PUT_QUESTION();
    PUT(OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 1, 0);
    PUT_QUESTION();
    PUT(OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 1);
    PUT_QUESTION();
    PUT("\1x" OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 1);
    PUT_QUESTION();
    PUT("\0\0\51\4\320\0\0\0\0\0\5\0\12\0\1x"); /* a cookie of one byte */
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 1);
    PUT_QUESTION();
    PUT("\0\0\51\4\320\0\1\0\0\0\0");
    struct request request = expect(RCODE_BADVERS);
    cr_assert(request.edns.present);
    cr_assert_eq(request.question_size, 17);
}

/* RFC 8945 section 5.2. */
Test(message, the_place_of_tsig, .timeout = 10)
{
    begin(0, 1, 0, 0, 2);
    PUT_QUESTION();
    PUT(OPT_PLAIN);
    size_t at = packet.writer.at;
    PUT(TSIG_RECORD);
    struct request request = expect(RCODE_NOERROR);
    cr_assert_eq(request.tsig_at, at);
    begin(0, 1, 0, 0, 2);
    PUT_QUESTION();
    PUT(TSIG_RECORD OPT_PLAIN);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 0, 2);
    PUT_QUESTION();
    PUT(TSIG_RECORD TSIG_RECORD);
    expect(RCODE_FORMERR);
    begin(0, 1, 0, 1, 0);
    PUT_QUESTION();
    PUT(TSIG_RECORD);
    expect(RCODE_FORMERR);
}

Test(message, policy_by_type_class_and_transport, .timeout = 10)
{
    static const struct {
        uint16_t type;
        uint16_t rr_class;
        enum rcode udp;
        enum rcode tcp;
    } rules[] = {
        {TYPE_A, CLASS_IN, RCODE_NOERROR, RCODE_NOERROR},
        {TYPE_TXT, CLASS_CHAOS, RCODE_NOERROR, RCODE_NOERROR},
        {TYPE_A, CLASS_HESIOD, RCODE_REFUSED, RCODE_REFUSED},
        {TYPE_A, CLASS_ANY, RCODE_REFUSED, RCODE_REFUSED},
        {TYPE_A, CLASS_NONE, RCODE_REFUSED, RCODE_REFUSED},
        {TYPE_A, 0, RCODE_REFUSED, RCODE_REFUSED},
        {TYPE_OPT, CLASS_IN, RCODE_FORMERR, RCODE_FORMERR},
        {TYPE_TSIG, CLASS_IN, RCODE_FORMERR, RCODE_FORMERR},
        {TYPE_AXFR, CLASS_IN, RCODE_FORMERR, RCODE_REFUSED},
        {TYPE_IXFR, CLASS_IN, RCODE_REFUSED, RCODE_REFUSED},
        {TYPE_TKEY, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {TYPE_MAILA, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {TYPE_MAILB, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {0, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {127, CLASS_IN, RCODE_NOERROR, RCODE_NOERROR},
        {128, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {248, CLASS_IN, RCODE_NOTIMP, RCODE_NOTIMP},
        {TYPE_ANY, CLASS_IN, RCODE_NOERROR, RCODE_NOERROR},
        {TYPE_URI, CLASS_IN, RCODE_NOERROR, RCODE_NOERROR},
        {65535, CLASS_IN, RCODE_NOERROR, RCODE_NOERROR},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct request request = {.qtype = rules[i].type, .qclass = rules[i].rr_class};
        cr_assert_eq(request_policy(&request, TRANSPORT_UDP), rules[i].udp, "type %u",
                     rules[i].type);
        cr_assert_eq(request_policy(&request, TRANSPORT_TCP), rules[i].tcp, "type %u",
                     rules[i].type);
    }
}

/* ---- any message ------------------------------------------------------------------------------
 */

static struct message opened(void)
{
    struct message message;
    cr_assert_eq(message_open(packet.bytes, packet.writer.at, &message), OK);
    return message;
}

Test(message, opens_from_a_header_to_the_largest, .timeout = 10)
{
    begin(0, 0, 0, 0, 0);
    struct message message;
    cr_assert_eq(message_open(packet.bytes, 0, &message), ERROR_SYNTAX);
    cr_assert_eq(message_open(packet.bytes, 11, &message), ERROR_SYNTAX);
    cr_assert_eq(message_open(packet.bytes, 12, &message), OK);
    cr_assert_eq(message_open(packet.bytes, 65535, &message), OK);
    cr_assert_eq(message_open(packet.bytes, 65536, &message), REFUSED_LIMIT);
}

Test(message, questions_and_records_in_order, .timeout = 10)
{
    begin(MESSAGE_QR, 1, 1, 1, 1);
    PUT_QUESTION();
    PUT(A_RECORD);
    PUT("\300\20\0\2\0\1\0\0\0\1\0\5\2ns\300\20");
    PUT(OPT_PLAIN "tail");
    struct message message = opened();
    struct message_question asked;
    cr_assert_eq(message_question_next(&message, &asked), OK);
    cr_assert_eq(asked.qname.length, 13);
    cr_assert_eq(asked.qtype, TYPE_A);
    cr_assert_eq(asked.qclass, CLASS_IN);
    cr_assert_eq(message_question_next(&message, &asked), END);
    struct message_record record;
    cr_assert_eq(message_record_next(&message, &record), OK);
    cr_assert_eq(record.section, SECTION_ANSWER);
    cr_assert(name_equal(record.owner.bytes, asked.qname.bytes));
    cr_assert_eq(record.type, TYPE_A);
    cr_assert_eq(record.rr_class, CLASS_IN);
    cr_assert_eq(record.ttl, 3600);
    cr_assert_eq(record.at, 29);
    cr_assert_eq(record.rdata_at, 41);
    cr_assert_eq(record.rdata_size, 4);
    cr_assert_eq(message_question_next(&message, &asked), END);
    cr_assert_eq(message_record_next(&message, &record), OK);
    cr_assert_eq(record.section, SECTION_AUTHORITY);
    cr_assert_eq(record.type, TYPE_NS);
    struct reader rdata = message_rdata(&message, &record);
    struct name target;
    name_from_wire(&rdata, &target);
    cr_assert(reader_ok(&rdata));
    cr_assert(name_equal(target.bytes, (const uint8_t *)"\2ns\7example"));
    cr_assert_eq(message.reader.hops, 2);
    message_rdata_done(&message, &rdata);
    cr_assert_eq(message.reader.hops, 3);
    cr_assert_eq(message_record_next(&message, &record), OK);
    cr_assert_eq(record.section, SECTION_ADDITIONAL);
    cr_assert_eq(record.type, TYPE_OPT);
    cr_assert_eq(message_record_next(&message, &record), END);
    cr_assert_eq(message_record_next(&message, &record), END);
    cr_assert_eq(message_trailing(&message), 4);
}

Test(message, questions_not_read_are_skipped, .timeout = 10)
{
    begin(MESSAGE_QR, 2, 1, 0, 0);
    PUT_QUESTION();
    PUT("\300\14\0\2\0\1");
    PUT(A_RECORD);
    struct message message = opened();
    struct message_record record;
    cr_assert_eq(message_record_next(&message, &record), OK);
    cr_assert_eq(record.type, TYPE_A);
    cr_assert_eq(message_record_next(&message, &record), END);
}

Test(message, a_message_cut_short_ends_the_walk, .timeout = 10)
{
    begin(MESSAGE_QR, 1, 1, 0, 0);
    PUT_QUESTION();
    PUT(A_RECORD);
    size_t whole = packet.writer.at;
    for (size_t size = 12; size < whole; size++) {
        packet.writer.at = size;
        struct message message = opened();
        struct message_record record;
        cr_assert_eq(message_record_next(&message, &record), ERROR_SYNTAX, "%zu", size);
        cr_assert_eq(message_record_next(&message, &record), ERROR_SYNTAX, "stays over");
        struct message_question asked;
        message = opened();
        cr_assert_eq(message_question_next(&message, &asked), size < 29 ? ERROR_SYNTAX : OK);
        cr_assert_eq(message_question_next(&message, &asked), size < 29 ? ERROR_SYNTAX : END);
    }
}

Test(message, the_hops_of_a_whole_message_are_bounded, .timeout = 30)
{
    /* Every owner takes 126 pointers: few records, much work. */
    begin(MESSAGE_QR, 0, 0, 0, 1000);
    size_t chain = packet.writer.at + 11;
    PUT("\0\0\20\0\1\0\0\0\0\0\374\0"); /* rdata of 252 bytes: a root, then pointers */
    for (size_t i = 1; i < 126; i++) {
        size_t to = i == 1 ? chain : chain + 1 + 2 * (i - 2);
        writer_u16(&packet.writer, (uint16_t)(0xc000 | to));
    }
    PUT("x");
    size_t last = chain + 1 + 2 * (size_t)124;
    unsigned records = 1;
    for (; records < 300; records++) {
        writer_u16(&packet.writer, (uint16_t)(0xc000 | last));
        PUT("\0\20\0\1\0\0\0\0\0\0");
    }
    struct message message = opened();
    struct message_record record;
    unsigned read = 0;
    while (message_record_next(&message, &record) == OK) {
        read++;
    }
    cr_assert_eq(read, 1 + NAME_HOPS_TOTAL_MAX / 126);
    cr_assert_lt(read, records);
}

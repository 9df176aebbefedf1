// SPDX-License-Identifier: Apache-2.0
#include "server/wire/message.h"
#include "tests/fuzz/fuzz.h"

// A packet as a request and as any message: both stay inside it, agree with each other on the
// question, and end within the work that a packet of its size allows.

static void check_request(const uint8_t *data, size_t size)
{
    struct request request;
    if (request_parse(data, size, &request) != OK) {
        FUZZ_CHECK(size < MESSAGE_HEADER_BYTES || size > MESSAGE_BYTES_MAX || data[2] >= 0x80);
        return;
    }
    FUZZ_CHECK(request.packet == data && request.packet_size == size);
    FUZZ_CHECK(MESSAGE_HEADER_BYTES + request.question_size <= size);
    FUZZ_CHECK((request.qname != NULL) == (request.question_size != 0));
    FUZZ_CHECK(request.tsig_at < size);
    FUZZ_CHECK(request.edns.present || request.edns.cookie_size == 0);
    if (request.edns.cookie_size != 0) {
        FUZZ_CHECK(request.edns.cookie > data);
        FUZZ_CHECK(request.edns.cookie + request.edns.cookie_size <= data + size);
    }
    if (request.rcode == RCODE_NOERROR) {
        FUZZ_CHECK(request.opcode == OPCODE_QUERY);
        FUZZ_CHECK(request.qname != NULL || request.edns.cookie_size != 0);
    }
    if (request.qname == NULL) {
        return;
    }
    FUZZ_CHECK(name_length(request.qname) == request.qname_length);
    FUZZ_CHECK(name_label_count(request.qname) == request.qname_labels);
    struct message message;
    struct message_question question;
    FUZZ_CHECK(message_open(data, size, &message) == OK);
    FUZZ_CHECK(message_question_next(&message, &question) == OK);
    FUZZ_CHECK(name_equal(question.qname.bytes, request.qname));
    FUZZ_CHECK(question.qtype == request.qtype && question.qclass == request.qclass);
    (void)request_policy(&request, TRANSPORT_UDP);
}

static void check_message(const uint8_t *data, size_t size)
{
    struct message message;
    if (message_open(data, size, &message) != OK) {
        return;
    }
    struct message_record record;
    enum result result = message_record_next(&message, &record);
    for (size_t count = 0; result == OK; count++) {
        FUZZ_CHECK(count < size / 11);
        FUZZ_CHECK(name_length(record.owner.bytes) == record.owner.length);
        FUZZ_CHECK((size_t)record.rdata_at + record.rdata_size <= size);
        FUZZ_CHECK(record.at < record.rdata_at);
        result = message_record_next(&message, &record);
    }
    FUZZ_CHECK(result == END || result == ERROR_SYNTAX);
    FUZZ_CHECK(message.reader.hops <= NAME_HOPS_TOTAL_MAX + 1);
    FUZZ_CHECK(message_record_next(&message, &record) == result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_request(data, size);
    check_message(data, size);
    return 0;
}

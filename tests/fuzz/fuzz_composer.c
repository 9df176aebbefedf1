// SPDX-License-Identifier: Apache-2.0
#include "server/wire/composer.h"
#include "tests/fuzz/fuzz.h"

// The records of any message, composed anew under a limit that its id decides: what went in comes
// out, and nothing else. Rdata is taken as it stands, so that bad rdata reaches the composer too.
#define RECORDS_MAX 64u

struct kept {
    struct name owner;
    uint16_t type;
    uint32_t ttl;
};

static struct composer composer;
static uint8_t buffer[65535];
static struct kept kept[RECORDS_MAX];

static unsigned compose(struct message *message)
{
    struct message_record record;
    unsigned count = 0;
    uint16_t target = 0;
    while (count < RECORDS_MAX && message_record_next(message, &record) == OK) {
        composer_section(&composer, (enum message_section)record.section);
        const struct composer_rrset rrset = {
            .owner = record.owner.bytes,
            .owner_at = (record.ttl & 1) != 0 ? target : 0,
            .type = record.type,
            .ttl = record.ttl,
        };
        struct composer_mark mark = composer_mark(&composer);
        size_t before = composer.writer.at;
        enum result result = composer_record(
            &composer, &rrset, message->reader.base + record.rdata_at, record.rdata_size);
        if (result != OK) {
            FUZZ_CHECK(result == TRUNCATED || result == ERROR_SYNTAX);
            FUZZ_CHECK(composer.writer.at == before);
            continue;
        }
        if ((record.ttl & 6) == 6) {
            composer_rewind(&composer, &mark);
            target = 0;
            continue;
        }
        struct reader reader = reader_over(buffer, composer.writer.at);
        reader.at = rrset.owner_at;
        kept[count] = (struct kept){.owner = record.owner, .type = record.type, .ttl = record.ttl};
        if (rrset.owner_at != 0) {
            name_from_wire(&reader, &kept[count].owner);
            FUZZ_CHECK(reader_ok(&reader));
        }
        count++;
        target = composer_target(&composer, 0);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready) {
        composer_init(&composer);
        ready = true;
    }
    struct message message;
    if (message_open(data, size, &message) != OK) {
        return 0;
    }
    size_t limit = MESSAGE_UDP_BYTES + message.header.id % (sizeof buffer - MESSAGE_UDP_BYTES);
    composer_begin(&composer, buffer, limit, message.header.id, message.header.flags);
    struct message_question question;
    if (message_question_next(&message, &question) == OK) {
        FUZZ_CHECK(composer_question(&composer, question.qname.bytes, question.qtype,
                                     question.qclass) == OK);
    }
    unsigned count = compose(&message);
    size_t composed = composer_finish(&composer);
    FUZZ_CHECK(composed <= limit);
    FUZZ_CHECK(message_open(buffer, composed, &message) == OK);
    for (unsigned i = 0; i < count; i++) {
        struct message_record record;
        FUZZ_CHECK(message_record_next(&message, &record) == OK);
        FUZZ_CHECK(name_equal(record.owner.bytes, kept[i].owner.bytes));
        FUZZ_CHECK(record.type == kept[i].type && record.ttl == kept[i].ttl);
    }
    struct message_record record;
    FUZZ_CHECK(message_record_next(&message, &record) == END && message_trailing(&message) == 0);
    return 0;
}

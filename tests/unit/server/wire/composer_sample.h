// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/composer.h"

#include "tests/unit/server/wire/wire_sample.h"

/**
 * What the tests of the composer share: a request that is asked, rdata that is packed, the answer
 * read back.
 */
static struct composer composer;
static uint8_t buffer[65535];
static uint8_t packet[512];
static struct request request;

/* A request for `text`, parsed. */
static inline void ask(const char *text, uint16_t type, uint16_t flags)
{
    struct writer writer = writer_over(packet, sizeof packet);
    struct message_header header = {.id = 0xbeef, .flags = flags, .counts = {1}};
    message_header_write(&writer, &header);
    struct name name = sample_name(text);
    writer_bytes(&writer, name.bytes, name.length);
    writer_u16(&writer, type);
    writer_u16(&writer, CLASS_IN);
    cr_assert_eq(request_parse(packet, writer.at, &request), OK);
    cr_assert_eq(request.rcode, RCODE_NOERROR);
}

static inline void start(const char *text, size_t limit)
{
    ask(text, TYPE_A, MESSAGE_RD);
    composer_init(&composer);
    composer_begin_reply(&composer, buffer, limit, &request);
}

/* Packed rdata under construction. */
struct pack {
    uint8_t bytes[20000];
    struct writer writer;
    struct composer_rrset rrset;
};

static struct pack pack;

static inline void pack_begin(uint16_t type)
{
    pack.writer = writer_over(pack.bytes, sizeof pack.bytes);
    pack.rrset = (struct composer_rrset){.type = type, .ttl = 3600, .packed = pack.bytes};
}

static inline void pack_bytes(const void *bytes, size_t size)
{
    writer_u16(&pack.writer, (uint16_t)size);
    writer_bytes(&pack.writer, bytes, size);
    pack.rrset.count++;
}

/* A prefix, then names. */
static inline void pack_names(const void *prefix, size_t prefix_size, const char *first,
                              const char *second, const char *tail)
{
    uint8_t rdata[600];
    struct writer writer = writer_over(rdata, sizeof rdata);
    writer_bytes(&writer, prefix, prefix_size);
    struct name name = sample_name(first);
    writer_bytes(&writer, name.bytes, name.length);
    if (second != NULL) {
        name = sample_name(second);
        writer_bytes(&writer, name.bytes, name.length);
    }
    writer_bytes(&writer, tail, tail == NULL ? 0 : 20);
    pack_bytes(rdata, writer.at);
}

static inline struct message finished(void)
{
    size_t size = composer_finish(&composer);
    struct message message;
    cr_assert_eq(message_open(buffer, size, &message), OK);
    return message;
}

static inline struct message_record next(struct message *message)
{
    struct message_record record;
    cr_assert_eq(message_record_next(message, &record), OK);
    return record;
}

static inline void expect_end(struct message *message)
{
    struct message_record record;
    cr_assert_eq(message_record_next(message, &record), END);
    cr_assert_eq(message_trailing(message), 0);
}

static inline struct name name_at(size_t at)
{
    struct reader reader = reader_over(buffer, composer.writer.at);
    reader.at = at;
    struct name name;
    name_from_wire(&reader, &name);
    cr_assert(reader_ok(&reader));
    return name;
}

static inline void expect_name(size_t at, const char *text)
{
    struct name expected = sample_name(text);
    struct name there = name_at(at);
    cr_assert(name_equal(there.bytes, expected.bytes), "%s", text);
}

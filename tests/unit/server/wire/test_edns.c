// SPDX-License-Identifier: Apache-2.0
#include "server/wire/edns.h"

#include <criterion/criterion.h>

/* An OPT record from its class on, with options. */
static size_t opt(uint8_t *to, unsigned udp_size, unsigned version, const void *options,
                  size_t size)
{
    struct writer writer = writer_over(to, 70000);
    writer_u16(&writer, (uint16_t)udp_size);
    writer_u8(&writer, 0);
    writer_u8(&writer, (uint8_t)version);
    writer_u16(&writer, 0x8000);
    writer_u16(&writer, (uint16_t)size);
    writer_bytes(&writer, options, size);
    return writer.at;
}

static uint8_t record[70000];

static enum result read_options(const void *options, size_t size, struct edns *edns)
{
    struct reader reader = reader_over(record, opt(record, 1232, 0, options, size));
    enum result result = edns_read(&reader, edns);
    cr_assert(result != OK || reader_left(&reader) == 0);
    return result;
}

#define READ(options, edns) read_options(options, sizeof(options) - 1, edns)

Test(edns, the_fixed_part, .timeout = 10)
{
    struct edns edns;
    cr_assert_eq(READ("", &edns), OK);
    cr_assert(edns.present);
    cr_assert(edns.dnssec_ok);
    cr_assert_eq(edns.udp_size, 1232);
    cr_assert_eq(edns.version, 0);
    cr_assert_eq(edns.cookie_size, 0);
    cr_assert_not(edns.nsid || edns.keepalive || edns.padding || edns.expire || edns.ede);
}

Test(edns, small_sizes_mean_512, .timeout = 10)
{
    static const unsigned sizes[] = {0, 511, 512, 513, 65535};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct edns edns;
        struct reader reader = reader_over(record, opt(record, sizes[i], 0, "", 0));
        cr_assert_eq(edns_read(&reader, &edns), OK);
        cr_assert_eq(edns.udp_size, sizes[i] < 512 ? 512 : sizes[i]);
    }
}

Test(edns, every_option, .timeout = 10)
{
    struct edns edns;
    cr_assert_eq(READ("\0\3\0\0"
                      "\0\12\0\10ABCDEFGH"
                      "\0\13\0\2\1\2"
                      "\0\14\0\3\0\0\0"
                      "\0\11\0\0"
                      "\0\17\0\5\0\24why"
                      "\0\10\0\4\0\1\0\0"
                      "\377\376\0\1x",
                      &edns),
                 OK);
    cr_assert(edns.nsid && edns.keepalive && edns.padding && edns.expire && edns.ede);
    cr_assert_eq(edns.cookie_size, 8);
    cr_assert_arr_eq(edns.cookie, "ABCDEFGH", 8);
    cr_assert_eq(edns.keepalive_timeout, 0x0102);
    cr_assert_eq(edns.ede_code, EDE_NOT_AUTHORITATIVE);
    cr_assert_eq(edns.ede_text_size, 3);
    cr_assert_arr_eq(edns.ede_text, "why", 3);
}

Test(edns, of_several_the_first_counts, .timeout = 10)
{
    struct edns edns;
    cr_assert_eq(READ("\0\12\0\10ABCDEFGH\0\12\0\10abcdefgh\0\17\0\2\0\1\0\17\0\2\0\2", &edns), OK);
    cr_assert_arr_eq(edns.cookie, "ABCDEFGH", 8);
    cr_assert_eq(edns.ede_code, 1);
}

Test(edns, cookie_lengths_of_rfc_7873, .timeout = 10)
{
    for (unsigned size = 0; size <= 48; size++) {
        uint8_t options[4 + 48] = {0, EDNS_OPTION_COOKIE, 0, (uint8_t)size};
        struct edns edns;
        bool valid = size == 8 || (size >= 16 && size <= 40);
        cr_assert_eq(read_options(options, 4 + size, &edns), valid ? OK : ERROR_SYNTAX, "%u", size);
        cr_assert(!valid || edns.cookie_size == size);
    }
}

Test(edns, malformed_options, .timeout = 10)
{
    struct edns edns = {.udp_size = 77};
    cr_assert_eq(READ("\0", &edns), ERROR_SYNTAX);
    cr_assert_eq(READ("\0\3\0", &edns), ERROR_SYNTAX);
    cr_assert_eq(READ("\0\3\0\1", &edns), ERROR_SYNTAX);
    cr_assert_eq(READ("\0\13\0\1x", &edns), ERROR_SYNTAX, "keepalive of one byte");
    cr_assert_eq(READ("\0\17\0\1x", &edns), ERROR_SYNTAX, "half an error code");
    cr_assert_eq(edns.udp_size, 77, "written on failure");
}

Test(edns, keepalive_may_be_empty, .timeout = 10)
{
    struct edns edns;
    cr_assert_eq(READ("\0\13\0\0", &edns), OK);
    cr_assert(edns.keepalive);
    cr_assert_eq(edns.keepalive_timeout, 0);
}

Test(edns, the_number_of_options_is_bounded, .timeout = 10)
{
    static const uint8_t options[4 * (EDNS_OPTIONS_MAX + 1)];
    struct edns edns;
    cr_assert_eq(read_options(options, (size_t)4 * EDNS_OPTIONS_MAX, &edns), OK);
    cr_assert_eq(read_options(options, sizeof options, &edns), ERROR_SYNTAX);
}

Test(edns, a_later_version_is_not_read_further, .timeout = 10)
{
    struct edns edns;
    struct reader reader = reader_over(record, opt(record, 4096, 1, "\0\12\0\1x", 5));
    cr_assert_eq(edns_read(&reader, &edns), OK);
    cr_assert_eq(edns.version, 1);
    cr_assert_eq(edns.udp_size, 4096);
    cr_assert_eq(edns.cookie_size, 0);
    cr_assert_eq(reader_left(&reader), 0);
}

Test(edns, a_record_cut_short_at_every_byte, .timeout = 10)
{
    size_t size = opt(record, 1232, 0, "\0\3\0\0", 4);
    for (size_t there = 0; there < size; there++) {
        struct reader reader = reader_over(record, there);
        struct edns edns;
        cr_assert_eq(edns_read(&reader, &edns), ERROR_SYNTAX, "%zu", there);
    }
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* Reads back what was written at `at`, behind owner and type. */
static struct edns read_back(const struct writer *writer, size_t at)
{
    struct reader reader = reader_over(writer->base, writer->at);
    reader.at = at;
    cr_assert_eq(reader_u8(&reader), 0);
    cr_assert_eq(reader_u16(&reader), 41);
    struct edns edns;
    cr_assert_eq(edns_read(&reader, &edns), OK);
    cr_assert_eq(reader_left(&reader), 0);
    return edns;
}

Test(edns, a_plain_reply_takes_eleven_bytes, .timeout = 10)
{
    uint8_t buffer[11];
    struct edns_reply reply = {.udp_size = 1232, .dnssec_ok = true};
    cr_assert_eq(edns_reply_size(&reply), EDNS_OPT_BYTES);
    struct writer writer = writer_over(buffer, sizeof buffer);
    edns_reply_write(&reply, 16, 0, &writer);
    cr_assert(writer_ok(&writer));
    cr_assert_arr_eq(buffer, "\0\0\51\4\320\1\0\200\0\0\0", 11);
    writer = writer_over(buffer, 10);
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert_not(writer_ok(&writer));
}

Test(edns, every_option_of_a_reply, .timeout = 10)
{
    uint8_t buffer[512];
    struct edns_reply reply = {
        .udp_size = 1232,
        .keepalive = true,
        .keepalive_timeout = 100,
        .expire = true,
        .expire_seconds = 3600,
        .nsid = (const uint8_t *)"dc1",
        .nsid_size = 3,
        .cookie_size = 24,
    };
    memset(reply.cookie, 'c', sizeof reply.cookie);
    size_t size = edns_reply_size(&reply);
    cr_assert_eq(size, 11 + 7 + 28 + 6 + 8);
    struct writer writer = writer_over(buffer, size);
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert(writer_ok(&writer));
    cr_assert_eq(writer.at, size, "exactly what was reserved");
    struct edns edns = read_back(&writer, 0);
    cr_assert(edns.nsid && edns.keepalive && edns.expire);
    cr_assert_not(edns.dnssec_ok);
    cr_assert_eq(edns.keepalive_timeout, 100);
    cr_assert_eq(edns.cookie_size, 24);
    cr_assert_eq(edns.cookie[23], 'c');
    writer = writer_over(buffer, size - 1);
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert_not(writer_ok(&writer));
}

Test(edns, extended_errors_are_kept_apart_and_bounded, .timeout = 10)
{
    struct edns_reply reply = {0};
    edns_reply_ede(&reply, EDE_PROHIBITED, "one");
    edns_reply_ede(&reply, EDE_PROHIBITED, "again");
    cr_assert_eq(reply.ede_count, 1);
    cr_assert_str_eq(reply.ede[0].text, "one");
    for (unsigned code = 0; code < 2 * EDNS_EDE_MAX; code++) {
        edns_reply_ede(&reply, (uint16_t)code, NULL);
    }
    cr_assert_eq(reply.ede_count, EDNS_EDE_MAX);
}

Test(edns, an_extended_error_goes_in_as_far_as_there_is_room, .timeout = 10)
{
    uint8_t buffer[64];
    struct edns_reply reply = {.udp_size = 1232};
    edns_reply_ede(&reply, EDE_NOT_READY, "loading");
    for (size_t room = EDNS_OPT_BYTES; room < 40; room++) {
        struct writer writer = writer_over(buffer, room);
        edns_reply_write(&reply, 0, 0, &writer);
        cr_assert(writer_ok(&writer), "%zu", room);
        struct edns edns = read_back(&writer, 0);
        cr_assert_eq(edns.ede, room >= EDNS_OPT_BYTES + 6);
        cr_assert_eq(edns.ede_text_size, room >= EDNS_OPT_BYTES + 6 + 7 ? 7 : 0);
        cr_assert(!edns.ede || edns.ede_code == EDE_NOT_READY);
    }
}

Test(edns, a_long_text_is_cut, .timeout = 10)
{
    char text[2 * EDNS_EDE_TEXT_MAX];
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = 0;
    uint8_t buffer[512];
    struct edns_reply reply = {.udp_size = 1232};
    edns_reply_ede(&reply, EDE_OTHER, text);
    struct writer writer = writer_over(buffer, sizeof buffer);
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert_eq(read_back(&writer, 0).ede_text_size, EDNS_EDE_TEXT_MAX);
}

Test(edns, padding_fills_a_block, .timeout = 10)
{
    uint8_t buffer[600];
    struct edns_reply reply = {.udp_size = 1232, .padding_block = 128};
    for (size_t before = 12; before < 300; before++) {
        for (size_t trailing = 0; trailing <= 60; trailing += 60) {
            struct writer writer = writer_over(buffer, sizeof buffer);
            writer.at = before;
            edns_reply_write(&reply, 0, trailing, &writer);
            cr_assert(writer_ok(&writer));
            cr_assert_eq((writer.at + trailing) % 128, 0);
            cr_assert_lt(writer.at + trailing, before + trailing + 15 + 128);
            cr_assert(read_back(&writer, before).padding);
        }
    }
    /* No room for a whole block: as much as there is. */
    struct writer writer = writer_over(buffer, 100);
    writer.at = 50;
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert(writer_ok(&writer));
    cr_assert_eq(writer.at, 100);
    writer = writer_over(buffer, 62);
    writer.at = 50;
    edns_reply_write(&reply, 0, 0, &writer);
    cr_assert_eq(writer.at, 61, "not even room for the option's head");
}

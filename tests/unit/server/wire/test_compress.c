// SPDX-License-Identifier: Apache-2.0
#include "server/wire/compress.h"

#include "tests/unit/server/wire/wire_sample.h"

static struct compress table;
static uint8_t buffer[65536];
static struct writer message;

static void fresh(void)
{
    compress_init(&table);
    message = writer_over(buffer, sizeof buffer);
    message.at = 12;
}

static uint16_t put(const char *text)
{
    struct name name = sample_name(text);
    return compress_name(&table, &message, name.bytes);
}

/* The name that stands at `at`, decompressed, equals the text. */
static void expect_at(size_t at, const char *text)
{
    struct reader reader = reader_over(buffer, message.at);
    reader.at = at;
    struct name name;
    name_from_wire(&reader, &name);
    cr_assert(reader_ok(&reader));
    struct name expected = sample_name(text);
    cr_assert(name_equal(name.bytes, expected.bytes), "%s", text);
}

Test(compress, the_longest_known_suffix, .timeout = 10)
{
    fresh();
    cr_assert_eq(put("www.example.com."), 12);
    cr_assert_eq(message.at, 12 + 17);
    cr_assert_eq(put("www.example.com."), 12, "leads to the first");
    cr_assert_eq(message.at, 31);
    cr_assert_eq(put("example.com."), 16);
    cr_assert_eq(put("ftp.example.com."), 33);
    cr_assert_eq(message.at, 33 + 6);
    cr_assert_eq(put("com."), 24);
    cr_assert_eq(put("net."), 41);
    cr_assert_eq(message.at, 41 + 5);
    cr_assert_eq(put("a.FTP.Example.COM."), 46);
    cr_assert_eq(message.at, 46 + 4);
    expect_at(33, "ftp.example.com.");
    expect_at(46, "a.ftp.example.com.");
}

Test(compress, the_root_is_never_a_pointer, .timeout = 10)
{
    fresh();
    cr_assert_eq(put("."), 0);
    cr_assert_eq(put("."), 0);
    cr_assert_eq(message.at, 14);
    cr_assert_eq(table.count, 0);
}

Test(compress, labels_that_differ_late_or_in_length, .timeout = 10)
{
    fresh();
    put("aaaaaaaab.example.");
    size_t before = message.at;
    put("aaaaaaaac.example.");
    cr_assert_eq(message.at, before + 10 + 2);
    before = message.at;
    put("aaaaaaaa.example.");
    cr_assert_eq(message.at, before + 9 + 2);
}

Test(compress, the_same_label_below_different_parents, .timeout = 10)
{
    fresh();
    put("a.a.a.");
    cr_assert_eq(message.at, 12 + 7, "a name has no suffix of its own before it is written");
    uint16_t at = put("a.b.a.");
    cr_assert_eq(message.at, 19 + 4 + 2);
    expect_at(at, "a.b.a.");
}

Test(compress, a_full_buffer_remembers_nothing, .timeout = 10)
{
    fresh();
    message.size = 12 + 16;
    cr_assert_eq(put("www.example.com."), 0);
    cr_assert_not(writer_ok(&message));
    cr_assert_eq(table.count, 0);
    writer_rewind(&message, 12);
    message.size = 12 + 17;
    cr_assert_eq(put("www.example.com."), 12);
    cr_assert(writer_ok(&message));
    cr_assert_eq(put("www.example.com."), 0);
    cr_assert_not(writer_ok(&message));
    message.size = 12 + 17 + 2;
    writer_rewind(&message, 12 + 17);
    cr_assert_eq(put("www.example.com."), 12);
    cr_assert(writer_ok(&message));
}

Test(compress, pointers_reach_14_bits, .timeout = 10)
{
    for (size_t at = 0x3ffe; at <= 0x4001; at++) {
        fresh();
        message.at = at;
        uint16_t first = put("a.b.");
        cr_assert_eq(first, at <= 0x3fff ? at : 0);
        size_t before = message.at;
        uint16_t second = put("a.b.");
        /* The parent's label lies two bytes on, and without it the child is not known either. */
        bool known = at + 2 <= 0x3fff;
        cr_assert_eq(message.at - before, known ? 2 : 5, "%zx", at);
        cr_assert_eq(second, known ? at : 0);
        if (known) {
            expect_at(before, "a.b.");
        }
    }
}

Test(compress, learns_a_name_that_stands_there, .timeout = 10)
{
    fresh();
    struct name name = sample_name("Host.Corp.Example.");
    writer_bytes(&message, name.bytes, name.length);
    compress_learn(&table, buffer, 12);
    cr_assert_eq(table.count, 3);
    compress_learn(&table, buffer, 12);
    cr_assert_eq(table.count, 3, "once");
    cr_assert_eq(put("host.corp.example."), 12);
    cr_assert_eq(put("corp.example."), 17);
}

Test(compress, going_back_is_exact, .timeout = 10)
{
    fresh();
    put("www.example.com.");
    struct compress before = table;
    size_t at = message.at;
    put("a.b.c.www.example.com.");
    put("other.");
    compress_rewind(&table, before.count);
    writer_rewind(&message, at);
    cr_assert_eq(table.count, before.count);
    for (size_t i = 0; i < COMPRESS_BUCKETS; i++) {
        bool live = before.buckets[i].generation == before.generation;
        uint16_t head = live ? before.buckets[i].head : 0;
        bool lives = table.buckets[i].generation == table.generation;
        cr_assert_eq(lives ? table.buckets[i].head : 0, head);
    }
    cr_assert_eq(put("b.c.www.example.com."), at);
    cr_assert_eq(message.at, at + 4 + 2, "c was forgotten");
}

Test(compress, a_new_message_knows_nothing, .timeout = 10)
{
    fresh();
    for (unsigned round = 0; round < 3; round++) {
        compress_reset(&table);
        message.at = 12;
        put("www.example.com.");
        cr_assert_eq(message.at, 12 + 17);
    }
    /* The generation's last number, and the first again. */
    table.generation = UINT32_MAX;
    compress_rewind(&table, 0);
    message.at = 12;
    put("www.example.com.");
    compress_reset(&table);
    cr_assert_eq(table.generation, 1);
    message.at = 12;
    put("www.example.com.");
    cr_assert_eq(message.at, 12 + 17);
}

/* ---- the anchor -------------------------------------------------------------------------------
 */

/* "host.corp.example." at 12, its "corp.example." the anchor. */
static void anchored(void)
{
    fresh();
    struct name name = sample_name("host.Corp.Example.");
    writer_bytes(&message, name.bytes, name.length);
    compress_anchor(&table, buffer, 17);
}

Test(compress, names_at_and_below_the_anchor, .timeout = 10)
{
    anchored();
    size_t before = message.at;
    cr_assert_eq(put("corp.example."), 17);
    cr_assert_eq(message.at, before + 2);
    before = message.at;
    uint16_t dc1 = put("dc1.corp.EXAMPLE.");
    cr_assert_eq(dc1, before);
    cr_assert_eq(message.at, before + 4 + 2);
    cr_assert_eq(put("dc1.corp.example."), dc1);
    before = message.at;
    cr_assert_eq(put("a.dc1.corp.example."), before);
    cr_assert_eq(message.at, before + 2 + 2);
    expect_at(before, "a.dc1.corp.example.");
    cr_assert_eq(table.count, 2, "the anchor's labels took no part");
    compress_learn(&table, buffer, 12);
    cr_assert_eq(put("host.corp.example."), 12);
}

Test(compress, names_beside_and_above_the_anchor, .timeout = 10)
{
    anchored();
    size_t before = message.at;
    uint16_t other = put("other.example.");
    cr_assert_eq(message.at, before + 6 + 2);
    expect_at(other, "other.example.");
    cr_assert_eq(put("example."), 22);
    cr_assert_eq(put("corp.example."), 17);
    before = message.at;
    put("x.net.");
    cr_assert_eq(message.at, before + 7);
    before = message.at;
    put("xcorp.example."); /* ends in the bytes, not in the labels */
    cr_assert_eq(message.at, before + 6 + 2);
    expect_at(before, "xcorp.example.");
}

Test(compress, bytes_that_end_alike_in_other_labels, .timeout = 10)
{
    /* One label whose last bytes are the anchor in wire form. */
    anchored();
    struct name name = sample_name("x\\004corp\\007example.");
    cr_assert(compress_ends_in_anchor(&table, buffer, name.bytes, name.length));
    size_t before = message.at;
    cr_assert_eq(compress_name(&table, &message, name.bytes), before);
    cr_assert_eq(message.at, before + name.length);
}

Test(compress, going_back_before_the_anchor_was_learned, .timeout = 10)
{
    anchored();
    size_t before = message.at;
    put("other.example.");
    compress_rewind(&table, 0);
    writer_rewind(&message, before);
    cr_assert_eq(put("example."), 22, "learned again");
    compress_reset(&table);
    message.at = 12;
    cr_assert_eq(put("corp.example."), 12, "a new message has none");
    cr_assert_eq(message.at, 12 + 14);
}

Test(compress, the_root_as_anchor_changes_nothing, .timeout = 10)
{
    fresh();
    writer_bytes(&message, "\1a\0", 3);
    compress_anchor(&table, buffer, 14);
    put("b.a.");
    size_t before = message.at;
    put("b.a.");
    cr_assert_eq(message.at, before + 2);
    cr_assert_eq(put("."), 0);
}

Test(compress, a_full_table_spells_names_out, .timeout = 10)
{
    fresh();
    message.size = sizeof buffer;
    char text[32];
    for (unsigned i = 0; i < 2 * COMPRESS_NODES_MAX; i++) {
        snprintf(text, sizeof text, "n%u.x.", i);
        size_t before = message.at;
        uint16_t at = put(text);
        cr_assert_eq(at, before <= COMPRESS_OFFSET_MAX ? before : 0);
        expect_at(before, text);
    }
    cr_assert_eq(table.count, COMPRESS_NODES_MAX);
    size_t before = message.at;
    put("n5000.x.");
    cr_assert_eq(message.at, before + 6 + 2, "what is known is still used");
}

Test(compress, work_for_one_message_is_bounded, .timeout = 30)
{
    fresh();
    struct name most = {.length = 255};
    for (size_t i = 0; i < 254; i += 2) {
        most.bytes[i] = 1;
        most.bytes[i + 1] = (uint8_t)('a' + i / 2 % 26);
    }
    most.bytes[254] = 0;
    unsigned pointed = 0;
    for (unsigned i = 0; i < 200; i++) {
        size_t before = message.at;
        compress_name(&table, &message, most.bytes);
        pointed += message.at - before == 2;
        struct reader reader = reader_over(buffer, message.at);
        reader.at = before;
        struct name back;
        name_from_wire(&reader, &back);
        cr_assert(reader_ok(&reader));
        cr_assert(name_equal(back.bytes, most.bytes));
    }
    cr_assert_eq(table.work, 0);
    cr_assert_leq(pointed, COMPRESS_WORK_MAX / 127);
    cr_assert_geq(pointed, COMPRESS_WORK_MAX / 127 - 2);
    compress_reset(&table);
    cr_assert_eq(table.work, COMPRESS_WORK_MAX);
}

Test(compress, any_names_come_back, .timeout = 60)
{
    struct sample_random random = sample_seeded("compress");
    static const char *const labels[] = {"a",       "A",    "bb",  "example",
                                         "EXAMPLE", "corp", "com", "x-y"};
    for (unsigned round = 0; round < 200; round++) {
        fresh();
        compress_reset(&table);
        struct name names[200];
        size_t places[200];
        unsigned count = 0;
        while (count < 200) {
            char text[128] = "";
            for (unsigned n = 1 + sample_below(&random, 6); n != 0; n--) {
                strcat(text, labels[sample_below(&random, 8)]);
                strcat(text, ".");
            }
            names[count] = sample_name(text);
            uint16_t nodes = table.count;
            places[count] = message.at;
            compress_name(&table, &message, names[count].bytes);
            if (sample_below(&random, 4) == 0) {
                compress_rewind(&table, nodes);
                writer_rewind(&message, places[count]);
                continue;
            }
            count++;
        }
        for (unsigned i = 0; i < count; i++) {
            struct reader reader = reader_over(buffer, message.at);
            reader.at = places[i];
            struct name back;
            name_from_wire(&reader, &back);
            cr_assert(reader_ok(&reader));
            cr_assert(name_equal(back.bytes, names[i].bytes));
            cr_assert_eq(reader.at, i + 1 < count ? places[i + 1] : message.at);
        }
    }
}

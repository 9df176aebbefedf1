// SPDX-License-Identifier: Apache-2.0
#include "server/wire/composer.h"

#include "tests/unit/server/wire/composer_sample.h"

Test(composer, echoes_header_and_question, .timeout = 10)
{
    ask("WwW.Example.", TYPE_A, 0xffff & ~(MESSAGE_QR | 0x7800u));
    composer_init(&composer);
    composer_begin_reply(&composer, buffer, 512, &request);
    struct message message = finished();
    cr_assert_eq(message.header.id, 0xbeef);
    cr_assert_eq(message.header.flags, MESSAGE_QR | MESSAGE_RD | MESSAGE_CD);
    cr_assert_eq(message.header.counts[SECTION_QUESTION], 1);
    cr_assert_arr_eq(buffer + 12, packet + 12, 17, "the case as asked");
    cr_assert_eq(message.reader.size, 29);
    expect_end(&message);
}

Test(composer, refuses_without_a_question, .timeout = 10)
{
    static const uint8_t notify[12] = {1, 2, 0x21, 0};
    cr_assert_eq(request_parse(notify, sizeof notify, &request), OK);
    composer_init(&composer);
    composer_begin_reply(&composer, buffer, 512, &request);
    struct message message = finished();
    cr_assert_eq(message.reader.size, 12);
    cr_assert_eq(message.header.flags, MESSAGE_QR | 0x2000 | MESSAGE_RD | RCODE_NOTIMP);
    cr_assert_eq(message.header.counts[SECTION_QUESTION], 0);
    composer_clear(&composer);
    cr_assert_eq(composer_finish(&composer), 12);
}

/* Every limit from "nothing fits" to "all of it does": whole or not at all. */
Test(composer, an_rrset_goes_in_whole_or_not_at_all, .timeout = 30)
{
    start("www.example.", sizeof buffer);
    pack_begin(TYPE_NS);
    pack_names("", 0, "ns1.example.", NULL, NULL);
    pack_names("", 0, "ns2.other.", NULL, NULL);
    pack_names("", 0, "ns3.other.", NULL, NULL);
    struct name owner = sample_name("sub.example.");
    pack.rrset.owner = owner.bytes;
    size_t empty = composer.writer.at;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    size_t whole = composer.writer.at;
    uint8_t kept[512];
    memcpy(kept, buffer, whole);
    for (size_t size = empty; size < whole + 2; size++) {
        start("www.example.", 512);
        composer.writer.size = size;
        enum result result = composer_rrset(&composer, &pack.rrset);
        cr_assert_eq(result, size < whole ? TRUNCATED : OK, "%zu", size);
        if (result == OK) {
            cr_assert_eq(composer.writer.at, whole);
            continue;
        }
        cr_assert_eq(composer.writer.at, empty);
        cr_assert_eq(composer.names.count, 0);
        cr_assert_eq(composer.counts[SECTION_ANSWER], 0);
        cr_assert_eq(composer_target(&composer, 0), 0);
        /* And afterwards it goes on as if nothing had been. */
        composer.writer.size = 512;
        cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
        cr_assert_eq(composer.writer.at, whole);
        cr_assert_arr_eq(buffer + 12, kept + 12, whole - 12);
    }
}

Test(composer, several_rrsets_back_to_a_mark, .timeout = 10)
{
    start("www.example.", 512);
    pack_begin(TYPE_NS);
    pack_names("", 0, "ns1.example.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 4;
    composer_section(&composer, SECTION_AUTHORITY);
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    struct composer_mark mark = composer_mark(&composer);
    uint16_t nodes = composer.names.count;
    composer_section(&composer, SECTION_ADDITIONAL);
    pack_begin(TYPE_SRV);
    pack_names("\0\1\0\2\0\3", 6, "dc1.other.", NULL, NULL);
    struct name owner = sample_name("a.b.c.");
    pack.rrset.owner = owner.bytes;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    composer_rewind(&composer, &mark);
    cr_assert_eq(composer.writer.at, mark.at);
    cr_assert_eq(composer.names.count, nodes);
    cr_assert_eq(composer.section, SECTION_AUTHORITY);
    size_t before = composer.writer.at;
    pack_begin(TYPE_NS);
    pack_names("", 0, "dc1.other.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 4;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.writer.at, before + 12 + 11, "the name was forgotten");
    struct message message = finished();
    cr_assert_eq(message.header.counts[SECTION_AUTHORITY], 2);
    cr_assert_eq(message.header.counts[SECTION_ADDITIONAL], 0);
    next(&message);
    next(&message);
    expect_end(&message);
}

Test(composer, cleared_to_the_question, .timeout = 10)
{
    start("www.example.", 512);
    pack_begin(TYPE_NS);
    pack_names("", 0, "ns1.example.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    composer_clear(&composer);
    composer_flags(&composer, MESSAGE_TC);
    cr_assert_eq(composer.names.count, 0);
    struct message message = finished();
    cr_assert_eq(message.reader.size, 29);
    cr_assert_eq(message.header.counts[SECTION_QUESTION], 1);
    cr_assert(message.header.flags & MESSAGE_TC);
    expect_end(&message);
}

Test(composer, the_reserve_is_for_opt_alone, .timeout = 10)
{
    start("www.example.", 512);
    struct edns_reply opt = {.udp_size = 1232, .dnssec_ok = true};
    cr_assert_eq(composer_reserve(&composer, edns_reply_size(&opt)), OK);
    cr_assert_eq(composer_left(&composer), 512 - 29 - 11);
    pack_begin(TYPE_TXT);
    static const uint8_t text[512];
    pack_bytes(text, composer_left(&composer) - 12 + 1);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), TRUNCATED);
    pack_begin(TYPE_TXT);
    pack_bytes(text, composer_left(&composer) - 12);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer_left(&composer), 0);
    cr_assert_eq(composer_edns(&composer, &opt, 0), OK);
    composer_rcode(&composer, RCODE_BADVERS);
    struct message message = finished();
    cr_assert_eq(message.reader.size, 512);
    cr_assert_eq(message.header.flags & MESSAGE_RCODE_MASK, 0);
    next(&message);
    struct message_record record = next(&message);
    cr_assert_eq(record.type, TYPE_OPT);
    cr_assert_eq(record.rr_class, 1232);
    cr_assert_eq(record.ttl, 0x01008000);
    expect_end(&message);
}

Test(composer, a_reserve_beyond_the_room, .timeout = 10)
{
    start("www.example.", 512);
    cr_assert_eq(composer_reserve(&composer, 512 - 29 + 1), FULL);
    cr_assert_eq(composer_left(&composer), 512 - 29);
    cr_assert_eq(composer_reserve(&composer, 512 - 29), OK);
    cr_assert_eq(composer_left(&composer), 0);
    struct edns_reply opt = {.udp_size = 1232};
    cr_assert_eq(composer_edns(&composer, &opt, 512 - 29 - 10), TRUNCATED);
    struct message message = finished();
    cr_assert_eq(message.header.counts[SECTION_ADDITIONAL], 0);
    expect_end(&message);
}

Test(composer, room_is_kept_for_what_follows_opt, .timeout = 10)
{
    start("www.example.", 512);
    struct edns_reply opt = {.udp_size = 1232, .padding_block = 468};
    cr_assert_eq(composer_reserve(&composer, edns_reply_size(&opt) + 100), OK);
    cr_assert_eq(composer_edns(&composer, &opt, 100), OK);
    cr_assert_eq(composer_finish(&composer), 468 - 100);
    cr_assert_eq(composer.reserve, 100);
}

Test(composer, an_extended_rcode_needs_opt, .timeout = 10)
{
    start("www.example.", 512);
    composer_rcode(&composer, RCODE_BADVERS);
    struct message message = finished();
    cr_assert_eq(message.header.flags & MESSAGE_RCODE_MASK, RCODE_SERVFAIL);
}

Test(composer, a_message_of_our_own, .timeout = 10)
{
    composer_init(&composer);
    composer_begin(&composer, buffer, 512, 7, OPCODE_NOTIFY << MESSAGE_OPCODE_SHIFT | MESSAGE_AA);
    struct name name = sample_name("Example.");
    cr_assert_eq(composer_question(&composer, name.bytes, TYPE_SOA, CLASS_IN), OK);
    pack_begin(TYPE_SOA);
    pack_names("", 0, "ns.example.", "root.example.", "12345678901234567890");
    pack.rrset.owner = name.bytes;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    struct message message = finished();
    cr_assert_eq(message.header.id, 7);
    cr_assert_eq(message.header.flags, 0x2400);
    struct message_question question;
    cr_assert_eq(message_question_next(&message, &question), OK);
    cr_assert_eq(question.qtype, TYPE_SOA);
    struct message_record record = next(&message);
    cr_assert_eq(record.rdata_at - record.at, 12);
    expect_end(&message);
    composer_begin(&composer, buffer, 512, 7, 0);
    composer.writer.size = 12 + 9 + 3;
    cr_assert_eq(composer_question(&composer, name.bytes, TYPE_SOA, CLASS_IN), TRUNCATED);
    cr_assert_eq(composer_finish(&composer), 12);
}

Test(composer, one_record_with_rdata_at_hand, .timeout = 10)
{
    start("a.old.example.", 512);
    struct name target = sample_name("a.new.example.");
    struct composer_rrset rrset = {.owner_at = COMPOSER_QNAME_AT, .type = TYPE_CNAME, .ttl = 5};
    size_t before = composer.writer.at;
    cr_assert_eq(composer_record(&composer, &rrset, target.bytes, target.length), OK);
    cr_assert_eq(composer.writer.at, before + 12 + 2 + 4 + 2);
    expect_name(composer_target(&composer, 0), "a.new.example.");
    composer.writer.size = composer.writer.at + 13;
    cr_assert_eq(composer_record(&composer, &rrset, target.bytes, target.length), TRUNCATED);
    struct message message = finished();
    cr_assert_eq(next(&message).ttl, 5);
    expect_end(&message);
}

Test(composer, targets_are_kept_up_to_their_maximum, .timeout = 10)
{
    start("www.example.", 65535);
    pack_begin(TYPE_SRV);
    for (unsigned i = 0; i < 3 * COMPOSER_PENDING_MAX; i++) {
        char text[32];
        snprintf(text, sizeof text, "dc%u.corp.example.", i);
        pack_names("\0\1\0\2\0\3", 6, text, NULL, NULL);
    }
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    expect_name(composer_target(&composer, COMPOSER_TARGETS_MAX - 1), "dc15.corp.example.");
    cr_assert_eq(composer_target(&composer, COMPOSER_TARGETS_MAX), 0);
    cr_assert_leq(composer.pending_count, COMPOSER_PENDING_MAX);
    /* Behind the reach of pointers nothing is kept. */
    composer.writer.at = COMPRESS_OFFSET_MAX - (12 + 6);
    pack_begin(TYPE_SRV);
    pack_names("\0\1\0\2\0\3", 6, "a.", NULL, NULL);
    pack_names("\0\1\0\2\0\3", 6, "a.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer_target(&composer, 0), COMPRESS_OFFSET_MAX);
    cr_assert_eq(composer_target(&composer, 1), 0);
}

/* ---- what is composed parses back -------------------------------------------------------------
 */

#define ROUND_RRSETS 40u

struct written {
    struct name owner;
    uint16_t type;
    uint8_t section;
    uint8_t size;
    uint32_t ttl;
    uint8_t rdata[64];
};

static struct written expected[ROUND_RRSETS];

static void random_text(struct sample_random *random, char text[64])
{
    static const char *const labels[] = {"a", "DC1", "dc1", "corp", "Corp", "example", "_msdcs"};
    text[0] = 0;
    for (unsigned n = 1 + sample_below(random, 3); n != 0; n--) {
        strcat(text, labels[sample_below(random, 7)]);
        strcat(text, ".");
    }
}

static void random_rdata(struct sample_random *random, struct written *record)
{
    static const struct {
        uint16_t type;
        uint8_t prefix;
    } types[] = {{TYPE_A, 4}, {TYPE_NS, 0}, {TYPE_MX, 2}, {TYPE_SRV, 6}, {TYPE_CNAME, 0}};
    unsigned kind = sample_below(random, 5);
    struct writer writer = writer_over(record->rdata, sizeof record->rdata);
    record->type = types[kind].type;
    for (unsigned i = 0; i < types[kind].prefix; i++) {
        writer_u8(&writer, (uint8_t)sample_next(random));
    }
    if (record->type != TYPE_A) {
        char text[64];
        random_text(random, text);
        struct name name = sample_name(text);
        writer_bytes(&writer, name.bytes, name.length);
    }
    cr_assert(writer_ok(&writer));
    record->size = (uint8_t)writer.at;
}

/* The rdata of a record with its name expanded, if its type has one. */
static size_t expand(const struct message *message, const struct message_record *record,
                     uint8_t to[64])
{
    size_t prefix = record->type == TYPE_MX ? 2 : record->type == TYPE_SRV ? 6 : 0;
    if (record->type == TYPE_A) {
        memcpy(to, buffer + record->rdata_at, record->rdata_size);
        return record->rdata_size;
    }
    struct reader rdata = message_rdata(message, record);
    memcpy(to, reader_bytes(&rdata, prefix), prefix);
    struct name name;
    name_from_wire(&rdata, &name);
    cr_assert(reader_ok(&rdata));
    cr_assert_eq(rdata.at, (size_t)record->rdata_at + record->rdata_size);
    memcpy(to + prefix, name.bytes, name.length);
    return prefix + name.length;
}

static unsigned compose_round(struct sample_random *random)
{
    unsigned count = 0;
    uint16_t target = 0;
    struct name target_name = {.length = 0};
    for (unsigned i = 0; i < ROUND_RRSETS; i++) {
        struct written *record = &expected[count];
        char text[64];
        random_text(random, text);
        record->owner = sample_name(text);
        record->ttl = sample_next(random);
        random_rdata(random, record);
        if (composer.section < SECTION_ADDITIONAL && sample_below(random, 10) == 0) {
            composer_section(&composer, (enum message_section)(composer.section + 1));
        }
        record->section = (uint8_t)composer.section;
        struct composer_rrset rrset = {
            .owner = record->owner.bytes, .type = record->type, .ttl = record->ttl};
        if (target != 0 && sample_below(random, 2) == 0) {
            record->owner = target_name;
            rrset.owner_at = target;
        }
        struct composer_mark mark = composer_mark(&composer);
        enum result result = composer_record(&composer, &rrset, record->rdata, record->size);
        target = composer_target(&composer, 0);
        if (result != OK) {
            cr_assert_eq(result, TRUNCATED);
            continue;
        }
        if (target != 0) {
            target_name = name_at(target);
        }
        if (sample_below(random, 5) == 0) {
            composer_rewind(&composer, &mark);
            target = 0;
            continue;
        }
        count++;
    }
    return count;
}

Test(composer, what_is_composed_parses_back, .timeout = 60)
{
    struct sample_random random = sample_seeded("composer");
    composer_init(&composer);
    for (unsigned round = 0; round < 2000; round++) {
        ask("_ldap._tcp.corp.example.", TYPE_SRV, 0);
        composer_begin_reply(&composer, buffer, 512 + sample_below(&random, 1000), &request);
        static const uint8_t apexes[] = {0, 0, 12, 18, 23, 28};
        uint8_t apex = apexes[sample_below(&random, sizeof apexes)];
        if (apex != 0) {
            composer_apex(&composer, apex);
        }
        unsigned count = compose_round(&random);
        struct message message = finished();
        for (unsigned i = 0; i < count; i++) {
            const struct written *record = &expected[i];
            struct message_record read = next(&message);
            uint8_t rdata[64];
            size_t size = expand(&message, &read, rdata);
            cr_assert(name_equal(read.owner.bytes, record->owner.bytes));
            cr_assert_eq(read.type, record->type);
            cr_assert_eq(read.ttl, record->ttl);
            cr_assert_eq(read.section, record->section);
            cr_assert_eq(size, record->size);
            for (size_t k = 0; k < size; k++) {
                bool same = read.type == TYPE_A
                                ? rdata[k] == record->rdata[k]
                                : name_lower_byte[rdata[k]] == name_lower_byte[record->rdata[k]];
                cr_assert(same);
            }
        }
        expect_end(&message);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/wire/composer.h"

#include "tests/unit/server/wire/composer_sample.h"

/* Owners and the names inside rdata: found, compressed, spelled out, copied byte for byte. */

Test(composer_names, an_address_by_the_shortest_way, .timeout = 10)
{
    start("www.example.", 512);
    pack_begin(TYPE_A);
    pack_bytes("\300\0\2\1", 4);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    composer_flags(&composer, MESSAGE_AA);
    cr_assert_eq(composer.names.count, 0, "no look-up");
    struct message message = finished();
    cr_assert_eq(message.header.flags, MESSAGE_QR | MESSAGE_AA | MESSAGE_RD);
    struct message_record record = next(&message);
    cr_assert_eq(record.section, SECTION_ANSWER);
    cr_assert_eq(record.type, TYPE_A);
    cr_assert_eq(record.rr_class, CLASS_IN);
    cr_assert_eq(record.ttl, 3600);
    cr_assert_eq(record.rdata_size, 4);
    cr_assert_arr_eq(buffer + record.rdata_at, "\300\0\2\1", 4);
    cr_assert(name_equal(record.owner.bytes, request.qname));
    expect_end(&message);
    cr_assert_eq(message.reader.size, 29 + 16);
}

Test(composer_names, an_owner_is_found_or_spelled_out, .timeout = 10)
{
    start("www.example.", 512);
    pack_begin(TYPE_A);
    pack_bytes("\300\0\2\1", 4);
    pack_bytes("\300\0\2\2", 4);
    struct name owner = sample_name("WWW.EXAMPLE.");
    pack.rrset.owner = owner.bytes;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.writer.at, 29 + 16 + 16);
    owner = sample_name("other.net.");
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.writer.at, 61 + 25 + 16, "once in full, then a pointer");
    struct message message = finished();
    for (unsigned i = 0; i < 4; i++) {
        struct message_record record = next(&message);
        cr_assert(name_equal(record.owner.bytes, i < 2 ? request.qname : owner.bytes));
    }
    expect_end(&message);
}

Test(composer_names, names_below_the_apex_need_one_label_looked_up, .timeout = 10)
{
    start("host.sub.corp.example.", 512);
    composer_apex(&composer, COMPOSER_QNAME_AT + 9);
    pack_begin(TYPE_NS);
    pack_names("", 0, "ns1.corp.example.", NULL, NULL);
    pack_names("", 0, "ns1.sub.corp.example.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 5;
    composer_section(&composer, SECTION_AUTHORITY);
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.names.anchor_at, COMPOSER_QNAME_AT + 9, "the caller's word counts");
    expect_name(composer_target(&composer, 0), "ns1.corp.example.");
    expect_name(composer_target(&composer, 1), "ns1.sub.corp.example.");
    cr_assert_eq(composer.names.count, 3);
    struct message message = finished();
    next(&message);
    next(&message);
    expect_end(&message);
}

Test(composer_names, records_in_a_ring, .timeout = 10)
{
    for (unsigned first = 0; first < 3; first++) {
        start("www.example.", 512);
        pack_begin(TYPE_TXT);
        pack_bytes("\1a", 2);
        pack_bytes("\2bb", 3);
        pack_bytes("\3ccc", 4);
        pack.rrset.owner_at = COMPOSER_QNAME_AT;
        pack.rrset.first = (uint16_t)first;
        cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
        struct message message = finished();
        for (unsigned i = 0; i < 3; i++) {
            struct message_record record = next(&message);
            cr_assert_eq(record.rdata_size, 2 + (first + i) % 3);
        }
        expect_end(&message);
    }
}

Test(composer_names, names_in_rdata_of_rfc_1035_are_compressed, .timeout = 10)
{
    static const uint16_t one_name[] = {TYPE_NS, TYPE_MD, TYPE_MF, TYPE_CNAME,
                                        TYPE_MB, TYPE_MG, TYPE_MR, TYPE_PTR};
    for (size_t i = 0; i < sizeof one_name / sizeof *one_name; i++) {
        start("www.example.", 512);
        pack_begin(one_name[i]);
        pack_names("", 0, "ns.Example.", NULL, NULL);
        pack.rrset.owner_at = COMPOSER_QNAME_AT + 4;
        cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
        struct message message = finished();
        struct message_record record = next(&message);
        cr_assert_eq(record.rdata_size, 3 + 2);
        expect_name(record.rdata_at, "ns.example.");
        cr_assert_eq(composer_target(&composer, 0), record.rdata_at);
        cr_assert_eq(composer_target(&composer, 1), 0);
        expect_end(&message);
    }
}

Test(composer_names, soa_minfo_and_mx, .timeout = 10)
{
    start("nothing.example.", 512);
    pack_begin(TYPE_SOA);
    pack_names("", 0, "ns.example.", "hostmaster.ns.example.", "12345678901234567890");
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 8;
    composer_section(&composer, SECTION_AUTHORITY);
    composer_rcode(&composer, RCODE_NXDOMAIN);
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    pack_begin(TYPE_MINFO);
    pack_names("", 0, "a.example.", "b.example.", NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 8;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    pack_begin(TYPE_MX);
    pack_names("\0\12", 2, "a.example.", NULL, NULL);
    pack_names("\0\24", 2, ".", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT + 8;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer_target(&composer, 1), 0, "the root");
    struct message message = finished();
    cr_assert_eq(message.header.flags & MESSAGE_RCODE_MASK, RCODE_NXDOMAIN);
    cr_assert_eq(message.header.counts[SECTION_AUTHORITY], 4);
    struct message_record record = next(&message);
    cr_assert_eq(record.rdata_size, 5 + 13 + 20);
    expect_name(record.rdata_at, "ns.example.");
    expect_name((size_t)record.rdata_at + 5, "hostmaster.ns.example.");
    cr_assert_arr_eq(buffer + record.rdata_at + 18, "12345678901234567890", 20);
    cr_assert_eq(record.section, SECTION_AUTHORITY);
    record = next(&message);
    cr_assert_eq(record.rdata_size, 4 + 4);
    expect_name((size_t)record.rdata_at + 4, "b.example.");
    record = next(&message);
    cr_assert_eq(record.rdata_size, 2 + 2);
    expect_name((size_t)record.rdata_at + 2, "a.example.");
    record = next(&message);
    cr_assert_eq(record.rdata_size, 2 + 1);
    expect_end(&message);
}

/* RFC 3597 section 4: not in types that came later; but owners may point into them. */
Test(composer_names, later_types_are_not_compressed_and_pointed_into, .timeout = 10)
{
    start("_ldap._tcp.corp.example.", 512);
    pack_begin(TYPE_SRV);
    pack_names("\0\1\0\2\0\3", 6, "dc1.corp.example.", NULL, NULL);
    pack_names("\0\1\0\2\0\3", 6, "dc2.corp.example.", NULL, NULL);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    pack.rrset.first = 1;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    uint16_t targets[] = {composer_target(&composer, 0), composer_target(&composer, 1)};
    expect_name(targets[0], "dc1.corp.example.");
    expect_name(targets[1], "dc2.corp.example.");
    cr_assert_eq(composer_target(&composer, 2), 0);
    composer_section(&composer, SECTION_ADDITIONAL);
    pack_begin(TYPE_A);
    pack_bytes("\300\0\2\1", 4);
    pack.rrset.owner_at = targets[0];
    size_t before = composer.writer.at;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.writer.at, before + 16);
    cr_assert_eq(composer.names.count, 0, "no look-up");
    struct name owner = sample_name("dc2.corp.example.");
    pack.rrset.owner_at = 0;
    pack.rrset.owner = owner.bytes;
    before = composer.writer.at;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer.writer.at, before + 16, "found without a hint");
    struct message message = finished();
    struct message_record record = next(&message);
    cr_assert_eq(record.rdata_size, 6 + 18);
    cr_assert_arr_eq(buffer + record.rdata_at + 6, "\3dc2\4corp\7example", 18);
    record = next(&message);
    cr_assert_eq(record.rdata_size, 6 + 18);
    record = next(&message);
    expect_name(record.at, "dc1.corp.example.");
    record = next(&message);
    expect_name(record.at, "dc2.corp.example.");
    expect_end(&message);
}

Test(composer_names, types_never_compressed_come_out_byte_for_byte, .timeout = 10)
{
    static const struct {
        uint16_t type;
        uint8_t prefix;
        bool target;
    } types[] = {
        {TYPE_SRV, 6, true},   {TYPE_SVCB, 2, true},    {TYPE_HTTPS, 2, true},
        {TYPE_DNAME, 0, true}, {TYPE_AFSDB, 2, true},   {TYPE_RT, 2, true},
        {TYPE_KX, 2, true},    {TYPE_RP, 0, false},     {TYPE_NAPTR, 7, false},
        {TYPE_NSEC, 0, false}, {TYPE_RRSIG, 18, false}, {TYPE_PX, 2, false},
        {65280, 0, false},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        start("www.example.", 512);
        pack_begin(types[i].type);
        pack_names("12345678901234567890", types[i].prefix, "www.example.", NULL, NULL);
        pack.rrset.owner_at = COMPOSER_QNAME_AT;
        cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
        struct message message = finished();
        struct message_record record = next(&message);
        cr_assert_eq(record.rdata_size, types[i].prefix + 13, "type %u", types[i].type);
        cr_assert_arr_eq(buffer + record.rdata_at, pack.bytes + 2, record.rdata_size);
        uint16_t target = composer_target(&composer, 0);
        cr_assert_eq(target, types[i].target ? record.rdata_at + types[i].prefix : 0);
        expect_end(&message);
    }
}

Test(composer_names, rdata_that_is_not_what_its_type_says, .timeout = 10)
{
    start("www.example.", 512);
    size_t before = composer.writer.at;
    static const struct {
        uint16_t type;
        const char *rdata;
        size_t size;
    } bad[] = {
        {TYPE_NS, "", 0},           {TYPE_NS, "\3ns", 3}, {TYPE_NS, "\300\14", 2},
        {TYPE_MX, "\0", 1},         {TYPE_MX, "\0\1", 2}, {TYPE_SOA, "\1a\0", 3},
        {TYPE_CNAME, "\100a\0", 3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pack_begin(bad[i].type);
        pack_bytes(bad[i].rdata, bad[i].size);
        struct name owner = sample_name("x.y.");
        pack.rrset.owner = owner.bytes;
        cr_assert_eq(composer_rrset(&composer, &pack.rrset), ERROR_SYNTAX, "%zu", i);
        cr_assert_eq(composer.writer.at, before);
        cr_assert_eq(composer.names.count, 0);
    }
    /* A bad target of a type that is copied is copied, and no target. */
    pack_begin(TYPE_SRV);
    pack_bytes("\0\1\0\2\0\3\3dc", 9);
    pack.rrset.owner_at = COMPOSER_QNAME_AT;
    cr_assert_eq(composer_rrset(&composer, &pack.rrset), OK);
    cr_assert_eq(composer_target(&composer, 0), 0);
}

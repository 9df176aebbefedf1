// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

#define HEAD "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n"
#define ANSWER "NOERROR aa\nan ns.example. 300 A 192.0.2.53\n"

static struct access_entry office;
static struct access_list office_only = {.entries = &office, .count = 1};

static void start(void)
{
    office = (struct access_entry){.kind = ACCESS_PREFIX};
    cr_assert_eq(prefix_parse("192.0.2.0/24", &office.prefix), OK);
    fixture_init(&f);
    fixture_zone(&f, "example.", HEAD);
    fixture_zone(&f, "office.", HEAD)->query = &office_only;
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(query_admit, .init = start, .fini = end, .timeout = 20);

static uint64_t refused(enum query_refusal reason)
{
    return counter_read(f.server->counters.refusals[reason]);
}

static uint64_t all_refused(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < QUERY_REFUSAL_COUNT; i++) {
        sum += refused((enum query_refusal)i);
    }
    return sum;
}

Test(query_admit, kinds_of_questions)
{
    static const struct exchange exchanges[] = {
        {{"ns.example.", TYPE_OPT}, "FORMERR\n"},
        {{"ns.example.", TYPE_TSIG}, "FORMERR\n"},
        {{"example.", TYPE_AXFR}, "FORMERR\n"},
        {{"example.", TYPE_AXFR, .transport = TRANSPORT_TCP, .edns = 1232},
         "REFUSED\nopt 1232 ede=18\n"},
        {{"example.", TYPE_IXFR, .edns = 1232}, "REFUSED\nopt 1232 ede=18\n"},
        {{"example.", TYPE_IXFR, .transport = TRANSPORT_TCP}, "REFUSED\n"},
        {{"example.", TYPE_TKEY, .edns = 1232}, "NOTIMP\nopt 1232 ede=21\n"},
        {{"example.", TYPE_MAILA}, "NOTIMP\n"},
        {{"example.", TYPE_MAILB}, "NOTIMP\n"},
        {{"example.", 128}, "NOTIMP\n"},
        {{"example.", TYPE_A, 4, .edns = 1232}, "REFUSED\nopt 1232 ede=21\n"},
        {{"example.", TYPE_A, 255}, "REFUSED\n"},
        {{"example.", TYPE_A, 254}, "REFUSED\n"},
        {{"nobodys.", .edns = 1232}, "REFUSED\nopt 1232 ede=20\n"},
        {{"nobodys."}, "REFUSED\n"},
        {{".", TYPE_NS}, "REFUSED\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
    cr_expect_eq(refused(QUERY_REFUSED_TRANSFER), 3);
    cr_expect_eq(refused(QUERY_REFUSED_CLASS), 3);
    cr_expect_eq(refused(QUERY_REFUSED_NO_ZONE), 3);
    cr_expect_eq(all_refused(), counter_read(f.server->counters.responses[RCODE_REFUSED]));
}

Test(query_admit, opcodes)
{
    for (unsigned opcode = 1; opcode < 16; opcode++) {
        struct ask ask = {"ns.example.", .flags = (uint16_t)(opcode << MESSAGE_OPCODE_SHIFT),
                          .edns = 1232};
        fixture_expect(&f, &ask, "NOTIMP\n");
        cr_expect_eq(f.response[2] >> 3 & 15, opcode);
    }
}

Test(query_admit, packets_that_are_no_questions)
{
    static const struct ask plain = {"ns.example."};
    size_t size = fixture_packet(&f, &plain);
    for (size_t cut = 0; cut < MESSAGE_HEADER_BYTES; cut++) {
        cr_expect_str_eq(fixture_send(&f, cut, &plain), "dropped\n");
    }
    cr_expect_eq(counter_read(f.server->counters.dropped[QUERY_DROPPED_SHORT]), 12);
    for (size_t cut = MESSAGE_HEADER_BYTES; cut < size; cut++) {
        cr_expect_str_eq(fixture_send(&f, cut, &plain), "FORMERR\n", "%zu", cut);
    }
    cr_expect_str_eq(fixture_send(&f, size + 1, &plain), "FORMERR\n");
    f.packet[2] |= 0x80; /* QR */
    cr_expect_str_eq(fixture_send(&f, size, &plain), "dropped\n");
    cr_expect_eq(counter_read(f.server->counters.dropped[QUERY_DROPPED_REPLY]), 1);
    size = fixture_packet(&f, &plain);
    f.packet[5] = 2; /* QDCOUNT */
    cr_expect_str_eq(fixture_send(&f, size, &plain), "FORMERR\n");
    f.packet[5] = 0;
    cr_expect_str_eq(fixture_send(&f, MESSAGE_HEADER_BYTES, &plain), "FORMERR\n");
    cr_expect_str_eq(fixture_ask(&f, &plain), ANSWER, "and it goes on");
}

Test(query_admit, cookies)
{
    /* Client cookie alone, then with the server's part that came back. */
    static const struct ask ask = {"ns.example.", .options = "000a0008 2464c4abcf10c957",
                                   .client = "198.51.100.100"};
    clock_virtual_set_wall(&f.clock, 1559731985);
    fixture_expect(&f, &ask, ANSWER "opt 1232 cookie=24\n");
    static const uint8_t wanted[] = {0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57,
                                     0x01, 0x00, 0x00, 0x00, 0x5c, 0xf7, 0x9f, 0x11,
                                     0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80};
    cr_expect_arr_eq(f.response + f.response_size - sizeof wanted, wanted, sizeof wanted);
    cr_expect_eq(counter_read(f.server->counters.cookies_good), 0);
    static const struct ask good = {
        "ns.example.", .options = "000a0018 2464c4abcf10c957010000005cf79f111f8130c3eee29480",
        .client = "198.51.100.100"};
    clock_virtual_set_wall(&f.clock, 1559734385);
    fixture_expect(&f, &good, ANSWER "opt 1232 cookie=24\n");
    cr_expect_eq(counter_read(f.server->counters.cookies_good), 1);
    /* One that is not ours is answered, with a good one (RFC 7873 section 5.2.3). */
    static const struct ask bad = {
        "ns.example.", .options = "000a0018 2464c4abcf10c957010000005cf79f111f8130c3eee29481",
        .client = "198.51.100.100"};
    fixture_expect(&f, &bad, ANSWER "opt 1232 cookie=24\n");
    cr_expect_eq(counter_read(f.server->counters.cookies_good), 1);
}

Test(query_admit, cookies_without_a_question)
{
    clock_virtual_set_wall(&f.clock, 1559731985);
    static const struct exchange exchanges[] = {
        {{NULL, .options = "000a0008 2464c4abcf10c957"}, "NOERROR\nopt 1232 cookie=24\n"},
        {{NULL, .options = "000a0018 2464c4abcf10c957010000005cf79f111f8130c3eee29480",
          .client = "198.51.100.100"},
         "NOERROR\nopt 1232 cookie=24\n"},
        {{NULL, .options = "000a0018 2464c4abcf10c957010000005cf79f111f8130c3eee29480",
          .client = "198.51.100.101"},
         "BADCOOKIE\nopt 1232 cookie=24\n"},
        {{NULL, .options = "000a0007 2464c4abcf10c9"}, "FORMERR\n"},
        {{NULL, .options = "00030000"}, "FORMERR\nopt 1232\n"},
        {{NULL}, "FORMERR\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(query_admit, who_may_ask)
{
    static const struct exchange exchanges[] = {
        {{"ns.office.", .client = "192.0.2.9"}, "NOERROR aa\nan ns.office. 300 A 192.0.2.53\n"},
        {{"ns.office.", .client = "192.0.3.9", .edns = 1232}, "REFUSED\nopt 1232 ede=18\n"},
        {{"ns.example.", .client = "192.0.3.9"}, ANSWER},
    };
    FIXTURE_EXPECT(&f, exchanges);
    cr_expect_eq(refused(QUERY_REFUSED_ACCESS), 1);
    f.policy.query = office_only;
    static const struct exchange closed[] = {
        {{"ns.example.", .client = "192.0.2.9"}, ANSWER},
        {{"ns.example.", .client = "192.0.3.9", .edns = 1232}, "REFUSED\nopt 1232 ede=18\n"},
        {{"version.bind.", TYPE_TXT, CLASS_CHAOS, .client = "192.0.3.9"}, "REFUSED\n"},
        {{NULL, .options = "000a0008 2464c4abcf10c957", .client = "192.0.3.9"},
         "REFUSED\nopt 1232 cookie=24 ede=18\n"},
    };
    FIXTURE_EXPECT(&f, closed);
    cr_expect_eq(refused(QUERY_REFUSED_ACCESS), 4);
}

Test(query_admit, an_expired_zone_is_servfail_with_its_own_reason)
{
    /* No part of the server expires zones yet; the state is set by hand. */
    fixture_end(&f);
    fixture_init(&f);
    fixture_zone(&f, "example.", NULL);
    fixture_start(&f);
    fixture_expect(&f, &(struct ask){"a.example.", .edns = 1232}, "SERVFAIL\nopt 1232 ede=14\n");
    cr_expect_eq(refused(QUERY_REFUSED_NOT_LOADED), 1);
    fixture_expire(&f, "example.");
    fixture_expect(&f, &(struct ask){"a.example.", .edns = 1232}, "SERVFAIL\nopt 1232 ede=24\n");
    cr_expect_eq(refused(QUERY_REFUSED_EXPIRED), 1);
}

Test(query_admit, over_the_rate_every_second_slips)
{
    f.policy.rate = (struct rate_limit_options){.rate = 2, .slip = 2, .prefix4 = 24, .prefix6 = 56};
    static const struct ask ask = {"ns.example.", .edns = 1232};
    static const char *const answers[] = {ANSWER "opt 1232\n",      ANSWER "opt 1232\n",
                                          "NOERROR tc\nopt 1232\n", "dropped\n",
                                          "NOERROR tc\nopt 1232\n", "dropped\n"};
    for (unsigned i = 0; i < 6; i++) {
        fixture_expect(&f, &ask, answers[i]);
    }
    cr_expect_eq(refused(QUERY_REFUSED_RATE_SLIPPED), 2);
    cr_expect_eq(refused(QUERY_REFUSED_RATE_DROPPED), 2);
    /* TCP and others are not concerned. */
    fixture_expect(&f, &(struct ask){"ns.example.", .transport = TRANSPORT_TCP}, ANSWER);
    fixture_expect(&f, &(struct ask){"ns.example.", .client = "198.51.100.1"}, ANSWER);
    clock_virtual_advance_ms(&f.clock, 1000);
    fixture_expect(&f, &ask, ANSWER "opt 1232\n");
}

Test(query_admit, a_good_cookie_is_no_forger_and_not_limited)
{
    f.policy.rate = (struct rate_limit_options){.rate = 1, .slip = 0, .prefix4 = 24, .prefix6 = 56};
    clock_virtual_set_wall(&f.clock, 1559731985);
    static const struct ask good = {
        "ns.example.", .options = "000a0018 2464c4abcf10c957010000005cf79f111f8130c3eee29480",
        .client = "198.51.100.100"};
    for (unsigned i = 0; i < 10; i++) {
        fixture_expect(&f, &good, ANSWER "opt 1232 cookie=24\n");
    }
    fixture_expect(&f, &(struct ask){"ns.example.", .client = "198.51.100.1"}, ANSWER);
    fixture_expect(&f, &(struct ask){"ns.example.", .client = "198.51.100.1"}, "dropped\n");
    fixture_expect(&f, &good, ANSWER "opt 1232 cookie=24\n");
}

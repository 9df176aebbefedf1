// SPDX-License-Identifier: Apache-2.0
#include "answer_zones.h"
#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

static const char addresses[] =
    HEAD "two A 192.0.2.1\ntwo A 192.0.2.2\n"
         "two AAAA 2001:db8::1\ntwo AAAA 2001:db8::2\n"
         "three A 192.0.2.1\nthree A 198.51.100.2\nthree A 203.0.113.3\n"
         "six AAAA 2001:db8:1::1\nsix AAAA 2001:db8:2::1\n"
         "six AAAA 2001:db8:3::1\n"
         "text TXT a\ntext TXT b\nto CNAME three\n"
         "srv SRV 0 0 1 three\nsrv SRV 0 0 2 three\n";

static void start(void)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", addresses);
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(answer_records, .init = start, .fini = end, .timeout = 20);

/* The last number of the first address of the answer. */
static unsigned first_of(const struct ask *ask)
{
    const char *answer = fixture_ask(&f, ask);
    const char *line = strstr(answer, "\nan ");
    cr_assert_not_null(line, "%s", answer);
    const char *last = strchr(line + 1, '\n') - 1;
    return (unsigned)(*last - '0');
}

static const struct ask three = {"three.example."};

Test(answer_records, fixed_keeps_the_order)
{
    for (unsigned i = 0; i < 6; i++) {
        cr_expect_eq(first_of(&three), 1);
    }
}

Test(answer_records, rotation_begins_with_each_record_equally_often)
{
    f.policy.answer.address_order = ADDRESS_ORDER_ROTATE;
    unsigned seen[4] = {0};
    for (unsigned i = 0; i < 300; i++) {
        seen[first_of(&three)]++;
    }
    for (unsigned i = 1; i <= 3; i++) {
        cr_expect(seen[i] >= 98 && seen[i] <= 102, "%u: %u times", i, seen[i]);
    }
}

/* Clients ask for A and AAAA in turn: each of the two must rotate all the same. */
Test(answer_records, rotation_does_not_depend_on_what_is_asked_between)
{
    f.policy.answer.address_order = ADDRESS_ORDER_ROTATE;
    unsigned seen[2][3] = {{0}};
    for (unsigned i = 0; i < 100; i++) {
        seen[0][first_of(&(struct ask){"two.example."})]++;
        seen[1][first_of(&(struct ask){"two.example.", TYPE_AAAA})]++;
    }
    for (unsigned family = 0; family < 2; family++) {
        for (unsigned i = 1; i <= 2; i++) {
            cr_expect(seen[family][i] >= 45, "%u: %u times", i, seen[family][i]);
        }
    }
}

Test(answer_records, only_addresses_rotate)
{
    f.policy.answer.address_order = ADDRESS_ORDER_ROTATE;
    for (unsigned i = 0; i < 5; i++) {
        fixture_expect(&f, &(struct ask){"text.example.", TYPE_TXT},
                       "NOERROR aa\nan text.example. 300 TXT \"a\"\nan text.example. 300 TXT "
                       "\"b\"\n");
    }
}

Test(answer_records, a_rotated_set_is_a_ring)
{
    static const char *const rings[] = {
        "NOERROR aa\nan three.example. 300 A 192.0.2.1\nan three.example. 300 A 198.51.100.2\n"
        "an three.example. 300 A 203.0.113.3\n",
        "NOERROR aa\nan three.example. 300 A 198.51.100.2\nan three.example. 300 A 203.0.113.3\n"
        "an three.example. 300 A 192.0.2.1\n",
        "NOERROR aa\nan three.example. 300 A 203.0.113.3\nan three.example. 300 A 192.0.2.1\n"
        "an three.example. 300 A 198.51.100.2\n",
    };
    f.policy.answer.address_order = ADDRESS_ORDER_ROTATE;
    for (unsigned i = 0; i < 30; i++) {
        unsigned first = first_of(&three);
        cr_expect_str_eq(f.answer.text, rings[first - 1]);
    }
}

Test(answer_records, subnet_prefers_the_clients_network)
{
    f.policy.answer.address_order = ADDRESS_ORDER_SUBNET;
    static const struct {
        const char *client;
        unsigned first;
    } rows[] = {{"192.0.2.77", 1}, {"198.51.100.1", 2}, {"203.0.113.255", 3}};
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned again = 0; again < 4; again++) {
            cr_expect_eq(first_of(&(struct ask){"three.example.", .client = rows[i].client}),
                         rows[i].first);
        }
    }
    /* At the end of an alias, and as additional records. */
    fixture_expect(&f, &(struct ask){"to.example.", .client = "198.51.100.9"},
                   "NOERROR aa\nan to.example. 300 CNAME three.example.\n"
                   "an three.example. 300 A 198.51.100.2\nan three.example. 300 A 203.0.113.3\n"
                   "an three.example. 300 A 192.0.2.1\n");
    fixture_expect(&f, &(struct ask){"srv.example.", TYPE_SRV, .client = "203.0.113.9"},
                   "NOERROR aa\nan srv.example. 300 SRV 0 0 1 three.example.\n"
                   "an srv.example. 300 SRV 0 0 2 three.example.\n"
                   "ad three.example. 300 A 203.0.113.3\nad three.example. 300 A 192.0.2.1\n"
                   "ad three.example. 300 A 198.51.100.2\n");
    const char *answer =
        fixture_ask(&f, &(struct ask){"six.example.", TYPE_AAAA, .client = "2001:db8:3::99"});
    cr_expect_not_null(strstr(answer, "aa\nan six.example. 300 AAAA 2001:db8:3::1\n"));
}

Test(answer_records, subnet_rotates_for_clients_from_elsewhere)
{
    f.policy.answer.address_order = ADDRESS_ORDER_SUBNET;
    static const char *const clients[] = {"10.0.0.1", "2001:db8::1"};
    for (unsigned c = 0; c < 2; c++) {
        unsigned seen[4] = {0};
        for (unsigned i = 0; i < 30; i++) {
            seen[first_of(&(struct ask){"three.example.", .client = clients[c]})]++;
        }
        cr_expect(seen[1] >= 8 && seen[2] >= 8 && seen[3] >= 8);
    }
}

Test(answer_sizes, a_set_that_does_not_fit_is_left_out_whole_with_tc, .timeout = 20)
{
    static char text[1 << 20];
    size_t used = (size_t)sprintf(text, HEAD);
    /* Header 12, question 15 + 4, records of 16 bytes: 512 hold 30 of them, 1232 hold 75. */
    static const unsigned counts[] = {30, 31, 75, 76};
    for (unsigned set = 0; set < 4; set++) {
        for (unsigned i = 0; i < counts[set]; i++) {
            used += (size_t)sprintf(text + used, "set%02u A 192.0.2.%u\n", counts[set], i);
        }
    }
    for (unsigned i = 0; i < 900; i++) {
        used += (size_t)sprintf(text + used, "huge TXT \"%0100u\"\n", i);
    }
    fixture_init(&f);
    fixture_zone(&f, "example.", text);
    fixture_start(&f);
    static const struct {
        struct ask ask;
        size_t size; /* 0: truncated */
    } rows[] = {
        {{"set30.example."}, 511},
        {{"set31.example."}, 0},
        {{"set31.example.", .edns = 512}, 0},
        {{"set31.example.", .edns = 100}, 0},
        {{"set31.example.", .edns = 537}, 0},
        {{"set31.example.", .edns = 538}, 538},
        {{"set75.example.", .edns = 1241}, 0},
        {{"set75.example.", .edns = 1242}, 0}, /* never above 1232 over UDP */
        {{"set75.example.", .edns = 65535}, 0},
        {{"set75.example.", .transport = TRANSPORT_TCP}, 1231},
        {{"set76.example.", .transport = TRANSPORT_TCP, .edns = 512}, 1258},
        {{"huge.example.", TYPE_TXT, .transport = TRANSPORT_TCP}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answer = fixture_ask(&f, &rows[i].ask);
        bool truncated = strncmp(answer, "NOERROR aa tc\n", 14) == 0;
        cr_expect_eq(truncated, rows[i].size == 0, "%zu %zu: %.40s", i, f.response_size, answer);
        if (rows[i].size != 0) {
            cr_expect_eq(f.response_size, rows[i].size, "%zu: %zu", i, f.response_size);
        } else {
            cr_expect_null(strstr(answer, "\nan "), "%zu", i);
        }
    }
    fixture_end(&f);
}

/* Names are compressed against the apex and one another. */
Test(answer_sizes, negative_answers_and_referrals_are_compressed, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "some.long.example.",
                 HEAD "s NS ns1.s\ns NS ns2.s\nns1.s A 192.0.2.1\n"
                      "ns2.s A 192.0.2.2\nt NS ns\nal CNAME ns\nmx MX 1 ns\n");
    fixture_start(&f);
    static const struct {
        struct ask ask;
        size_t size;
    } rows[] = {
        /* question 12+22+4, SOA 2+10+ (3+2)+(3+2)+20 */
        {{"no.some.long.example."}, 12 + 22 + 4 + 12 + 5 + 5 + 20},
        /* question 12+21+4; 2 NS of 12+6; 2 A of 16 */
        {{"s.some.long.example."}, 12 + 21 + 4 + 2 * 18 + 2 * 16},
        {{"t.some.long.example."}, 12 + 21 + 4 + 12 + 5 + 16},
        {{"al.some.long.example."}, 12 + 22 + 4 + 12 + 5 + 16},
        {{"mx.some.long.example.", TYPE_MX}, 12 + 22 + 4 + 12 + 2 + 5 + 16},
        {{"some.long.example.", TYPE_NS}, 12 + 19 + 4 + 12 + 5 + 16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answer = fixture_ask(&f, &rows[i].ask);
        cr_expect_eq(f.response_size, rows[i].size, "%zu: %zu\n%s", i, f.response_size, answer);
    }
    fixture_end(&f);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

#define ANSWER "an ns.example. 300 A 192.0.2.53\n"

static void start(void)
{
    static char text[1 << 16];
    size_t used =
        (size_t)sprintf(text, "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n");
    for (unsigned i = 0; i < 200; i++) {
        used += (size_t)sprintf(text + used, "many A 192.0.2.%u\n", i);
    }
    fixture_init(&f);
    fixture_zone(&f, "example.", text);
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(query_respond, .init = start, .fini = end, .timeout = 20);

Test(query_respond, header_bits)
{
    static const struct exchange exchanges[] = {
        {{"ns.example.", .flags = MESSAGE_RD}, "NOERROR aa rd\n" ANSWER},
        {{"ns.example.", .flags = MESSAGE_CD}, "NOERROR aa cd\n" ANSWER},
        /* We validate nothing: AD is never ours to set. */
        {{"ns.example.", .flags = MESSAGE_AD}, "NOERROR aa\n" ANSWER},
        {{"ns.example.", .flags = MESSAGE_AA | MESSAGE_TC | MESSAGE_RA | MESSAGE_Z},
         "NOERROR aa\n" ANSWER},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(query_respond, edns)
{
    static const struct exchange exchanges[] = {
        {{"ns.example.", .edns = 1232}, "NOERROR aa\n" ANSWER "opt 1232\n"},
        {{"ns.example.", .edns = 1}, "NOERROR aa\n" ANSWER "opt 1232\n"},
        {{"ns.example.", .dnssec_ok = true}, "NOERROR aa\n" ANSWER "opt 1232 do\n"},
        {{"ns.example.", .version = 1}, "BADVERS\nopt 1232\n"},
        {{"ns.example.", .version = 255, .dnssec_ok = true}, "BADVERS\nopt 1232 do\n"},
        /* Hidden: NSID is not given. */
        {{"ns.example.", .options = "00030000"}, "NOERROR aa\n" ANSWER "opt 1232\n"},
        /* A client's subnet, an unknown option and padding over UDP are ignored. */
        {{"ns.example.", .options = "00080007 00011800c00002 fde90003010203 000c00020000"},
         "NOERROR aa\n" ANSWER "opt 1232\n"},
        {{"ns.example.", .options = "000b0000"}, "NOERROR aa\n" ANSWER "opt 1232\n"},
        {{"ns.example.", .options = "000b0000", .transport = TRANSPORT_TCP},
         "NOERROR aa\n" ANSWER "opt 1232 keepalive=100\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(query_respond, nsid_is_the_identity)
{
    f.policy.identity = "dc1";
    fixture_expect(&f, &(struct ask){"ns.example.", .options = "00030000"},
                   "NOERROR aa\n" ANSWER "opt 1232 nsid\n");
    cr_expect_arr_eq(f.response + f.response_size - 7, "\0\3\0\3dc1", 7);
    fixture_expect(&f, &(struct ask){"ns.example.", .edns = 1232},
                   "NOERROR aa\n" ANSWER "opt 1232\n");
}

Test(query_respond, an_identity_that_does_not_fit_is_left_out)
{
    static char identity[1000];
    memset(identity, 'x', sizeof identity - 1);
    f.policy.identity = identity;
    fixture_expect(&f, &(struct ask){"ns.example.", .options = "00030000", .edns = 512},
                   "NOERROR aa\n" ANSWER "opt 1232\n");
    fixture_expect(&f, &(struct ask){"ns.example.", .options = "00030000", .edns = 1232},
                   "NOERROR aa\n" ANSWER "opt 1232 nsid\n");
}

Test(query_respond, padding_over_tcp_fills_blocks)
{
    fixture_expect(&f,
                   &(struct ask){"ns.example.", .options = "000c0000", .transport = TRANSPORT_TCP},
                   "NOERROR aa\n" ANSWER "opt 1232 padding\n");
    cr_expect_eq(f.response_size, QUERY_PADDING_BLOCK);
    (void)fixture_ask(
        &f, &(struct ask){"many.example.", .options = "000c0000", .transport = TRANSPORT_TCP});
    cr_expect_eq(f.response_size % QUERY_PADDING_BLOCK, 0);
}

Test(query_respond, sizes)
{
    static const struct {
        struct ask ask;
        bool truncated;
    } rows[] = {
        {{"many.example."}, true},
        {{"many.example.", .edns = 1232}, true},
        {{"many.example.", .edns = 65535}, true},
        {{"many.example.", .edns = 65535, .response_max = MESSAGE_BYTES_MAX}, true},
        {{"many.example.", .transport = TRANSPORT_TCP}, false},
        {{"many.example.", .transport = TRANSPORT_TCP, .edns = 512}, false},
        {{"many.example.", .transport = TRANSPORT_TCP, .response_max = 512}, true},
        /* A buffer larger than any message is no harm. */
        {{"many.example.", .transport = TRANSPORT_TCP, .response_max = MESSAGE_BYTES_MAX + 64},
         false},
    };
    unsigned truncated = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *answer = fixture_ask(&f, &rows[i].ask);
        cr_expect_eq(strncmp(answer, "NOERROR aa tc\n", 14) == 0, rows[i].truncated, "%zu", i);
        truncated += rows[i].truncated;
    }
    cr_expect_eq(counter_read(f.server->counters.truncated), truncated);
}

Test(query_respond, the_question_comes_back_byte_for_byte)
{
    size_t size = fixture_packet(&f, &(struct ask){"nS.eXaMpLe.", .flags = MESSAGE_RD});
    (void)fixture_send(&f, size, &(struct ask){"nS.eXaMpLe."});
    cr_expect_arr_eq(f.response + 12, f.packet + 12, size - 12);
    cr_expect_arr_eq(f.response, f.packet, 2);
}

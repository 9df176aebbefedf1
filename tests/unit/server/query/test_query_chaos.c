// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_state.h"

#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

static void start(void)
{
    fixture_init(&f);
    fixture_zone(&f, "bind.", "$TTL 300\n@ SOA ns hm 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n");
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(query_chaos, .init = start, .fini = end, .timeout = 20);

Test(query_chaos, hidden_by_default)
{
    static const char *const names[] = {"version.bind.", "version.server.", "hostname.bind.",
                                        "id.server.",    "authors.bind.",   "bind."};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        fixture_expect(&f, &(struct ask){names[i], TYPE_TXT, CLASS_CHAOS, .edns = 1232},
                       "REFUSED\nopt 1232 ede=20\n");
    }
    cr_expect_eq(counter_read(f.server->counters.refusals[QUERY_REFUSED_CLASS]), 6);
}

Test(query_chaos, what_is_configured_is_said)
{
    f.policy.version = "Plimsoll";
    f.policy.identity = "dc1";
    static const struct exchange exchanges[] = {
        {{"version.bind.", TYPE_TXT, CLASS_CHAOS},
         "NOERROR aa\nan version.bind. 0 CH TXT \"Plimsoll\"\n"},
        {{"VERSION.server.", TYPE_TXT, CLASS_CHAOS},
         "NOERROR aa\nan VERSION.server. 0 CH TXT \"Plimsoll\"\n"},
        {{"hostname.bind.", TYPE_TXT, CLASS_CHAOS},
         "NOERROR aa\nan hostname.bind. 0 CH TXT \"dc1\"\n"},
        {{"id.server.", TYPE_ANY, CLASS_CHAOS}, "NOERROR aa\nan id.server. 0 CH TXT \"dc1\"\n"},
        {{"id.server.", TYPE_A, CLASS_CHAOS}, "REFUSED\n"},
        {{"authors.bind.", TYPE_TXT, CLASS_CHAOS}, "REFUSED\n"},
        {{"ns.bind.", TYPE_A, CLASS_CHAOS}, "REFUSED\n"},
        {{"ns.bind."}, "NOERROR aa\nan ns.bind. 300 A 192.0.2.53\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(query_chaos, texts_of_every_length)
{
    static char text[400];
    char answer[500];
    for (unsigned length = 0; length < 300; length++) {
        memset(text, 'x', length);
        text[length] = 0;
        f.policy.version = text;
        snprintf(answer, sizeof answer, "NOERROR aa\nan version.bind. 0 CH TXT \"%.255s\"\n", text);
        fixture_expect(&f, &(struct ask){"version.bind.", TYPE_TXT, CLASS_CHAOS}, answer);
    }
}

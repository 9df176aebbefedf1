// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

static void start(const char *text)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", text);
    fixture_start(&f);
}

/* RFC 2308 section 3: the smaller of the SOA's own TTL and its MINIMUM. */
Test(answer_authority, the_negative_ttl_is_the_smaller_of_two, .timeout = 20)
{
    start("@ 600 SOA ns hm 1 2 3 4 60\n@ 9 NS ns\nns 9 A 192.0.2.1\n");
    fixture_expect(&f, &(struct ask){"no.example."},
                   "NXDOMAIN aa\nau example. 60 SOA ns.example. hm.example. 1 2 3 4 60\n");
    fixture_end(&f);
    start("@ 30 SOA ns hm 1 2 3 4 60\n@ 9 NS ns\nns 9 A 192.0.2.1\n");
    fixture_expect(&f, &(struct ask){"no.example."},
                   "NXDOMAIN aa\nau example. 30 SOA ns.example. hm.example. 1 2 3 4 60\n");
    fixture_end(&f);
    start("@ 0 SOA ns hm 1 2 3 4 60\n@ 9 NS ns\nns 9 A 192.0.2.1\n");
    fixture_expect(&f, &(struct ask){"ns.example.", TYPE_AAAA},
                   "NOERROR aa\nau example. 0 SOA ns.example. hm.example. 1 2 3 4 60\n");
    fixture_end(&f);
}

/* The SOA of a negative answer and the NS of a referral are required. */
Test(answer_authority, what_does_not_fit_sets_tc, .timeout = 20)
{
    static char text[1 << 16];
    char label[64];
    memset(label, 'm', 63);
    label[63] = 0;
    size_t used = (size_t)sprintf(text, "$TTL 5\n@ SOA %s.%s.%s %s.%s.h 1 2 3 4 5\n@ NS ns\n",
                                  label, label, label, label, label);
    used += (size_t)sprintf(text + used, "ns A 192.0.2.1\n");
    for (unsigned i = 0; i < 60; i++) {
        used += (size_t)sprintf(text + used, "sub NS ns%02u.elsewhere%02u.\n", i, i);
    }
    start(text);
    char name[256];
    snprintf(name, sizeof name, "%s.%s.%s.example.", label, label, label);
    name[0] = 'n';
    fixture_expect(&f, &(struct ask){name}, "NXDOMAIN aa tc\n");
    fixture_expect(&f, &(struct ask){"sub.example."}, "NOERROR tc\n");
    fixture_end(&f);
}

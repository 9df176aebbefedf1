// SPDX-License-Identifier: Apache-2.0
#include "answer_zones.h"
#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

static void start(void)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", zone_example);
    fixture_zone(&f, "other.", zone_other);
    fixture_zone(&f, "secret.", HEAD "www A 192.0.2.99\n")->query = &fixture_nobody;
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(answer_additional, .init = start, .fini = end, .timeout = 20);

Test(answer_additional, addresses_of_targets)
{
    static const struct exchange exchanges[] = {
        /* Two services of one host: its addresses go in once. */
        {{"_ldap._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _ldap._tcp.example. 300 SRV 0 100 389 a.example.\n"
         "an _ldap._tcp.example. 300 SRV 0 100 389 multi.example.\n"
         "an _ldap._tcp.example. 300 SRV 0 100 636 a.example.\n"
         "ad a.example. 300 A 192.0.2.1\n"
         "ad multi.example. 300 A 192.0.2.1\nad multi.example. 300 A 192.0.2.2\n"
         "ad multi.example. 300 A 192.0.2.3\nad multi.example. 300 AAAA 2001:db8::1\n"},
        {{"mail.example.", TYPE_MX},
         "NOERROR aa\nan mail.example. 300 MX 10 a.example.\nan mail.example. 300 MX 20 "
         "multi.example.\nan mail.example. 300 MX 30 host.elsewhere.\n"
         "ad a.example. 300 A 192.0.2.1\n"
         "ad multi.example. 300 A 192.0.2.1\nad multi.example. 300 A 192.0.2.2\n"
         "ad multi.example. 300 A 192.0.2.3\nad multi.example. 300 AAAA 2001:db8::1\n"},
        {{"_gc._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _gc._tcp.example. 300 SRV 0 100 3268 www.other.\n"
         "ad www.other. 300 A 192.0.2.81\n"},
        /* Glue below a cut is better than nothing. */
        {{"_kdc._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _kdc._tcp.example. 300 SRV 0 100 88 ns.child.example.\n"
         "ad ns.child.example. 300 A 192.0.2.60\nad ns.child.example. 300 AAAA 2001:db8::60\n"},
        /* The client may not ask there. */
        {{"_hid._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _hid._tcp.example. 300 SRV 0 100 1 www.secret.\n"},
        {{"_nowhere._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _nowhere._tcp.example. 300 SRV 0 100 1 nothing.example.\n"},
        {{"_none._tcp.example.", TYPE_SRV}, "NOERROR aa\nan _none._tcp.example. 300 SRV 0 0 0 .\n"},
        {{"_cn._tcp.example.", TYPE_SRV},
         "NOERROR aa\nan _cn._tcp.example. 300 SRV 0 0 1 alias.example.\n"},
        {{"svc.example.", TYPE_HTTPS},
         "NOERROR aa\nan svc.example. 300 HTTPS 1 .\nad svc.example. 300 A 192.0.2.30\n"},
        {{"svc2.example.", TYPE_HTTPS},
         "NOERROR aa\nan svc2.example. 300 HTTPS 1 a.example.\nad a.example. 300 A 192.0.2.1\n"},
        /* "." in AliasMode: there is no such service. */
        {{"svc3.example.", TYPE_HTTPS}, "NOERROR aa\nan svc3.example. 300 HTTPS 0 .\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer_additional, referrals)
{
    static const struct exchange exchanges[] = {
        {{"www.child.example."},
         "NOERROR\nau child.example. 300 NS ns.child.example.\nau child.example. 300 NS "
         "ns.example.\nad ns.child.example. 300 A 192.0.2.60\n"
         "ad ns.child.example. 300 AAAA 2001:db8::60\nad ns.example. 300 A 192.0.2.53\n"},
        {{"child.example.", TYPE_NS},
         "NOERROR\nau child.example. 300 NS ns.child.example.\nau child.example. 300 NS "
         "ns.example.\nad ns.child.example. 300 A 192.0.2.60\n"
         "ad ns.child.example. 300 AAAA 2001:db8::60\nad ns.example. 300 A 192.0.2.53\n"},
        /* Glue of a sibling. */
        {{"x.y.sib.example.", TYPE_ANY},
         "NOERROR\nau sib.example. 300 NS ns.child.example.\n"
         "ad ns.child.example. 300 A 192.0.2.60\nad ns.child.example. 300 AAAA 2001:db8::60\n"},
        {{"bare.example."}, "NOERROR\nau bare.example. 300 NS ns.elsewhere.\n"},
        /* A server in another zone of ours: nobody would believe a referral's word of it. */
        {{"abroad.example."},
         "NOERROR\nau abroad.example. 300 NS ns.example.\nau abroad.example. 300 NS www.other.\n"
         "ad ns.example. 300 A 192.0.2.53\n"},
        /* It ends in the bytes of "fake", and is not below it: sent as an option, without TC. */
        {{"fake.example."},
         "NOERROR\nau fake.example. 300 NS x\\004fake.example.\n"
         "ad x\\004fake.example. 300 A 192.0.2.65\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

/* A zone with one referral whose glue needs more and more room. */
static void start_with_glue(unsigned servers)
{
    static char text[1 << 16];
    size_t used = (size_t)sprintf(text, HEAD);
    for (unsigned i = 0; i < servers; i++) {
        used += (size_t)sprintf(text + used, "sub NS ns%02u.sub\nns%02u.sub A 192.0.2.%u\n", i, i,
                                i + 1);
        used += (size_t)sprintf(text + used, "ns%02u.sub AAAA 2001:db8::%u\n", i, i + 1);
    }
    fixture_init(&f);
    fixture_zone(&f, "example.", text);
    fixture_start(&f);
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;
    for (const char *p = text; (p = strstr(p, word)) != NULL; p++) {
        count++;
    }
    return count;
}

Test(answer_glue, glue_that_does_not_fit_sets_tc, .timeout = 20)
{
    /* Header and question 33 bytes, NS 20 or 19 each, A 16, AAAA 28. */
    start_with_glue(13);
    const char *answer = fixture_ask(&f, &(struct ask){"www.sub.example."});
    cr_expect_eq(strncmp(answer, "NOERROR tc\n", 11), 0, "%s", answer);
    cr_expect_eq(count_of(answer, " NS "), 13);
    answer = fixture_ask(&f, &(struct ask){"www.sub.example.", .edns = 1232});
    cr_expect_eq(strncmp(answer, "NOERROR\n", 8), 0, "%s", answer);
    cr_expect_eq(count_of(answer, "ad "), 26);
    fixture_end(&f);
}

Test(answer_glue, no_more_than_thirteen_names_are_looked_up, .timeout = 20)
{
    start_with_glue(20);
    const char *answer =
        fixture_ask(&f, &(struct ask){"www.sub.example.", .transport = TRANSPORT_TCP});
    cr_expect_eq(count_of(answer, " NS "), 20);
    cr_expect_eq(count_of(answer, "ad "), 2 * ANSWER_ADDITIONAL_MAX);
    fixture_end(&f);
}

Test(answer_glue, optional_sets_are_whole_or_not_there_and_set_no_tc, .timeout = 20)
{
    static char text[1 << 16];
    size_t used =
        (size_t)sprintf(text, HEAD "s SRV 0 0 1 many\ns SRV 0 0 2 one\none A 192.0.2.1\n");
    for (unsigned i = 0; i < 40; i++) {
        used += (size_t)sprintf(text + used, "many A 192.0.3.%u\n", i);
    }
    fixture_init(&f);
    fixture_zone(&f, "example.", text);
    fixture_start(&f);
    static const char small[] = "NOERROR aa\nan s.example. 300 SRV 0 0 1 many.example.\n"
                                "an s.example. 300 SRV 0 0 2 one.example.\n"
                                "ad one.example. 300 A 192.0.2.1\n";
    fixture_expect(&f, &(struct ask){"s.example.", TYPE_SRV}, small);
    const char *answer = fixture_ask(&f, &(struct ask){"s.example.", TYPE_SRV, .edns = 1232});
    cr_expect_eq(count_of(answer, "ad many.example. 300 A "), 40);
    fixture_end(&f);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/answer/answer.h"

#include "answer_zones.h"
#include "tests/unit/server/query/server_fixture.h"

static struct fixture f;

#define SOA_EXAMPLE "au example. 60 SOA ns.example. hm.example. 1 7200 900 86400 60\n"
#define SOA_OTHER "au other. 60 SOA ns.other. hm.other. 1 7200 900 86400 60\n"

static void start(void)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", zone_example);
    fixture_zone(&f, "other.", zone_other);
    fixture_zone(&f, "kid.example.", zone_kid);
    fixture_zone(&f, "secret.", HEAD "www A 192.0.2.99\n")->query = &fixture_nobody;
    fixture_zone(&f, "unloaded.", NULL);
    fixture_start(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(answer, .init = start, .fini = end, .timeout = 20);

Test(answer, names_that_exist)
{
    static const struct exchange exchanges[] = {
        {{"a.example."}, "NOERROR aa\nan a.example. 300 A 192.0.2.1\n"},
        {{"A.eXample."}, "NOERROR aa\nan A.eXample. 300 A 192.0.2.1\n"},
        {{"upper.example."}, "NOERROR aa\nan upper.example. 300 A 192.0.2.40\n"},
        {{"a.example.", TYPE_TXT}, "NOERROR aa\nan a.example. 300 TXT \"x\"\n"},
        {{"a.example.", TYPE_AAAA}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"example.", TYPE_SOA},
         "NOERROR aa\nan example. 600 SOA ns.example. hm.example. 1 7200 900 86400 60\n"},
        {{"example.", TYPE_NS},
         "NOERROR aa\nan example. 300 NS ns.example.\nad ns.example. 300 A 192.0.2.53\n"},
        {{"example.", TYPE_DS}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"a.example.", TYPE_RRSIG}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"a.example.", TYPE_NSEC3}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"a.example.", 65400}, "NOERROR aa\n" SOA_EXAMPLE},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, names_that_do_not_exist)
{
    static const struct exchange exchanges[] = {
        {{"no.example."}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"x.a.example."}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"no.example.", TYPE_ANY}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"ent.example."}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"ent.example.", TYPE_ANY}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"x.ent.example."}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"_tcp.example."}, "NOERROR aa\n" SOA_EXAMPLE},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, wildcards)
{
    static const struct exchange exchanges[] = {
        {{"q.wild.example."}, "NOERROR aa\nan q.wild.example. 300 A 192.0.2.7\n"},
        {{"p.q.wild.example."}, "NOERROR aa\nan p.q.wild.example. 300 A 192.0.2.7\n"},
        {{"*.wild.example."}, "NOERROR aa\nan *.wild.example. 300 A 192.0.2.7\n"},
        {{"x.*.wild.example."}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"q.wild.example.", TYPE_AAAA}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"q.wild.example.", TYPE_DS}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"q.wild.example.", TYPE_MX},
         "NOERROR aa\nan q.wild.example. 300 MX 10 a.example.\nad a.example. 300 A 192.0.2.1\n"},
        {{"wild.example."}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"real.wild.example."}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"x.real.wild.example."}, "NXDOMAIN aa\n" SOA_EXAMPLE},
        {{"q.wildc.example."},
         "NOERROR aa\nan q.wildc.example. 300 CNAME a.example.\nan a.example. 300 A 192.0.2.1\n"},
        {{"q.wildc.example.", TYPE_CNAME},
         "NOERROR aa\nan q.wildc.example. 300 CNAME a.example.\n"},
        /* "*.went" is an empty non-terminal: it matches, and there is nothing. */
        {{"q.went.example."}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"q.wild.example.", TYPE_ANY, .transport = TRANSPORT_TCP},
         "NOERROR aa\nan q.wild.example. 300 A 192.0.2.7\nan q.wild.example. 300 MX 10 "
         "a.example.\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, aliases)
{
    static const struct exchange exchanges[] = {
        {{"alias.example."},
         "NOERROR aa\nan alias.example. 300 CNAME a.example.\nan a.example. 300 A 192.0.2.1\n"},
        {{"alias.example.", TYPE_CNAME}, "NOERROR aa\nan alias.example. 300 CNAME a.example.\n"},
        {{"alias.example.", TYPE_ANY}, "NOERROR aa\nan alias.example. 300 CNAME a.example.\n"},
        {{"alias2.example.", TYPE_AAAA},
         "NOERROR aa\nan alias2.example. 300 CNAME alias.example.\n"
         "an alias.example. 300 CNAME a.example.\n" SOA_EXAMPLE},
        /* These two stand beside a CNAME: they are the name's own, or there are none. */
        {{"alias.example.", TYPE_NSEC}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"alias.example.", TYPE_RRSIG}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"outside.example."}, "NOERROR aa\nan outside.example. 300 CNAME host.elsewhere.\n"},
        {{"to-other.example."},
         "NOERROR aa\nan to-other.example. 300 CNAME www.other.\nan www.other. 300 A 192.0.2.81\n"},
        {{"to-other.example.", TYPE_TXT},
         "NOERROR aa\nan to-other.example. 300 CNAME www.other.\n" SOA_OTHER},
        {{"back.other."},
         "NOERROR aa\nan back.other. 300 CNAME alias.example.\n"
         "an alias.example. 300 CNAME a.example.\nan a.example. 300 A 192.0.2.1\n"},
        {{"missing.other."}, "NXDOMAIN aa\nan missing.other. 300 CNAME no.example.\n" SOA_EXAMPLE},
        {{"to-nothing.example."},
         "NXDOMAIN aa\nan to-nothing.example. 300 CNAME nothing.example.\n" SOA_EXAMPLE},
        {{"to-wild.example."},
         "NOERROR aa\nan to-wild.example. 300 CNAME q.wild.example.\n"
         "an q.wild.example. 300 A 192.0.2.7\n"},
        /* A zone that this client may not ask, and one without a version, end the chain. */
        {{"to-secret.example."}, "NOERROR aa\nan to-secret.example. 300 CNAME www.secret.\n"},
        {{"to-unloaded.example."}, "NOERROR aa\nan to-unloaded.example. 300 CNAME www.unloaded.\n"},
        {{"to-child.example."},
         "NOERROR aa\nan to-child.example. 300 CNAME www.child.example.\n"
         "au child.example. 300 NS ns.child.example.\nau child.example. 300 NS ns.example.\n"
         "ad ns.child.example. 300 A 192.0.2.60\nad ns.child.example. 300 AAAA 2001:db8::60\n"
         "ad ns.example. 300 A 192.0.2.53\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, chains_end)
{
    static const struct exchange exchanges[] = {
        {{"loop1.example."},
         "NOERROR aa\nan loop1.example. 300 CNAME loop2.example.\n"
         "an loop2.example. 300 CNAME loop1.example.\n"},
        {{"self.example."}, "NOERROR aa\nan self.example. 300 CNAME self.example.\n"},
        /* Nine aliases lead to c10, ten are all that is followed. */
        {{"c1.example."},
         "NOERROR aa\nan c1.example. 300 CNAME c2.example.\nan c2.example. 300 CNAME c3.example.\n"
         "an c3.example. 300 CNAME c4.example.\nan c4.example. 300 CNAME c5.example.\n"
         "an c5.example. 300 CNAME c6.example.\nan c6.example. 300 CNAME c7.example.\n"
         "an c7.example. 300 CNAME c8.example.\nan c8.example. 300 CNAME c9.example.\n"
         "an c9.example. 300 CNAME c10.example.\nan c10.example. 300 A 192.0.2.10\n"},
        {{"c0.example."},
         "NOERROR aa\nan c0.example. 300 CNAME c1.example.\nan c1.example. 300 CNAME c2.example.\n"
         "an c2.example. 300 CNAME c3.example.\nan c3.example. 300 CNAME c4.example.\n"
         "an c4.example. 300 CNAME c5.example.\nan c5.example. 300 CNAME c6.example.\n"
         "an c6.example. 300 CNAME c7.example.\nan c7.example. 300 CNAME c8.example.\n"
         "an c8.example. 300 CNAME c9.example.\nan c9.example. 300 CNAME c10.example.\n"},
        {{"x.dself.example."},
         "NOERROR aa\nan dself.example. 300 DNAME a.dself.example.\n"
         "an x.dself.example. 300 CNAME x.a.dself.example.\n"
         "an x.a.dself.example. 300 CNAME x.a.a.dself.example.\n"
         "an x.a.a.dself.example. 300 CNAME x.a.a.a.dself.example.\n"
         "an x.a.a.a.dself.example. 300 CNAME x.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.a.a.a.a.dself.example.\n"
         "an x.a.a.a.a.a.a.a.a.a.dself.example. 300 CNAME x.a.a.a.a.a.a.a.a.a.a.dself.example.\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, dnames)
{
    static const struct exchange exchanges[] = {
        {{"x.d.example."},
         "NOERROR aa\nan d.example. 300 DNAME target.example.\n"
         "an x.d.example. 300 CNAME x.target.example.\nan x.target.example. 300 A 192.0.2.20\n"},
        {{"X.D.example."},
         "NOERROR aa\nan D.example. 300 DNAME target.example.\n"
         "an X.D.example. 300 CNAME X.target.example.\nan X.target.example. 300 A 192.0.2.20\n"},
        {{"y.d.example."},
         "NXDOMAIN aa\nan d.example. 300 DNAME target.example.\n"
         "an y.d.example. 300 CNAME y.target.example.\n" SOA_EXAMPLE},
        {{"d.example."}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"d.example.", TYPE_DNAME}, "NOERROR aa\nan d.example. 300 DNAME target.example.\n"},
        {{"x.y.dout.example."},
         "NOERROR aa\nan dout.example. 300 DNAME elsewhere.\n"
         "an x.y.dout.example. 300 CNAME x.y.elsewhere.\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, a_dname_that_makes_a_name_too_long_is_yxdomain)
{
    /* d.example. becomes target.example., which is five bytes longer: 250 bytes become 255. */
    char name[400];
    char text[1024];
    char label[64];
    memset(label, 'x', 63);
    label[63] = 0;
    snprintf(name, sizeof name, "%s.%s.%s.%.46s", label, label, label, label);
    snprintf(text, sizeof text,
             "NXDOMAIN aa\nan d.example. 300 DNAME target.example.\n"
             "an %s.d.example. 300 CNAME %s.target.example.\n" SOA_EXAMPLE,
             name, name);
    strcat(name, ".d.example.");
    fixture_expect(&f, &(struct ask){name, .transport = TRANSPORT_TCP}, text);
    for (int more = 47; more <= 51; more += 4) {
        snprintf(name, sizeof name, "%s.%s.%s.%.*s.d.example.", label, label, label, more, label);
        fixture_expect(&f, &(struct ask){name},
                       "YXDOMAIN aa\nan d.example. 300 DNAME target.example.\n");
    }
}

Test(answer, any_over_udp_is_one_set_and_over_tcp_all)
{
    static const struct exchange exchanges[] = {
        {{"multi.example.", TYPE_ANY},
         "NOERROR aa\nan multi.example. 300 A 192.0.2.1\nan multi.example. 300 A 192.0.2.2\n"
         "an multi.example. 300 A 192.0.2.3\n"},
        {{"a.example.", TYPE_ANY, .transport = TRANSPORT_TCP},
         "NOERROR aa\nan a.example. 300 A 192.0.2.1\nan a.example. 300 TXT \"x\"\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
    f.policy.answer.minimal_any = false;
    fixture_expect(&f, &(struct ask){"a.example.", TYPE_ANY},
                   "NOERROR aa\nan a.example. 300 A 192.0.2.1\nan a.example. 300 TXT \"x\"\n");
}

Test(answer, ds_is_the_parents)
{
    static const struct exchange exchanges[] = {
        /* We serve both sides: the parent answers, with its own SOA. */
        {{"kid.example.", TYPE_DS}, "NOERROR aa\n" SOA_EXAMPLE},
        {{"kid.example.", TYPE_SOA},
         "NOERROR aa\n"
         "an kid.example. 600 SOA ns.kid.example. hm.kid.example. 1 7200 900 86400 60\n"},
        /* Only the child: no data, from its apex. */
        {{"other.", TYPE_DS}, "NOERROR aa\n" SOA_OTHER},
        /* Only the parent. */
        {{"child.example.", TYPE_DS}, "NOERROR aa\n" SOA_EXAMPLE},
        /* Below the cut the question is the child's. */
        {{"www.sib.example.", TYPE_DS},
         "NOERROR\nau sib.example. 300 NS ns.child.example.\n"
         "ad ns.child.example. 300 A 192.0.2.60\nad ns.child.example. 300 AAAA 2001:db8::60\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer, the_most_specific_zone_answers)
{
    static const struct exchange exchanges[] = {
        {{"www.kid.example."}, "NOERROR aa\nan www.kid.example. 300 A 192.0.2.91\n"},
        {{"a.kid.example."},
         "NXDOMAIN aa\nau kid.example. 60 SOA ns.kid.example. hm.kid.example. 1 7200 900 86400 "
         "60\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
}

Test(answer_ds, a_grandparent_has_no_say, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, "example.", HEAD "b NS ns.b\nns.b A 192.0.2.3\n");
    fixture_zone(&f, "a.b.example.", HEAD);
    fixture_zone(&f, "c.example.", HEAD);
    fixture_zone(&f, "to.", HEAD "kid CNAME kid.d.\n");
    fixture_zone(&f, "d.", HEAD "kid NS ns\n");
    fixture_zone(&f, "kid.d.", HEAD);
    fixture_start(&f);
    static const struct exchange exchanges[] = {
        {{"a.b.example.", TYPE_DS},
         "NOERROR aa\nau a.b.example. 60 SOA ns.a.b.example. hm.a.b.example. 1 7200 900 86400 "
         "60\n"},
        /* The parent does not know of the child: it must not deny a name that exists. */
        {{"c.example.", TYPE_DS},
         "NOERROR aa\nau c.example. 60 SOA ns.c.example. hm.c.example. 1 7200 900 86400 60\n"},
        {{"to.", TYPE_DS}, "NOERROR aa\nau to. 60 SOA ns.to. hm.to. 1 7200 900 86400 60\n"},
        /* At the end of a chain too. */
        {{"kid.to.", TYPE_DS},
         "NOERROR aa\nan kid.to. 300 CNAME kid.d.\n"
         "au d. 60 SOA ns.d. hm.d. 1 7200 900 86400 60\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
    fixture_end(&f);
}

Test(answer_root, the_root_zone_answers_like_any_other, .timeout = 20)
{
    fixture_init(&f);
    fixture_zone(&f, ".",
                 "$TTL 300\n@ SOA ns.test. hm.test. 1 2 3 4 5\n@ NS ns.test.\n"
                 "ns.test. A 192.0.2.1\nexample. NS ns.example.\n"
                 "ns.example. A 192.0.2.2\nx.y. CNAME ns.test.\n");
    fixture_start(&f);
    static const struct exchange exchanges[] = {
        {{".", TYPE_NS}, "NOERROR aa\nan . 300 NS ns.test.\nad ns.test. 300 A 192.0.2.1\n"},
        {{"no."}, "NXDOMAIN aa\nau . 5 SOA ns.test. hm.test. 1 2 3 4 5\n"},
        {{".", TYPE_DS}, "NOERROR aa\nau . 5 SOA ns.test. hm.test. 1 2 3 4 5\n"},
        {{"x.y."}, "NOERROR aa\nan x.y. 300 CNAME ns.test.\nan ns.test. 300 A 192.0.2.1\n"},
        {{"www.example."},
         "NOERROR\nau example. 300 NS ns.example.\nad ns.example. 300 A 192.0.2.2\n"},
    };
    FIXTURE_EXPECT(&f, exchanges);
    fixture_end(&f);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * Zones that the tests of answers share.
 */

#define HEAD "$TTL 300\n@ 600 SOA ns hm 1 7200 900 86400 60\n@ NS ns\nns A 192.0.2.53\n"

/* example.: something of everything that needs no signatures. */
static const char zone_example[] = HEAD
    "a A 192.0.2.1\n"
    "a TXT x\n"
    "multi A 192.0.2.1\nmulti A 192.0.2.2\nmulti A 192.0.2.3\nmulti AAAA 2001:db8::1\n"
    "alias CNAME a\n"
    "alias2 CNAME alias\n"
    "outside CNAME host.elsewhere.\n"
    "to-other CNAME www.other.\n"
    "to-secret CNAME www.secret.\n"
    "to-unloaded CNAME www.unloaded.\n"
    "to-nothing CNAME nothing\n"
    "to-child CNAME www.child\n"
    "to-wild CNAME q.wild\n"
    "loop1 CNAME loop2\nloop2 CNAME loop1\nself CNAME self\n"
    "b.ent A 192.0.2.2\n"
    "*.wild A 192.0.2.7\n*.wild MX 10 a\n"
    "real.wild TXT real\n"
    "*.wildc CNAME a\n"
    "below.*.went A 192.0.2.8\n"
    "c0 CNAME c1\nc1 CNAME c2\nc2 CNAME c3\nc3 CNAME c4\nc4 CNAME c5\nc5 CNAME c6\nc6 CNAME c7\n"
    "c7 CNAME c8\nc8 CNAME c9\nc9 CNAME c10\nc10 A 192.0.2.10\n"
    "child NS ns.child\nchild NS ns\nns.child A 192.0.2.60\nns.child AAAA 2001:db8::60\n"
    "www.child A 192.0.2.61\n"
    "sib NS ns.child\n"
    "bare NS ns.elsewhere.\nabroad NS www.other.\nabroad NS ns\n"
    "fake NS x\\004fake\nx\\004fake A 192.0.2.65\n"
    "d DNAME target\nx.target A 192.0.2.20\ntarget TXT apex\n"
    "dout DNAME elsewhere.\n"
    "dself DNAME a.dself\n"
    "mail MX 10 a\nmail MX 20 multi\nmail MX 30 host.elsewhere.\n"
    "_ldap._tcp SRV 0 100 389 a\n_ldap._tcp SRV 0 100 636 a\n_ldap._tcp SRV 0 100 389 multi\n"
    "_gc._tcp SRV 0 100 3268 www.other.\n"
    "_kdc._tcp SRV 0 100 88 ns.child\n"
    "_hid._tcp SRV 0 100 1 www.secret.\n"
    "_nowhere._tcp SRV 0 100 1 nothing\n"
    "_none._tcp SRV 0 0 0 .\n"
    "_cn._tcp SRV 0 0 1 alias\n"
    "svc HTTPS 1 .\nsvc A 192.0.2.30\n"
    "svc2 HTTPS 1 a\nsvc3 HTTPS 0 .\nsvc3 A 192.0.2.31\n"
    "kid NS ns\n"
    "UpPer A 192.0.2.40\n";

/* other. */
static const char zone_other[] = HEAD "www A 192.0.2.81\n"
                                      "back CNAME alias.example.\n"
                                      "missing CNAME no.example.\n";

/* kid.example.: a child that we serve ourselves. */
static const char zone_kid[] = HEAD "www A 192.0.2.91\n";

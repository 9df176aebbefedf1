// SPDX-License-Identifier: Apache-2.0
#include "server/zone/check.h"

#include "tests/unit/server/zone/master_fixture.h"

static struct transcript transcript;
static struct heap *heap;

static void setup(void)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
}

static void teardown(void)
{
    heap_destroy(heap);
}

TestSuite(check_walk, .init = setup, .fini = teardown, .timeout = 60);

/* Loads, and holds what was told, severity and check and owner, against the expected lines. */
static void expect(const char *text, const char *lines)
{
    struct snapshot *snapshot = load_example(heap, text, &transcript, NULL);
    cr_expect_str_eq(transcript.text, lines, "%s: %s", text, transcript.text);
    snapshot_release(snapshot);
}

#define SOA "$TTL 300\n@ SOA ns h 7 2 3 4 5\n"
#define HEAD SOA "@ NS ns\nns A 192.0.2.1\n"

Test(check_walk, the_zones_own_name_servers)
{
    expect(SOA, "E 0.0 ns-missing: the zone has no NS record\n");
    expect(SOA "@ NS ns.other.\n", "");
    expect(HEAD, "");
    expect(SOA "@ NS ns\nns AAAA 2001:db8::1\n", "");
    expect(SOA "@ NS ns\n",
           "E 0.0 ns-without-address: example. NS: a name server of the zone, in the zone, has no "
           "address: ns.example.\n");
    expect(SOA "@ NS ns\nns TXT x\n",
           "E 0.0 ns-without-address: example. NS: a name server of the zone, in the zone, has no "
           "address: ns.example.\n");
    expect(SOA "@ NS ns\nns CNAME x.other.\n",
           "E 0.0 ns-is-cname: example. NS: a name server of the zone is a CNAME: ns.example.\n");
    /* Below a delegation, a DNAME or a wildcard: not ours to say. */
    expect(SOA "@ NS ns.sub\nsub NS ns.other.\n", "");
    expect(SOA "@ NS ns.sub\nsub DNAME other.\n", "");
    expect(SOA "@ NS ns.sub\n*.sub A 192.0.2.1\n", "");
}

Test(check_walk, delegations_and_their_glue)
{
    expect(HEAD "s NS ns.s\nns.s A 192.0.2.1\n", "");
    expect(HEAD "s NS s\ns A 192.0.2.1\n", "");
    expect(HEAD "s NS NS.S\ns NS b.ns.s\nns.s AAAA 2001:db8::1\nb.ns.s A 192.0.2.1\n", "");
    expect(HEAD "s NS ns.s\n",
           "W 0.0 glue-missing: s.example. NS: a delegation's name server, below it, has no "
           "address here: ns.s.example.\n");
    expect(HEAD "s NS ns.s\ns NS x.s\nns.s A 192.0.2.1\nx.s TXT x\nt A 192.0.2.2\n",
           "W 0.0 glue-missing: s.example. NS: a delegation's name server, below it, has no "
           "address here: x.s.example.\n");
    expect(HEAD "s NS c\nc CNAME ns\n",
           "W 0.0 target-is-cname: s.example. NS: the target is a CNAME: c.example.\n");
    expect(HEAD "s NS none\n",
           "W 0.0 target-without-address: s.example. NS: the target, in the zone, has no address: "
           "none.example.\n");
    /* The address of one delegation's server is another's glue. */
    expect(HEAD "s NS ns.t\nt NS ns.t\nns.t A 192.0.2.1\n", "");
    /* What lies below a delegation is not looked at. */
    expect(HEAD "s NS ns\nmx.s MX 1 none\n", "");
}

Test(check_walk, targets_of_mail_and_services)
{
    expect(HEAD "@ MX 1 ns\n_x SRV 1 1 1 ns\n@ MX 2 x.other.\n_y SRV 0 0 0 .\n", "");
    expect(HEAD "@ MX 1 c\nc CNAME ns\n_x SRV 1 1 1 c\n",
           "W 0.0 target-is-cname: example. MX: the target is a CNAME: c.example.\n"
           "W 0.0 target-is-cname: _x.example. SRV: the target is a CNAME: c.example.\n");
    expect(HEAD "@ MX 1 none\n",
           "W 0.0 target-without-address: example. MX: the target, in the zone, has no address: "
           "none.example.\n");
}

Test(check_walk, names_below_a_dname)
{
    expect(HEAD "d DNAME other.\ne A 192.0.2.1\n", "");
    expect(HEAD "d DNAME other.\na.d A 192.0.2.1\nb.d A 192.0.2.1\n",
           "W 0.0 dname-descendants: d.example. DNAME: names below a DNAME are never answered "
           "from: a.d.example.\n");
}

Test(check_walk, a_ds_needs_a_delegation)
{
    expect(HEAD "s NS ns\ns DS 1 8 2 "
                "0000000000000000000000000000000000000000000000000000000000000000\n",
           "");
    expect(HEAD "s DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000\n",
           "W 0.0 ds-without-delegation: s.example. DS: a DS where nothing is delegated\n");
}

#define SIGNED(type) " RRSIG " type " 8 1 300 20300101000000 20200101000000 1 example. AAAA\n"
#define KEY "@ DNSKEY 256 3 8 AAAA\n"
#define SIGNED_HEAD                                                                                \
    HEAD KEY "@" SIGNED("SOA") "@" SIGNED("NS") "@" SIGNED("DNSKEY") "ns" SIGNED("A")

Test(check_walk, signatures_in_a_signed_zone)
{
    expect(SIGNED_HEAD, "");
    expect(HEAD KEY,
           "W 0.0 rrsig-missing: example. NS: a set without signatures in a signed zone\n"
           "W 0.0 rrsig-missing: example. SOA: a set without signatures in a signed zone\n"
           "W 0.0 dnskey-unsigned: example. DNSKEY: the zone has DNSKEY records and no signature "
           "over them\n"
           "W 0.0 rrsig-missing: ns.example. A: a set without signatures in a signed zone\n");
    /* A delegation's NS and glue are not signed, its DS is. */
    expect(SIGNED_HEAD "s NS ns.s\nns.s A 192.0.2.1\n", "");
    expect(SIGNED_HEAD "s NS ns.s\nns.s A 192.0.2.1\ns DS 1 8 2 "
                       "0000000000000000000000000000000000000000000000000000000000000000\n",
           "W 0.0 rrsig-missing: s.example. DS: a set without signatures in a signed zone\n");
}

Test(check_walk, the_nsec_chain)
{
#define NSEC_HEAD SIGNED_HEAD "@ NSEC ns SOA\n@" SIGNED("NSEC")
    expect(NSEC_HEAD "ns NSEC @ A\nns" SIGNED("NSEC"), "");
    expect(NSEC_HEAD, "W 0.0 nsec-missing: ns.example.: a name without NSEC in a zone that uses "
                      "it\n"
                      "W 0.0 nsec-chain: example. NSEC: the NSEC before does not lead to this "
                      "name: ns.example.\n");
    expect(NSEC_HEAD "ns NSEC x A\nns" SIGNED("NSEC"),
           "W 0.0 nsec-chain: example. NSEC: the NSEC before does not lead to this name: "
           "x.example.\n");
    expect(NSEC_HEAD "ns NSEC @ A\nns" SIGNED("NSEC") "b A 192.0.2.1\nb" SIGNED(
               "A") "b NSEC ns A\nb" SIGNED("NSEC"),
           "W 0.0 nsec-chain: b.example. NSEC: the NSEC before does not lead to this name: "
           "ns.example.\n");
}

Test(check_walk, the_nsec3_chain)
{
#define NSEC3_HEAD SIGNED_HEAD "@ NSEC3PARAM 1 0 0 -\n@" SIGNED("NSEC3PARAM")
#define H1 "00000000000000000000000000000001"
#define H2 "v0000000000000000000000000000000"
    expect(NSEC3_HEAD, "W 0.0 nsec3-missing: the zone has NSEC3PARAM and no NSEC3 records that fit "
                       "it\n");
    expect(NSEC3_HEAD H1 " NSEC3 1 0 0 - " H2 " A\n" H2 " NSEC3 1 0 0 - " H1 " A\n", "");
    expect(NSEC3_HEAD H1 " NSEC3 1 0 5 - " H2 " A\n",
           "W 0.0 nsec3-missing: the zone has NSEC3PARAM and no NSEC3 records that fit it\n");
    expect(NSEC3_HEAD H1 " NSEC3 1 0 0 - " H1 " A\n" H2 " NSEC3 1 0 0 - " H1 " A\n",
           "W 0.0 nsec3-chain: " H2 ".example. NSEC3: the NSEC3 before does not lead to this "
           "name\n");
    expect(NSEC3_HEAD H1 " NSEC3 1 0 0 - " H2 " A\n" H2 " NSEC3 1 0 0 - " H2 " A\n",
           "W 0.0 nsec3-chain: " H1 ".example. NSEC3: the NSEC3 before does not lead to this "
           "name\n");
}

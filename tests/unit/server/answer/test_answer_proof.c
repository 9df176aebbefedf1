// SPDX-License-Identifier: Apache-2.0
#include "server/base/digest.h"
#include "tests/unit/server/query/server_fixture.h"

/**
 * Denials and other signed answers, said by what they prove: `=name` is an NSEC or NSEC3 of that
 * name, `~name` one that covers it, `!` a set with opt-out; `+` is a set with its signature. The
 * names that a row asks about stand in it.
 */
static struct fixture f;
static char summary[8192];

struct proof {
    struct ask ask;
    const char *names; /* apart by blanks */
    const char *nsec;
    const char *nsec3;
    const char *optout; /* NULL: as nsec3 */
};

static void hash_text(const uint8_t *hash, char text[33])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    for (unsigned i = 0; i < 32; i++) {
        unsigned bit = i * 5;
        unsigned two = (unsigned)hash[bit / 8] << 8 | (bit / 8 < 19 ? hash[bit / 8 + 1] : 0u);
        text[i] = digits[two >> (11 - bit % 8) & 31];
    }
    text[32] = 0;
}

/* '=' when the interval begins at the name, '~' when it covers it, else 0. `wraps`: the last. */
static char relation(int from_begin, int from_end, bool wraps)
{
    if (from_begin == 0) {
        return '=';
    }
    bool behind = from_begin > 0;
    bool before = from_end < 0;
    return (wraps ? behind || before : behind && before) ? '~' : 0;
}

static char relation_nsec(const struct message_record *record, const uint8_t *rdata,
                          const uint8_t *name)
{
    bool wraps = name_compare(rdata, record->owner.bytes) <= 0;
    return relation(name_compare(name, record->owner.bytes), name_compare(name, rdata), wraps);
}

static char relation_nsec3(const struct message_record *record, const uint8_t *rdata,
                           const uint8_t *name)
{
    struct digest_nsec3 parameters = {.salt = rdata + 5, .salt_size = rdata[4]};
    uint8_t lower[NAME_BYTES_MAX];
    uint8_t hash[DIGEST_SHA1_BYTES];
    char begin[33], end[33], text[33];
    digest_nsec3(&parameters, lower, name_copy_lower(lower, name), hash);
    hash_text(hash, text);
    hash_text(rdata + 6 + rdata[4], end);
    for (unsigned i = 0; i < 32; i++) {
        begin[i] = (char)name_lower_byte[record->owner.bytes[1 + i]];
    }
    begin[32] = 0;
    return relation(strcmp(text, begin), strcmp(text, end), strcmp(end, begin) <= 0);
}

static void add(const char *text)
{
    cr_assert_lt(strlen(summary) + strlen(text), sizeof summary);
    strcat(summary, text);
}

/* What an NSEC or NSEC3 says about each of the names. */
static void add_relations(const struct message_record *record, const uint8_t *rdata,
                          const char *names)
{
    char copy[512];
    char *rest;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        struct name name;
        cr_assert_eq(name_from_text(word, strlen(word), name_root, &name), OK);
        char found = record->type == TYPE_NSEC ? relation_nsec(record, rdata, name.bytes)
                                               : relation_nsec3(record, rdata, name.bytes);
        if (found != 0) {
            char sign[2] = {found, 0};
            add(sign);
            add(word);
        }
    }
}

static bool is_signed(const struct message_record *set)
{
    struct message message;
    struct message_record record;
    cr_assert_eq(message_open(f.response, f.response_size, &message), OK);
    while (message_record_next(&message, &record) == OK) {
        const uint8_t *rdata = f.response + record.rdata_at;
        if (record.type == TYPE_RRSIG && record.section == set->section &&
            name_equal(record.owner.bytes, set->owner.bytes) &&
            ((unsigned)rdata[0] << 8 | rdata[1]) == set->type) {
            return true;
        }
    }
    return false;
}

static const char *summarise(const struct ask *ask, const char *names)
{
    static const char *const sections[] = {"", " an:", " au:", " ad:"};
    struct message message;
    struct message_record record;
    unsigned section = 0;
    const char *text = fixture_ask(&f, ask);
    snprintf(summary, sizeof summary, "%.*s", (int)strcspn(text, "\n"), text);
    cr_assert_eq(message_open(f.response, f.response_size, &message), OK);
    while (message_record_next(&message, &record) == OK) {
        char type[RRTYPE_TEXT_MAX];
        if (record.type == TYPE_OPT || record.type == TYPE_RRSIG) {
            continue;
        }
        add(record.section != section ? sections[record.section] : " ");
        section = record.section;
        add(rrtype_to_text(record.type, type));
        if (record.type == TYPE_NSEC || record.type == TYPE_NSEC3) {
            uint8_t rdata[512];
            struct reader reader = message_rdata(&message, &record);
            struct writer out = writer_over(rdata, sizeof rdata);
            cr_assert_eq(rdata_from_wire(&reader, record.type, record.rdata_size, &out), OK);
            add(record.type == TYPE_NSEC3 && (rdata[1] & 1) != 0 ? "!" : "");
            add_relations(&record, rdata, names);
        }
        add(is_signed(&record) ? "+" : "");
    }
    return summary;
}

static const struct proof proofs[] = {
    {{"a.signed."}, "", "NOERROR aa an:A+", "NOERROR aa an:A+", NULL},
    {{"a.signed.", TYPE_TXT},
     "a.signed.",
     "NOERROR aa au:SOA+ NSEC=a.signed.+",
     "NOERROR aa au:SOA+ NSEC3=a.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=a.signed.+"},
    {{"m.signed.", TYPE_MX}, "", "NOERROR aa an:MX+ ad:A+", "NOERROR aa an:MX+ ad:A+", NULL},
    {{"signed.", TYPE_DNSKEY}, "", "NOERROR aa an:DNSKEY+", "NOERROR aa an:DNSKEY+", NULL},
    {{"signed.", TYPE_NS}, "", "NOERROR aa an:NS+ ad:A+", "NOERROR aa an:NS+ ad:A+", NULL},
    {{"signed.", TYPE_SOA}, "", "NOERROR aa an:SOA+", "NOERROR aa an:SOA+", NULL},
    {{"signed.", TYPE_DS},
     "signed.",
     "NOERROR aa au:SOA+ NSEC=signed.+",
     "NOERROR aa au:SOA+ NSEC3=signed.+",
     "NOERROR aa au:SOA+ NSEC3!=signed.+"},
    {{"signed.", TYPE_NSEC3PARAM},
     "signed.",
     "NOERROR aa au:SOA+ NSEC=signed.+",
     "NOERROR aa an:NSEC3PARAM+",
     NULL},
    {{"no.signed."},
     "signed. no.signed. *.signed.",
     "NXDOMAIN aa au:SOA+ NSEC~no.signed.+ NSEC=signed.~*.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3=signed.+ NSEC3~no.signed.+ NSEC3~*.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3!=signed.+ NSEC3!~no.signed.+ NSEC3!~*.signed.+"},
    {{"y.x.a.signed."},
     "a.signed. x.a.signed. *.a.signed.",
     "NXDOMAIN aa au:SOA+ NSEC=a.signed.~x.a.signed.~*.a.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3=a.signed.+ NSEC3~x.a.signed.+ NSEC3~*.a.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3!=a.signed.+ NSEC3!~x.a.signed.+ NSEC3!~*.a.signed.+"},
    {{"ent.signed."},
     "ent.signed.",
     "NOERROR aa au:SOA+ NSEC~ent.signed.+",
     "NOERROR aa au:SOA+ NSEC3=ent.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=ent.signed.+"},
    {{"no.ent.signed."},
     "ent.signed. no.ent.signed. *.ent.signed.",
     "NXDOMAIN aa au:SOA+ NSEC~no.ent.signed.+ NSEC~ent.signed.~*.ent.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3=ent.signed.+ NSEC3~no.ent.signed.+ NSEC3~*.ent.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3!=ent.signed.+ NSEC3!~no.ent.signed.+ NSEC3!~*.ent.signed.+"},
    {{"q.w.signed.", TYPE_TXT},
     "w.signed. q.w.signed. *.w.signed.",
     "NOERROR aa an:TXT+ au:NSEC~q.w.signed.=*.w.signed.+",
     "NOERROR aa an:TXT+ au:NSEC3~q.w.signed.+",
     "NOERROR aa an:TXT+ au:NSEC3!~q.w.signed.+"},
    {{"p.q.w.signed.", TYPE_TXT},
     "w.signed. q.w.signed. p.q.w.signed. *.w.signed.",
     "NOERROR aa an:TXT+ au:NSEC~q.w.signed.~p.q.w.signed.=*.w.signed.+",
     "NOERROR aa an:TXT+ au:NSEC3~q.w.signed.+",
     "NOERROR aa an:TXT+ au:NSEC3!~q.w.signed.+"},
    {{"q.w.signed."},
     "w.signed. q.w.signed. *.w.signed.",
     "NOERROR aa au:SOA+ NSEC~q.w.signed.=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3~q.w.signed.+ NSEC3=w.signed.+ NSEC3=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3!~q.w.signed.+ NSEC3!=w.signed.+ NSEC3!=*.w.signed.+"},
    {{"p.q.w.signed.", TYPE_DS},
     "w.signed. q.w.signed. p.q.w.signed. *.w.signed.",
     "NOERROR aa au:SOA+ NSEC~q.w.signed.~p.q.w.signed.=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3~q.w.signed.+ NSEC3=w.signed.+ NSEC3=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3!~q.w.signed.+ NSEC3!=w.signed.+ NSEC3!=*.w.signed.+"},
    {{"*.w.signed."},
     "*.w.signed.",
     "NOERROR aa au:SOA+ NSEC=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3=*.w.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=*.w.signed.+"},
    {{"x.real.w.signed."},
     "real.w.signed. x.real.w.signed. *.real.w.signed.",
     "NXDOMAIN aa au:SOA+ NSEC=real.w.signed.~x.real.w.signed.~*.real.w.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3=real.w.signed.+ NSEC3~x.real.w.signed.+ NSEC3~*.real.w.signed.+",
     "NXDOMAIN aa au:SOA+ NSEC3!=real.w.signed.+ NSEC3!~x.real.w.signed.+ "
     "NSEC3!~*.real.w.signed.+"},
    {{"q.went.signed."},
     "went.signed. q.went.signed. *.went.signed.",
     "NOERROR aa au:SOA+ NSEC~went.signed.~*.went.signed.+ NSEC~q.went.signed.+",
     "NOERROR aa au:SOA+ NSEC3=went.signed.+ NSEC3~q.went.signed.+ NSEC3=*.went.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=went.signed.+ NSEC3!~q.went.signed.+ NSEC3!=*.went.signed.+"},
    {{"alias.signed.", TYPE_TXT},
     "w.signed. q.w.signed. *.w.signed.",
     "NOERROR aa an:CNAME+ TXT+ au:NSEC~q.w.signed.=*.w.signed.+",
     "NOERROR aa an:CNAME+ TXT+ au:NSEC3~q.w.signed.+",
     "NOERROR aa an:CNAME+ TXT+ au:NSEC3!~q.w.signed.+"},
    {{"alias.signed."},
     "w.signed. q.w.signed. *.w.signed.",
     "NOERROR aa an:CNAME+ au:SOA+ NSEC~q.w.signed.=*.w.signed.+",
     "NOERROR aa an:CNAME+ au:SOA+ NSEC3~q.w.signed.+ NSEC3=w.signed.+ NSEC3=*.w.signed.+",
     "NOERROR aa an:CNAME+ au:SOA+ NSEC3!~q.w.signed.+ NSEC3!=w.signed.+ NSEC3!=*.w.signed.+"},
    {{"gone.signed."},
     "signed. nothing.signed. *.signed.",
     "NXDOMAIN aa an:CNAME+ au:SOA+ NSEC~nothing.signed.+ NSEC=signed.~*.signed.+",
     "NXDOMAIN aa an:CNAME+ au:SOA+ NSEC3=signed.+ NSEC3~nothing.signed.+ NSEC3~*.signed.+",
     "NXDOMAIN aa an:CNAME+ au:SOA+ NSEC3!=signed.+ NSEC3!~nothing.signed.+ NSEC3!~*.signed.+"},
    {{"q.c.signed."},
     "c.signed. q.c.signed. *.c.signed.",
     "NOERROR aa an:CNAME+ A+ au:NSEC~q.c.signed.=*.c.signed.+",
     "NOERROR aa an:CNAME+ A+ au:NSEC3~q.c.signed.+",
     "NOERROR aa an:CNAME+ A+ au:NSEC3!~q.c.signed.+"},
    {{"x.sec.signed."}, "sec.signed.", "NOERROR au:NS DS+ ad:A", "NOERROR au:NS DS+ ad:A", NULL},
    {{"sec.signed.", TYPE_DS}, "sec.signed.", "NOERROR aa an:DS+", "NOERROR aa an:DS+", NULL},
    {{"x.ins.signed."},
     "signed. ins.signed.",
     "NOERROR au:NS NSEC=ins.signed.+ ad:A",
     "NOERROR au:NS NSEC3=ins.signed.+ ad:A",
     "NOERROR au:NS NSEC3!=signed.+ NSEC3!~ins.signed.+ ad:A"},
    {{"ins.signed.", TYPE_DS},
     "signed. ins.signed.",
     "NOERROR aa au:SOA+ NSEC=ins.signed.+",
     "NOERROR aa au:SOA+ NSEC3=ins.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=signed.+ NSEC3!~ins.signed.+"},
    {{"x.deep.opt.signed."},
     "signed. opt.signed. deep.opt.signed.",
     "NOERROR au:NS NSEC=deep.opt.signed.+ ad:A+",
     "NOERROR au:NS NSEC3=deep.opt.signed.+ ad:A+",
     "NOERROR au:NS NSEC3!=signed.+ NSEC3!~opt.signed.+ ad:A+"},
    {{"deep.opt.signed.", TYPE_DS},
     "signed. opt.signed. deep.opt.signed.",
     "NOERROR aa au:SOA+ NSEC=deep.opt.signed.+",
     "NOERROR aa au:SOA+ NSEC3=deep.opt.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=signed.+ NSEC3!~opt.signed.+"},
    {{"opt.signed."},
     "signed. opt.signed.",
     "NOERROR aa au:SOA+ NSEC~opt.signed.+",
     "NOERROR aa au:SOA+ NSEC3=opt.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=signed.+ NSEC3!~opt.signed.+"},
    {{"x.d.signed."}, "", "NOERROR aa an:DNAME+ CNAME A+", "NOERROR aa an:DNAME+ CNAME A+", NULL},
    {{"y.d.signed."},
     "target.signed. y.target.signed. *.target.signed.",
     "NXDOMAIN aa an:DNAME+ CNAME au:SOA+ NSEC~y.target.signed.+ "
     "NSEC~target.signed.~*.target.signed.+",
     "NXDOMAIN aa an:DNAME+ CNAME au:SOA+ NSEC3=target.signed.+ NSEC3~y.target.signed.+ "
     "NSEC3~*.target.signed.+",
     "NXDOMAIN aa an:DNAME+ CNAME au:SOA+ NSEC3!=target.signed.+ NSEC3!~y.target.signed.+ "
     "NSEC3!~*.target.signed.+"},
    {{"d.signed."},
     "d.signed.",
     "NOERROR aa au:SOA+ NSEC=d.signed.+",
     "NOERROR aa au:SOA+ NSEC3=d.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=d.signed.+"},
    {{"w1.signed.", .transport = TRANSPORT_TCP},
     "signed. w10.signed. *.signed. a.w2.signed. a.w3.signed. a.w4.signed. a.w5.signed. "
     "a.w6.signed. a.w7.signed. a.w8.signed. a.w9.signed.",
     "NXDOMAIN aa an:CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ au:SOA+ "
     "NSEC~a.w2.signed.+ NSEC~a.w3.signed.+ NSEC~a.w4.signed.+ NSEC~a.w5.signed.+ "
     "NSEC~a.w6.signed.+ NSEC~a.w7.signed.+ NSEC~a.w8.signed.+ NSEC~a.w9.signed.+ "
     "NSEC~w10.signed.+ NSEC=signed.~*.signed.+",
     "NXDOMAIN aa an:CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ au:SOA+ "
     "NSEC3~a.w2.signed.+ NSEC3~a.w3.signed.~a.w6.signed.+ NSEC3~a.w4.signed.+ "
     "NSEC3~a.w5.signed.~a.w7.signed.~a.w8.signed.+ NSEC3~a.w9.signed.+ NSEC3=signed.+ "
     "NSEC3~w10.signed.+ NSEC3~*.signed.+",
     "NXDOMAIN aa an:CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ CNAME+ au:SOA+ "
     "NSEC3!~a.w2.signed.+ NSEC3!~a.w3.signed.~a.w6.signed.+ NSEC3!~a.w4.signed.+ "
     "NSEC3!~a.w5.signed.~a.w7.signed.~a.w8.signed.+ NSEC3!~a.w9.signed.+ NSEC3!=signed.+ "
     "NSEC3!~w10.signed.+ NSEC3!~*.signed.+"},
    {{"a.signed.", TYPE_RRSIG}, "", "NOERROR aa", "NOERROR aa", NULL},
    {{"a.signed.", TYPE_ANY}, "", "NOERROR aa an:A+", "NOERROR aa an:A+", NULL},
    {{"a.signed.", TYPE_NSEC},
     "a.signed.",
     "NOERROR aa an:NSEC=a.signed.+",
     "NOERROR aa au:SOA+ NSEC3=a.signed.+",
     "NOERROR aa au:SOA+ NSEC3!=a.signed.+"},
};

static void expect_all(const char *file, unsigned column)
{
    fixture_init(&f);
    fixture_zone_file(&f, "signed.", file);
    fixture_start(&f);
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
        const struct proof *proof = &proofs[i];
        struct ask ask = proof->ask;
        ask.dnssec_ok = true;
        const char *wanted = column == 0                            ? proof->nsec
                             : column == 1 || proof->optout == NULL ? proof->nsec3
                                                                    : proof->optout;
        const char *got = summarise(&ask, proof->names);
        cr_expect_str_eq(got, wanted, "%s %u\n     got %s\nexpected %s", ask.name, ask.type, got,
                         wanted);
    }
    fixture_end(&f);
}

Test(answer_proof, nsec, .timeout = 20)
{
    expect_all(SIGNED_ZONES "/signed_nsec.zone", 0);
}

Test(answer_proof, nsec3, .timeout = 20)
{
    expect_all(SIGNED_ZONES "/signed_nsec3.zone", 1);
}

Test(answer_proof, nsec3_with_opt_out, .timeout = 20)
{
    expect_all(SIGNED_ZONES "/signed_optout.zone", 2);
}

Test(answer_proof, without_do_there_are_no_signatures_and_no_proofs, .timeout = 20)
{
    static const char *const files[] = {SIGNED_ZONES "/signed_nsec.zone",
                                        SIGNED_ZONES "/signed_nsec3.zone"};
    static const struct exchange exchanges[] = {
        {{"a.signed."}, "NOERROR aa\nan a.signed. 300 A 192.0.2.1\n"},
        {{"no.signed."},
         "NXDOMAIN aa\nau signed. 60 SOA ns.signed. hm.signed. 1 7200 900 86400 60\n"},
        {{"q.w.signed.", TYPE_TXT}, "NOERROR aa\nan q.w.signed. 300 TXT \"wild\"\n"},
        {{"sec.signed."},
         "NOERROR\nau sec.signed. 300 NS ns.sec.signed.\nad ns.sec.signed. 300 A 192.0.2.60\n"},
    };
    for (unsigned i = 0; i < 2; i++) {
        fixture_init(&f);
        fixture_zone_file(&f, "signed.", files[i]);
        fixture_start(&f);
        FIXTURE_EXPECT(&f, exchanges);
        fixture_end(&f);
    }
}

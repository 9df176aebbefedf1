// SPDX-License-Identifier: Apache-2.0
/* Sets of types and of ports: the bitmaps of NSEC, NSEC3 and CSYNC (RFC 4034 section 4.1.2), of NXT
 * (RFC 2535 section 5.2) and of WKS (RFC 1035 section 3.4.2). */
#include "server/wire/rdata_kinds.h"

#define WINDOW_BYTES_MAX 32u
#define WINDOWS 256u
#define NXT_TYPE_MAX 127u        /* what its one bitmap of 16 bytes can hold */
#define SERVICES_BYTES_MAX 8192u /* one bit for every port */

/* ------------------------------------------------------------------ windows of types */

void check_type_bitmap(struct reader *rdata)
{
    int before = -1;
    while (reader_left(rdata) != 0) {
        int window = reader_u8(rdata);
        size_t size = reader_u8(rdata);
        const uint8_t *bits = reader_bytes(rdata, size);
        if (bits == NULL || window <= before || size == 0 || size > WINDOW_BYTES_MAX ||
            bits[size - 1] == 0) {
            reader_fail(rdata);
            return;
        }
        before = window;
    }
}

static enum result parse_listed_type(struct rdata_parser *parser, uint16_t *ret_type)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (rrtype_from_text(token.text, token.length, ret_type) != OK) {
        return rdata_wrong(parser, &token, "not a record type");
    }
    return OK;
}

/* A bitmap under construction: only windows that are in use are ever touched. */
struct windows {
    uint8_t size[WINDOWS]; /* bytes up to the last bit set; 0: not in use */
    uint8_t bits[WINDOWS][WINDOW_BYTES_MAX];
};

static void windows_add(struct windows *windows, uint16_t type)
{
    unsigned window = type >> 8;
    unsigned at = (type & 0xff) / 8;
    if (windows->size[window] == 0) {
        memset(windows->bits[window], 0, WINDOW_BYTES_MAX);
    }
    windows->bits[window][at] |= (uint8_t)(0x80 >> type % 8);
    if (windows->size[window] <= at) {
        windows->size[window] = (uint8_t)(at + 1);
    }
}

enum result parse_type_bitmap(struct rdata_parser *parser)
{
    struct windows windows;
    memset(windows.size, 0, sizeof windows.size);
    while (!rdata_at_end(parser)) {
        uint16_t type;
        enum result result = parse_listed_type(parser, &type);
        if (result != OK) {
            return result;
        }
        windows_add(&windows, type);
    }
    for (unsigned window = 0; window < WINDOWS; window++) {
        if (windows.size[window] != 0) {
            writer_u8(parser->out, (uint8_t)window);
            writer_u8(parser->out, windows.size[window]);
            writer_bytes(parser->out, windows.bits[window], windows.size[window]);
        }
    }
    return OK;
}

/* The types whose bits are set, the first of them `base`; a blank in front of all but the first. */
static void print_types(struct writer *out, const uint8_t *bits, size_t size, unsigned base,
                        bool *first)
{
    for (unsigned i = 0; i < size * 8; i++) {
        if ((bits[i / 8] & 0x80 >> i % 8) == 0) {
            continue;
        }
        char text[RRTYPE_TEXT_MAX];
        if (!*first) {
            writer_u8(out, ' ');
        }
        *first = false;
        rdata_print_text(out, rrtype_to_text((uint16_t)(base + i), text));
    }
}

bool print_type_bitmap(struct reader *rdata, struct writer *out)
{
    bool first = true;
    while (reader_left(rdata) != 0) {
        unsigned window = reader_u8(rdata);
        size_t size = reader_u8(rdata);
        const uint8_t *bits = reader_bytes(rdata, size);
        if (bits == NULL) {
            return false;
        }
        print_types(out, bits, size, window << 8, &first);
    }
    return true;
}

/* ------------------------------------------------------------------ one flat bitmap */

/* Sets bit `bit` of the bitmap that begins at `begin` and ends where the writer stands. */
static void flat_set(struct writer *out, size_t begin, unsigned bit)
{
    while (writer_ok(out) && out->at - begin <= bit / 8) {
        writer_u8(out, 0);
    }
    if (writer_ok(out)) {
        out->base[begin + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
}

void check_nxt_bitmap(struct reader *rdata)
{
    check_rest_some(rdata);
}

enum result parse_nxt_bitmap(struct rdata_parser *parser)
{
    size_t begin = parser->out->at;
    do {
        struct token place = *rdata_peek(parser);
        uint16_t type;
        enum result result = parse_listed_type(parser, &type);
        if (result != OK) {
            return result;
        }
        if (type == 0 || type > NXT_TYPE_MAX) {
            return rdata_wrong(parser, &place, "a type that NXT cannot list: above 127");
        }
        flat_set(parser->out, begin, type);
    } while (!rdata_at_end(parser));
    return OK;
}

bool print_nxt_bitmap(struct reader *rdata, struct writer *out)
{
    size_t size = reader_left(rdata);
    const uint8_t *bits = reader_bytes(rdata, size);
    bool first = true;
    if (bits == NULL || size == 0 || size > (NXT_TYPE_MAX + 1) / 8 || (bits[0] & 0x80) != 0 ||
        bits[size - 1] == 0) {
        return false; /* the extended form, which was never defined, or a padded one */
    }
    print_types(out, bits, size, 0, &first);
    return true;
}

/* ------------------------------------------------------------------ WKS */

static const struct mnemonic protocols[] = {
    {"icmp", 1}, {"igmp", 2}, {"ggp", 3},  {"st", 5},     {"tcp", 6},  {"egp", 8},
    {"igp", 9},  {"pup", 12}, {"udp", 17}, {"hmp", 20},   {"rdp", 27}, {"dccp", 33},
    {"gre", 47}, {"esp", 50}, {"ah", 51},  {"sctp", 132},
};

static const struct mnemonic services[] = {
    {"tcpmux", 1},        {"echo", 7},          {"discard", 9},        {"systat", 11},
    {"daytime", 13},      {"netstat", 15},      {"qotd", 17},          {"chargen", 19},
    {"ftp-data", 20},     {"ftp", 21},          {"ssh", 22},           {"telnet", 23},
    {"smtp", 25},         {"time", 37},         {"nameserver", 42},    {"whois", 43},
    {"domain", 53},       {"bootps", 67},       {"bootpc", 68},        {"tftp", 69},
    {"gopher", 70},       {"finger", 79},       {"http", 80},          {"www", 80},
    {"kerberos", 88},     {"hostnames", 101},   {"iso-tsap", 102},     {"rtelnet", 107},
    {"pop2", 109},        {"pop3", 110},        {"sunrpc", 111},       {"auth", 113},
    {"sftp", 115},        {"nntp", 119},        {"ntp", 123},          {"netbios-ns", 137},
    {"netbios-dgm", 138}, {"netbios-ssn", 139}, {"imap2", 143},        {"imap", 143},
    {"snmp", 161},        {"snmp-trap", 162},   {"bgp", 179},          {"irc", 194},
    {"ldap", 389},        {"https", 443},       {"microsoft-ds", 445}, {"kpasswd", 464},
    {"submission", 587},  {"ldaps", 636},       {"domain-s", 853},     {"imaps", 993},
    {"pop3s", 995},
};

void check_services(struct reader *rdata)
{
    check_u8(rdata);
    if (reader_left(rdata) > SERVICES_BYTES_MAX) {
        reader_fail(rdata);
        return;
    }
    check_rest(rdata);
}

enum result parse_services(struct rdata_parser *parser)
{
    struct token token;
    uint16_t number;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (!mnemonic_from_text(protocols, sizeof protocols / sizeof *protocols, token, UINT8_MAX,
                            &number)) {
        return rdata_wrong(parser, &token, "not a protocol (its number always works)");
    }
    writer_u8(parser->out, (uint8_t)number);
    size_t begin = parser->out->at;
    while (!rdata_at_end(parser)) {
        result = rdata_word(parser, &token);
        if (result != OK) {
            return result;
        }
        if (!mnemonic_from_text(services, sizeof services / sizeof *services, token, UINT16_MAX,
                                &number)) {
            return rdata_wrong(parser, &token, "not a service (its port always works)");
        }
        flat_set(parser->out, begin, number);
    }
    return OK;
}

bool print_services(struct reader *rdata, struct writer *out)
{
    rdata_print_number(out, reader_u8(rdata));
    size_t size = reader_left(rdata);
    const uint8_t *bits = reader_bytes(rdata, size);
    if (bits == NULL || (size != 0 && bits[size - 1] == 0)) {
        return false; /* padded: the list of ports would lose the padding */
    }
    for (unsigned port = 0; port < size * 8; port++) {
        if ((bits[port / 8] & 0x80 >> port % 8) != 0) {
            writer_u8(out, ' ');
            rdata_print_number(out, port);
        }
    }
    return true;
}

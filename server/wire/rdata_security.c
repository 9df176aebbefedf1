// SPDX-License-Identifier: Apache-2.0
/* What records of keys and signatures use: mnemonics from the IANA registries, times, and HIP. */
#include "server/wire/rdata_kinds.h"

#include <strings.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ------------------------------------------------------------------ mnemonics */

/* IANA "DNS Security Algorithm Numbers", with the short forms of RFC 4034 appendix A.1. */
static const struct mnemonic algorithms[] = {
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"ECC", 4},
    {"RSASHA1", 5},
    {"NSEC3DSA", 6},
    {"DSA-NSEC3-SHA1", 6},
    {"NSEC3RSASHA1", 7},
    {"RSASHA1-NSEC3-SHA1", 7},
    {"RSASHA256", 8},
    {"RSASHA512", 10},
    {"ECCGOST", 12},
    {"ECC-GOST", 12},
    {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14},
    {"ED25519", 15},
    {"ED448", 16},
    {"SM2SM3", 17},
    {"ECC-GOST12", 23},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
};

/* IANA "DS RR Type Digest Algorithms" */
static const struct mnemonic digest_types[] = {
    {"SHA-1", 1}, {"SHA1", 1},    {"SHA-256", 2}, {"SHA256", 2},
    {"GOST", 3},  {"SHA-384", 4}, {"SHA384", 4},
};

/* RFC 4398 section 2.1 */
static const struct mnemonic cert_types[] = {
    {"PKIX", 1}, {"SPKI", 2},   {"PGP", 3},     {"IPKIX", 4}, {"ISPKI", 5},
    {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254},
};

/* RFC 2535 section 3.1.3 and 7.1 */
static const struct mnemonic key_protocols[] = {
    {"NONE", 0}, {"TLS", 1}, {"EMAIL", 2}, {"DNSSEC", 3}, {"IPSEC", 4}, {"ALL", 255},
};

/* RFC 2535 section 7.1, and the flags of RFC 3757 and 5011 */
static const struct mnemonic key_flags[] = {
    {"NOCONF", 0x4000}, {"NOAUTH", 0x8000}, {"NOKEY", 0xc000},  {"FLAG2", 0x2000},
    {"EXTEND", 0x1000}, {"FLAG4", 0x0800},  {"FLAG5", 0x0400},  {"USER", 0x0000},
    {"ZONE", 0x0100},   {"HOST", 0x0200},   {"NTYP3", 0x0300},  {"FLAG8", 0x0080},
    {"REVOKE", 0x0080}, {"FLAG9", 0x0040},  {"FLAG10", 0x0020}, {"FLAG11", 0x0010},
    {"SIG0", 0},        {"SIG1", 1},        {"KSK", 1},         {"SIG2", 2},
    {"SIG3", 3},        {"SIG4", 4},        {"SIG5", 5},        {"SIG6", 6},
    {"SIG7", 7},        {"SIG8", 8},        {"SIG9", 9},        {"SIG10", 10},
    {"SIG11", 11},      {"SIG12", 12},      {"SIG13", 13},      {"SIG14", 14},
    {"SIG15", 15},
};

/* IANA "DNS RCODEs", as the error field of TSIG and TKEY uses them */
static const struct mnemonic rcodes[] = {
    {"NOERROR", 0},  {"FORMERR", 1},  {"SERVFAIL", 2}, {"NXDOMAIN", 3},  {"NOTIMP", 4},
    {"REFUSED", 5},  {"YXDOMAIN", 6}, {"YXRRSET", 7},  {"NXRRSET", 8},   {"NOTAUTH", 9},
    {"NOTZONE", 10}, {"BADSIG", 16},  {"BADVERS", 16}, {"BADKEY", 17},   {"BADTIME", 18},
    {"BADMODE", 19}, {"BADNAME", 20}, {"BADALG", 21},  {"BADTRUNC", 22}, {"BADCOOKIE", 23},
};

static const struct mnemonic dsync_schemes[] = {
    {"NOTIFY", 1}, /* RFC 9859 section 2.1 */
};

bool mnemonic_from_text(const struct mnemonic *list, size_t count, struct token token, uint64_t max,
                        uint16_t *ret_number)
{
    uint64_t number;
    if (rdata_digits(token.text, token.length, max, &number)) {
        *ret_number = (uint16_t)number;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (token_is(token, list[i].text)) {
            *ret_number = list[i].number;
            return true;
        }
    }
    return false;
}

const char *mnemonic_to_text(const struct mnemonic *list, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].number == number) {
            return list[i].text;
        }
    }
    return NULL;
}

static enum result parse_mnemonic8(struct rdata_parser *parser, const struct mnemonic *list,
                                   size_t count, const char *reason)
{
    struct token token;
    uint16_t number;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (!mnemonic_from_text(list, count, token, UINT8_MAX, &number)) {
        return rdata_wrong(parser, &token, reason);
    }
    writer_u8(parser->out, (uint8_t)number);
    return OK;
}

static enum result parse_mnemonic16(struct rdata_parser *parser, const struct mnemonic *list,
                                    size_t count, const char *reason)
{
    struct token token;
    uint16_t number;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (!mnemonic_from_text(list, count, token, UINT16_MAX, &number)) {
        return rdata_wrong(parser, &token, reason);
    }
    writer_u16(parser->out, number);
    return OK;
}

static void print_mnemonic(struct writer *out, const struct mnemonic *list, size_t count,
                           uint16_t number)
{
    const char *text = mnemonic_to_text(list, count, number);
    if (text != NULL) {
        rdata_print_text(out, text);
    } else {
        rdata_print_number(out, number);
    }
}

enum result parse_algorithm(struct rdata_parser *parser)
{
    return parse_mnemonic8(parser, algorithms, COUNT(algorithms), "not a DNSSEC algorithm");
}

bool print_algorithm_name(struct reader *rdata, struct writer *out)
{
    print_mnemonic(out, algorithms, COUNT(algorithms), reader_u8(rdata));
    return true;
}

enum result parse_digest_type(struct rdata_parser *parser)
{
    return parse_mnemonic8(parser, digest_types, COUNT(digest_types), "not a digest type");
}

enum result parse_cert_type(struct rdata_parser *parser)
{
    return parse_mnemonic16(parser, cert_types, COUNT(cert_types), "not a certificate type");
}

bool print_cert_type(struct reader *rdata, struct writer *out)
{
    print_mnemonic(out, cert_types, COUNT(cert_types), reader_u16(rdata));
    return true;
}

enum result parse_key_protocol(struct rdata_parser *parser)
{
    return parse_mnemonic8(parser, key_protocols, COUNT(key_protocols), "not a key protocol");
}

enum result parse_rcode(struct rdata_parser *parser)
{
    return parse_mnemonic16(parser, rcodes, COUNT(rcodes), "not a response code");
}

bool print_rcode(struct reader *rdata, struct writer *out)
{
    print_mnemonic(out, rcodes, COUNT(rcodes), reader_u16(rdata));
    return true;
}

enum result parse_dsync_scheme(struct rdata_parser *parser)
{
    return parse_mnemonic8(parser, dsync_schemes, COUNT(dsync_schemes), "not a DSYNC scheme");
}

bool print_dsync_scheme(struct reader *rdata, struct writer *out)
{
    print_mnemonic(out, dsync_schemes, COUNT(dsync_schemes), reader_u8(rdata));
    return true;
}

/* A number, or mnemonics joined by "|". */
enum result parse_key_flags(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    unsigned flags = 0;
    struct token part = token;
    size_t left = token.length;
    do {
        const char *bar = memchr(part.text, '|', left);
        uint16_t number;
        part.length = bar != NULL ? (size_t)(bar - part.text) : left;
        uint64_t max = part.length == token.length ? UINT16_MAX : 0;
        if (!mnemonic_from_text(key_flags, COUNT(key_flags), part, max, &number)) {
            return rdata_wrong(parser, &token, "not key flags (a number, or mnemonics with |)");
        }
        flags |= number;
        left -= part.length + (bar != NULL);
        part.text += part.length + (bar != NULL);
        if (bar == NULL) {
            break;
        }
    } while (true);
    writer_u16(parser->out, (uint16_t)flags);
    return OK;
}

enum result parse_type(struct rdata_parser *parser)
{
    struct token token;
    uint16_t type;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    uint64_t number;
    if (rdata_digits(token.text, token.length, UINT16_MAX, &number)) {
        type = (uint16_t)number; /* SIG(0) covers type 0 (RFC 2931) */
    } else if (rrtype_from_text(token.text, token.length, &type) != OK) {
        return rdata_wrong(parser, &token, "not a record type");
    }
    writer_u16(parser->out, type);
    return OK;
}

bool print_type(struct reader *rdata, struct writer *out)
{
    char text[RRTYPE_TEXT_MAX];
    rdata_print_text(out, rrtype_to_text(reader_u16(rdata), text));
    return true;
}

/* ------------------------------------------------------------------ time, RFC 4034 section 3.2 */

#define DAY_SECONDS 86400u

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1 January 1970 to 1 January of the year, 1970 or later. */
static uint64_t days_to_year(unsigned year)
{
    uint64_t before = year - 1;
    return (uint64_t)(year - 1970) * 365 + (before / 4 - before / 100 + before / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static bool calendar_from_text(const char *text, uint32_t *ret_seconds)
{
    static const uint8_t widths[] = {4, 2, 2, 2, 2, 2};
    uint64_t part[6] = {0};
    for (size_t i = 0, at = 0; i < 6; at += widths[i], i++) {
        if (!rdata_digits(text + at, widths[i], 9999, &part[i])) {
            return false;
        }
    }
    unsigned year = (unsigned)part[0];
    unsigned month = (unsigned)part[1];
    if (year < 1970 || year > 2106 || month < 1 || month > 12 || part[2] < 1 ||
        part[2] > month_days(year, month) || part[3] > 23 || part[4] > 59 || part[5] > 59) {
        return false;
    }
    uint64_t days = days_to_year(year) + part[2] - 1;
    for (unsigned before = 1; before < month; before++) {
        days += month_days(year, before);
    }
    uint64_t seconds = days * DAY_SECONDS + part[3] * 3600 + part[4] * 60 + part[5];
    if (seconds > UINT32_MAX) {
        return false;
    }
    *ret_seconds = (uint32_t)seconds;
    return true;
}

enum result parse_time(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    uint64_t number;
    uint32_t seconds = 0;
    if (token.length <= 10 && rdata_digits(token.text, token.length, UINT32_MAX, &number)) {
        seconds = (uint32_t)number;
    } else if (token.length != 14 || !calendar_from_text(token.text, &seconds)) {
        return rdata_wrong(parser, &token, "not a time YYYYMMDDHHmmSS from 1970 to 2106");
    }
    writer_u32(parser->out, seconds);
    return OK;
}

static void print_padded(struct writer *out, unsigned number, unsigned width)
{
    uint8_t *room = writer_room(out, width);
    for (unsigned i = width; room != NULL && i-- > 0; number /= 10) {
        room[i] = (uint8_t)('0' + number % 10);
    }
}

bool print_time(struct reader *rdata, struct writer *out)
{
    uint32_t seconds = reader_u32(rdata);
    uint32_t days = seconds / DAY_SECONDS;
    unsigned year = 1970 + days / 366; /* at most the year looked for, one or two below it */
    while (days_to_year(year + 1) <= days) {
        year++;
    }
    days -= (uint32_t)days_to_year(year);
    unsigned month = 1;
    while (days >= month_days(year, month)) {
        days -= month_days(year, month++);
    }
    print_padded(out, year, 4);
    print_padded(out, month, 2);
    print_padded(out, days + 1, 2);
    print_padded(out, seconds % DAY_SECONDS / 3600, 2);
    print_padded(out, seconds % 3600 / 60, 2);
    print_padded(out, seconds % 60, 2);
    return true;
}

/* ------------------------------------------------------------------ HIP, RFC 8005 section 5 */

void check_hip_header(struct reader *rdata)
{
    size_t tag_size = reader_u8(rdata);
    check_u8(rdata);
    size_t key_size = reader_u16(rdata);
    if (tag_size == 0 || key_size == 0) {
        reader_fail(rdata);
    }
    (void)reader_bytes(rdata, tag_size + key_size);
}

enum result parse_hip_header(struct rdata_parser *parser)
{
    struct writer *out = parser->out;
    struct token token;
    size_t begin = out->at;
    writer_u8(out, 0);
    enum result result = parse_u8(parser);
    writer_u16(out, 0);
    if (result == OK) {
        result = rdata_word(parser, &token);
    }
    if (result != OK) {
        return result;
    }
    size_t tag_size = token.length / 2;
    const char *reason = hex_append(out, token.text, token.length);
    if (reason != NULL || tag_size == 0 || tag_size > UINT8_MAX) {
        return rdata_wrong(parser, &token, reason != NULL ? reason : "not a tag of 1 to 255 bytes");
    }
    result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    reason = base64_append(out, token.text, token.length);
    size_t key_size = out->at - begin - 4 - tag_size;
    if (!writer_ok(out)) {
        return OK;
    }
    if (reason != NULL || key_size == 0 || key_size > UINT16_MAX) {
        return rdata_wrong(parser, &token,
                           reason != NULL ? reason : "not a key of 1 to 65535 bytes");
    }
    out->base[begin] = (uint8_t)tag_size;
    writer_patch_u16(out, begin + 2, (uint16_t)key_size);
    return OK;
}

bool print_hip_header(struct reader *rdata, struct writer *out)
{
    size_t tag_size = reader_u8(rdata);
    unsigned algorithm = reader_u8(rdata);
    size_t key_size = reader_u16(rdata);
    const uint8_t *tag = reader_bytes(rdata, tag_size);
    const uint8_t *key = reader_bytes(rdata, key_size);
    if (tag == NULL || key == NULL) {
        return false;
    }
    rdata_print_number(out, algorithm);
    writer_u8(out, ' ');
    hex_print(out, tag, tag_size, rdata_hex_upper);
    writer_u8(out, ' ');
    base64_print(out, key, key_size);
    return true;
}

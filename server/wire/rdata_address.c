// SPDX-License-Identifier: Apache-2.0
/* Addresses: IPv4, IPv6, EUI-48 and -64, and the 64-bit values of ILNP. Parsed by hand: a master
 * file of a million records is made of these. */
#include "server/wire/rdata_kinds.h"

#define IPV6_GROUPS 8u
#define NO_GAP 17u /* no place among 16 bytes */

bool ipv4_from_text(const char *text, size_t length, uint8_t ret_address[4])
{
    uint8_t address[4];
    size_t at = 0;
    for (unsigned part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t begin = at;
        while (at < length && at - begin < 3 && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + (unsigned)(text[at] - '0');
            at++;
        }
        /* A leading zero could mean octal elsewhere: refused. */
        if (at == begin || value > 255 || (at - begin > 1 && text[begin] == '0')) {
            return false;
        }
        address[part] = (uint8_t)value;
        if (part < 3 && (at >= length || text[at++] != '.')) {
            return false;
        }
    }
    if (at != length) {
        return false;
    }
    memcpy(ret_address, address, sizeof address);
    return true;
}

static unsigned hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

/* One to `digits_max` digits of hexadecimal at *at. */
static bool hex_group(const char *text, size_t length, size_t digits_max, size_t *at,
                      uint16_t *ret_value)
{
    unsigned value = 0;
    size_t begin = *at;
    while (*at < length && *at - begin < digits_max && hex_value(text[*at]) < 16) {
        value = value << 4 | hex_value(text[*at]);
        (*at)++;
    }
    *ret_value = (uint16_t)value;
    return *at != begin;
}

/* Puts the groups before and behind "::" (at `gap`, or NO_GAP) in their places. */
static bool ipv6_spread(const uint8_t *given, size_t count, size_t gap, uint8_t ret_address[16])
{
    if (gap == NO_GAP) {
        if (count == 16) {
            memcpy(ret_address, given, 16);
        }
        return count == 16;
    }
    if (count > 14) {
        return false;
    }
    memset(ret_address, 0, 16);
    memcpy(ret_address, given, gap);
    memcpy(ret_address + 16 - (count - gap), given + gap, count - gap);
    return true;
}

bool ipv6_from_text(const char *text, size_t length, uint8_t ret_address[16])
{
    uint8_t given[16];
    size_t count = 0; /* bytes given */
    size_t gap = NO_GAP;
    size_t at = 0;
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        at = 2;
    }
    while (at < length) {
        size_t begin = at;
        uint16_t value;
        if (count > 14 || !hex_group(text, length, 4, &at, &value)) {
            return false;
        }
        if (at < length && text[at] == '.') {
            if (count > 12 || !ipv4_from_text(text + begin, length - begin, given + count)) {
                return false;
            }
            count += 4;
            break;
        }
        given[count++] = (uint8_t)(value >> 8);
        given[count++] = (uint8_t)value;
        if (at == length) {
            break;
        }
        if (text[at++] != ':' || at == length) {
            return false;
        }
        if (text[at] == ':') {
            if (gap != NO_GAP) {
                return false;
            }
            gap = count;
            at++;
        }
    }
    return ipv6_spread(given, count, gap, ret_address);
}

/* Up to three digits; returns how many. */
static size_t put_decimal(uint8_t *to, unsigned value)
{
    size_t at = 0;
    if (value >= 100) {
        to[at++] = (uint8_t)('0' + value / 100);
    }
    if (value >= 10) {
        to[at++] = (uint8_t)('0' + value / 10 % 10);
    }
    to[at++] = (uint8_t)('0' + value % 10);
    return at;
}

void ipv4_print(struct writer *out, const uint8_t address[4])
{
    uint8_t text[16];
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        at += put_decimal(text + at, address[i]);
        text[at++] = '.';
    }
    writer_bytes(out, text, at - 1);
}

/* Hexadecimal without leading zeros. */
static void print_group(struct writer *out, uint16_t group)
{
    unsigned shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0;
    for (int at = (int)shift; at >= 0; at -= 4) {
        writer_u8(out, (uint8_t)rdata_hex_lower[group >> at & 15]);
    }
}

/* RFC 5952: the longest run of two zero groups or more becomes "::", the first one of equals; the
 * mixed form for addresses that embed IPv4 (RFC 4291 section 2.5.5). */
void ipv6_print(struct writer *out, const uint8_t address[16])
{
    uint16_t groups[IPV6_GROUPS];
    size_t best = IPV6_GROUPS;
    size_t best_length = 1;
    size_t run = 0;
    for (size_t i = 0; i < IPV6_GROUPS; i++) {
        groups[i] = (uint16_t)((unsigned)address[2 * i] << 8 | address[2 * i + 1]);
        run = groups[i] == 0 ? run + 1 : 0;
        if (run > best_length) {
            best = i + 1 - run;
            best_length = run;
        }
    }
    bool mixed = best == 0 && (best_length == 6 || (best_length == 5 && groups[5] == 0xffff));
    for (size_t i = 0; i < IPV6_GROUPS; i++) {
        if (i == best) {
            writer_bytes(out, "::", 2);
            i += best_length - 1;
            continue;
        }
        if (i != 0 && i != best + best_length) {
            writer_u8(out, ':');
        }
        if (mixed && i == 6) {
            ipv4_print(out, address + 12);
            return;
        }
        print_group(out, groups[i]);
    }
}

enum result parse_ipv4(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    uint8_t address[4];
    if (!ipv4_from_text(token.text, token.length, address)) {
        return rdata_wrong(parser, &token, "not an IPv4 address");
    }
    writer_bytes(parser->out, address, sizeof address);
    return OK;
}

enum result parse_ipv6(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    uint8_t address[16];
    if (!ipv6_from_text(token.text, token.length, address)) {
        return rdata_wrong(parser, &token, "not an IPv6 address");
    }
    writer_bytes(parser->out, address, sizeof address);
    return OK;
}

bool print_ipv4(struct reader *rdata, struct writer *out)
{
    const uint8_t *address = reader_bytes(rdata, 4);
    if (address == NULL) {
        return false;
    }
    ipv4_print(out, address);
    return true;
}

bool print_ipv6(struct reader *rdata, struct writer *out)
{
    const uint8_t *address = reader_bytes(rdata, 16);
    if (address == NULL) {
        return false;
    }
    ipv6_print(out, address);
    return true;
}

/* `count` groups of exactly `digits` digits (or up to as many, when `shorter`) with `separator`
 * between them, appended as digits / 2 bytes each. */
static enum result parse_groups(struct rdata_parser *parser, unsigned count, unsigned digits,
                                char separator, const char *reason)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    size_t at = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t begin = at;
        uint16_t value;
        if (!hex_group(token.text, token.length, digits, &at, &value) ||
            (digits == 2 && at - begin != 2) ||
            (i + 1 < count && (at >= token.length || token.text[at++] != separator))) {
            return rdata_wrong(parser, &token, reason);
        }
        if (digits == 2) {
            writer_u8(parser->out, (uint8_t)value);
        } else {
            writer_u16(parser->out, value);
        }
    }
    return at == token.length ? OK : rdata_wrong(parser, &token, reason);
}

enum result parse_eui48(struct rdata_parser *parser)
{
    return parse_groups(parser, 6, 2, '-',
                        "not an EUI-48 address: six pairs of digits and hyphens");
}

enum result parse_eui64(struct rdata_parser *parser)
{
    return parse_groups(parser, 8, 2, '-',
                        "not an EUI-64 address: eight pairs of digits and hyphens");
}

enum result parse_ilnp64(struct rdata_parser *parser)
{
    return parse_groups(parser, 4, 4, ':', "not four groups of hexadecimal with colons");
}

static bool print_eui(struct reader *rdata, struct writer *out, size_t size)
{
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (i != 0) {
            writer_u8(out, '-');
        }
        rdata_print_hex_byte(out, bytes[i], rdata_hex_lower);
    }
    return true;
}

bool print_eui48(struct reader *rdata, struct writer *out)
{
    return print_eui(rdata, out, 6);
}

bool print_eui64(struct reader *rdata, struct writer *out)
{
    return print_eui(rdata, out, 8);
}

bool print_ilnp64(struct reader *rdata, struct writer *out)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i != 0) {
            writer_u8(out, ':');
        }
        print_group(out, reader_u16(rdata));
    }
    return reader_ok(rdata);
}

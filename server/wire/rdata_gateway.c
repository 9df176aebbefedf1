// SPDX-License-Identifier: Apache-2.0
/* Addresses whose form depends on a type in front of them: IPSECKEY, AMTRELAY, A6, APL. */
#include "server/wire/rdata_kinds.h"

/* ------------------------------------------------------------------ gateways and relays */

/* The types that both share: RFC 4025 section 2.3, RFC 8777 section 4.2.3. */
enum gateway_type {
    GATEWAY_NONE = 0,
    GATEWAY_IPV4 = 1,
    GATEWAY_IPV6 = 2,
    GATEWAY_NAME = 3,
};

#define AMT_DISCOVERY 0x80u

static void check_gateway(struct reader *rdata, unsigned type)
{
    switch (type) {
    case GATEWAY_NONE:
        break;
    case GATEWAY_IPV4:
        check_u32(rdata);
        break;
    case GATEWAY_IPV6:
        check_16_bytes(rdata);
        break;
    case GATEWAY_NAME:
        check_name(rdata);
        break;
    default:
        reader_fail(rdata);
    }
}

void check_ipsec_gateway(struct reader *rdata)
{
    unsigned type = reader_u8(rdata);
    check_u8(rdata);
    check_gateway(rdata, type);
}

void check_amt_relay(struct reader *rdata)
{
    unsigned type = reader_u8(rdata) & ~AMT_DISCOVERY;
    if (type > GATEWAY_NAME) {
        check_rest(rdata); /* a relay type that is not defined yet: opaque */
        return;
    }
    check_gateway(rdata, type);
}

static enum result parse_gateway(struct rdata_parser *parser, unsigned type)
{
    struct token token;
    enum result result;
    switch (type) {
    case GATEWAY_IPV4:
        return parse_ipv4(parser);
    case GATEWAY_IPV6:
        return parse_ipv6(parser);
    case GATEWAY_NAME:
        return rdata_parse_name(parser);
    default:
        result = rdata_word(parser, &token);
        if (result == OK && (token.length != 1 || token.text[0] != '.')) {
            return rdata_wrong(parser, &token, "not a single dot: the type says that none is here");
        }
        return result;
    }
}

/* A number from 0 to GATEWAY_NAME. */
static enum result parse_gateway_type(struct rdata_parser *parser, uint64_t *ret_type)
{
    struct token place = *rdata_peek(parser);
    enum result result = rdata_number(parser, UINT8_MAX, ret_type);
    if (result == OK && *ret_type > GATEWAY_NAME) {
        return rdata_wrong(parser, &place, "a type that is not known: use the \\# form");
    }
    return result;
}

enum result parse_ipsec_gateway(struct rdata_parser *parser)
{
    uint64_t type = 0;
    enum result result = parse_gateway_type(parser, &type);
    writer_u8(parser->out, (uint8_t)type);
    if (result == OK) {
        result = parse_u8(parser);
    }
    return result != OK ? result : parse_gateway(parser, (unsigned)type);
}

enum result parse_amt_relay(struct rdata_parser *parser)
{
    uint64_t discovery = 0;
    uint64_t type = 0;
    struct token place = *rdata_peek(parser);
    enum result result = rdata_number(parser, UINT8_MAX, &discovery);
    if (result == OK && discovery > 1) {
        return rdata_wrong(parser, &place, "the discovery bit is 0 or 1");
    }
    if (result == OK) {
        result = parse_gateway_type(parser, &type);
    }
    writer_u8(parser->out, (uint8_t)(type | (discovery != 0 ? AMT_DISCOVERY : 0)));
    return result != OK ? result : parse_gateway(parser, (unsigned)type);
}

static bool print_gateway(struct reader *rdata, struct writer *out, unsigned type)
{
    switch (type) {
    case GATEWAY_NONE:
        writer_u8(out, '.');
        return true;
    case GATEWAY_IPV4:
        return print_ipv4(rdata, out);
    case GATEWAY_IPV6:
        return print_ipv6(rdata, out);
    case GATEWAY_NAME:
        return print_name(rdata, out);
    default:
        return false;
    }
}

bool print_ipsec_gateway(struct reader *rdata, struct writer *out)
{
    unsigned type = reader_u8(rdata);
    rdata_print_number(out, type);
    writer_u8(out, ' ');
    (void)print_u8(rdata, out);
    writer_u8(out, ' ');
    return print_gateway(rdata, out, type);
}

bool print_amt_relay(struct reader *rdata, struct writer *out)
{
    unsigned type = reader_u8(rdata);
    writer_u8(out, (type & AMT_DISCOVERY) != 0 ? '1' : '0');
    writer_u8(out, ' ');
    type &= ~AMT_DISCOVERY;
    rdata_print_number(out, type);
    writer_u8(out, ' ');
    return print_gateway(rdata, out, type);
}

/* ------------------------------------------------------------------ A6 */

#define A6_BITS_MAX 128u

/* Bytes of the address suffix, RFC 2874 section 3.1.1. */
static size_t a6_suffix_bytes(unsigned prefix)
{
    return (A6_BITS_MAX - prefix + 7) / 8;
}

/* Bits of the suffix's first byte that the prefix covers: zero in the record (section 3.1.1). */
static uint8_t a6_covered_bits(unsigned prefix)
{
    return (uint8_t) ~(0xffu >> prefix % 8);
}

void check_a6_suffix(struct reader *rdata)
{
    unsigned prefix = reader_u8(rdata);
    if (prefix > A6_BITS_MAX) {
        reader_fail(rdata);
        return;
    }
    const uint8_t *suffix = reader_bytes(rdata, a6_suffix_bytes(prefix));
    if (suffix == NULL || (prefix < A6_BITS_MAX && (suffix[0] & a6_covered_bits(prefix)) != 0)) {
        reader_fail(rdata);
        return;
    }
    if ((reader_left(rdata) != 0) != (prefix != 0)) {
        reader_fail(rdata); /* a prefix name exactly when there is a prefix */
    }
}

enum result parse_a6_suffix(struct rdata_parser *parser)
{
    uint64_t number = 0;
    struct token token = *rdata_peek(parser);
    enum result result = rdata_number(parser, UINT8_MAX, &number);
    unsigned prefix = (unsigned)number;
    if (result != OK) {
        return result;
    }
    if (prefix > A6_BITS_MAX) {
        return rdata_wrong(parser, &token, "a prefix above 128 bits");
    }
    writer_u8(parser->out, (uint8_t)prefix);
    if (prefix == A6_BITS_MAX) {
        return OK; /* no suffix (section 3.2) */
    }
    uint8_t address[16];
    result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (!ipv6_from_text(token.text, token.length, address)) {
        return rdata_wrong(parser, &token, "not an IPv6 address");
    }
    size_t size = a6_suffix_bytes(prefix);
    address[16 - size] &= (uint8_t)~a6_covered_bits(prefix);
    writer_bytes(parser->out, address + 16 - size, size);
    return OK;
}

bool print_a6_suffix(struct reader *rdata, struct writer *out)
{
    unsigned prefix = reader_u8(rdata);
    uint8_t address[16] = {0};
    if (prefix > A6_BITS_MAX) {
        return false;
    }
    size_t size = a6_suffix_bytes(prefix);
    const uint8_t *suffix = reader_bytes(rdata, size);
    if (suffix == NULL) {
        return false;
    }
    rdata_print_number(out, prefix);
    if (size != 0) {
        memcpy(address + 16 - size, suffix, size);
        writer_u8(out, ' ');
        ipv6_print(out, address);
    }
    return true;
}

/* ------------------------------------------------------------------ APL, RFC 3123 section 4 */

#define APL_IPV4 1u
#define APL_IPV6 2u
#define APL_NEGATION 0x80u

static void check_apl_item(struct reader *rdata)
{
    unsigned family = reader_u16(rdata);
    unsigned prefix = reader_u8(rdata);
    size_t size = reader_u8(rdata) & ~APL_NEGATION;
    const uint8_t *address = reader_bytes(rdata, size);
    if (address == NULL || (size != 0 && address[size - 1] == 0) ||
        (family == APL_IPV4 && (prefix > 32 || size > 4)) ||
        (family == APL_IPV6 && (prefix > 128 || size > 16))) {
        reader_fail(rdata);
    }
}

void check_apl(struct reader *rdata)
{
    while (reader_left(rdata) != 0) {
        check_apl_item(rdata);
    }
}

/* [!]family:address/prefix */
static const char *apl_item_from_text(struct writer *out, const char *text, size_t length)
{
    bool negation = length != 0 && text[0] == '!';
    text += negation;
    length -= negation;
    const char *colon = memchr(text, ':', length);
    const char *slash = memrchr(text, '/', length);
    if (colon == NULL || slash == NULL || slash < colon) {
        return "not an item [!]family:address/prefix";
    }
    uint64_t family = 0;
    uint64_t prefix = 0;
    if (!rdata_digits(text, (size_t)(colon - text), UINT16_MAX, &family) ||
        !rdata_digits(slash + 1, length - (size_t)(slash + 1 - text), UINT8_MAX, &prefix)) {
        return "not an item [!]family:address/prefix";
    }
    uint8_t address[16] = {0};
    size_t address_length = (size_t)(slash - colon - 1);
    size_t size = family == APL_IPV4 ? 4 : 16;
    bool good = false;
    if (family == APL_IPV4) {
        good = prefix <= 32 && ipv4_from_text(colon + 1, address_length, address);
    } else if (family == APL_IPV6) {
        good = prefix <= 128 && ipv6_from_text(colon + 1, address_length, address);
    } else {
        return "an address family that is not known: use the \\# form";
    }
    if (!good) {
        return "not an address and prefix of that family";
    }
    while (size != 0 && address[size - 1] == 0) {
        size--;
    }
    writer_u16(out, (uint16_t)family);
    writer_u8(out, (uint8_t)prefix);
    writer_u8(out, (uint8_t)(size | (negation ? APL_NEGATION : 0)));
    writer_bytes(out, address, size);
    return NULL;
}

enum result parse_apl(struct rdata_parser *parser)
{
    while (!rdata_at_end(parser)) {
        struct token token;
        enum result result = rdata_word(parser, &token);
        if (result != OK) {
            return result;
        }
        const char *reason = apl_item_from_text(parser->out, token.text, token.length);
        if (reason != NULL) {
            return rdata_wrong(parser, &token, reason);
        }
    }
    return OK;
}

bool print_apl(struct reader *rdata, struct writer *out)
{
    for (bool first = true; reader_left(rdata) != 0; first = false) {
        unsigned family = reader_u16(rdata);
        unsigned prefix = reader_u8(rdata);
        unsigned length = reader_u8(rdata);
        size_t size = length & ~APL_NEGATION;
        const uint8_t *bytes = reader_bytes(rdata, size);
        uint8_t address[16] = {0};
        if (bytes == NULL || size > sizeof address || (family != APL_IPV4 && family != APL_IPV6)) {
            return false;
        }
        memcpy(address, bytes, size);
        rdata_print_text(out, first ? "" : " ");
        rdata_print_text(out, (length & APL_NEGATION) != 0 ? "!" : "");
        rdata_print_number(out, family);
        writer_u8(out, ':');
        if (family == APL_IPV4) {
            ipv4_print(out, address);
        } else {
            ipv6_print(out, address);
        }
        writer_u8(out, '/');
        rdata_print_number(out, prefix);
    }
    return true;
}

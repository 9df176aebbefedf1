// SPDX-License-Identifier: Apache-2.0
/* Addresses of NSAP (RFC 1706) and ATMA (ATM Forum, ATM Name System 2.0). */
#include "server/wire/rdata_kinds.h"

enum atm_format {
    ATM_AESA = 0, /* hexadecimal */
    ATM_E164 = 1, /* a telephone number */
};

/* Hexadecimal with dots anywhere between whole bytes. */
static const char *dotted_hex_append(struct writer *out, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (text[at] == '.') {
            at++;
            continue;
        }
        const char *reason = hex_append(out, text + at, length - at < 2 ? 1 : 2);
        if (reason != NULL) {
            return reason;
        }
        at += 2;
    }
    return NULL;
}

enum result parse_nsap(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (token.length < 3 || token.text[0] != '0' || (token.text[1] | 0x20) != 'x') {
        return rdata_wrong(parser, &token, "not an NSAP address: 0x and hexadecimal");
    }
    size_t at = parser->out->at;
    const char *reason = dotted_hex_append(parser->out, token.text + 2, token.length - 2);
    if (reason == NULL && writer_ok(parser->out) && parser->out->at == at) {
        reason = "empty data";
    }
    return reason == NULL ? OK : rdata_wrong(parser, &token, reason);
}

bool print_nsap(struct reader *rdata, struct writer *out)
{
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    rdata_print_text(out, "0x");
    hex_print(out, bytes, size, rdata_hex_lower);
    return true;
}

static bool all_digits(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            return false;
        }
    }
    return true;
}

void check_atm(struct reader *rdata)
{
    unsigned format = reader_u8(rdata);
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL || size == 0 || (format == ATM_E164 && !all_digits(bytes, size))) {
        reader_fail(rdata);
    }
}

/* "+" and digits with dots, or hexadecimal with dots. */
enum result parse_atm(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    struct writer *out = parser->out;
    bool number = token.length != 0 && token.text[0] == '+';
    writer_u8(out, number ? ATM_E164 : ATM_AESA);
    size_t at = out->at;
    const char *reason = NULL;
    if (number) {
        for (size_t i = 1; i < token.length && reason == NULL; i++) {
            if (token.text[i] >= '0' && token.text[i] <= '9') {
                writer_u8(out, (uint8_t)token.text[i]);
            } else if (token.text[i] != '.') {
                reason = "not a telephone number";
            }
        }
    } else {
        reason = dotted_hex_append(out, token.text, token.length);
    }
    if (reason == NULL && writer_ok(out) && out->at == at) {
        reason = "empty data";
    }
    return reason == NULL ? OK : rdata_wrong(parser, &token, reason);
}

bool print_atm(struct reader *rdata, struct writer *out)
{
    unsigned format = reader_u8(rdata);
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    if (format == ATM_AESA) {
        hex_print(out, bytes, size, rdata_hex_lower);
    } else if (format == ATM_E164) {
        writer_u8(out, '+');
        writer_bytes(out, bytes, size);
    }
    return format <= ATM_E164;
}

// SPDX-License-Identifier: Apache-2.0
/* Hexadecimal, base64 and base32hex (RFC 4648), which in a record's text may be cut into several
 * words where they stand last. */
#include "server/wire/rdata_kinds.h"

enum {
    DIGIT_NONE = 0xff,
};

static uint8_t hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? (uint8_t)(lower - 'a' + 10) : DIGIT_NONE;
}

static uint8_t base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (uint8_t)(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return (uint8_t)(c - 'a' + 26);
    }
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0' + 52);
    }
    return c == '+' ? 62 : c == '/' ? 63 : DIGIT_NONE;
}

static uint8_t base32_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'v' ? (uint8_t)(lower - 'a' + 10) : DIGIT_NONE;
}

/* ------------------------------------------------------------------ decoding, word after word */

/* A decoder keeps the bits that do not fill a byte yet. */
struct decoder {
    uint32_t bits;
    unsigned count;   /* bits held */
    unsigned digits;  /* digits and padding seen, modulo 4 (base64 only) */
    unsigned padding; /* '=' seen */
};

static const char *hex_feed(struct decoder *decoder, struct writer *out, const char *text,
                            size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t digit = hex_digit(text[i]);
        if (digit == DIGIT_NONE) {
            return "not a hexadecimal digit";
        }
        decoder->bits = decoder->bits << 4 | digit;
        decoder->count += 4;
        if (decoder->count == 8) {
            writer_u8(out, (uint8_t)decoder->bits);
            decoder->count = 0;
        }
    }
    return NULL;
}

static const char *hex_finish(const struct decoder *decoder)
{
    return decoder->count == 0 ? NULL : "an odd number of hexadecimal digits";
}

static const char *base64_feed(struct decoder *decoder, struct writer *out, const char *text,
                               size_t length)
{
    for (size_t i = 0; i < length; i++) {
        decoder->digits++;
        if (text[i] == '=') {
            decoder->padding++;
            continue;
        }
        uint8_t digit = base64_digit(text[i]);
        if (digit == DIGIT_NONE || decoder->padding != 0) {
            return "not base64";
        }
        decoder->bits = decoder->bits << 6 | digit;
        decoder->count += 6;
        if (decoder->count >= 8) {
            decoder->count -= 8;
            writer_u8(out, (uint8_t)(decoder->bits >> decoder->count));
        }
    }
    return NULL;
}

/* Whole groups of four, no more padding than needed, and nothing in the bits left over (RFC 4648
 * section 3.5). */
static const char *base64_finish(const struct decoder *decoder)
{
    bool padded =
        decoder->padding * 2 == decoder->count && decoder->count != 6 && decoder->digits % 4 == 0;
    bool clean = (decoder->bits & ((1u << decoder->count) - 1)) == 0;
    return padded && clean ? NULL : "base64 that does not end properly";
}

const char *hex_append(struct writer *out, const char *text, size_t length)
{
    struct decoder decoder = {0};
    const char *reason = hex_feed(&decoder, out, text, length);
    return reason != NULL ? reason : hex_finish(&decoder);
}

const char *base64_append(struct writer *out, const char *text, size_t length)
{
    struct decoder decoder = {0};
    const char *reason = base64_feed(&decoder, out, text, length);
    return reason != NULL ? reason : base64_finish(&decoder);
}

/* ------------------------------------------------------------------ encoding */

void hex_print(struct writer *out, const uint8_t *bytes, size_t size, const char digits[16])
{
    uint8_t *room = writer_room(out, size * 2);
    if (room == NULL) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        room[2 * i] = (uint8_t)digits[bytes[i] >> 4];
        room[2 * i + 1] = (uint8_t)digits[bytes[i] & 15];
    }
}

void base64_print(struct writer *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *room = writer_room(out, (size + 2) / 3 * 4);
    if (room == NULL) {
        return;
    }
    for (size_t i = 0; i < size; i += 3, room += 4) {
        size_t group = size - i < 3 ? size - i : 3;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bits |= group > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= group > 2 ? bytes[i + 2] : 0;
        room[0] = (uint8_t)digits[bits >> 18];
        room[1] = (uint8_t)digits[bits >> 12 & 63];
        room[2] = (uint8_t)(group > 1 ? digits[bits >> 6 & 63] : '=');
        room[3] = (uint8_t)(group > 2 ? digits[bits & 63] : '=');
    }
}

static void base32_print(struct writer *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        count += 8;
        while (count >= 5) {
            count -= 5;
            writer_u8(out, (uint8_t)digits[bits >> count & 31]);
        }
    }
    if (count != 0) {
        writer_u8(out, (uint8_t)digits[bits << (5 - count) & 31]);
    }
}

/* ------------------------------------------------------------------ fields */

typedef const char *(*feed_fn)(struct decoder *decoder, struct writer *out, const char *text,
                               size_t length);
typedef const char *(*finish_fn)(const struct decoder *decoder);

/* All words up to the end of the entry. */
static enum result parse_words(struct rdata_parser *parser, feed_fn feed, finish_fn finish)
{
    struct decoder decoder = {0};
    struct token token = *rdata_peek(parser);
    while (!rdata_at_end(parser)) {
        enum result result = rdata_word(parser, &token);
        if (result != OK) {
            return result;
        }
        const char *reason = feed(&decoder, parser->out, token.text, token.length);
        if (reason != NULL) {
            return rdata_wrong(parser, &token, reason);
        }
    }
    const char *reason = finish(&decoder);
    return reason == NULL ? OK : rdata_wrong(parser, &token, reason);
}

/* The same, and one word at least. */
static enum result parse_words_some(struct rdata_parser *parser, feed_fn feed, finish_fn finish)
{
    struct token first = *rdata_peek(parser);
    if (rdata_at_end(parser)) {
        return rdata_wrong(parser, &first, "the entry ends where a field is expected");
    }
    size_t at = parser->out->at;
    enum result result = parse_words(parser, feed, finish);
    if (result == OK && writer_ok(parser->out) && parser->out->at == at) {
        return rdata_wrong(parser, &first, "empty data");
    }
    return result;
}

enum result parse_hex_rest(struct rdata_parser *parser)
{
    return parse_words_some(parser, hex_feed, hex_finish);
}

/* Hexadecimal that has to pass `check`, which looks at the byte in front. */
static enum result parse_checked_hex(struct rdata_parser *parser,
                                     void (*check)(struct reader *rdata))
{
    struct token first = *rdata_peek(parser);
    size_t at = parser->out->at;
    enum result result = parse_hex_rest(parser);
    if (result != OK || !writer_ok(parser->out)) {
        return result;
    }
    struct reader reader = reader_over(parser->out->base, parser->out->at);
    reader.at = at;
    check(&reader);
    return reader_ok(&reader) ? OK
                              : rdata_wrong(parser, &first, "not the length of that digest type");
}

enum result parse_digest(struct rdata_parser *parser)
{
    return parse_checked_hex(parser, check_digest);
}

enum result parse_fingerprint(struct rdata_parser *parser)
{
    return parse_checked_hex(parser, check_fingerprint);
}

enum result parse_zone_digest(struct rdata_parser *parser)
{
    return parse_checked_hex(parser, check_zone_digest);
}

bool print_hex_rest(struct reader *rdata, struct writer *out)
{
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    hex_print(out, bytes, size, rdata_hex_upper);
    return true;
}

enum result parse_hex_counted8(struct rdata_parser *parser)
{
    struct token token;
    struct writer *out = parser->out;
    size_t at = out->at;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    writer_u8(out, 0);
    if (token.length == 1 && token.text[0] == '-') {
        return OK;
    }
    const char *reason = hex_append(out, token.text, token.length);
    if (reason != NULL || token.length == 0) {
        return rdata_wrong(parser, &token, reason != NULL ? reason : "empty: write -");
    }
    if (token.length / 2 > UINT8_MAX) {
        return rdata_too_long(parser, &token, "more than 255 bytes");
    }
    if (writer_ok(out)) {
        out->base[at] = (uint8_t)(token.length / 2);
    }
    return OK;
}

bool print_hex_counted8(struct reader *rdata, struct writer *out)
{
    size_t size = reader_u8(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    if (size == 0) {
        writer_u8(out, '-');
    }
    hex_print(out, bytes, size, rdata_hex_upper);
    return true;
}

enum result parse_base32_counted8(struct rdata_parser *parser)
{
    struct token token;
    struct writer *out = parser->out;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    size_t size = token.length * 5 / 8;
    if (size > UINT8_MAX) {
        return rdata_too_long(parser, &token, "more than 255 bytes");
    }
    writer_u8(out, (uint8_t)size);
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < token.length; i++) {
        uint8_t digit = base32_digit(token.text[i]);
        if (digit == DIGIT_NONE) {
            return rdata_wrong(parser, &token, "not base32hex");
        }
        bits = bits << 5 | digit;
        count += 5;
        if (count >= 8) {
            count -= 8;
            writer_u8(out, (uint8_t)(bits >> count));
        }
    }
    if (size == 0 || count >= 5 || (bits & ((1u << count) - 1)) != 0) {
        return rdata_wrong(parser, &token, "base32hex that does not end properly");
    }
    return OK;
}

bool print_base32_counted8(struct reader *rdata, struct writer *out)
{
    size_t size = reader_u8(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    base32_print(out, bytes, size);
    return true;
}

enum result parse_base64_rest(struct rdata_parser *parser)
{
    return parse_words_some(parser, base64_feed, base64_finish);
}

enum result parse_base64_optional(struct rdata_parser *parser)
{
    return parse_words(parser, base64_feed, base64_finish);
}

enum result parse_base64_dash(struct rdata_parser *parser)
{
    const struct token *token = rdata_peek(parser);
    if (token->kind == TOKEN_WORD && token->length == 1 && token->text[0] == '-') {
        (void)rdata_take(parser);
        return OK;
    }
    return parse_base64_rest(parser);
}

enum result parse_key(struct rdata_parser *parser)
{
    const struct writer *out = parser->out;
    bool no_key = writer_ok(out) && (out->base[parser->begin] & 0xc0) == 0xc0;
    return no_key ? parse_base64_optional(parser) : parse_base64_rest(parser);
}

bool print_base64_rest(struct reader *rdata, struct writer *out)
{
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    base64_print(out, bytes, size);
    return true;
}

bool print_base64_dash(struct reader *rdata, struct writer *out)
{
    if (reader_left(rdata) == 0) {
        writer_u8(out, '-');
        return true;
    }
    return print_base64_rest(rdata, out);
}

enum result parse_base64_counted16(struct rdata_parser *parser)
{
    uint64_t size = 0;
    enum result result = rdata_number(parser, UINT16_MAX, &size);
    writer_u16(parser->out, (uint16_t)size);
    if (result != OK || size == 0) {
        return result;
    }
    struct token token;
    result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    size_t at = parser->out->at;
    const char *reason = base64_append(parser->out, token.text, token.length);
    if (reason == NULL && writer_ok(parser->out) && parser->out->at - at != size) {
        reason = "not as many bytes as announced";
    }
    return reason == NULL ? OK : rdata_wrong(parser, &token, reason);
}

bool print_base64_counted16(struct reader *rdata, struct writer *out)
{
    size_t size = reader_u16(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    rdata_print_number(out, size);
    if (size != 0) {
        writer_u8(out, ' ');
    }
    base64_print(out, bytes, size);
    return true;
}

enum result parse_unknown(struct rdata_parser *parser)
{
    uint64_t size = 0;
    enum result result = rdata_number(parser, RDATA_BYTES_MAX, &size);
    if (result != OK) {
        return result;
    }
    struct token first = *rdata_peek(parser);
    size_t at = parser->out->at;
    result = parse_words(parser, hex_feed, hex_finish);
    if (result == OK && writer_ok(parser->out) && parser->out->at - at != size) {
        return rdata_wrong(parser, &first, "not as many bytes as announced");
    }
    return result;
}

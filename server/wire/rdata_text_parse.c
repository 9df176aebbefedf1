// SPDX-License-Identifier: Apache-2.0
/* Text of plain fields, and the parser's tools for the other files. */
#include "server/wire/rdata_kinds.h"

const struct token *rdata_peek(struct rdata_parser *parser)
{
    if (!parser->has_token) {
        parser->token = lexer_next(parser->lexer);
        parser->has_token = true;
    }
    return &parser->token;
}

struct token rdata_take(struct rdata_parser *parser)
{
    if (parser->has_token) {
        parser->has_token = false;
        return parser->token;
    }
    return lexer_next(parser->lexer);
}

bool rdata_at_end(struct rdata_parser *parser)
{
    enum token_kind kind = rdata_peek(parser)->kind;
    return kind == TOKEN_LINE || kind == TOKEN_END;
}

static void note(struct rdata_parser *parser, const struct token *token, const char *reason)
{
    parser->error = (struct rdata_error){reason, token->line, token->column};
}

enum result rdata_wrong(struct rdata_parser *parser, const struct token *token, const char *reason)
{
    note(parser, token, reason);
    return ERROR_SYNTAX;
}

enum result rdata_too_long(struct rdata_parser *parser, const struct token *token,
                           const char *reason)
{
    note(parser, token, reason);
    return REFUSED_LIMIT;
}

enum result rdata_word(struct rdata_parser *parser, struct token *ret_token)
{
    struct token token = rdata_take(parser);
    switch (token.kind) {
    case TOKEN_WORD:
    case TOKEN_QUOTED:
        *ret_token = token;
        return OK;
    case TOKEN_ERROR:
        return rdata_wrong(parser, &token,
                           parser->lexer->error != NULL ? parser->lexer->error : "unreadable");
    default:
        return rdata_wrong(parser, &token, "the entry ends where a field is expected");
    }
}

bool rdata_digits(const char *text, size_t length, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(uint8_t)text[i] - '0';
        if (digit > 9 || number > (max - digit) / 10 || digit > max) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

enum result rdata_number(struct rdata_parser *parser, uint64_t max, uint64_t *ret_number)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    if (!rdata_digits(token.text, token.length, max, ret_number)) {
        const char *reason = max == UINT8_MAX    ? "not a number from 0 to 255"
                             : max == UINT16_MAX ? "not a number from 0 to 65535"
                             : max == UINT32_MAX ? "not a number from 0 to 4294967295"
                                                 : "not a number, or too large";
        return rdata_wrong(parser, &token, reason);
    }
    return OK;
}

enum result parse_u8(struct rdata_parser *parser)
{
    uint64_t number = 0;
    enum result result = rdata_number(parser, UINT8_MAX, &number);
    writer_u8(parser->out, (uint8_t)number);
    return result;
}

enum result parse_u16(struct rdata_parser *parser)
{
    uint64_t number = 0;
    enum result result = rdata_number(parser, UINT16_MAX, &number);
    writer_u16(parser->out, (uint16_t)number);
    return result;
}

enum result parse_u32(struct rdata_parser *parser)
{
    uint64_t number = 0;
    enum result result = rdata_number(parser, UINT32_MAX, &number);
    writer_u32(parser->out, (uint32_t)number);
    return result;
}

enum result parse_u48(struct rdata_parser *parser)
{
    uint64_t number = 0;
    enum result result = rdata_number(parser, (UINT64_C(1) << 48) - 1, &number);
    writer_u48(parser->out, number);
    return result;
}

enum result parse_u64(struct rdata_parser *parser)
{
    uint64_t number = 0;
    enum result result = rdata_number(parser, UINT64_MAX, &number);
    writer_u32(parser->out, (uint32_t)(number >> 32));
    writer_u32(parser->out, (uint32_t)number);
    return result;
}

enum result parse_ttl(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    uint32_t seconds;
    if (token_period(token, &seconds) != OK) {
        return rdata_wrong(parser, &token, "not a duration (seconds, or units such as 1h30m)");
    }
    writer_u32(parser->out, seconds);
    return OK;
}

enum result rdata_parse_name(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    struct name name;
    result = name_from_text(token.text, token.length, parser->origin, &name);
    if (result == REFUSED_LIMIT) {
        return rdata_too_long(parser, &token, "a label above 63 bytes or a name above 255 bytes");
    }
    if (result != OK) {
        return rdata_wrong(parser, &token, "not a domain name");
    }
    writer_bytes(parser->out, name.bytes, name.length);
    return OK;
}

/* The name of an A6 record is there exactly when the prefix length, the first byte, is not 0. */
enum result parse_name_optional(struct rdata_parser *parser)
{
    if (!writer_ok(parser->out) || parser->out->base[parser->begin] == 0) {
        return OK;
    }
    return rdata_parse_name(parser);
}

enum result parse_names_rest(struct rdata_parser *parser)
{
    while (!rdata_at_end(parser)) {
        enum result result = rdata_parse_name(parser);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

enum result rdata_append_string(struct rdata_parser *parser, struct token token)
{
    struct writer *out = parser->out;
    size_t room = writer_left(out);
    if (room == 0) {
        out->failed = true;
        return OK;
    }
    uint8_t *to = out->base + out->at;
    size_t size = 0;
    size_t size_max = room - 1 < UINT8_MAX ? room - 1 : UINT8_MAX;
    enum result result = token_decode(token, to + 1, size_max, &size);
    if (result == REFUSED_LIMIT) {
        return rdata_too_long(parser, &token, "a string above 255 bytes");
    }
    if (result != OK) {
        return rdata_wrong(parser, &token, "a bad escape");
    }
    to[0] = (uint8_t)size;
    out->at += size + 1;
    return OK;
}

enum result parse_string(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    return result != OK ? result : rdata_append_string(parser, token);
}

enum result parse_string_optional(struct rdata_parser *parser)
{
    return rdata_at_end(parser) ? OK : parse_string(parser);
}

enum result parse_strings_rest(struct rdata_parser *parser)
{
    enum result result;
    do {
        result = parse_string(parser);
    } while (result == OK && !rdata_at_end(parser));
    return result;
}

/* A string whose wire form then has to pass `check`. */
static enum result parse_checked_string(struct rdata_parser *parser,
                                        void (*check)(struct reader *rdata), const char *reason)
{
    struct token token;
    size_t at = parser->out->at;
    enum result result = rdata_word(parser, &token);
    if (result == OK) {
        result = rdata_append_string(parser, token);
    }
    if (result != OK || !writer_ok(parser->out)) {
        return result;
    }
    struct reader string = reader_over(parser->out->base + at, parser->out->at - at);
    check(&string);
    return reader_ok(&string) ? OK : rdata_wrong(parser, &token, reason);
}

enum result parse_digits(struct rdata_parser *parser)
{
    return parse_checked_string(parser, check_digits, "not an address of four digits or more");
}

enum result parse_tag(struct rdata_parser *parser)
{
    return parse_checked_string(parser, check_tag, "not a tag of letters and digits");
}

enum result parse_text_rest(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    struct writer *out = parser->out;
    size_t size = 0;
    result = token_decode(token, out->base + out->at, writer_left(out), &size);
    if (result == REFUSED_LIMIT) {
        return rdata_too_long(parser, &token, "record data above 65535 bytes");
    }
    if (result != OK) {
        return rdata_wrong(parser, &token, "a bad escape");
    }
    out->at += size;
    return OK;
}

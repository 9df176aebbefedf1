// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rdata.h"
#include "server/wire/rdata_kinds.h"

/* ------------------------------------------------------------------ wire form */

/* Checks the fields of a type from the reader's place to its end. */
static void check_fields(const struct rrtype_descriptor *descriptor, struct reader *rdata)
{
    if (descriptor == NULL || descriptor->fields[0] == FIELD_END) {
        check_rest(rdata);
        return;
    }
    for (const uint8_t *field = descriptor->fields; *field != FIELD_END; field++) {
        rdata_field_kind(*field)->check(rdata);
    }
    if (reader_left(rdata) != 0) {
        reader_fail(rdata);
    }
}

enum result rdata_check(uint16_t type, const uint8_t *rdata, size_t size)
{
    struct reader reader = reader_over(rdata, size);
    if (size > RDATA_BYTES_MAX) {
        return ERROR_SYNTAX;
    }
    check_fields(rrtype_find(type), &reader);
    return reader_ok(&reader) ? OK : ERROR_SYNTAX;
}

/* Copies the fields, names written out. The reader ends where the record data ends. */
static void expand_fields(const struct rrtype_descriptor *descriptor, struct reader *rdata,
                          struct writer *out)
{
    for (const uint8_t *field = descriptor->fields; *field != FIELD_END; field++) {
        if (*field == FIELD_NAME) {
            struct name name = {.length = 0};
            name_from_wire(rdata, &name);
            if (reader_ok(rdata)) {
                writer_bytes(out, name.bytes, name.length);
            }
            continue;
        }
        size_t at = rdata->at;
        rdata_field_kind(*field)->check(rdata);
        if (reader_ok(rdata)) {
            writer_bytes(out, rdata->base + at, rdata->at - at);
        }
    }
    if (reader_left(rdata) != 0) {
        reader_fail(rdata);
    }
}

enum result rdata_from_wire(struct reader *message, uint16_t type, size_t size, struct writer *out)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    size_t begin = out->at;
    if (!writer_ok(out)) {
        return REFUSED_LIMIT;
    }
    if (size > RDATA_BYTES_MAX || size > reader_left(message)) {
        reader_fail(message);
        return ERROR_SYNTAX;
    }
    struct reader rdata = reader_over(message->base, message->at + size);
    rdata.at = message->at;
    if (descriptor != NULL && (descriptor->flags & RRTYPE_EXPAND) != 0) {
        expand_fields(descriptor, &rdata, out);
    } else {
        check_fields(descriptor, &rdata);
        writer_bytes(out, message->base + message->at, size);
    }
    if (!reader_ok(&rdata)) {
        reader_fail(message);
        writer_rewind(out, begin);
        return ERROR_SYNTAX;
    }
    if (!writer_ok(out) || out->at - begin > RDATA_BYTES_MAX) {
        writer_rewind(out, begin);
        return REFUSED_LIMIT;
    }
    (void)reader_bytes(message, size);
    return OK;
}

/* ------------------------------------------------------------------ text to wire */

static bool is_unknown_mark(const struct token *token)
{
    return token->kind == TOKEN_WORD && token->length == 2 && token->text[0] == '\\' &&
           token->text[1] == '#';
}

/* "\# …" of any type; a type whose format is known has to follow it. */
static enum result parse_unknown_form(struct rdata_parser *parser, uint16_t type)
{
    struct token mark = rdata_take(parser);
    const struct writer *out = parser->out;
    enum result result = parse_unknown(parser);
    if (result != OK || !writer_ok(out)) {
        return result;
    }
    result = rdata_check(type, out->base + parser->begin, out->at - parser->begin);
    return result == OK ? OK
                        : rdata_wrong(parser, &mark, "data that does not follow the type's format");
}

static enum result no_room(struct rdata_parser *parser, const struct token *token)
{
    return rdata_too_long(parser, token, "record data above 65535 bytes, or no room for it");
}

static enum result parse_fields(struct rdata_parser *parser, uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    const struct token *first = rdata_peek(parser);
    if (is_unknown_mark(first)) {
        return parse_unknown_form(parser, type);
    }
    if (descriptor == NULL || descriptor->fields[0] == FIELD_END) {
        return rdata_wrong(parser, first, "a type without a text form of its own: use \\#");
    }
    for (const uint8_t *field = descriptor->fields; *field != FIELD_END; field++) {
        enum result result = rdata_field_kind(*field)->parse(parser);
        if (result != OK) {
            return result;
        }
        if (!writer_ok(parser->out)) { /* fields look back at what is written: stop here */
            return no_room(parser, rdata_peek(parser));
        }
    }
    return OK;
}

/* Consumes the end of the entry. */
static enum result parse_end(struct rdata_parser *parser)
{
    struct token token = rdata_take(parser);
    switch (token.kind) {
    case TOKEN_LINE:
    case TOKEN_END:
        break;
    case TOKEN_ERROR:
        return rdata_wrong(parser, &token,
                           parser->lexer->error != NULL ? parser->lexer->error : "unreadable");
    default:
        return rdata_wrong(parser, &token, "more than the type's fields");
    }
    if (!writer_ok(parser->out) || parser->out->at - parser->begin > RDATA_BYTES_MAX) {
        return no_room(parser, &token);
    }
    return OK;
}

enum result rdata_from_text(struct lexer *lexer, uint16_t type, const uint8_t *origin,
                            struct writer *out, struct rdata_error *ret_error)
{
    struct rdata_parser parser;
    parser.lexer = lexer;
    parser.origin = origin;
    parser.out = out;
    parser.begin = out->at;
    parser.has_token = false;
    enum result result = parse_fields(&parser, type);
    if (result == OK) {
        result = parse_end(&parser);
    }
    if (result != OK) {
        writer_rewind(out, parser.begin);
        *ret_error = parser.error;
    }
    return result;
}

/* ------------------------------------------------------------------ wire to text */

enum result rdata_to_text_unknown(const uint8_t *rdata, size_t size, struct writer *out)
{
    size_t begin = out->at;
    if (!writer_ok(out)) {
        return REFUSED_LIMIT;
    }
    rdata_print_text(out, "\\# ");
    rdata_print_number(out, size);
    if (size != 0) {
        writer_u8(out, ' ');
        hex_print(out, rdata, size, rdata_hex_upper);
    }
    if (!writer_ok(out)) {
        writer_rewind(out, begin);
        return REFUSED_LIMIT;
    }
    return OK;
}

/* The fields with a blank between them; a field that prints nothing has none. */
static bool print_fields(const struct rrtype_descriptor *descriptor, struct reader *rdata,
                         struct writer *out)
{
    size_t begin = out->at;
    for (const uint8_t *field = descriptor->fields; *field != FIELD_END; field++) {
        size_t blank = out->at;
        if (blank != begin) {
            writer_u8(out, ' ');
        }
        size_t at = out->at;
        if (!rdata_field_kind(*field)->print(rdata, out)) {
            return false;
        }
        if (writer_ok(out) && out->at == at) {
            writer_rewind(out, blank);
        }
    }
    return reader_ok(rdata) && reader_left(rdata) == 0;
}

enum result rdata_to_text(uint16_t type, const uint8_t *rdata, size_t size, struct writer *out)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    size_t begin = out->at;
    if (!writer_ok(out)) {
        return REFUSED_LIMIT;
    }
    if (descriptor == NULL || descriptor->fields[0] == FIELD_END) {
        return rdata_to_text_unknown(rdata, size, out);
    }
    struct reader reader = reader_over(rdata, size);
    bool expressed = print_fields(descriptor, &reader, out);
    if (!writer_ok(out)) {
        writer_rewind(out, begin);
        return REFUSED_LIMIT;
    }
    if (!expressed) {
        writer_rewind(out, begin);
        return rdata_to_text_unknown(rdata, size, out);
    }
    return OK;
}

/* ------------------------------------------------------------------ embedded names */

/* The first name at *offset or behind it. Fields before the offset are passed over, not counted. */
static const uint8_t *next_name(const struct rrtype_descriptor *descriptor, const uint8_t *rdata,
                                size_t size, size_t *offset)
{
    struct reader reader = reader_over(rdata, size);
    for (const uint8_t *field = descriptor->fields; *field != FIELD_END; field++) {
        bool is_name =
            *field == FIELD_NAME || *field == FIELD_NAME_OPTIONAL || *field == FIELD_NAMES_REST;
        if (!is_name) {
            rdata_field_kind(*field)->check(&reader);
            continue;
        }
        do {
            size_t at = reader.at;
            if (reader_left(&reader) == 0) {
                break;
            }
            const uint8_t *name = name_in_place(&reader);
            if (name != NULL && at >= *offset) {
                *offset = reader.at;
                return name;
            }
        } while (*field == FIELD_NAMES_REST);
    }
    return NULL;
}

const uint8_t *rdata_name_next(uint16_t type, const uint8_t *rdata, size_t size, size_t *offset)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    if (descriptor == NULL || *offset >= size) {
        return NULL;
    }
    return next_name(descriptor, rdata, size, offset);
}

/* ------------------------------------------------------------------ canonical form */

/* The descriptor of a type whose names are lowered, or NULL. */
static const struct rrtype_descriptor *lowered(uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    return descriptor != NULL && (descriptor->flags & RRTYPE_LOWER) != 0 ? descriptor : NULL;
}

void rdata_canonicalise(uint16_t type, uint8_t *rdata, size_t size)
{
    const struct rrtype_descriptor *descriptor = lowered(type);
    size_t offset = 0;
    const uint8_t *name;
    while (descriptor != NULL && offset < size &&
           (name = next_name(descriptor, rdata, size, &offset)) != NULL) {
        /* Lengths of labels are below 'A', so every byte may go through the table. */
        for (size_t at = (size_t)(name - rdata); at < offset; at++) {
            rdata[at] = name_lower_byte[rdata[at]];
        }
    }
}

/* Rdata read byte by byte in canonical form: where the present or the next name lies. */
struct canonical {
    const struct rrtype_descriptor *descriptor;
    const uint8_t *rdata;
    size_t size;
    size_t name_begin;
    size_t name_end;
};

static uint8_t canonical_byte(struct canonical *canonical, size_t at)
{
    if (at >= canonical->name_end && canonical->name_end < canonical->size) {
        size_t offset = canonical->name_end;
        const uint8_t *name =
            next_name(canonical->descriptor, canonical->rdata, canonical->size, &offset);
        canonical->name_begin = name != NULL ? (size_t)(name - canonical->rdata) : canonical->size;
        canonical->name_end = name != NULL ? offset : canonical->size;
    }
    uint8_t byte = canonical->rdata[at];
    return at >= canonical->name_begin && at < canonical->name_end ? name_lower_byte[byte] : byte;
}

int rdata_compare(uint16_t type, const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    const struct rrtype_descriptor *descriptor = lowered(type);
    size_t shorter = a_size < b_size ? a_size : b_size;
    int order = 0;
    if (descriptor == NULL) {
        order = shorter == 0 ? 0 : memcmp(a, b, shorter);
    } else {
        struct canonical left = {.descriptor = descriptor, .rdata = a, .size = a_size};
        struct canonical right = {.descriptor = descriptor, .rdata = b, .size = b_size};
        for (size_t at = 0; at < shorter && order == 0; at++) {
            order = (int)canonical_byte(&left, at) - (int)canonical_byte(&right, at);
        }
    }
    if (order != 0) {
        return order;
    }
    return a_size < b_size ? -1 : a_size > b_size ? 1 : 0;
}

bool rdata_equal(uint16_t type, const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return a_size == b_size && rdata_compare(type, a, a_size, b, b_size) == 0;
}

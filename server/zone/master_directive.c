// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_state.h"
#include "server/zone/zone_edit.h"

#include <string.h>

/* $ORIGIN name */
static enum result origin(struct master_reader *reader)
{
    struct token token;
    struct name name;
    if (!master_word(reader, "$ORIGIN needs a name", &token) ||
        !master_name(reader, token, &name) || !master_line_end(reader)) {
        return OK;
    }
    reader->scope.origin = name;
    reader->scope.origin_in_zone = master_in_zone(reader, name.bytes);
    return OK;
}

/* $TTL seconds, RFC 2308 section 4. */
static enum result default_ttl(struct master_reader *reader)
{
    struct token token;
    if (!master_word(reader, "$TTL needs a time", &token)) {
        return OK;
    }
    uint32_t ttl;
    if (token_period(token, &ttl) != OK) {
        master_fail(reader, token, "not a TTL");
        return OK;
    }
    struct master_place place = master_place_of(reader, token);
    if (!master_line_end(reader)) {
        return OK;
    }
    if (ttl > ZONE_TTL_MAX) {
        master_problems_add(reader->options.problems, MASTER_WARNING, "ttl-too-large", place,
                            "a $TTL of %u is over 2^31-1 and counts as 0", ttl);
        ttl = 0;
    }
    reader->default_ttl = ttl;
    reader->has_default_ttl = true;
    return OK;
}

static void tell_include(struct master_reader *reader, struct master_place place,
                         enum result result)
{
    master_problems_add(reader->options.problems, MASTER_ERROR, "include", place,
                        "the file cannot be included: %s",
                        master_source_reason(&reader->source, result));
    reader->source.error = 0; /* told: it is no read that failed */
}

/* $INCLUDE file [origin] */
static enum result include(struct master_reader *reader)
{
    struct token token = lexer_next(&reader->lexer);
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED) {
        master_fail(reader, token, "$INCLUDE needs a file");
        return OK;
    }
    struct master_place place = master_place_of(reader, token);
    uint8_t path[MASTER_PATH_BYTES_MAX];
    size_t length = 0;
    if (token_decode(token, path, sizeof path, &length) != OK || length == 0 ||
        memchr(path, 0, length) != NULL) {
        master_fail(reader, token, "not a path");
        return OK;
    }
    struct name name = reader->scope.origin;
    token = lexer_next(&reader->lexer);
    if (token.kind == TOKEN_WORD) {
        if (!master_name(reader, token, &name) || !master_line_end(reader)) {
            return OK;
        }
    } else if (token.kind != TOKEN_LINE && token.kind != TOKEN_END) {
        master_fail(reader, token, "$INCLUDE takes a file and a name");
        return OK;
    }
    if (reader->label != NULL) {
        master_problems_add(reader->options.problems, MASTER_ERROR, "include", place,
                            "a text that is no file cannot include one");
        return OK;
    }
    /* The including file goes on behind this line, which is where the lexer stands. */
    uint64_t resume_at =
        master_source_at(&reader->source) - (reader->lexer.end - reader->lexer.begin);
    enum result result = master_source_push(&reader->source, (const char *)path, length, resume_at);
    if (result != OK) {
        tell_include(reader, place, result);
        return OK;
    }
    struct master_scope *saved = &reader->saved[reader->source.depth - 2];
    *saved = reader->scope;
    saved->line = reader->lexer.line;
    reader->scope.origin = name;
    reader->scope.origin_in_zone = master_in_zone(reader, name.bytes);
    lexer_init_stream(&reader->lexer, reader->buffer, sizeof reader->buffer, master_source_refill,
                      &reader->source);
    return OK;
}

/* Copies a template. A quoted one gives up its quotes' backslashes: what is expanded is read again
 * as plain text. */
static bool copy_template(struct master_reader *reader, struct token token, char *to,
                          size_t *ret_size)
{
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED) {
        master_fail(reader, token, "$GENERATE: a template was expected");
        return false;
    }
    size_t size = 0;
    for (size_t at = 0; at < token.length; at++) {
        if (token.kind == TOKEN_QUOTED && token.text[at] == '\\' && token.text[at + 1] == '"') {
            continue;
        }
        if (size == MASTER_TEMPLATE_BYTES_MAX) {
            master_fail(reader, token, "$GENERATE: the template is too long");
            return false;
        }
        to[size++] = token.text[at];
        if (token.text[at] == '\\' && at + 1 < token.length && size < MASTER_TEMPLATE_BYTES_MAX) {
            to[size++] = token.text[++at];
        }
    }
    *ret_size = size;
    return true;
}

/* $GENERATE start-stop[/step] owner [ttl] [class] type rdata */
static enum result generate(struct master_reader *reader)
{
    struct master_generating *generating = &reader->generating;
    struct token token;
    if (!master_word(reader, "$GENERATE needs a range", &token)) {
        return OK;
    }
    if (master_range_parse(token, &generating->range) != OK) {
        master_fail(reader, token, "$GENERATE: not a range: start-stop or start-stop/step");
        return OK;
    }
    generating->left = master_range_count(&generating->range);
    if (generating->left > MASTER_GENERATE_MAX) {
        master_fail(reader, token, "$GENERATE: more than 1,048,576 records");
        return OK;
    }
    struct master_head head;
    if (!copy_template(reader, lexer_next(&reader->lexer), generating->left_text,
                       &generating->left_size) ||
        !master_head_read(reader, lexer_next(&reader->lexer), &head)) {
        return OK;
    }
    token = lexer_next(&reader->lexer);
    generating->place = master_place_of(reader, token);
    if (!copy_template(reader, token, generating->right_text, &generating->right_size) ||
        !master_line_end(reader) || !master_ttl_settle(reader, &head, NULL, &generating->ttl)) {
        return OK;
    }
    generating->type = head.type;
    generating->number = generating->range.start;
    generating->active = true;
    return OK;
}

/* Expands one side; told when that fails. */
static bool expand(struct master_reader *reader, const char *text, size_t size, size_t *ret_size)
{
    struct master_generating *generating = &reader->generating;
    struct writer out = writer_over(generating->expanded, sizeof generating->expanded);
    enum result result = master_template_expand(text, size, generating->number, &out);
    if (result != OK) {
        master_problems_add(reader->options.problems, MASTER_ERROR, "syntax", generating->place,
                            result == REFUSED_LIMIT
                                ? "$GENERATE: the template is too long, expanded with %u"
                                : "$GENERATE: a bad modifier, or out of range, with %u",
                            generating->number);
        return false;
    }
    *ret_size = out.at;
    return true;
}

/* One record of a $GENERATE; false: told, and the rest of them is given up. */
static bool generate_one(struct master_reader *reader, struct name *owner, struct writer *rdata)
{
    struct master_generating *generating = &reader->generating;
    const uint8_t *origin_name = reader->scope.origin.bytes;
    size_t size = 0;
    if (!expand(reader, generating->left_text, generating->left_size, &size)) {
        return false;
    }
    if (name_from_text(generating->expanded, size, origin_name, owner) != OK) {
        master_problems_add(reader->options.problems, MASTER_ERROR, "syntax", generating->place,
                            "$GENERATE: not an owner name, with %u", generating->number);
        return false;
    }
    if (!expand(reader, generating->right_text, generating->right_size, &size)) {
        return false;
    }
    struct lexer lexer;
    struct rdata_error error = {0};
    lexer_init_text(&lexer, generating->expanded, size);
    struct token blank = lexer_next(&lexer);
    if (blank.kind != TOKEN_BLANK) {
        lexer_push_back(&lexer, blank);
    }
    if (rdata_from_text(&lexer, generating->type, origin_name, rdata, &error) != OK) {
        master_problems_add(reader->options.problems, MASTER_ERROR, "syntax", generating->place,
                            "$GENERATE: %s, with %u", error.reason, generating->number);
        return false;
    }
    return true;
}

enum result master_generate_next(struct master_reader *reader)
{
    struct master_generating *generating = &reader->generating;
    struct name owner;
    struct writer rdata = writer_over(reader->rdata, sizeof reader->rdata);
    if (!generate_one(reader, &owner, &rdata)) {
        generating->active = false;
        return OK;
    }
    struct master_record record = {
        .owner = owner.bytes,
        .rdata = rdata.base,
        .ttl = generating->ttl,
        .type = generating->type,
        .size = (uint16_t)rdata.at,
        .in_zone = master_in_zone(reader, owner.bytes),
        .place = generating->place,
    };
    generating->number += generating->range.step;
    generating->active = --generating->left != 0;
    return master_deliver(reader, &record);
}

enum result master_directive(struct master_reader *reader, struct token token)
{
    static const struct {
        const char *word;
        enum result (*read)(struct master_reader *reader);
    } directives[] = {
        {"$ORIGIN", origin},
        {"$TTL", default_ttl},
        {"$INCLUDE", include},
        {"$GENERATE", generate},
    };
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (token_is(token, directives[i].word)) {
            return directives[i].read(reader);
        }
    }
    if (!token_is(token, "$DATE")) {
        master_fail(reader, token, "not a directive");
    }
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_reader.h"

#include "alloc/memory.h"
#include "server/zone/master_state.h"
#include "server/zone/zone_edit.h"

#include <string.h>

static_assert(sizeof(struct master_reader) <= MASTER_READER_BYTES, "what the header says it costs");

enum result master_reader_create(enum account account, struct master_reader **ret_reader)
{
    struct master_reader *reader = memory_take(account, sizeof *reader);
    if (reader == NULL) {
        return REFUSED_MEMORY;
    }
    /* The buffers stay as they are: pages that no file needs are never touched. */
    reader->account = account;
    reader->progress = NULL;
    reader->source.depth = 0;
    *ret_reader = reader;
    return OK;
}

void master_reader_destroy(struct master_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    master_reader_close(reader);
    memory_give(reader->account, reader, sizeof *reader);
}

void master_reader_close(struct master_reader *reader)
{
    master_source_close(&reader->source);
    reader->progress = NULL;
}

/* What is the same for files and texts. */
static void open_common(struct master_reader *reader, const struct master_reader_options *options)
{
    assert(reader->progress == NULL);
    reader->options = *options;
    if (reader->options.rr_class == 0) {
        reader->options.rr_class = CLASS_IN;
    }
    reader->progress = options->progress;
    if (reader->progress == NULL) {
        memset(&reader->own_progress, 0, sizeof reader->own_progress);
        reader->progress = &reader->own_progress;
    }
    reader->label = NULL;
    reader->scope.origin.length = (uint8_t)name_copy(reader->scope.origin.bytes, options->apex);
    reader->scope.origin_in_zone = true;
    reader->scope.owner_state = MASTER_OWNER_NONE;
    reader->has_default_ttl = false;
    reader->has_last_ttl = false;
    reader->warned_last_ttl = false;
    reader->generating.active = false;
    master_source_init(&reader->source, reader->progress);
}

static struct master_place file_place(const char *path)
{
    return (struct master_place){.file = path};
}

enum result master_reader_open(struct master_reader *reader, const char *path,
                               const struct master_reader_options *options)
{
    open_common(reader, options);
    enum result result = master_source_open(&reader->source, path, options->include_outside);
    if (result == OK) {
        lexer_init_stream(&reader->lexer, reader->buffer, sizeof reader->buffer,
                          master_source_refill, &reader->source);
        return OK;
    }
    master_problems_add(options->problems, MASTER_ERROR, "file", file_place(path),
                        "the file cannot be opened: %s",
                        master_source_reason(&reader->source, result));
    master_reader_close(reader);
    return result;
}

void master_reader_open_text(struct master_reader *reader, const char *label, const char *text,
                             size_t size, const struct master_reader_options *options)
{
    open_common(reader, options);
    reader->label = label;
    lexer_init_text(&reader->lexer, text, size);
    atomic_store_explicit(&reader->progress->bytes_total, size, memory_order_relaxed);
}

struct master_place master_place_of(const struct master_reader *reader, struct token token)
{
    return (struct master_place){
        .file = reader->label != NULL ? reader->label : master_source_path(&reader->source),
        .line = token.line,
        .column = token.column,
    };
}

void master_fail(struct master_reader *reader, struct token token, const char *reason)
{
    if (reader->source.error != 0) {
        return; /* the read that failed is told once, by the step */
    }
    master_problems_add(reader->options.problems, MASTER_ERROR, "syntax",
                        master_place_of(reader, token), "%s",
                        token.kind == TOKEN_ERROR ? reader->lexer.error : reason);
}

bool master_word(struct master_reader *reader, const char *expected, struct token *ret_token)
{
    struct token token = lexer_next(&reader->lexer);
    if (token.kind != TOKEN_WORD) {
        master_fail(reader, token, expected);
        return false;
    }
    *ret_token = token;
    return true;
}

bool master_line_end(struct master_reader *reader)
{
    struct token token = lexer_next(&reader->lexer);
    if (token.kind != TOKEN_LINE && token.kind != TOKEN_END) {
        master_fail(reader, token, "more on the line than belongs there");
        return false;
    }
    return true;
}

bool master_name(struct master_reader *reader, struct token token, struct name *ret_name)
{
    enum result result =
        name_from_text(token.text, token.length, reader->scope.origin.bytes, ret_name);
    if (result != OK) {
        master_fail(reader, token,
                    result == REFUSED_LIMIT ? "a name or label is too long"
                                            : "not a name: an empty label or a bad escape");
    }
    return result == OK;
}

bool master_in_zone(const struct master_reader *reader, const uint8_t *name)
{
    return name_is_at_or_below(name, reader->options.apex);
}

/* A TTL from a file, RFC 2181 section 8. */
static uint32_t ttl_limited(struct master_reader *reader, struct token token, uint32_t ttl)
{
    if (ttl <= ZONE_TTL_MAX) {
        return ttl;
    }
    master_problems_add(reader->options.problems, MASTER_WARNING, "ttl-too-large",
                        master_place_of(reader, token),
                        "a TTL of %u is over 2^31-1 and counts as 0", ttl);
    return 0;
}

bool master_head_read(struct master_reader *reader, struct token token,
                      struct master_head *ret_head)
{
    bool has_class = false;
    ret_head->has_ttl = false;
    for (;;) {
        if (token.kind != TOKEN_WORD) {
            master_fail(reader, token, "a TTL, a class or a type was expected");
            return false;
        }
        uint16_t number;
        if (!ret_head->has_ttl && token.text[0] >= '0' && token.text[0] <= '9') {
            if (token_period(token, &ret_head->ttl) != OK) {
                master_fail(reader, token, "not a TTL");
                return false;
            }
            ret_head->has_ttl = true;
            ret_head->ttl = ttl_limited(reader, token, ret_head->ttl);
        } else if (!has_class && rrclass_from_text(token.text, token.length, &number) == OK) {
            has_class = true;
            if (number != reader->options.rr_class) {
                master_fail(reader, token, "the class is not the zone's");
                return false;
            }
        } else {
            break;
        }
        token = lexer_next(&reader->lexer);
    }
    ret_head->type_place = master_place_of(reader, token);
    if (rrtype_from_text(token.text, token.length, &ret_head->type) != OK) {
        master_fail(reader, token, "not a type");
        return false;
    }
    if (rrtype_is_meta(ret_head->type)) {
        master_fail(reader, token, "a type that no zone can hold");
        return false;
    }
    return true;
}

/* The MINIMUM field of a SOA's data (RFC 1035 section 3.3.13): its last four bytes. */
static uint32_t soa_minimum(const struct writer *rdata)
{
    struct reader field = reader_over(rdata->base + rdata->at - 4, 4);
    return reader_u32(&field);
}

bool master_ttl_settle(struct master_reader *reader, const struct master_head *head,
                       const struct writer *rdata, uint32_t *ret_ttl)
{
    if (head->has_ttl) {
        reader->last_ttl = head->ttl;
        reader->has_last_ttl = true;
        *ret_ttl = head->ttl;
    } else if (reader->has_default_ttl) {
        *ret_ttl = reader->default_ttl;
    } else if (reader->has_last_ttl) {
        if (!reader->warned_last_ttl) {
            reader->warned_last_ttl = true;
            master_problems_add(reader->options.problems, MASTER_WARNING, "ttl-of-last-record",
                                head->type_place,
                                "no TTL and no $TTL before it: that of the last record is used");
        }
        *ret_ttl = reader->last_ttl;
    } else if (head->type == TYPE_SOA && rdata != NULL && rdata->at >= 4) {
        uint32_t minimum = soa_minimum(rdata);
        reader->default_ttl = minimum > ZONE_TTL_MAX ? 0 : minimum;
        reader->has_default_ttl = true;
        *ret_ttl = reader->default_ttl;
        master_problems_add(reader->options.problems, MASTER_WARNING, "ttl-of-soa-minimum",
                            head->type_place,
                            "no TTL and no $TTL before it: the SOA's MINIMUM is used");
    } else {
        master_problems_add(reader->options.problems, MASTER_ERROR, "ttl-missing", head->type_place,
                            "no TTL, and none before it to take");
        return false;
    }
    return true;
}

enum result master_deliver(struct master_reader *reader, const struct master_record *record)
{
    uint64_t records = atomic_load_explicit(&reader->progress->records, memory_order_relaxed);
    atomic_store_explicit(&reader->progress->records, records + 1, memory_order_relaxed);
    enum result result = reader->options.record(reader->options.context, record);
    return result < 0 ? result : OK;
}

/* A record from its owner on; `token` is its first, `inherited` when the line began with a blank.
 */
static enum result read_record(struct master_reader *reader, struct token token, bool inherited)
{
    struct master_scope *scope = &reader->scope;
    struct master_place place = master_place_of(reader, token);
    if (!inherited) {
        scope->owner_state = MASTER_OWNER_BAD;
        if (!master_name(reader, token, &scope->owner)) {
            return OK;
        }
        bool relative = token.text[token.length - 1] != '.';
        scope->owner_in_zone =
            (relative && scope->origin_in_zone) || master_in_zone(reader, scope->owner.bytes);
        scope->owner_state = MASTER_OWNER_GOOD;
        token = lexer_next(&reader->lexer);
    } else if (scope->owner_state != MASTER_OWNER_GOOD) {
        if (scope->owner_state == MASTER_OWNER_NONE) {
            master_fail(reader, token, "no owner: the line begins with a blank, and is the first");
        }
        return OK;
    }
    struct master_head head;
    if (!master_head_read(reader, token, &head)) {
        return OK;
    }
    struct writer rdata = writer_over(reader->rdata, sizeof reader->rdata);
    struct rdata_error error = {0};
    enum result result =
        rdata_from_text(&reader->lexer, head.type, scope->origin.bytes, &rdata, &error);
    if (result != OK) {
        master_fail(reader, (struct token){.line = error.line, .column = error.column},
                    error.reason);
        return OK;
    }
    struct master_record record = {
        .owner = scope->owner.bytes,
        .rdata = rdata.base,
        .type = head.type,
        .size = (uint16_t)rdata.at,
        .in_zone = scope->owner_in_zone,
        .place = place,
    };
    if (!master_ttl_settle(reader, &head, &rdata, &record.ttl)) {
        return OK;
    }
    return master_deliver(reader, &record);
}

/* The end of a file: back to the one that included it, or END. */
static enum result end_of_file(struct master_reader *reader)
{
    if (reader->label != NULL) {
        return END;
    }
    const char *path = master_source_path(&reader->source);
    if (master_source_pop(&reader->source) != OK) {
        master_problems_add(reader->options.problems, MASTER_ERROR, "file-changed",
                            file_place(path), "the file changed while it was read");
        return ERROR_STATE;
    }
    if (reader->source.depth == 0) {
        return END;
    }
    lexer_init_stream(&reader->lexer, reader->buffer, sizeof reader->buffer, master_source_refill,
                      &reader->source);
    reader->scope = reader->saved[reader->source.depth - 1];
    reader->lexer.line = reader->scope.line;
    return OK;
}

/* One entry: a record, a directive, the end of a file (END: of all). */
static enum result read_entry(struct master_reader *reader)
{
    struct token token = lexer_next(&reader->lexer);
    bool inherited = token.kind == TOKEN_BLANK;
    if (inherited) {
        token = lexer_next(&reader->lexer);
    }
    enum result result = OK;
    switch (token.kind) {
    case TOKEN_END:
        return end_of_file(reader);
    case TOKEN_LINE: /* "()" and nothing else */
        return OK;
    case TOKEN_WORD:
        if (!inherited && token.text[0] == '$') {
            result = master_directive(reader, token);
            break;
        }
        result = read_record(reader, token, inherited);
        break;
    default:
        reader->scope.owner_state = inherited ? reader->scope.owner_state : MASTER_OWNER_BAD;
        master_fail(reader, token, "an owner name was expected, not a quoted string");
        break;
    }
    lexer_skip_line(&reader->lexer);
    return result;
}

/* Ends a step on what no further reading can mend. */
static enum result step_failure(struct master_reader *reader)
{
    struct master_problems *problems = reader->options.problems;
    if (reader->source.error != 0) {
        master_problems_add(
            problems, MASTER_ERROR, "file", file_place(master_source_path(&reader->source)),
            "the file cannot be read: %s", master_source_reason(&reader->source, ERROR_IO));
        return ERROR_IO;
    }
    if (atomic_load_explicit(&reader->progress->stop, memory_order_relaxed)) {
        return ERROR_STATE;
    }
    return master_problems_full(problems) ? ERROR_SYNTAX : OK;
}

enum result master_reader_step(struct master_reader *reader, uint32_t records_max)
{
    uint64_t first = atomic_load_explicit(&reader->progress->records, memory_order_relaxed);
    for (;;) {
        enum result result =
            reader->generating.active ? master_generate_next(reader) : read_entry(reader);
        if (result < 0) {
            return result;
        }
        enum result failure = step_failure(reader);
        if (failure != OK) {
            return failure;
        }
        if (result == END) {
            return reader->options.problems->errors == 0 ? OK : ERROR_SYNTAX;
        }
        if (atomic_load_explicit(&reader->progress->records, memory_order_relaxed) - first >=
            records_max) {
            return MORE;
        }
    }
}

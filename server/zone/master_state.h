// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/lexer.h"
#include "server/wire/rdata.h"
#include "server/zone/master_generate.h"
#include "server/zone/master_reader.h"

#include <assert.h>

/**
 * The reader's insides, shared by master_reader.c (files and records) and master_directive.c (the
 * lines that begin with a dollar sign). For no other file.
 */
#define MASTER_BUFFER_BYTES ((size_t)256 * 1024)
static_assert(MASTER_BUFFER_BYTES >= LEXER_BUFFER_BYTES_MIN, "the longest token fits");

enum master_owner {
    MASTER_OWNER_NONE, /* no record yet: a line that begins with a blank is an error */
    MASTER_OWNER_GOOD,
    MASTER_OWNER_BAD, /* the last owner was an error: lines that inherit it are passed over */
};

/* Where names come from: what $INCLUDE puts aside for the including file. */
struct master_scope {
    struct name origin;
    struct name owner;
    enum master_owner owner_state;
    bool origin_in_zone;
    bool owner_in_zone;
    uint32_t line; /* of the including file, to go on with */
};

/* A $GENERATE under way, between steps too. */
struct master_generating {
    bool active;
    struct master_range range;
    uint32_t left; /* numbers still to come */
    uint32_t number;
    uint16_t type;
    uint32_t ttl;
    struct master_place place; /* of the right-hand side */
    size_t left_size, right_size;
    char left_text[MASTER_TEMPLATE_BYTES_MAX];
    char right_text[MASTER_TEMPLATE_BYTES_MAX];
    char expanded[MASTER_TEMPLATE_BYTES_MAX];
};

/* What stands before a record's data. */
struct master_head {
    uint16_t type;
    bool has_ttl;
    uint32_t ttl;
    struct master_place type_place;
};

struct master_reader {
    enum account account;
    struct master_reader_options options;
    struct master_progress own_progress; /* when the caller has none */
    struct master_progress *progress;    /* never NULL while open */
    const char *label;                   /* of a text in memory; NULL: files */
    struct lexer lexer;
    struct master_scope scope;
    uint32_t default_ttl; /* $TTL's, or the first SOA's MINIMUM */
    uint32_t last_ttl;    /* of the last record that had its own */
    bool has_default_ttl;
    bool has_last_ttl;
    bool warned_last_ttl;
    struct master_generating generating;
    struct master_scope saved[MASTER_INCLUDE_DEPTH_MAX];
    struct master_source source;
    uint8_t rdata[RDATA_BYTES_MAX];
    char buffer[MASTER_BUFFER_BYTES];
};

/* Tells an error of check "syntax" at a token. */
void master_fail(struct master_reader *reader, struct token token, const char *reason);
struct master_place master_place_of(const struct master_reader *reader, struct token token);
/* The next token, which must be a word (or a string, if allowed): false, told and the line's rest
 * left to skip, otherwise. */
bool master_word(struct master_reader *reader, const char *expected, struct token *ret_token);
/* The end of the entry must come; otherwise told. */
bool master_line_end(struct master_reader *reader);
/* Reads a name from a token, completed with the origin. */
bool master_name(struct master_reader *reader, struct token token, struct name *ret_name);
/* TTL and class in either order, and the type; `token` is the first. */
bool master_head_read(struct master_reader *reader, struct token token,
                      struct master_head *ret_head);
/* The TTL that holds for a head; false and told when there is none. */
bool master_ttl_settle(struct master_reader *reader, const struct master_head *head,
                       const struct writer *rdata, uint32_t *ret_ttl);
bool master_in_zone(const struct master_reader *reader, const uint8_t *name);
enum result master_deliver(struct master_reader *reader, const struct master_record *record);

/* A line that begins with a dollar sign; its first token is `token`. */
RESULT_MUST_CHECK enum result master_directive(struct master_reader *reader, struct token token);
/* The next record of a $GENERATE under way. */
RESULT_MUST_CHECK enum result master_generate_next(struct master_reader *reader);

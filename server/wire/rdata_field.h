// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/rdata.h"
#include "server/wire/rrtype_table.h"

/**
 * The kinds of fields that record data is made of: for each one function that passes over it in
 * wire form and checks it, one that parses its text, one that prints it. rdata.c walks a type's
 * list of fields and calls them; nothing else in the server looks in here.
 *
 * Pure, any thread. Files by subject, rdata_kinds.h lists their
 * functions: rdata_wire (plain fields in wire form), rdata_text_parse and rdata_text_print (their
 * text), rdata_encoding (hexadecimal, base64, base32hex), rdata_address, rdata_gateway,
 * rdata_bitmap, rdata_security, rdata_svcb, rdata_location, rdata_telecom, rdata_wins.
 */

/** State of parsing one record's text. */
struct rdata_parser {
    struct lexer *lexer;   /* borrowed (from the caller) */
    const uint8_t *origin; /* borrowed (from the caller); NULL: names are absolute */
    struct writer *out;    /* borrowed (from the caller) */
    size_t begin;          /* where the record data begins in out */
    struct token token;    /* the next token, when has_token */
    bool has_token;
    struct rdata_error error;
};

struct rdata_field_kind {
    /** Moves the reader behind the field; fails it when the field is malformed. The reader ends
     * where the record data ends; what stands before its position may be looked at. */
    void (*check)(struct reader *rdata);
    /** Parses the field's tokens and appends its wire form. ERROR_SYNTAX or REFUSED_LIMIT with
     * parser->error set; a writer that is full is seen by the caller. */
    enum result (*parse)(struct rdata_parser *parser);
    /** Reads a field that check passed and appends its text, without blanks around it. False: this
     * value has no text form of its own (the caller then prints the whole in RFC 3597's form). */
    bool (*print)(struct reader *rdata, struct writer *out);
};

/** The functions of a kind (not FIELD_END). */
const struct rdata_field_kind *rdata_field_kind(uint8_t name);

/* ------------------------------------------------------------------ for parsers of fields */

/** The next token, without consuming it. */
const struct token *rdata_peek(struct rdata_parser *parser);
/** Consumes and returns it. */
struct token rdata_take(struct rdata_parser *parser);
/** Whether nothing more stands in the entry. */
bool rdata_at_end(struct rdata_parser *parser);
/** Consumes a word or a quoted string; anything else is an error ("a field is missing", …). */
enum result rdata_word(struct rdata_parser *parser, struct token *ret_token);
/** Notes the reason and the place; returns ERROR_SYNTAX, or REFUSED_LIMIT. */
enum result rdata_wrong(struct rdata_parser *parser, const struct token *token, const char *reason);
enum result rdata_too_long(struct rdata_parser *parser, const struct token *token,
                           const char *reason);
/** Consumes a decimal number of at most max. */
enum result rdata_number(struct rdata_parser *parser, uint64_t max, uint64_t *ret_number);
/** A decimal number from text; false when it is none or above max. */
bool rdata_digits(const char *text, size_t length, uint64_t max, uint64_t *ret_number);
/** Consumes a name and appends it. */
enum result rdata_parse_name(struct rdata_parser *parser);
/** Appends a <character-string> made of that token. */
enum result rdata_append_string(struct rdata_parser *parser, struct token token);

/* ------------------------------------------------------------------ for printers of fields */

void rdata_print_number(struct writer *out, uint64_t number);
void rdata_print_text(struct writer *out, const char *text);
/** Two digits of hexadecimal. */
void rdata_print_hex_byte(struct writer *out, uint8_t byte, const char digits[16]);
extern const char rdata_hex_upper[16];
extern const char rdata_hex_lower[16];
/** Inside double quotes, with escapes. */
void rdata_print_quoted(struct writer *out, const uint8_t *bytes, size_t size);
void rdata_print_escaped(struct writer *out, const uint8_t *bytes, size_t size);
void rdata_print_name(struct writer *out, const uint8_t *name);

/* ------------------------------------------------------------------ mnemonics */

struct mnemonic {
    const char *text;
    uint16_t number;
};

/** The number behind a word: a mnemonic of the list (any case) or a decimal of at most max; false:
 * neither. */
bool mnemonic_from_text(const struct mnemonic *list, size_t count, struct token token, uint64_t max,
                        uint16_t *ret_number);
/** The first mnemonic with that number, or NULL. */
const char *mnemonic_to_text(const struct mnemonic *list, size_t count, uint16_t number);

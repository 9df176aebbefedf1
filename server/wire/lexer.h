// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The lexer of the text form that master files, rdata and key files share (RFC 1035 section 5.1):
 * words, quoted strings, comments, parentheses that continue a line, escapes left in place. It
 * works over one bounded buffer that the caller refills, so that a file of any size is read in
 * constant memory.
 *
 * Lines end with LF; CR counts as a blank, so CRLF files read alike. Lines that hold nothing but
 * blanks and comments give no token at all. A quoted string ends on the line where it began, unless
 * the line end in it is escaped. A quote inside a word ends the word: in key="value" the word and
 * the string touch, which token_touches() tells (RFC 9460 appendix A). A NUL byte is an error: it
 * is what a file looks like that lost its blocks in a power cut. Every other byte is ordinary.
 *
 * Pure: the refill function does the I/O. One thread. A token's text is valid until the next token
 * is asked for. Cost: this struct; the buffer is the caller's.
 */
#define LEXER_TOKEN_BYTES_MAX                                                                      \
    (160u * 1024u) /* 65,535 bytes of rdata as hexadecimal in one word, with room */
#define LEXER_BUFFER_BYTES_MIN                                                                     \
    (LEXER_TOKEN_BYTES_MAX + 2u) /* the longest token, and how one more is noticed */

enum token_kind {
    TOKEN_WORD,   /* a run of characters without blanks; escapes still in it */
    TOKEN_QUOTED, /* the inside of "…", escapes still in it; its column is that of the quote */
    TOKEN_BLANK,  /* blanks at the beginning of a line: "same owner" */
    TOKEN_LINE,   /* the end of an entry (a line end outside parentheses) */
    TOKEN_END,    /* the end of the input; it also ends an entry that has no line end */
    TOKEN_ERROR,  /* see lexer.error */
};

struct token {
    enum token_kind kind;
    uint32_t line;    /* from 1 */
    uint32_t column;  /* from 1, in bytes */
    const char *text; /* borrowed (from the lexer's buffer, until the next token) */
    size_t length;
};

/** Fills `room` with up to `size` further bytes; sets *ret_size (0: no more). A failure is
 * ERROR_IO. */
typedef enum result (*lexer_refill_fn)(void *context, char *room, size_t size, size_t *ret_size);

struct lexer {
    char *buffer; /* borrowed (from the caller, for the lexer's life) */
    size_t buffer_size;
    size_t begin; /* what is in the buffer and not yet passed by: begin..end */
    size_t end;
    lexer_refill_fn refill; /* NULL: what is in the buffer is all */
    void *refill_context;
    int64_t line_begin; /* offset in the buffer of the line's first byte; before 0 after a slide */
    uint32_t line;
    uint32_t open_line; /* where the parenthesis was opened */
    uint32_t open_column;
    bool in_parentheses;
    bool at_line_begin; /* no token of an entry was returned yet */
    bool input_over;
    bool has_pushed;
    struct token pushed; /* one token given back */
    const char *error;   /* constant text of the reason when a TOKEN_ERROR was returned */
};

/** Over a text that is wholly in memory (not modified). */
void lexer_init_text(struct lexer *lexer, const char *text, size_t size);
/** Over a stream; buffer_size at least LEXER_BUFFER_BYTES_MIN. The buffer needs no clearing. */
void lexer_init_stream(struct lexer *lexer, char *buffer, size_t buffer_size,
                       lexer_refill_fn refill, void *context);
/** The next token. After TOKEN_END it stays TOKEN_END. After TOKEN_ERROR: lexer_skip_line() goes on
 * behind the bad entry. A refill that fails is a TOKEN_ERROR, then TOKEN_END. */
struct token lexer_next(struct lexer *lexer);
/** Gives the last token back: the next lexer_next returns it again. */
void lexer_push_back(struct lexer *lexer, struct token token);
/** Skips to behind the end of the present entry, out of any parentheses. Nothing is skipped when
 * the entry's TOKEN_LINE or TOKEN_END was returned already. */
void lexer_skip_line(struct lexer *lexer);

/**
 * Decodes the escapes of a token into bytes (\X, \DDD).
 *
 * returns   OK; ERROR_SYNTAX on a bad escape; REFUSED_LIMIT when more than size_max bytes come out
 */
RESULT_MUST_CHECK enum result token_decode(struct token token, uint8_t *ret_bytes, size_t size_max,
                                           size_t *ret_size);
/** Parses a decimal number that fills the token, at most `max`; ERROR_SYNTAX otherwise. */
RESULT_MUST_CHECK enum result token_number(struct token token, uint64_t max, uint64_t *ret_number);
/**
 * Parses a time in seconds: a plain number, or numbers with the units w d h m s in any case and
 * order ("1w2d3h4m5s"), the last unit of which may be left out for seconds ("1h30").
 *
 * returns   OK; ERROR_SYNTAX when it is no such text or the sum is larger
 */
RESULT_MUST_CHECK enum result token_period(struct token token, uint32_t *ret_seconds);
/** Whether the token is that word, ASCII case aside. */
bool token_is(struct token token, const char *word);
/** Whether `next` begins where the word `token` ended, with nothing between. */
static inline bool token_touches(struct token token, struct token next)
{
    return token.line == next.line && token.column + token.length == next.column;
}

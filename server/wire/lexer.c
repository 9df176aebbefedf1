// SPDX-License-Identifier: Apache-2.0
#include "server/wire/lexer.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* What a byte begins, and which scans it ends. */
enum {
    BYTE_WORD = 0,
    BYTE_BLANK,
    BYTE_NEWLINE,
    BYTE_COMMENT,
    BYTE_QUOTE,
    BYTE_OPEN,
    BYTE_CLOSE,
    BYTE_ESCAPE,
    BYTE_NUL,
    BYTE_KIND = 0x0f,
    ENDS_WORD = 0x10, /* also where a word's scan must look closer: the backslash */
    ENDS_QUOTED = 0x20,
};

static const uint8_t byte_class[256] = {
    [0] = BYTE_NUL | ENDS_WORD | ENDS_QUOTED,
    ['\t'] = BYTE_BLANK | ENDS_WORD,
    [' '] = BYTE_BLANK | ENDS_WORD,
    ['\r'] = BYTE_BLANK | ENDS_WORD,
    ['\n'] = BYTE_NEWLINE | ENDS_WORD | ENDS_QUOTED,
    [';'] = BYTE_COMMENT | ENDS_WORD,
    ['"'] = BYTE_QUOTE | ENDS_WORD | ENDS_QUOTED,
    ['('] = BYTE_OPEN | ENDS_WORD,
    [')'] = BYTE_CLOSE | ENDS_WORD,
    ['\\'] = BYTE_ESCAPE | ENDS_WORD | ENDS_QUOTED,
};

static inline uint8_t class_at(const struct lexer *lexer, size_t at)
{
    return byte_class[(uint8_t)lexer->buffer[at]];
}

void lexer_init_text(struct lexer *lexer, const char *text, size_t size)
{
    *lexer = (struct lexer){
        .buffer = (char *)text, /* never written: without a refill nothing slides */
        .buffer_size = size,
        .end = size,
        .line = 1,
        .at_line_begin = true,
        .input_over = true,
    };
}

void lexer_init_stream(struct lexer *lexer, char *buffer, size_t buffer_size,
                       lexer_refill_fn refill, void *context)
{
    assert(buffer_size >= LEXER_BUFFER_BYTES_MIN);
    *lexer = (struct lexer){
        .buffer = buffer,
        .buffer_size = buffer_size,
        .refill = refill,
        .refill_context = context,
        .line = 1,
        .at_line_begin = true,
    };
}

/* Slides begin..end to the front of the buffer and reads behind it. False: nothing more came. */
static bool more(struct lexer *lexer)
{
    if (lexer->input_over) {
        return false;
    }
    if (lexer->begin != 0) {
        memmove(lexer->buffer, lexer->buffer + lexer->begin, lexer->end - lexer->begin);
        lexer->line_begin -= (int64_t)lexer->begin;
        lexer->end -= lexer->begin;
        lexer->begin = 0;
    }
    size_t got = 0;
    enum result result = lexer->refill(lexer->refill_context, lexer->buffer + lexer->end,
                                       lexer->buffer_size - lexer->end, &got);
    if (result != OK) {
        lexer->error = "the input cannot be read";
        got = 0;
    }
    lexer->end += got;
    lexer->input_over = got == 0;
    return got != 0;
}

static inline uint32_t column_of(const struct lexer *lexer, size_t at)
{
    return (uint32_t)((int64_t)at - lexer->line_begin + 1);
}

static inline struct token token_at(const struct lexer *lexer, enum token_kind kind, size_t at)
{
    return (struct token){
        .kind = kind,
        .line = lexer->line,
        .column = column_of(lexer, at),
        .text = "",
    };
}

static struct token fail_at(struct lexer *lexer, const char *reason, uint32_t line, uint32_t column)
{
    lexer->error = reason;
    lexer->at_line_begin = false;
    return (struct token){.kind = TOKEN_ERROR, .line = line, .column = column, .text = ""};
}

/* The failure of the token that begins at `begin`; scanning goes on at `at`. */
static struct token fail_from(struct lexer *lexer, const char *reason, uint32_t column, size_t at)
{
    lexer->begin = at;
    return fail_at(lexer, reason, lexer->line, column);
}

static void line_passed(struct lexer *lexer, size_t newline_at)
{
    lexer->line++;
    lexer->line_begin = (int64_t)newline_at + 1;
}

/* What ends a token whose bytes run out: a read that failed, or the given reason (NULL: nothing
 * wrong). */
static const char *end_reason(const struct lexer *lexer, const char *reason)
{
    return lexer->error != NULL ? lexer->error : reason;
}

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* High bits where a byte of `bytes` is zero; above the lowest such byte there may be false ones. */
static inline uint64_t zero_bytes(uint64_t bytes)
{
    return (bytes - EACH_BYTE) & ~bytes & HIGH_BITS;
}

/* The first byte at or behind `at` that ends a word or is a backslash, or `end`: eight bytes at a
 * time, as most words are short and the price of one is the one mispredicted branch at its end. */
static inline size_t word_end(const char *text, size_t at, size_t end)
{
    while (at + 8 <= end) {
        uint64_t bytes;
        memcpy(&bytes, text + at, sizeof bytes);
        bytes = le64toh(bytes);
        uint64_t low = (bytes - EACH_BYTE * ('"' + 1)) & ~bytes & HIGH_BITS; /* up to the quote */
        uint64_t parentheses = zero_bytes((bytes & ~EACH_BYTE) ^ EACH_BYTE * '(');
        uint64_t comment = zero_bytes(bytes ^ EACH_BYTE * ';');
        uint64_t escape = zero_bytes(bytes ^ EACH_BYTE * '\\');
        uint64_t found = low | parentheses | comment | escape;
        if (found == 0) {
            at += 8;
            continue;
        }
        at += (size_t)__builtin_ctzll(found) / 8;
        if ((byte_class[(uint8_t)text[at]] & ENDS_WORD) != 0) {
            return at;
        }
        at++; /* a control character, or "!" */
    }
    while (at < end && (byte_class[(uint8_t)text[at]] & ENDS_WORD) == 0) {
        at++;
    }
    return at;
}

/* A word that has escapes in it, or does not end in the buffer. */
static struct token word(struct lexer *lexer)
{
    size_t at = lexer->begin;
    const uint32_t column = column_of(lexer, at);
    const char *reason = NULL;
    for (;;) {
        at = word_end(lexer->buffer, at, lexer->end);
        if (at < lexer->end && lexer->buffer[at] != '\\') {
            break;
        }
        if (at + 1 < lexer->end) {
            if (lexer->buffer[at + 1] == '\n' || lexer->buffer[at + 1] == '\r') {
                return fail_from(lexer, "a backslash at the end of a line", column_of(lexer, at),
                                 at + 1);
            }
            at += 2;
            continue;
        }
        size_t length = at - lexer->begin;
        if (length > LEXER_TOKEN_BYTES_MAX) {
            break;
        }
        bool more_came = more(lexer);
        at = lexer->begin + length;
        if (!more_came) {
            reason =
                end_reason(lexer, at < lexer->end ? "a backslash at the end of the input" : NULL);
            if (reason != NULL) {
                return fail_from(lexer, reason, column_of(lexer, at), lexer->end);
            }
            break;
        }
    }
    struct token token = {
        .kind = TOKEN_WORD,
        .line = lexer->line,
        .column = column,
        .text = lexer->buffer + lexer->begin,
        .length = at - lexer->begin,
    };
    if (token.length > LEXER_TOKEN_BYTES_MAX) {
        return fail_from(lexer, "a word is too long", column, at);
    }
    lexer->begin = at;
    return token;
}

/* Behind the opening quote. Escaped line ends count as lines, so the token's place is kept apart.
 */
static struct token quoted(struct lexer *lexer)
{
    const uint32_t line = lexer->line;
    const uint32_t column = column_of(lexer, lexer->begin);
    size_t at = ++lexer->begin;
    const char *reason = NULL;
    while (reason == NULL) {
        while (at < lexer->end && (class_at(lexer, at) & ENDS_QUOTED) == 0) {
            at++;
        }
        size_t length = at - lexer->begin;
        if (length > LEXER_TOKEN_BYTES_MAX) {
            reason = "a quoted string is too long";
            break;
        }
        if (at < lexer->end && lexer->buffer[at] != '\\') {
            if (lexer->buffer[at] == '"') {
                break;
            }
            reason = lexer->buffer[at] == '\n' ? "a quoted string does not end on its line"
                                               : "a NUL byte: is the file damaged?";
            at += lexer->buffer[at] == 0;
        } else if (at + 1 < lexer->end) {
            if (lexer->buffer[at + 1] == '\n') {
                line_passed(lexer, at + 1);
            }
            at += 2;
        } else {
            bool more_came = more(lexer);
            at = lexer->begin + length;
            if (!more_came) {
                reason = end_reason(lexer, "a quoted string does not end");
                at = lexer->end;
            }
        }
    }
    struct token token = {
        .kind = TOKEN_QUOTED,
        .line = line,
        .column = column,
        .text = lexer->buffer + lexer->begin,
        .length = at - lexer->begin,
    };
    lexer->begin = at;
    if (reason != NULL) {
        return fail_at(lexer, reason, line, column);
    }
    lexer->begin++;
    return token;
}

/* To the line end that closes the comment, or the end of the input. */
static void skip_comment(struct lexer *lexer)
{
    do {
        char *newline = memchr(lexer->buffer + lexer->begin, '\n', lexer->end - lexer->begin);
        if (newline != NULL) {
            lexer->begin = (size_t)(newline - lexer->buffer);
            return;
        }
        lexer->begin = lexer->end;
    } while (more(lexer));
}

/* The input ran out between tokens. */
static struct token end_of_input(struct lexer *lexer)
{
    const char *reason = end_reason(lexer, NULL);
    uint32_t line = lexer->line;
    uint32_t column = column_of(lexer, lexer->begin);
    if (reason == NULL && lexer->in_parentheses) {
        reason = "a parenthesis is not closed";
        line = lexer->open_line;
        column = lexer->open_column;
    }
    if (reason == NULL) {
        lexer->at_line_begin = true;
        return (struct token){.kind = TOKEN_END, .line = line, .column = column, .text = ""};
    }
    lexer->in_parentheses = false;
    return fail_at(lexer, reason, line, column);
}

static struct token fail_here(struct lexer *lexer, const char *reason)
{
    return fail_from(lexer, reason, column_of(lexer, lexer->begin), lexer->begin + 1);
}

/* Whether the byte at `begin` begins a token, and then that token; else it has been passed by. */
static bool take(struct lexer *lexer, uint8_t kind, struct token *ret_token)
{
    switch (kind) {
    case BYTE_NEWLINE: {
        struct token end = token_at(lexer, TOKEN_LINE, lexer->begin);
        line_passed(lexer, lexer->begin);
        lexer->begin++;
        if (lexer->in_parentheses || lexer->at_line_begin) {
            return false;
        }
        lexer->at_line_begin = true;
        *ret_token = end;
        return true;
    }
    case BYTE_COMMENT:
        skip_comment(lexer);
        return false;
    case BYTE_OPEN:
        if (lexer->in_parentheses) {
            *ret_token = fail_here(lexer, "a parenthesis inside parentheses");
            return true;
        }
        lexer->in_parentheses = true;
        lexer->at_line_begin = false;
        lexer->open_line = lexer->line;
        lexer->open_column = column_of(lexer, lexer->begin);
        lexer->begin++;
        return false;
    case BYTE_CLOSE:
        if (!lexer->in_parentheses) {
            *ret_token = fail_here(lexer, "a closing parenthesis without an opening one");
            return true;
        }
        lexer->in_parentheses = false;
        lexer->begin++;
        return false;
    case BYTE_QUOTE:
        *ret_token = quoted(lexer);
        lexer->at_line_begin = false;
        return true;
    case BYTE_NUL:
        *ret_token = fail_here(lexer, "a NUL byte: is the file damaged?");
        return true;
    default:
        *ret_token = word(lexer);
        lexer->at_line_begin = false;
        return true;
    }
}

/* The next token from where nothing is known about it. */
static struct token scan(struct lexer *lexer)
{
    bool blank = false; /* blanks at the beginning of a line, of which we do not yet know whether
                           more follows */
    for (;;) {
        size_t at = lexer->begin;
        uint8_t kind = BYTE_BLANK;
        while (at < lexer->end && (kind = class_at(lexer, at) & BYTE_KIND) == BYTE_BLANK) {
            at++;
        }
        blank |= lexer->at_line_begin && at != lexer->begin;
        lexer->begin = at;
        if (at == lexer->end) {
            if (!more(lexer)) {
                return end_of_input(lexer);
            }
            continue;
        }
        if (kind == BYTE_NEWLINE) {
            blank = false;
        } else if (blank && kind != BYTE_COMMENT) {
            struct token token = token_at(lexer, TOKEN_BLANK, at);
            token.column = 1;
            lexer->at_line_begin = false;
            return token;
        }
        struct token token;
        if (take(lexer, kind, &token)) {
            return token;
        }
    }
}

struct token lexer_next(struct lexer *lexer)
{
    if (lexer->has_pushed) {
        lexer->has_pushed = false;
        return lexer->pushed;
    }
    lexer->error = NULL;
    /* Nearly all tokens are words that stand whole in the buffer, at most one blank before them. */
    const char *text = lexer->buffer;
    const size_t end = lexer->end;
    size_t at = lexer->begin;
    if (at < end && !lexer->at_line_begin &&
        (byte_class[(uint8_t)text[at]] & BYTE_KIND) == BYTE_BLANK) {
        at++;
    }
    if (at < end && (byte_class[(uint8_t)text[at]] & ENDS_WORD) == 0) {
        size_t behind = word_end(text, at, end);
        if (behind < end && text[behind] != '\\' && behind - at <= LEXER_TOKEN_BYTES_MAX) {
            lexer->begin = behind;
            lexer->at_line_begin = false;
            return (struct token){
                .kind = TOKEN_WORD,
                .line = lexer->line,
                .column = column_of(lexer, at),
                .text = text + at,
                .length = behind - at,
            };
        }
    }
    return scan(lexer);
}

void lexer_push_back(struct lexer *lexer, struct token token)
{
    assert(!lexer->has_pushed);
    lexer->pushed = token;
    lexer->has_pushed = true;
}

void lexer_skip_line(struct lexer *lexer)
{
    lexer->has_pushed = false;
    while (!lexer->at_line_begin) {
        (void)lexer_next(lexer);
    }
}

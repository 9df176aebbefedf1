// SPDX-License-Identifier: Apache-2.0
#include "server/wire/lexer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stream that gives at most `step` bytes at a time, and may fail at an offset. */
struct feed {
    const char *text;
    size_t size;
    size_t at;
    size_t step;
    size_t fail_at; /* SIZE_MAX: never */
};

static enum result feed_refill(void *context, char *room, size_t size, size_t *ret_size)
{
    struct feed *feed = context;
    if (feed->at >= feed->fail_at) {
        return ERROR_IO;
    }
    size_t take = feed->size - feed->at;
    take = take < feed->step ? take : feed->step;
    take = take < size ? take : size;
    memcpy(room, feed->text + feed->at, take);
    feed->at += take;
    *ret_size = take;
    return OK;
}

static const char *const kind_letters = "WQBLEX";

/* All tokens as one line of text: kind, place, text; entries go on behind errors when asked. */
static void describe(struct lexer *lexer, bool skip, char *out, size_t out_size)
{
    size_t used = 0;
    for (unsigned count = 0; count < 100000; count++) {
        struct token token = lexer_next(lexer);
        int wrote = snprintf(out + used, out_size - used, "%c%u.%u", kind_letters[token.kind],
                             token.line, token.column);
        used += (size_t)wrote;
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) {
            cr_assert_lt(used + token.length + 4, out_size);
            out[used++] = '[';
            memcpy(out + used, token.text, token.length);
            used += token.length;
            out[used++] = ']';
        } else if (token.kind == TOKEN_ERROR) {
            used += (size_t)snprintf(out + used, out_size - used, "{%s}", lexer->error);
            if (skip) {
                lexer_skip_line(lexer);
            }
        }
        out[used++] = ' ';
        out[used] = 0;
        if (token.kind == TOKEN_END) {
            cr_assert_eq(lexer_next(lexer).kind, TOKEN_END);
            return;
        }
    }
    cr_assert_fail("no end");
}

struct sample {
    const char *text;
    const char *tokens;
};

static const struct sample samples[] = {
    {"", "E1.1 "},
    {"\n\n", "E3.1 "},
    {"   ", "E1.4 "},
    {"a", "W1.1[a] E1.2 "},
    {"a\n", "W1.1[a] L1.2 E2.1 "},
    {"a\r\n", "W1.1[a] L1.3 E2.1 "},
    {"a\r", "W1.1[a] E1.3 "},
    {"\r\n a\r\n", "B2.1 W2.2[a] L2.4 E3.1 "},
    {"a b\tc \n", "W1.1[a] W1.3[b] W1.5[c] L1.7 E2.1 "},
    {" a\n", "B1.1 W1.2[a] L1.3 E2.1 "},
    {"\t \ta\n", "B1.1 W1.4[a] L1.5 E2.1 "},
    {"  ; only a comment\n\n \n;x\nb\n", "W5.1[b] L5.2 E6.1 "},
    {"a;c\nb ; d", "W1.1[a] L1.4 W2.1[b] E2.6 "},
    {"a ( b\n c\n) d\n", "W1.1[a] W1.5[b] W2.2[c] W3.3[d] L3.4 E4.1 "},
    {"a(b)c\n", "W1.1[a] W1.3[b] W1.5[c] L1.6 E2.1 "},
    {"a (\n; in\n\n b ; last )\n)\n", "W1.1[a] W4.2[b] L5.2 E6.1 "},
    {" ( a\n)\n", "B1.1 W1.4[a] L2.2 E3.1 "},
    {"()\n", "L1.3 E2.1 "},
    {"a ((b))\nc\n", "W1.1[a] X1.4{a parenthesis inside parentheses} W2.1[c] L2.2 E3.1 "},
    {"a )b\nc\n", "W1.1[a] X1.3{a closing parenthesis without an opening one} W2.1[c] L2.2 E3.1 "},
    {"a (\nb\n", "W1.1[a] W2.1[b] X1.3{a parenthesis is not closed} E3.1 "},
    {"a \"b c\" d\n", "W1.1[a] Q1.3[b c] W1.9[d] L1.10 E2.1 "},
    {"\"\"\n", "Q1.1[] L1.3 E2.1 "},
    {"a \"b;(c)\\\"d\" e", "W1.1[a] Q1.3[b;(c)\\\"d] W1.14[e] E1.15 "},
    {"k=\"v w\"x\n", "W1.1[k=] Q1.3[v w] W1.8[x] L1.9 E2.1 "},
    {"a \"b\nc\n", "W1.1[a] X1.3{a quoted string does not end on its line} W2.1[c] L2.2 E3.1 "},
    {"a \"b\\\nc\" d\ne\n", "W1.1[a] Q1.3[b\\\nc] W2.4[d] L2.5 W3.1[e] L3.2 E4.1 "},
    {"a \"b", "W1.1[a] X1.3{a quoted string does not end} E1.5 "},
    {"a \"b\\", "W1.1[a] X1.3{a quoted string does not end} E1.6 "},
    {"a\\ b\\;c\\(d\\\"e\n", "W1.1[a\\ b\\;c\\(d\\\"e] L1.14 E2.1 "},
    {"a\\\\ b\n", "W1.1[a\\\\] W1.5[b] L1.6 E2.1 "},
    {"a\\\nb\n", "X1.2{a backslash at the end of a line} W2.1[b] L2.2 E3.1 "},
    {"a\\\r\nb\n", "X1.2{a backslash at the end of a line} W2.1[b] L2.2 E3.1 "},
    {"a\\", "X1.2{a backslash at the end of the input} E1.3 "},
    {"\xff\x80\x01 \x7f\n", "W1.1[\xff\x80\x01] W1.5[\x7f] L1.6 E2.1 "},
    {"$ORIGIN x.\n@ 1h\n", "W1.1[$ORIGIN] W1.9[x.] L1.11 W2.1[@] W2.3[1h] L2.5 E3.1 "},
};

Test(lexer, samples_from_memory, .timeout = 20)
{
    char out[4096];
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct lexer lexer;
        lexer_init_text(&lexer, samples[i].text, strlen(samples[i].text));
        describe(&lexer, true, out, sizeof out);
        cr_expect_str_eq(out, samples[i].tokens, "sample %zu: %s", i, out);
    }
}

Test(lexer, samples_in_steps_of_every_size, .timeout = 60)
{
    static char buffer[LEXER_BUFFER_BYTES_MIN];
    char out[4096];
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t step = 1; step <= strlen(samples[i].text) + 1; step++) {
            struct feed feed = {samples[i].text, strlen(samples[i].text), 0, step, SIZE_MAX};
            struct lexer lexer;
            lexer_init_stream(&lexer, buffer, sizeof buffer, feed_refill, &feed);
            describe(&lexer, true, out, sizeof out);
            cr_expect_str_eq(out, samples[i].tokens, "sample %zu step %zu: %s", i, step, out);
        }
    }
}

Test(lexer, nul_bytes_are_errors, .timeout = 10)
{
    static const char text[] = "a b\0c\n\"d\0e\" f\ng\n\0\0\0\0";
    char out[1024];
    struct lexer lexer;
    lexer_init_text(&lexer, text, sizeof text - 1);
    describe(&lexer, true, out, sizeof out);
    cr_assert_str_eq(out, "W1.1[a] W1.3[b] X1.4{a NUL byte: is the file damaged?} "
                          "X2.1{a NUL byte: is the file damaged?} W3.1[g] L3.2 "
                          "X4.1{a NUL byte: is the file damaged?} E4.5 ");
}

/* One word or string of `length` bytes, behind a short word, then a further word. */
static struct token measured(size_t length, bool quote, struct lexer *lexer, struct feed *feed,
                             char *buffer)
{
    char *text = malloc(length + 16);
    char *end = text;
    end += sprintf(end, "x %s", quote ? "\"" : "");
    memset(end, 'a', length);
    end += length;
    end += sprintf(end, "%s y\n", quote ? "\"" : "");
    *feed = (struct feed){text, (size_t)(end - text), 0, 5000, SIZE_MAX};
    lexer_init_stream(lexer, buffer, LEXER_BUFFER_BYTES_MIN, feed_refill, feed);
    cr_assert_eq(lexer_next(lexer).kind, TOKEN_WORD);
    return lexer_next(lexer);
}

Test(lexer, the_longest_token_and_one_more, .timeout = 20)
{
    static char buffer[LEXER_BUFFER_BYTES_MIN];
    for (int quote = 0; quote < 2; quote++) {
        for (size_t length = LEXER_TOKEN_BYTES_MAX - 1; length <= LEXER_TOKEN_BYTES_MAX + 1;
             length++) {
            struct lexer lexer;
            struct feed feed;
            struct token token = measured(length, quote, &lexer, &feed, buffer);
            if (length <= LEXER_TOKEN_BYTES_MAX) {
                cr_assert_eq(token.kind, quote ? TOKEN_QUOTED : TOKEN_WORD);
                cr_assert_eq(token.length, length);
                token = lexer_next(&lexer);
                cr_assert(token_is(token, "Y"));
                cr_assert_eq(token.column, 3 + length + 1 + (quote ? 2u : 0u));
            } else {
                cr_assert_eq(token.kind, TOKEN_ERROR);
                cr_assert_eq(token.column, 3);
                cr_assert_str_eq(lexer.error,
                                 quote ? "a quoted string is too long" : "a word is too long");
                lexer_skip_line(&lexer);
                cr_assert_neq(lexer_next(&lexer).kind, TOKEN_WORD);
            }
            free((char *)feed.text);
        }
    }
}

Test(lexer, a_read_that_fails_is_an_error_then_the_end, .timeout = 20)
{
    static char buffer[LEXER_BUFFER_BYTES_MIN];
    static const char *const texts[] = {"ab cd\nef", "ab ; comment", "ab \"cd\"", "ab ( cd )\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t fail_at = 0; fail_at < strlen(texts[i]); fail_at++) {
            struct feed feed = {texts[i], strlen(texts[i]), 0, 1, fail_at};
            struct lexer lexer;
            lexer_init_stream(&lexer, buffer, sizeof buffer, feed_refill, &feed);
            struct token token;
            do {
                token = lexer_next(&lexer);
            } while (token.kind != TOKEN_ERROR && token.kind != TOKEN_END);
            cr_assert_eq(token.kind, TOKEN_ERROR, "text %zu failing at %zu", i, fail_at);
            cr_assert_str_eq(lexer.error, "the input cannot be read");
            lexer_skip_line(&lexer);
            cr_assert_eq(lexer_next(&lexer).kind, TOKEN_END);
        }
    }
}

Test(lexer, a_token_given_back_comes_again, .timeout = 10)
{
    struct lexer lexer;
    lexer_init_text(&lexer, "a b\nc\n", 6);
    struct token token = lexer_next(&lexer);
    lexer_push_back(&lexer, token);
    cr_assert(token_is(lexer_next(&lexer), "a"));
    cr_assert(token_is(lexer_next(&lexer), "b"));
    token = lexer_next(&lexer);
    cr_assert_eq(token.kind, TOKEN_LINE);
    lexer_push_back(&lexer, token);
    /* The entry's end was seen already: giving it back does not make the next entry part of it. */
    lexer_skip_line(&lexer);
    cr_assert(token_is(lexer_next(&lexer), "c"));
    lexer_skip_line(&lexer);
    lexer_skip_line(&lexer);
    cr_assert_eq(lexer_next(&lexer).kind, TOKEN_END);
}

Test(lexer, skipping_leaves_parentheses_and_strings_whole, .timeout = 10)
{
    static const char text[] = "a ( b \"c\n\" ; )\n \"d\n) e\nf\n";
    struct lexer lexer;
    lexer_init_text(&lexer, text, sizeof text - 1);
    cr_assert(token_is(lexer_next(&lexer), "a"));
    lexer_skip_line(&lexer);
    cr_assert(token_is(lexer_next(&lexer), "f"));
}

Test(lexer, touching_tokens, .timeout = 10)
{
    struct lexer lexer;
    lexer_init_text(&lexer, "key=\"v\" other", 13);
    struct token key = lexer_next(&lexer);
    struct token value = lexer_next(&lexer);
    cr_assert(token_touches(key, value));
    cr_assert_not(token_touches(key, lexer_next(&lexer)));
}

Test(lexer, random_bytes_give_the_same_tokens_in_any_steps, .timeout = 60)
{
    static const char alphabet[] = "ab01 \t\r\n\n();\"\\\\@.\xff";
    static char buffer[LEXER_BUFFER_BYTES_MIN];
    static char whole[65536];
    static char stepped[65536];
    unsigned seed = (unsigned)(getenv("SEED") ? atoi(getenv("SEED")) : 20240601);
    fprintf(stderr, "seed %u\n", seed);
    for (int round = 0; round < 500; round++) {
        char text[200];
        size_t size = (size_t)rand_r(&seed) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        }
        struct lexer lexer;
        lexer_init_text(&lexer, text, size);
        bool skip = rand_r(&seed) % 2;
        describe(&lexer, skip, whole, sizeof whole);
        struct feed feed = {text, size, 0, 1 + (size_t)rand_r(&seed) % 7, SIZE_MAX};
        lexer_init_stream(&lexer, buffer, sizeof buffer, feed_refill, &feed);
        describe(&lexer, skip, stepped, sizeof stepped);
        cr_assert_str_eq(stepped, whole, "round %d", round);
    }
}

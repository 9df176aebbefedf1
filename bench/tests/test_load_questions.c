// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_questions.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static union {
    struct load_question question;
    uint8_t bytes[sizeof(struct load_question) + QUESTION_WIRE_MAX];
} room;

static enum result parse(const char *line)
{
    return load_question_parse(&room.question, line, strlen(line), 0);
}

Test(load_questions, a_line_becomes_a_message, .timeout = 10)
{
    static const uint8_t wire[] = {0,   0,   0, 0,   0,   1,   0,   0, 0, 0,  0, 0, 2,
                                   'd', 'c', 4, 'c', 'o', 'r', 'p', 0, 0, 33, 0, 1};
    cr_assert_eq(parse("dc.corp. SRV answer\r"), OK);
    cr_assert_eq(room.question.size, sizeof wire);
    cr_assert_eq(room.question.question_size, sizeof wire - QUESTION_HEADER_SIZE);
    cr_assert_eq(room.question.expect, EXPECT_ANSWER);
    cr_assert_arr_eq(room.question.wire, wire, sizeof wire);
}

Test(load_questions, the_final_dot_is_optional_and_the_root_is_a_name, .timeout = 10)
{
    cr_assert_eq(parse("a.b A"), OK);
    uint16_t size = room.question.size;
    cr_assert_eq(parse("a.b. A"), OK);
    cr_assert_eq(room.question.size, size);
    cr_assert_eq(parse(". NS"), OK);
    cr_assert_eq(room.question.question_size, 5);
}

Test(load_questions, escapes_are_bytes_of_a_label, .timeout = 10)
{
    cr_assert_eq(parse("a\\.b\\032c A"), OK);
    cr_assert_eq(room.question.wire[QUESTION_HEADER_SIZE], 5);
    cr_assert_arr_eq(room.question.wire + QUESTION_HEADER_SIZE + 1, "a.b c", 5);
}

Test(load_questions, types_by_number_and_edns, .timeout = 10)
{
    const char *line = "a TYPE65535 nxdomain";
    cr_assert_eq(load_question_parse(&room.question, line, strlen(line), 1), OK);
    cr_assert_eq(room.question.size, QUESTION_HEADER_SIZE + 7U + QUESTION_EDNS_SIZE);
    cr_assert_eq(room.question.wire[11], 1);
    cr_assert_eq(room.question.expect, EXPECT_NXDOMAIN);
}

Test(load_questions, lines_without_a_question, .timeout = 10)
{
    cr_assert_eq(parse(""), END);
    cr_assert_eq(parse("  \t"), END);
    cr_assert_eq(parse("; a A"), END);
    cr_assert_eq(parse("# a A"), END);
}

Test(load_questions, bad_lines_are_refused, .timeout = 10)
{
    static const char *const lines[] = {"a",        "a NOTYPE", "a TYPE65536",    "a TYPE",
                                        "a..b A",   ".a A",     "a\\ A",          "a\\25 A",
                                        "a\\256 A", "a A no",   "a A answer more"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_expect_eq(parse(lines[i]), ERROR_SYNTAX, "%s", lines[i]);
    }
}

Test(load_questions, label_and_name_lengths_at_their_edges, .timeout = 10)
{
    char line[400];
    memset(line, 'x', 63);
    strcpy(line + 63, " A");
    cr_assert_eq(parse(line), OK);
    memset(line, 'x', 64);
    strcpy(line + 64, " A");
    cr_assert_eq(parse(line), ERROR_SYNTAX);
    for (int extra = 0; extra < 2; extra++) { /* 3 * 64 + 62 + 1 = 255 bytes, then one more */
        memset(line, 'x', 3 * 64 + 61 + (size_t)extra);
        line[63] = line[127] = line[191] = '.';
        strcpy(line + 3 * 64 + 61 + extra, " A");
        cr_assert_eq(parse(line), extra ? ERROR_SYNTAX : OK);
    }
    cr_assert_eq(parse("x A"), OK);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(load_questions, a_list_survives_being_compiled, .timeout = 10)
{
    char text[] = "/tmp/bench-questions-XXXXXX";
    char compiled[] = "/tmp/bench-compiled-XXXXXX";
    close(mkstemp(text));
    close(mkstemp(compiled));
    write_file(text, "; two\na.example A answer\n\nb.example AAAA nodata"); /* no final newline */
    struct load_questions first;
    struct load_questions second;
    uint32_t line;
    cr_assert_eq(load_questions_open(&first, text, 0, &line), OK);
    cr_assert_eq(first.count, 2);
    cr_assert_eq(load_questions_save(&first, compiled), OK);
    cr_assert_eq(load_questions_open(&second, compiled, 0, &line), OK);
    cr_assert_eq(second.count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct load_question *a = load_questions_at(&first, i);
        const struct load_question *b = load_questions_at(&second, i);
        cr_assert_eq(a->size, b->size);
        cr_assert_eq(a->expect, b->expect);
        cr_assert_arr_eq(a->wire, b->wire, a->size);
    }
    load_questions_close(&first);
    load_questions_close(&second);
    write_file(text, "a.example A\nb.example\n");
    cr_assert_eq(load_questions_open(&first, text, 0, &line), ERROR_SYNTAX);
    cr_assert_eq(line, 2);
    write_file(text, "; nothing\n");
    cr_assert_eq(load_questions_open(&first, text, 0, &line), ERROR_SEMANTICS);
    write_file(text, "PLQUEST1cut");
    cr_assert_eq(load_questions_open(&first, text, 0, &line), ERROR_SYNTAX);
    unlink(text);
    unlink(compiled);
    cr_assert_eq(load_questions_open(&first, text, 0, &line), ERROR_IO);
}

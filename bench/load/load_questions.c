// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_questions.h"

#include "bench/load/load_types.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPILED_MAGIC "PLQUEST1"
#define COMPILED_MAGIC_SIZE 8U
#define RECORD_SIZE_MAX (sizeof(struct load_question) + QUESTION_WIRE_MAX)

static const char *const expect_words[EXPECT_COUNT] = {"any", "answer", "nodata", "nxdomain",
                                                       "referral"};

/* One word of a line: the bytes up to the next blank. */
struct word {
    const char *text;
    size_t size;
};

static struct word next_word(const char **cursor, const char *end)
{
    while (*cursor < end && (**cursor == ' ' || **cursor == '\t' || **cursor == '\r')) {
        (*cursor)++;
    }
    struct word word = {.text = *cursor, .size = 0};
    while (*cursor < end && **cursor != ' ' && **cursor != '\t' && **cursor != '\r') {
        (*cursor)++;
        word.size++;
    }
    return word;
}

/* Reads one byte of a label, which may be escaped; a bare dot is told apart by *ret_dot. */
static enum result label_byte(const char **cursor, const char *end, uint8_t *ret_byte, int *ret_dot)
{
    const char *at = *cursor;
    *ret_dot = *at == '.';
    if (*at != '\\') {
        *ret_byte = (uint8_t)*at;
        *cursor = at + 1;
        return OK;
    }
    at++;
    if (at == end) {
        return ERROR_SYNTAX;
    }
    if (*at < '0' || *at > '9') {
        *ret_byte = (uint8_t)*at;
        *cursor = at + 1;
        return OK;
    }
    if (end - at < 3) {
        return ERROR_SYNTAX;
    }
    uint32_t value = 0;
    for (int i = 0; i < 3; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return ERROR_SYNTAX;
        }
        value = value * 10 + (uint32_t)(at[i] - '0');
    }
    if (value > 255) {
        return ERROR_SYNTAX;
    }
    *ret_byte = (uint8_t)value;
    *cursor = at + 3;
    return OK;
}

static enum result name_to_wire(struct word word, uint8_t *wire, size_t *ret_size)
{
    const char *cursor = word.text;
    const char *end = word.text + word.size;
    size_t used = 1;
    size_t label_start = 0;
    if (word.size == 1 && *cursor == '.') {
        cursor = end;
    }
    while (cursor < end) {
        uint8_t byte;
        int is_dot;
        enum result result = label_byte(&cursor, end, &byte, &is_dot);
        if (result != OK) {
            return result;
        }
        size_t label_size = used - label_start - 1;
        if (is_dot && label_size == 0) {
            return ERROR_SYNTAX;
        }
        if (used >= 255 || (!is_dot && label_size >= 63)) {
            return ERROR_SYNTAX;
        }
        if (is_dot) {
            wire[label_start] = (uint8_t)label_size;
            label_start = used++;
        } else {
            wire[used++] = byte;
        }
    }
    size_t last_size = used - label_start - 1;
    wire[label_start] = (uint8_t)last_size;
    if (last_size > 0) {
        if (used >= 255) {
            return ERROR_SYNTAX;
        }
        wire[used++] = 0;
    }
    *ret_size = used;
    return OK;
}

static enum result expect_from_word(struct word word, uint8_t *ret_expect)
{
    if (word.size == 0) {
        *ret_expect = EXPECT_ANYTHING;
        return OK;
    }
    for (uint8_t i = 0; i < EXPECT_COUNT; i++) {
        if (strlen(expect_words[i]) == word.size &&
            memcmp(expect_words[i], word.text, word.size) == 0) {
            *ret_expect = i;
            return OK;
        }
    }
    return ERROR_SYNTAX;
}

enum result load_question_parse(struct load_question *question, const char *line, size_t size,
                                int edns)
{
    static const uint8_t header[QUESTION_HEADER_SIZE] = {0, 0, 0, 0, 0, 1};
    static const uint8_t opt[QUESTION_EDNS_SIZE] = {0, 0, 41, 1232 >> 8, 1232 & 0xff};
    const char *cursor = line;
    const char *end = line + size;
    struct word name = next_word(&cursor, end);
    if (name.size == 0 || *name.text == ';' || *name.text == '#') {
        return END;
    }
    struct word type_word = next_word(&cursor, end);
    struct word expect_word = next_word(&cursor, end);
    struct word excess = next_word(&cursor, end);
    uint16_t type;
    size_t name_size;
    uint8_t expect;
    if (excess.size != 0 || expect_from_word(expect_word, &expect) != OK ||
        load_type_from_text(type_word.text, type_word.size, &type) != OK ||
        name_to_wire(name, question->wire + QUESTION_HEADER_SIZE, &name_size) != OK) {
        return ERROR_SYNTAX;
    }
    memcpy(question->wire, header, sizeof header);
    uint8_t *at = question->wire + QUESTION_HEADER_SIZE + name_size;
    *at++ = (uint8_t)(type >> 8);
    *at++ = (uint8_t)type;
    *at++ = 0;
    *at++ = 1;
    if (edns) {
        memcpy(at, opt, sizeof opt);
        at += sizeof opt;
        question->wire[11] = 1;
    }
    question->expect = expect;
    question->unused = 0;
    question->question_size = (uint16_t)(name_size + 4);
    question->size = (uint16_t)(at - question->wire);
    return OK;
}

static void *map_anonymous(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Takes a finished question at the end of the pool into the list. */
static enum result take_last(struct load_questions *questions)
{
    const struct load_question *last = (const void *)(questions->pool + questions->pool_used);
    if (questions->count == QUESTIONS_COUNT_MAX) {
        return REFUSED_LIMIT;
    }
    questions->offsets[questions->count++] = (uint32_t)questions->pool_used;
    questions->pool_used += (sizeof *last + last->size + 1U) & ~(size_t)1;
    return OK;
}

static enum result read_text(struct load_questions *questions, const char *text, size_t size,
                             int edns, uint32_t *ret_line)
{
    const char *end = text + size;
    uint32_t line = 0;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line_size = (size_t)((newline ? newline : end) - text);
        line++;
        if (questions->pool_size - questions->pool_used < RECORD_SIZE_MAX) {
            return REFUSED_LIMIT;
        }
        struct load_question *next = (void *)(questions->pool + questions->pool_used);
        enum result result = load_question_parse(next, text, line_size, edns);
        if (result < 0) {
            *ret_line = line;
            return result;
        }
        if (result == OK && (result = take_last(questions)) != OK) {
            return result;
        }
        text = newline ? newline + 1 : end;
    }
    return OK;
}

static enum result read_compiled(struct load_questions *questions, const char *bytes, size_t size)
{
    if (size > questions->pool_size) {
        return REFUSED_LIMIT;
    }
    memcpy(questions->pool, bytes, size);
    while (questions->pool_used < size) {
        const struct load_question *next = (const void *)(questions->pool + questions->pool_used);
        size_t left = size - questions->pool_used;
        if (left < sizeof *next || next->size > QUESTION_WIRE_MAX ||
            next->size < QUESTION_HEADER_SIZE + 5U || next->expect >= EXPECT_COUNT ||
            next->question_size > next->size - QUESTION_HEADER_SIZE ||
            left < ((sizeof *next + next->size + 1U) & ~(size_t)1)) {
            return ERROR_SYNTAX;
        }
        enum result result = take_last(questions);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

static enum result read_mapped(struct load_questions *questions, const char *file, size_t size,
                               int edns, uint32_t *ret_line)
{
    questions->pool_size = QUESTIONS_BYTES_MAX;
    questions->pool = map_anonymous(questions->pool_size);
    questions->offsets = map_anonymous(QUESTIONS_COUNT_MAX * sizeof *questions->offsets);
    if (!questions->pool || !questions->offsets) {
        return REFUSED_MEMORY;
    }
    enum result result;
    if (size >= COMPILED_MAGIC_SIZE && memcmp(file, COMPILED_MAGIC, COMPILED_MAGIC_SIZE) == 0) {
        result = read_compiled(questions, file + COMPILED_MAGIC_SIZE, size - COMPILED_MAGIC_SIZE);
    } else {
        result = read_text(questions, file, size, edns, ret_line);
    }
    if (result == OK && questions->count == 0) {
        return ERROR_SEMANTICS;
    }
    return result;
}

enum result load_questions_open(struct load_questions *questions, const char *path, int edns,
                                uint32_t *ret_line)
{
    memset(questions, 0, sizeof *questions);
    *ret_line = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ERROR_IO;
    }
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return ERROR_IO;
    }
    size_t size = (size_t)status.st_size;
    if (size == 0 || size > QUESTIONS_BYTES_MAX) {
        close(fd);
        return size == 0 ? ERROR_SEMANTICS : REFUSED_LIMIT;
    }
    void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (file == MAP_FAILED) {
        return REFUSED_MEMORY;
    }
    enum result result = read_mapped(questions, file, size, edns, ret_line);
    munmap(file, size);
    if (result != OK) {
        load_questions_close(questions);
    }
    return result;
}

void load_questions_close(struct load_questions *questions)
{
    if (questions->pool) {
        munmap(questions->pool, questions->pool_size);
    }
    if (questions->offsets) {
        munmap(questions->offsets, QUESTIONS_COUNT_MAX * sizeof *questions->offsets);
    }
    memset(questions, 0, sizeof *questions);
}

enum result load_questions_save(const struct load_questions *questions, const char *path)
{
    FILE *file = fopen(path, "wbe");
    if (!file) {
        return ERROR_IO;
    }
    size_t written = fwrite(COMPILED_MAGIC, 1, COMPILED_MAGIC_SIZE, file);
    written += fwrite(questions->pool, 1, questions->pool_used, file);
    int closed = fclose(file);
    return closed == 0 && written == COMPILED_MAGIC_SIZE + questions->pool_used ? OK : ERROR_IO;
}

const struct load_question *load_questions_at(const struct load_questions *questions,
                                              uint32_t index)
{
    return (const void *)(questions->pool + questions->offsets[index]);
}

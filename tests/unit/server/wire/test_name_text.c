// SPDX-License-Identifier: Apache-2.0
#include "server/wire/name.h"

#include "tests/unit/server/wire/wire_sample.h"

static const uint8_t origin[] = "\6origin";

static enum result parse(const char *text, const uint8_t *below, struct name *name)
{
    return name_from_text(text, strlen(text), below, name);
}

static void expect(const char *text, const uint8_t *below, const void *wire, size_t size)
{
    struct name name;
    cr_assert_eq(parse(text, below, &name), OK, "%s", text);
    cr_assert_eq(name.length, size, "%s: %u", text, name.length);
    cr_assert_arr_eq(name.bytes, wire, size);
}

Test(name_text, absolute_and_relative, .timeout = 10)
{
    expect(".", origin, "", 1);
    expect("a.", origin, "\1a", 3);
    expect("a", origin, "\1a\6origin", 10);
    expect("a.B", origin, "\1a\1B\6origin", 12);
    expect("a", NULL, "\1a", 3);
    expect("@", origin, origin, sizeof origin);
    expect("@", NULL, "\1@", 3);
    expect("\\@", origin, "\1@\6origin", 10);
    expect("@.", origin, "\1@", 3);
    expect("*.a.", NULL, "\1*\1a", 5);
}

Test(name_text, escapes, .timeout = 10)
{
    expect("a\\.b.", NULL, "\3a.b", 5);
    expect("\\000\\255.", NULL, "\2\0\377", 4);
    expect("\\065.", NULL, "\1A", 3);
    expect("\\\\.", NULL, "\1\\", 3);
    expect("a\\.", NULL, "\2a.", 4);
}

Test(name_text, bad_texts, .timeout = 10)
{
    static const char *const bad[] = {"",     "..",    ".a",    "a..b",  "a..",   "a\\",
                                      "\\25", "\\256", "\\2x5", "\\25x", "a.\\0", "a.b.\\"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct name name = {.length = 77};
        cr_assert_eq(parse(bad[i], NULL, &name), ERROR_SYNTAX, "%s", bad[i]);
        cr_assert_eq(parse(bad[i], origin, &name), ERROR_SYNTAX, "%s", bad[i]);
        cr_assert_eq(name.length, 77, "written on failure");
    }
}

/* `count` labels of one letter, dotted. */
static size_t dotted(char *text, size_t labels)
{
    for (size_t i = 0; i < labels; i++) {
        text[2 * i] = 'x';
        text[2 * i + 1] = '.';
    }
    text[2 * labels] = 0;
    return 2 * labels;
}

Test(name_text, labels_of_63_and_64, .timeout = 10)
{
    char text[70];
    memset(text, 'l', sizeof text);
    struct name name;
    cr_assert_eq(name_from_text(text, 63, NULL, &name), OK);
    cr_assert_eq(name.length, 65);
    cr_assert_eq(name_from_text(text, 64, NULL, &name), REFUSED_LIMIT);
    text[63] = '.';
    cr_assert_eq(name_from_text(text, 64, NULL, &name), OK);
}

Test(name_text, names_of_254_255_and_256, .timeout = 10)
{
    char text[400];
    struct name name;
    cr_assert_eq(name_from_text(text, dotted(text, 127), NULL, &name), OK);
    cr_assert_eq(name.length, 255);
    cr_assert_eq(name_label_count(name.bytes), 127);
    cr_assert_eq(name_from_text(text, dotted(text, 128), NULL, &name), REFUSED_LIMIT);
    cr_assert_eq(name_from_text(text, dotted(text, 126), NULL, &name), OK);
    cr_assert_eq(name.length, 253);
    /* 253 and 254 through the origin: two bytes of label and its length, then the origin's. */
    struct name below = sample_long(252);
    cr_assert_eq(parse("xx", below.bytes, &name), OK);
    cr_assert_eq(name.length, 255);
    cr_assert_eq(parse("x", below.bytes, &name), OK);
    cr_assert_eq(name.length, 254);
    cr_assert_eq(parse("xxx", below.bytes, &name), REFUSED_LIMIT);
    below = sample_long(255);
    cr_assert_eq(parse("@", below.bytes, &name), OK);
    cr_assert_eq(name.length, 255);
}

Test(name_text, prints_what_parses_back, .timeout = 10)
{
    char text[NAME_TEXT_MAX];
    cr_assert_eq(name_to_text(name_root, text), 1);
    cr_assert_str_eq(text, ".");
    struct name name = sample_name("Www.\\.\\\\\\\"\\(\\)\\;\\@\\$\\032\\000\\127\\200.example");
    size_t length = name_to_text(name.bytes, text);
    cr_assert_eq(length, strlen(text));
    cr_assert_str_eq(text, "Www.\\.\\\\\\\"\\(\\)\\;\\@\\$\\032\\000\\127\\200.example.");
}

Test(name_text, the_longest_text_fits, .timeout = 10)
{
    struct name name = sample_long(255);
    for (size_t at = 0; name.bytes[at] != 0; at += 1u + name.bytes[at]) {
        memset(name.bytes + at + 1, 0, name.bytes[at]);
    }
    char text[NAME_TEXT_MAX];
    size_t length = name_to_text(name.bytes, text);
    cr_assert_leq(length, NAME_TEXT_MAX - 1);
    struct name back;
    cr_assert_eq(name_from_text(text, length, NULL, &back), OK);
    cr_assert_eq(back.length, 255);
    cr_assert_arr_eq(back.bytes, name.bytes, 255);
}

Test(name_text, any_name_survives_the_round, .timeout = 30)
{
    struct sample_random random = sample_seeded("name_text");
    for (unsigned round = 0; round < 5000; round++) {
        struct name name = sample_long(3 + sample_below(&random, 253));
        for (size_t at = 0; name.bytes[at] != 0; at += 1u + name.bytes[at]) {
            for (size_t i = 1; i <= name.bytes[at]; i++) {
                name.bytes[at + i] = (uint8_t)sample_next(&random);
            }
        }
        char text[NAME_TEXT_MAX];
        size_t length = name_to_text(name.bytes, text);
        struct name back;
        cr_assert_eq(name_from_text(text, length, origin, &back), OK, "%s", text);
        cr_assert_eq(back.length, name.length);
        cr_assert_arr_eq(back.bytes, name.bytes, name.length);
    }
}

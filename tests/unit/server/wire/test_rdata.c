// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include "server/wire/rdata_field.h"

#include <stdio.h>
#include <time.h>

/* ------------------------------------------------------------------ the examples of every type */

#define EXAMPLE_BYTES_MAX 8192u

struct example {
    char *mnemonic;
    char *text;
    char *hex;
    char *printed;
};

static bool next_example(FILE *file, char line[EXAMPLE_BYTES_MAX], struct example *ret_example)
{
    while (fgets(line, EXAMPLE_BYTES_MAX, file) != NULL) {
        char *field[4] = {line};
        unsigned count = 1;
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '#') {
            continue;
        }
        for (char *at = line; *at != 0 && count < 4; at++) {
            if (*at == '\t') {
                *at = 0;
                field[count++] = at + 1;
            }
        }
        cr_assert_eq(count, 4, "%s", line);
        *ret_example = (struct example){field[0], field[1], field[2],
                                        strcmp(field[3], "=") == 0 ? field[1] : field[3]};
        return true;
    }
    return false;
}

static FILE *open_examples(void)
{
    FILE *file = fopen(RDATA_EXAMPLES, "r");
    cr_assert_not_null(file, "%s", RDATA_EXAMPLES);
    return file;
}

Test(rdata, examples_of_every_type_go_both_ways, .timeout = 30)
{
    static uint8_t seen[65536];
    char line[EXAMPLE_BYTES_MAX];
    struct example example;
    FILE *file = open_examples();
    while (next_example(file, line, &example)) {
        expect_wire(example.mnemonic, example.text, example.hex);
        expect_print(example.mnemonic, example.hex, example.printed);
        seen[type_named(example.mnemonic)]++;
    }
    fclose(file);
    for (uint32_t type = 0; type < 65536; type++) {
        if (rrtype_is_known((uint16_t)type)) {
            cr_assert_geq(seen[type], 2, "type %u has %u examples", type, seen[type]);
        }
    }
}

/* The unknown form gives the same bytes for each of them, and a cut anywhere never leads outside:
 * whatever the check lets pass is printed and parsed to the same. */
Test(rdata, examples_cut_anywhere_and_in_unknown_form, .timeout = 60)
{
    static uint8_t wire[SCRATCH_BYTES];
    static uint8_t text[SCRATCH_BYTES];
    static uint8_t again[SCRATCH_BYTES];
    char line[EXAMPLE_BYTES_MAX];
    struct example example;
    FILE *file = open_examples();
    while (next_example(file, line, &example)) {
        uint16_t type = type_named(example.mnemonic);
        size_t size = unhex(example.hex, wire);
        for (size_t cut = 0; cut <= size; cut++) {
            if (check_exactly(type, wire, cut) != OK) {
                cr_assert_lt(cut, size);
                continue;
            }
            struct rdata_error error = {"none", 0, 0};
            struct writer out = writer_over(text, sizeof text - 1);
            struct writer back = writer_over(again, sizeof again);
            cr_assert_eq(rdata_to_text(type, wire, cut, &out), OK);
            text[out.at] = 0;
            cr_assert_eq(parse_text(type, (char *)text, &back, &error), OK, "%s %s: %s",
                         example.mnemonic, (char *)text, error.reason);
            cr_assert_eq(back.at, cut, "%s %s", example.mnemonic, (char *)text);
            cr_assert_eq(memcmp(again, wire, cut), 0, "%s %s", example.mnemonic, (char *)text);
        }
        struct rdata_error error = {"none", 0, 0};
        struct writer out = writer_over(text, sizeof text - 1);
        struct writer back = writer_over(again, sizeof again);
        cr_assert_eq(rdata_to_text_unknown(wire, size, &out), OK);
        text[out.at] = 0;
        cr_assert_eq(parse_text(type, (char *)text, &back, &error), OK, "%s", error.reason);
        cr_assert_eq(back.at, size);
        cr_assert_eq(memcmp(again, wire, size), 0);
    }
    fclose(file);
}

/* Parsing and printing into every room that is too small: refused, and nothing is left behind. */
Test(rdata, examples_with_too_little_room, .timeout = 60)
{
    static uint8_t wire[SCRATCH_BYTES];
    char line[EXAMPLE_BYTES_MAX];
    struct example example;
    FILE *file = open_examples();
    while (next_example(file, line, &example)) {
        uint16_t type = type_named(example.mnemonic);
        size_t size = unhex(example.hex, wire);
        for (size_t room = 0; room < size; room++) {
            uint8_t *small = malloc(room + 1);
            struct writer out = writer_over(small, room);
            struct rdata_error error = {NULL, 0, 0};
            cr_assert_eq(parse_text(type, example.text, &out, &error), REFUSED_LIMIT,
                         "%s %s in %zu", example.mnemonic, example.text, room);
            cr_assert_not_null(error.reason);
            cr_assert_eq(out.at, 0);
            struct reader message = reader_over(wire, size);
            cr_assert_eq(rdata_from_wire(&message, type, size, &out), REFUSED_LIMIT);
            cr_assert_eq(out.at, 0);
            free(small);
        }
        size_t length = strlen(example.printed);
        for (size_t room = 0; room < length; room++) {
            uint8_t *small = malloc(room + 1);
            struct writer out = writer_over(small, room);
            cr_assert_eq(rdata_to_text(type, wire, size, &out), REFUSED_LIMIT, "%s in %zu",
                         example.mnemonic, room);
            cr_assert_eq(out.at, 0);
            free(small);
        }
    }
    fclose(file);
}

/* Bytes of an example changed at random: the check never looks outside, and what passes survives
 * its text. */
Test(rdata, changed_examples_survive_their_text, .timeout = 120)
{
    static uint8_t wire[SCRATCH_BYTES];
    static uint8_t text[SCRATCH_BYTES];
    static uint8_t again[SCRATCH_BYTES];
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("PLIMSOLL_TEST_SEED");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : seed;
    fprintf(stderr, "seed %u\n", seed);
    srandom(seed);
    char line[EXAMPLE_BYTES_MAX];
    struct example example;
    FILE *file = open_examples();
    unsigned passed = 0;
    while (next_example(file, line, &example)) {
        uint16_t type = type_named(example.mnemonic);
        size_t whole = unhex(example.hex, wire);
        for (unsigned round = 0; round < 300; round++) {
            size_t size = unhex(example.hex, wire);
            for (unsigned changes = (unsigned)random() % 4; changes > 0 && size > 0; changes--) {
                wire[(size_t)random() % size] = (uint8_t)(random() >> 4);
            }
            if (random() % 8 == 0) {
                size = (size_t)random() % (whole + 1);
            }
            if (check_exactly(type, wire, size) != OK) {
                continue;
            }
            passed++;
            struct rdata_error error = {"none", 0, 0};
            struct writer out = writer_over(text, sizeof text - 1);
            struct writer back = writer_over(again, sizeof again);
            cr_assert_eq(rdata_to_text(type, wire, size, &out), OK);
            text[out.at] = 0;
            cr_assert_eq(parse_text(type, (char *)text, &back, &error), OK, "seed %u: %s %s: %s",
                         seed, example.mnemonic, (char *)text, error.reason);
            cr_assert_eq(back.at, size, "seed %u: %s %s", seed, example.mnemonic, (char *)text);
            cr_assert_eq(memcmp(again, wire, size), 0, "seed %u: %s %s", seed, example.mnemonic,
                         (char *)text);
            size_t offset = 0;
            while (rdata_name_next(type, wire, size, &offset) != NULL) {
                cr_assert_leq(offset, size);
            }
            rdata_canonicalise(type, again, size);
            cr_assert_eq(rdata_compare(type, wire, size, again, size), 0);
        }
    }
    fclose(file);
    cr_assert_gt(passed, 1000);
}

/* ------------------------------------------------------------------ from a message */

Test(rdata, compressed_names_are_expanded_where_the_type_allows_it, .timeout = 10)
{
    /* "example." at 0, then MX data "10 mail" + pointer at 9 */
    static const uint8_t message[] = {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e',  0,
                                      0, 10,  4,   'm', 'a', 'i', 'l', 0xc0, 0};
    static const uint8_t wanted[] = "\0\12\4mail\7example";
    uint8_t out_bytes[64];
    struct reader reader = reader_over(message, sizeof message);
    struct writer out = writer_over(out_bytes, sizeof out_bytes);
    reader.at = 9;
    cr_assert_eq(rdata_from_wire(&reader, TYPE_MX, 9, &out), OK);
    cr_assert_eq(reader.at, sizeof message);
    cr_assert_eq(out.at, sizeof wanted);
    cr_assert_arr_eq(out_bytes, wanted, sizeof wanted);

    reader.at = 9;
    cr_assert_eq(rdata_from_wire(&reader, TYPE_LP, 9, &out), ERROR_SYNTAX,
                 "no compression in types later than RFC 3597");
    cr_assert_not(reader_ok(&reader));
    cr_assert_eq(out.at, sizeof wanted, "nothing is left of what failed");
}

Test(rdata, record_data_ends_where_its_length_says, .timeout = 10)
{
    static const uint8_t message[] = {192, 0, 2, 1, 99};
    uint8_t out_bytes[8];
    struct writer out = writer_over(out_bytes, sizeof out_bytes);
    for (size_t size = 0; size <= 6; size++) {
        struct reader reader = reader_over(message, sizeof message);
        enum result result = rdata_from_wire(&reader, TYPE_A, size, &out);
        cr_assert_eq(result, size == 4 ? OK : ERROR_SYNTAX, "%zu", size);
        cr_assert_eq(reader_ok(&reader), size == 4);
    }
    cr_assert_eq(out.at, 4);
    struct reader reader = reader_over(message, sizeof message);
    cr_assert_eq(rdata_from_wire(&reader, 4711, 5, &out), REFUSED_LIMIT);
    out.at = 0;
    cr_assert_eq(rdata_from_wire(&reader, 4711, 5, &out), OK, "unknown types are opaque");
    cr_assert_arr_eq(out_bytes, message, 5);
    out.failed = true;
    cr_assert_eq(rdata_from_wire(&reader, 4711, 0, &out), REFUSED_LIMIT);
}

Test(rdata, at_most_65535_bytes, .timeout = 10)
{
    uint8_t *bytes = calloc(1, RDATA_BYTES_MAX + 1);
    cr_assert_eq(rdata_check(4711, bytes, RDATA_BYTES_MAX), OK);
    cr_assert_eq(rdata_check(4711, bytes, RDATA_BYTES_MAX + 1), ERROR_SYNTAX);
    cr_assert_eq(rdata_check(4711, bytes, 0), OK);
    free(bytes);
}

/* ------------------------------------------------------------------ text */

Test(rdata, the_unknown_form, .timeout = 10)
{
    expect_wire("A", "\\# 4 0A000001", "0A000001");
    expect_wire("TYPE731", "\\# 6 abc def 01 2345", "ABCDEF012345");
    expect_wire("TYPE731", "\\# 0", "");
    expect_refusal("A", "\\# 3 0A0000", 1, "data that does not follow the type's format");
    expect_refusal("TYPE731", "\\# 2 0A", 6, "not as many bytes as announced");
    expect_refusal("TYPE731", "\\# 2 0A0", 6, "an odd number of hexadecimal digits");
    expect_refusal("TYPE731", "\\# 2 0A 0Z", 9, "not a hexadecimal digit");
    expect_refusal("TYPE731", "\\# 65536 00", 4, "not a number from 0 to 65535");
    expect_refusal("TYPE731", "\\#", 3, MISSING);
    expect_refusal("TYPE731", "x", 1, "a type without a text form of its own: use \\#");
    expect_refusal("NULL", "", 1, "a type without a text form of its own: use \\#");
    expect_refusal("TXT", "\\# 1 00 \"", 9, "a quoted string does not end");
}

Test(rdata, an_entry_ends_with_its_last_field, .timeout = 10)
{
    expect_refusal("A", "192.0.2.1 x", 11, EXTRA);
    expect_refusal("A", "", 1, MISSING);
    expect_refusal("MX", "10", 3, MISSING);
    expect_refusal("A", "192.0.2.1 \"", 11, "a quoted string does not end");
    expect_wire("A", "192.0.2.1 ; comment", "C0000201");

    static const char text[] = "192.0.2.1\n192.0.2.x\n192.0.2.3";
    struct lexer lexer;
    uint8_t bytes[16];
    struct rdata_error error;
    struct writer out = writer_over(bytes, sizeof bytes);
    lexer_init_text(&lexer, text, sizeof text - 1);
    cr_assert_eq(rdata_from_text(&lexer, TYPE_A, name_root, &out, &error), OK);
    cr_assert_eq(rdata_from_text(&lexer, TYPE_A, name_root, &out, &error), ERROR_SYNTAX);
    cr_assert_eq(error.line, 2);
    cr_assert_eq(error.column, 1);
    lexer_skip_line(&lexer);
    cr_assert_eq(rdata_from_text(&lexer, TYPE_A, name_root, &out, &error), OK);
    cr_assert_eq(out.at, 8);
}

Test(rdata, relative_names_take_the_origin, .timeout = 10)
{
    expect_wire("NS", "ns1", "036E7331 066F726967696E 00");
    expect_wire("NS", "@", "066F726967696E 00");
    expect_wire("NS", "ns1.", "036E7331 00");
}

/* ------------------------------------------------------------------ canonical form and names */

Test(rdata, canonical_form_lowers_names_and_nothing_else, .timeout = 10)
{
    uint8_t bytes[128];
    uint8_t wanted[128];
    static const struct {
        const char *mnemonic;
        const char *text;
        const char *canonical;
    } cases[] = {
        {"NS", "NS.Example.", "ns.example."},
        {"SOA", "NS.X. MAIL.Y. 1 2 3 4 5", "ns.x. mail.y. 1 2 3 4 5"},
        {"NAPTR", "1 2 \"S\" \"HTTP\" \"X\" WWW.Example.", "1 2 \"S\" \"HTTP\" \"X\" www.example."},
        {"RRSIG", "A 8 0 0 0 0 0 Signer. QUFB", "A 8 0 0 0 0 0 signer. QUFB"},
        {"A6", "64 ::4142:4344 SUB.X.", "64 ::4142:4344 sub.x."},
        {"NSEC", "Host.X. A", "Host.X. A"},
        {"TXT", "ABC", "ABC"},
        {"HIP", "2 4142 QUFB RVS.X.", "2 4142 QUFB RVS.X."},
        {"SVCB", "1 Svc.X.", "1 Svc.X."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rdata_error error;
        struct writer out = writer_over(bytes, sizeof bytes);
        struct writer canonical = writer_over(wanted, sizeof wanted);
        uint16_t type = type_named(cases[i].mnemonic);
        cr_assert_eq(parse_text(type, cases[i].text, &out, &error), OK);
        cr_assert_eq(parse_text(type, cases[i].canonical, &canonical, &error), OK);
        cr_assert(rdata_equal(type, bytes, out.at, wanted, out.at));
        cr_assert_eq(rdata_compare(type, bytes, out.at, wanted, out.at), 0);
        rdata_canonicalise(type, bytes, out.at);
        cr_assert_arr_eq(bytes, wanted, out.at, "%s", cases[i].mnemonic);
    }
    rdata_canonicalise(4711, bytes, 1);
    rdata_canonicalise(TYPE_NS, bytes, 0);
}

Test(rdata, canonical_order, .timeout = 10)
{
    static const struct {
        const char *mnemonic;
        const char *less;
        const char *more;
    } cases[] = {
        {"A", "1.2.3.4", "1.2.3.5"},
        {"MX", "10 Z.", "20 a."},
        {"MX", "10 A.", "10 b."},
        {"MX", "10 a.", "10 B."},
        {"TXT", "B", "a"},
        {"NSEC", "B. A", "a. A"}, /* not lowered */
        {"TXT", "a", "a b"},
        {"SOA", "a. B. 1 1 1 1 1", "A. c. 0 0 0 0 0"},
        {"TYPE4711", "\\# 0", "\\# 1 00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t less[64];
        uint8_t more[64];
        struct rdata_error error;
        struct writer a = writer_over(less, sizeof less);
        struct writer b = writer_over(more, sizeof more);
        uint16_t type = type_named(cases[i].mnemonic);
        cr_assert_eq(parse_text(type, cases[i].less, &a, &error), OK);
        cr_assert_eq(parse_text(type, cases[i].more, &b, &error), OK);
        cr_assert_lt(rdata_compare(type, less, a.at, more, b.at), 0, "%s", cases[i].less);
        cr_assert_gt(rdata_compare(type, more, b.at, less, a.at), 0, "%s", cases[i].less);
        cr_assert_eq(rdata_compare(type, less, a.at, less, a.at), 0);
        cr_assert_not(rdata_equal(type, less, a.at, more, b.at));
    }
}

Test(rdata, names_are_walked_in_order, .timeout = 10)
{
    static const struct {
        const char *mnemonic;
        const char *text;
        unsigned count;
    } cases[] = {
        {"A", "1.2.3.4", 0},
        {"NS", "n1.", 1},
        {"SOA", "n1. n2. 1 2 3 4 5", 2},
        {"MX", "10 n1.", 1},
        {"SRV", "0 0 0 n1.", 1},
        {"NAPTR", "1 2 a bc def n1.", 1},
        {"PX", "10 n1. n2.", 2},
        {"A6", "64 ::1 n1.", 1},
        {"A6", "0 ::1", 0},
        {"HIP", "2 4142 QUFB n1. n2. n3.", 3},
        {"HIP", "2 4142 QUFB", 0},
        {"NSEC", "n1. A", 1},
        {"HTTPS", "1 n1. port=1", 1},
        {"WINSR", "n1.", 1},
        {"TYPE4711", "\\# 1 00", 0},
        {"NULL", "\\# 1 00", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[128];
        struct rdata_error error = {"none", 0, 0};
        struct writer out = writer_over(bytes, sizeof bytes);
        uint16_t type = type_named(cases[i].mnemonic);
        cr_assert_eq(parse_text(type, cases[i].text, &out, &error), OK, "%s", error.reason);
        size_t offset = 0;
        for (unsigned n = 1; n <= cases[i].count; n++) {
            const uint8_t *name = rdata_name_next(type, bytes, out.at, &offset);
            cr_assert_not_null(name, "%s", cases[i].text);
            cr_assert_eq(name[0], 2);
            cr_assert_eq(name[2], '0' + n);
            cr_assert_eq(offset, (size_t)(name - bytes) + 4);
        }
        cr_assert_null(rdata_name_next(type, bytes, out.at, &offset), "%s", cases[i].text);
    }
}

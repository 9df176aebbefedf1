// SPDX-License-Identifier: Apache-2.0
#include "server/wire/name.h"

#include "tests/unit/server/wire/wire_sample.h"

static const uint8_t example[] = "\7example";
static const uint8_t www[] = "\3www\7EXAMPLE";

Test(name, lengths_and_labels, .timeout = 10)
{
    cr_assert_eq(name_length(name_root), 1);
    cr_assert_eq(name_label_count(name_root), 0);
    cr_assert(name_is_root(name_root));
    cr_assert_eq(name_length(www), sizeof www);
    cr_assert_eq(name_label_count(www), 2);
    struct name most = {.length = 255};
    for (size_t i = 0; i < 254; i += 2) {
        most.bytes[i] = 1;
        most.bytes[i + 1] = 'x';
    }
    most.bytes[254] = 0;
    cr_assert_eq(name_length(most.bytes), 255);
    cr_assert_eq(name_label_count(most.bytes), NAME_LABELS_MAX);
    cr_assert_eq(name_common_labels(most.bytes, most.bytes), NAME_LABELS_MAX);
    cr_assert_eq(name_compare(most.bytes, most.bytes), 0);
}

Test(name, parents_and_skips, .timeout = 10)
{
    cr_assert_eq(name_parent(www), www + 4);
    cr_assert_eq(name_parent(name_root), name_root);
    cr_assert_eq(name_skip(www, 0), www);
    cr_assert_eq(name_skip(www, 1), www + 4);
    cr_assert_eq(name_skip(www, 2), www + 12);
    cr_assert_eq(name_skip(www, 3), www + 12, "stays at the root");
}

Test(name, equal_whatever_the_case, .timeout = 10)
{
    cr_assert(name_equal(example, www + 4));
    cr_assert(name_equal(name_root, name_root));
    cr_assert_not(name_equal(example, www));
    cr_assert_not(name_equal(example, (const uint8_t *)"\7exampl["));
    cr_assert_not(name_equal((const uint8_t *)"\1@", (const uint8_t *)"\1`"), "no letters");
    /* The same bytes, cut into labels differently. */
    cr_assert_not(name_equal((const uint8_t *)"\3a\1b", (const uint8_t *)"\1a\1b"));
}

Test(name, at_or_below, .timeout = 10)
{
    cr_assert(name_is_at_or_below(www, example));
    cr_assert(name_is_at_or_below(example, example));
    cr_assert(name_is_at_or_below(www, name_root));
    cr_assert(name_is_at_or_below(name_root, name_root));
    cr_assert_not(name_is_at_or_below(example, www));
    cr_assert_not(name_is_at_or_below((const uint8_t *)"\12wwwexample", example));
}

Test(name, common_labels, .timeout = 10)
{
    cr_assert_eq(name_common_labels(www, example), 1);
    cr_assert_eq(name_common_labels(www, www), 2);
    cr_assert_eq(name_common_labels(www, name_root), 0);
    cr_assert_eq(name_common_labels(www, (const uint8_t *)"\3www\3com"), 0);
}

/* The example of RFC 4034 section 6.1, in its order. */
Test(name, canonical_order, .timeout = 10)
{
    static const char *const sorted[] = {
        ".",
        "example.",
        "a.example.",
        "yljkjljk.a.example.",
        "Z.a.example.",
        "zABC.a.EXAMPLE.",
        "z.example.",
        "\\001.z.example.",
        "*.z.example.",
        "\\200.z.example.",
    };
    size_t count = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            struct name a = sample_name(sorted[i]);
            struct name b = sample_name(sorted[j]);
            int order = name_compare(a.bytes, b.bytes);
            cr_assert((order < 0) == (i < j) && (order > 0) == (i > j), "%s %s: %d", sorted[i],
                      sorted[j], order);
        }
    }
    /* A missing byte sorts before a zero byte. */
    cr_assert_lt(name_compare((const uint8_t *)"\1a", (const uint8_t *)"\2a\0"), 0);
}

Test(name, wildcards, .timeout = 10)
{
    struct name star;
    cr_assert_eq(name_wildcard_of(example, &star), OK);
    cr_assert(name_is_wildcard(star.bytes));
    cr_assert_eq(star.length, sizeof example + 2);
    cr_assert_not(name_is_wildcard(example));
    cr_assert_not(name_is_wildcard((const uint8_t *)"\2**"));
    cr_assert_not(name_is_wildcard(name_root));
    struct name most = sample_long(253);
    cr_assert_eq(name_wildcard_of(most.bytes, &star), OK);
    cr_assert_eq(star.length, 255);
    most = sample_long(254);
    cr_assert_eq(name_wildcard_of(most.bytes, &star), REFUSED_LIMIT);
}

Test(name, copies, .timeout = 10)
{
    uint8_t to[NAME_BYTES_MAX];
    cr_assert_eq(name_copy(to, www), sizeof www);
    cr_assert_arr_eq(to, www, sizeof www);
    cr_assert_eq(name_copy_lower(to, www), sizeof www);
    cr_assert_arr_eq(to, "\3www\7example", sizeof www);
    cr_assert_eq(name_copy_lower(to, name_root), 1);
    struct name most = sample_long(255);
    cr_assert_eq(name_copy_lower(to, most.bytes), 255);
    cr_assert_arr_eq(to, most.bytes, 255);
}

Test(name, joins, .timeout = 10)
{
    struct name name;
    cr_assert_eq(name_join((const uint8_t *)"\3www", example, &name), OK);
    cr_assert(name_equal(name.bytes, www));
    cr_assert_eq(name.length, sizeof www);
    cr_assert_eq(name_join(name_root, example, &name), OK);
    cr_assert(name_equal(name.bytes, example));
    cr_assert_eq(name_join(example, name_root, &name), OK);
    cr_assert(name_equal(name.bytes, example));
    struct name a = sample_long(128);
    struct name b = sample_long(128);
    cr_assert_eq(name_join(a.bytes, b.bytes, &name), OK);
    cr_assert_eq(name.length, 255);
    b = sample_long(129);
    cr_assert_eq(name_join(a.bytes, b.bytes, &name), REFUSED_LIMIT);
    cr_assert_eq(name.length, 255, "untouched");
}

/* RFC 6672 section 2.2. */
Test(name, substitutes_a_tail, .timeout = 10)
{
    struct name from = sample_name("a.b.example.");
    struct name to = sample_name("Target.net.");
    struct name out;
    cr_assert_eq(name_substitute(from.bytes, example, to.bytes, &out), OK);
    struct name expected = sample_name("a.b.Target.net.");
    cr_assert_eq(out.length, expected.length);
    cr_assert_arr_eq(out.bytes, expected.bytes, expected.length);
    cr_assert_eq(name_substitute(from.bytes, example, name_root, &out), OK);
    expected = sample_name("a.b.");
    cr_assert_eq(out.length, expected.length);
    struct name longest = sample_long(251);
    cr_assert_eq(name_substitute(from.bytes, example, longest.bytes, &out), OK);
    cr_assert_eq(out.length, 255);
    longest = sample_long(252);
    cr_assert_eq(name_substitute(from.bytes, example, longest.bytes, &out), REFUSED_LIMIT);
    /* In place. */
    cr_assert_eq(name_substitute(from.bytes, example, to.bytes, &from), OK);
    expected = sample_name("a.b.Target.net.");
    cr_assert_arr_eq(from.bytes, expected.bytes, expected.length);
}

/* ---- from messages ----------------------------------------------------------------------------
 */

Test(name, reads_a_name_and_stands_behind_it, .timeout = 10)
{
    static const uint8_t message[] = "\3www\7example\0\3ftp\300\4\300\15x";
    struct reader reader = reader_over(message, sizeof message - 1);
    struct name name;
    name_from_wire(&reader, &name);
    cr_assert(reader_ok(&reader));
    cr_assert_eq(reader.at, 13);
    cr_assert_eq(name.length, 13);
    name_from_wire(&reader, &name);
    cr_assert(name_equal(name.bytes, (const uint8_t *)"\3ftp\7example"));
    cr_assert_eq(reader.at, 19);
    cr_assert_eq(reader.hops, 1);
    name_from_wire(&reader, &name);
    cr_assert(name_equal(name.bytes, (const uint8_t *)"\3ftp\7example"));
    cr_assert_eq(reader.at, 21);
    cr_assert_eq(reader.hops, 3);
}

static bool reads(const void *bytes, size_t size, size_t at)
{
    struct reader reader = reader_over(bytes, size);
    reader.at = at;
    struct name name = {.length = 77};
    name_from_wire(&reader, &name);
    cr_assert(reader_ok(&reader) || name.length == 77, "written on failure");
    return reader_ok(&reader);
}

Test(name, pointers_lead_backward_only, .timeout = 10)
{
    cr_assert(reads("\0\300\0", 3, 1));
    cr_assert_not(reads("\0\300\1", 3, 1), "to itself");
    cr_assert_not(reads("\300\2\0", 3, 0), "forward");
    cr_assert_not(reads("\1a\300\0", 4, 0), "into its own labels: a loop");
    cr_assert_not(reads("\1a\300\1", 4, 0), "into the middle of its own labels");
    cr_assert_not(reads("\300\2\300\0", 4, 2), "two that point at each other");
    cr_assert_not(reads("\1a\300\4\300\0", 6, 4), "back, then forward to where it came from");
    cr_assert_not(reads("\0\300", 2, 1), "half a pointer");
    cr_assert_not(reads("\0\377\377", 3, 1), "past the end");
}

Test(name, reserved_label_types_fail, .timeout = 10)
{
    cr_assert_not(reads("\100a\0", 3, 0));
    cr_assert_not(reads("\200a\0", 3, 0));
    cr_assert_not(reads("", 0, 0));
    cr_assert_not(reads("\1", 1, 0));
    cr_assert_not(reads("\1a", 2, 0), "no root");
    cr_assert(reads("\1a\0", 3, 0));
}

Test(name, hops_are_bounded, .timeout = 10)
{
    /* A root, and pointers each of which leads to the one before. */
    uint8_t message[1 + 2 * 200] = {0};
    size_t previous = 0;
    for (size_t i = 0; i < 200; i++) {
        size_t at = 1 + 2 * i;
        message[at] = (uint8_t)(0xc0 | previous >> 8);
        message[at + 1] = (uint8_t)previous;
        previous = at;
    }
    cr_assert(reads(message, sizeof message, 1 + 2 * (NAME_HOPS_MAX - 1)), "126");
    cr_assert_not(reads(message, sizeof message, (size_t)1 + 2 * NAME_HOPS_MAX), "127");
    cr_assert_not(reads(message, sizeof message, (size_t)1 + 2 * (NAME_HOPS_MAX + 1)), "128");
}

Test(name, hops_of_one_message_are_bounded, .timeout = 10)
{
    static const uint8_t message[] = {0, 0xc0, 0};
    struct reader reader = reader_over(message, sizeof message);
    struct name name;
    for (unsigned i = 0; i < NAME_HOPS_TOTAL_MAX; i++) {
        reader.at = 1;
        name_from_wire(&reader, &name);
    }
    cr_assert(reader_ok(&reader));
    reader.at = 1;
    name_from_wire(&reader, &name);
    cr_assert_not(reader_ok(&reader));
}

Test(name, at_most_255_bytes, .timeout = 10)
{
    for (size_t length = 253; length <= 255; length++) {
        struct name most = sample_long(length);
        cr_assert(reads(most.bytes, most.length, 0), "%zu", length);
        struct reader reader = reader_over(most.bytes, most.length);
        cr_assert_eq(name_in_place(&reader), most.bytes);
        cr_assert_eq(reader.at, length);
    }
    uint8_t longer[256];
    struct name most = sample_long(253);
    longer[0] = 2;
    memset(longer + 1, 'x', 2);
    memcpy(longer + 3, most.bytes, 253);
    cr_assert_not(reads(longer, sizeof longer, 0), "256");
    struct reader reader = reader_over(longer, sizeof longer);
    cr_assert_null(name_in_place(&reader));
    cr_assert_not(reader_ok(&reader));
    /* The same by a pointer: 253 bytes there, 3 here. */
    uint8_t message[253 + 5];
    memcpy(message, most.bytes, 253);
    memcpy(message + 253, "\2xx\300\0", 5);
    cr_assert_not(reads(message, sizeof message, 253));
    memcpy(message + 253, "\1x\300\0", 4);
    cr_assert(reads(message, sizeof message - 1, 253), "255");
}

Test(name, in_place_takes_no_pointer, .timeout = 10)
{
    static const uint8_t bytes[] = "\3www\0\1a\300\0";
    struct reader reader = reader_over(bytes, sizeof bytes - 1);
    cr_assert_eq(name_in_place(&reader), bytes);
    cr_assert_eq(reader.at, 5);
    cr_assert_null(name_in_place(&reader));
    cr_assert_null(name_in_place(&reader), "quiet");
    reader = reader_over("\3ww", 3);
    cr_assert_null(name_in_place(&reader));
    reader = reader_over("\1a", 2);
    cr_assert_null(name_in_place(&reader));
}

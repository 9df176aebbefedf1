// SPDX-License-Identifier: Apache-2.0
#include "server/wire/name.h"
#include "tests/fuzz/fuzz.h"

// The bytes as a message with names in it and as the text of a name: what is read is valid, and a
// valid name survives its text form and agrees with itself in every comparison.

static void check_name(const struct name *name)
{
    FUZZ_CHECK(name->length >= 1 && name->length <= NAME_BYTES_MAX);
    FUZZ_CHECK(name_length(name->bytes) == name->length);
    FUZZ_CHECK(name_label_count(name->bytes) <= NAME_LABELS_MAX);
    char text[NAME_TEXT_MAX];
    size_t length = name_to_text(name->bytes, text);
    FUZZ_CHECK(length < NAME_TEXT_MAX && text[length] == 0);
    struct name back;
    FUZZ_CHECK(name_from_text(text, length, NULL, &back) == OK);
    FUZZ_CHECK(back.length == name->length);
    FUZZ_CHECK(memcmp(back.bytes, name->bytes, name->length) == 0);
    uint8_t lower[NAME_BYTES_MAX];
    FUZZ_CHECK(name_copy_lower(lower, name->bytes) == name->length);
    FUZZ_CHECK(name_equal(lower, name->bytes));
    FUZZ_CHECK(name_compare(lower, name->bytes) == 0);
    FUZZ_CHECK(name_is_at_or_below(name->bytes, name_parent(name->bytes)));
    struct name star;
    enum result result = name_wildcard_of(name->bytes, &star);
    FUZZ_CHECK((result == OK) == (name->length + 2u <= NAME_BYTES_MAX));
    FUZZ_CHECK(result != OK || name_compare(star.bytes, name->bytes) > 0);
}

static void check_wire(const uint8_t *data, size_t size)
{
    struct reader reader = reader_over(data, size);
    struct name previous = {.bytes = {0}, .length = 1};
    while (reader_ok(&reader)) {
        size_t before = reader.at;
        struct name name;
        name_from_wire(&reader, &name);
        if (!reader_ok(&reader)) {
            break;
        }
        FUZZ_CHECK(reader.at > before && reader.at <= size);
        check_name(&name);
        int order = name_compare(previous.bytes, name.bytes);
        FUZZ_CHECK((order == 0) == name_equal(previous.bytes, name.bytes));
        FUZZ_CHECK((order < 0) == (name_compare(name.bytes, previous.bytes) > 0));
        unsigned common = name_common_labels(previous.bytes, name.bytes);
        FUZZ_CHECK(common <= name_label_count(name.bytes));
        previous = name;
    }
    reader = reader_over(data, size);
    const uint8_t *place = name_in_place(&reader);
    FUZZ_CHECK(place == NULL || (place == data && reader.at == name_length(place)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t origin[] = "\4corp\7example";
    struct name name;
    if (size != 0) {
        check_wire(data, size);
    }
    if (name_from_text(size != 0 ? (const char *)data : "", size, origin, &name) == OK) {
        check_name(&name);
    }
    return 0;
}

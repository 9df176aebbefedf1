// SPDX-License-Identifier: Apache-2.0
#include "server/wire/framing.h"

#include <criterion/criterion.h>

Test(framing, a_message_shows_when_its_last_byte_is_there, .timeout = 10)
{
    uint8_t stream[2 + 12] = {0, 12, 0xaa};
    for (size_t there = 0; there <= sizeof stream; there++) {
        struct reader reader = reader_over(stream, there);
        const uint8_t *message = NULL;
        size_t size = 0;
        enum result result = framing_next(&reader, &message, &size);
        cr_assert_eq(framing_needed(&reader), there < 2 || result == OK ? 2 : 14);
        if (there < sizeof stream) {
            cr_assert_eq(result, MORE);
            cr_assert_eq(reader.at, 0);
            cr_assert_null(message);
            continue;
        }
        cr_assert_eq(result, OK);
        cr_assert_eq(message, stream + 2);
        cr_assert_eq(size, 12);
        cr_assert_eq(reader.at, sizeof stream);
        cr_assert_eq(framing_next(&reader, &message, &size), MORE, "nothing behind it");
    }
}

Test(framing, several_messages_in_one_run_of_bytes, .timeout = 10)
{
    uint8_t stream[3 * (2 + 20) + 5] = {0};
    for (size_t i = 0; i < 4; i++) {
        framing_prefix(stream + i * 22, 20);
    }
    struct reader reader = reader_over(stream, sizeof stream);
    const uint8_t *message = NULL;
    size_t size = 0;
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(framing_next(&reader, &message, &size), OK);
        cr_assert_eq(message, stream + i * 22 + 2);
        cr_assert_eq(size, 20);
    }
    cr_assert_eq(framing_next(&reader, &message, &size), MORE);
    cr_assert_eq(framing_needed(&reader), 22);
    cr_assert_eq(reader_left(&reader), 5);
}

Test(framing, lengths_that_no_message_has, .timeout = 10)
{
    for (unsigned length = 0; length <= FRAMING_MESSAGE_MIN; length++) {
        uint8_t stream[32] = {0};
        framing_prefix(stream, length);
        struct reader reader = reader_over(stream, sizeof stream);
        const uint8_t *message;
        size_t size;
        enum result expected = length < FRAMING_MESSAGE_MIN ? ERROR_SYNTAX : OK;
        cr_assert_eq(framing_next(&reader, &message, &size), expected, "%u", length);
        reader = reader_over(stream, 2);
        expected = length < FRAMING_MESSAGE_MIN ? ERROR_SYNTAX : MORE;
        cr_assert_eq(framing_next(&reader, &message, &size), expected, "%u", length);
    }
}

Test(framing, the_longest_message, .timeout = 10)
{
    static uint8_t stream[2 + 65535];
    framing_prefix(stream, 65535);
    cr_assert_eq(stream[0], 0xff);
    cr_assert_eq(stream[1], 0xff);
    struct reader reader = reader_over(stream, sizeof stream - 1);
    const uint8_t *message = NULL;
    size_t size = 0;
    cr_assert_eq(framing_next(&reader, &message, &size), MORE);
    cr_assert_eq(framing_needed(&reader), 65537);
    reader = reader_over(stream, sizeof stream);
    cr_assert_eq(framing_next(&reader, &message, &size), OK);
    cr_assert_eq(size, 65535);
}

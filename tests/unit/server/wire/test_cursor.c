// SPDX-License-Identifier: Apache-2.0
#include "server/wire/cursor.h"

#include <criterion/criterion.h>

Test(cursor, reads_numbers_in_network_order, .timeout = 10)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    struct reader reader = reader_over(bytes, sizeof bytes);
    cr_assert_eq(reader_u8(&reader), 1);
    cr_assert_eq(reader_u16(&reader), 0x0203);
    cr_assert_eq(reader_u32(&reader), 0x04050607);
    cr_assert_eq(reader_u48(&reader), UINT64_C(0x08090a0b0c0d));
    cr_assert_eq(reader_left(&reader), 0);
    cr_assert(reader_ok(&reader));
}

Test(cursor, a_read_past_the_end_fails_and_stays_failed, .timeout = 10)
{
    static const uint8_t bytes[] = {1, 2, 3};
    struct reader reader = reader_over(bytes, sizeof bytes);
    cr_assert_eq(reader_u32(&reader), 0);
    cr_assert_not(reader_ok(&reader));
    cr_assert_eq(reader_left(&reader), 0);
    cr_assert_eq(reader_u8(&reader), 0, "one byte would have been there");
    cr_assert_null(reader_bytes(&reader, 0));
}

Test(cursor, reads_of_nothing_and_of_everything, .timeout = 10)
{
    static const uint8_t bytes[] = {1, 2, 3};
    struct reader reader = reader_over(bytes, sizeof bytes);
    cr_assert_eq(reader_bytes(&reader, 3), bytes);
    cr_assert_eq(reader_bytes(&reader, 0), bytes + 3);
    cr_assert_null(reader_bytes(&reader, 1));
    reader = reader_over(bytes, sizeof bytes);
    cr_assert_null(reader_bytes(&reader, SIZE_MAX));
    reader = reader_over(bytes, sizeof bytes);
    reader_fail(&reader);
    cr_assert_null(reader_bytes(&reader, 1));
}

Test(cursor, writes_what_is_read, .timeout = 10)
{
    uint8_t bytes[16];
    struct writer writer = writer_over(bytes, sizeof bytes);
    writer_u8(&writer, 0xfe);
    writer_u16(&writer, 0xfdfc);
    writer_u32(&writer, 0xfbfaf9f8);
    writer_u48(&writer, UINT64_C(0xf7f6f5f4f3f2));
    writer_bytes(&writer, "abc", 3);
    cr_assert(writer_ok(&writer));
    cr_assert_eq(writer_left(&writer), 0);
    struct reader reader = reader_over(bytes, sizeof bytes);
    cr_assert_eq(reader_u8(&reader), 0xfe);
    cr_assert_eq(reader_u16(&reader), 0xfdfc);
    cr_assert_eq(reader_u32(&reader), 0xfbfaf9f8);
    cr_assert_eq(reader_u48(&reader), UINT64_C(0xf7f6f5f4f3f2));
    cr_assert_arr_eq(reader_bytes(&reader, 3), "abc", 3);
}

Test(cursor, a_write_that_does_not_fit_leaves_the_buffer, .timeout = 10)
{
    uint8_t bytes[4] = {9, 9, 9, 9};
    struct writer writer = writer_over(bytes, 3);
    writer_u32(&writer, 1);
    cr_assert_not(writer_ok(&writer));
    cr_assert_eq(writer.at, 0);
    writer_u8(&writer, 1);
    cr_assert_eq(writer.at, 0, "quiet after the first failure");
    cr_assert_eq(writer_left(&writer), 0);
    for (size_t i = 0; i < sizeof bytes; i++) {
        cr_assert_eq(bytes[i], 9);
    }
    writer_rewind(&writer, 0);
    writer_u16(&writer, 0x0102);
    writer_u8(&writer, 3);
    cr_assert(writer_ok(&writer));
    cr_assert_eq(bytes[3], 9);
    writer_bytes(&writer, NULL, 0);
    cr_assert(writer_ok(&writer));
}

Test(cursor, patches_only_what_was_written, .timeout = 10)
{
    uint8_t bytes[4] = {0};
    struct writer writer = writer_over(bytes, sizeof bytes);
    writer_u16(&writer, 0);
    writer_patch_u16(&writer, 0, 0x0102);
    cr_assert(writer_ok(&writer));
    cr_assert_eq(bytes[0], 1);
    cr_assert_eq(bytes[1], 2);
    writer_patch_u16(&writer, 1, 1);
    cr_assert_not(writer_ok(&writer));
    writer_rewind(&writer, 2);
    writer_patch_u16(&writer, SIZE_MAX, 1);
    cr_assert_not(writer_ok(&writer));
}

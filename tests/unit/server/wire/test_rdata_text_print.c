// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include "server/wire/rdata_field.h"

static void expect_number(uint64_t number, const char *text)
{
    uint8_t bytes[24];
    struct writer out = writer_over(bytes, sizeof bytes);
    rdata_print_number(&out, number);
    cr_assert_eq(out.at, strlen(text));
    cr_assert_arr_eq(bytes, text, out.at);
}

Test(rdata_text_print, numbers, .timeout = 10)
{
    expect_number(0, "0");
    expect_number(9, "9");
    expect_number(10, "10");
    expect_number(UINT64_MAX, "18446744073709551615");
}

Test(rdata_text_print, every_byte_of_a_string_survives, .timeout = 10)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t wire[2] = {1, (uint8_t)byte};
        uint8_t text[32];
        uint8_t back[8];
        struct rdata_error error = {"none", 0, 0};
        struct writer out = writer_over(text, sizeof text - 1);
        struct writer again = writer_over(back, sizeof back);
        cr_assert_eq(rdata_to_text(TYPE_TXT, wire, 2, &out), OK);
        text[out.at] = 0;
        cr_assert_eq(parse_text(TYPE_TXT, (char *)text, &again, &error), OK, "%s", error.reason);
        cr_assert_eq(again.at, 2);
        cr_assert_arr_eq(back, wire, 2);
    }
    expect_print("TXT", "05 225C3B7E7F", "\"\\\"\\\\;~\\127\"");
    expect_print("TXT", "03 001FFF", "\"\\000\\031\\255\"");
}

Test(rdata_text_print, fields_that_print_nothing_leave_no_blank, .timeout = 10)
{
    expect_print("A6", "8000", "128 .");
    expect_print("HIP", "01 02 0001 41 42", "2 41 Qg==");
    expect_print("CSYNC", "00000000 0000", "0 0");
    expect_print("APL", "", "");
    expect_print("NSEC", "00", ".");
    expect_print("SVCB", "0001 00", "1 .");
    expect_print("SINK", "010203", "1 2 3");
}

Test(rdata_text_print, a_full_writer_is_refused, .timeout = 10)
{
    static const uint8_t address[4] = {192, 0, 2, 1};
    uint8_t bytes[9];
    struct writer out = writer_over(bytes, sizeof bytes);
    cr_assert_eq(rdata_to_text(TYPE_A, address, 4, &out), OK);
    cr_assert_eq(out.at, 9);
    cr_assert_eq(rdata_to_text(TYPE_A, address, 4, &out), REFUSED_LIMIT);
    cr_assert_eq(out.at, 9);
    cr_assert(writer_ok(&out));
    out.failed = true;
    cr_assert_eq(rdata_to_text(TYPE_A, address, 4, &out), REFUSED_LIMIT);
    cr_assert_eq(rdata_to_text_unknown(address, 4, &out), REFUSED_LIMIT);
}

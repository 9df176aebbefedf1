// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_bitmap, windows, .timeout = 10)
{
    /* RFC 4034 section 4.3 */
    expect_both("NSEC", "host.example.com. A MX RRSIG NSEC TYPE1234",
                "04686F7374076578616D706C6503636F6D00 0006400100000003 "
                "041B000000000000000000000000000000000000000000000000000020");
    expect_both("CSYNC", "0 0 TYPE0 TYPE65535",
                "00000000 0000 000180 FF20"
                "0000000000000000000000000000000000000000000000000000000000000001");
    expect_wire("NSEC", ". TYPE256 a A TYPE1", "00 000140 010180");
    expect_print("NSEC", "00 000140 010180", ". A URI");
    expect_malformed("NSEC", "00 00");
    expect_malformed("NSEC", "00 0000");
    expect_malformed("NSEC", "00 0001");
    expect_malformed("NSEC", "00 000100");
    expect_malformed("NSEC", "00 00024000");
    expect_malformed("NSEC", "00 010140 000140");
    expect_malformed("NSEC", "00 000140 000120");
    expect_malformed("NSEC", "00 0021"
                             "0000000000000000000000000000000000000000000000000000000000000000"
                             "01");
    expect_refusal("NSEC", ". A FOO", 5, "not a record type");
    expect_refusal("NSEC", ". TYPE65536", 3, "not a record type");
}

Test(rdata_bitmap, every_type_at_once, .timeout = 10)
{
    uint8_t *wire = malloc(SCRATCH_BYTES);
    uint8_t *text = malloc(16u * 65536u);
    uint8_t *back = malloc(SCRATCH_BYTES);
    struct writer out = writer_over(wire, SCRATCH_BYTES);
    writer_u8(&out, 0);
    for (unsigned window = 0; window < 256; window++) {
        writer_u8(&out, (uint8_t)window);
        writer_u8(&out, 32);
        for (unsigned i = 0; i < 32; i++) {
            writer_u8(&out, 0xff);
        }
    }
    cr_assert_eq(rdata_check(TYPE_NSEC, wire, out.at), OK);
    struct writer printed = writer_over(text, 16u * 65536u - 1);
    struct writer again = writer_over(back, SCRATCH_BYTES);
    struct rdata_error error = {"none", 0, 0};
    cr_assert_eq(rdata_to_text(TYPE_NSEC, wire, out.at, &printed), OK);
    cr_assert_leq(printed.at, RDATA_TEXT_MAX);
    text[printed.at] = 0;
    cr_assert_eq(parse_text(TYPE_NSEC, (char *)text, &again, &error), OK, "%s", error.reason);
    cr_assert_eq(again.at, out.at);
    cr_assert_eq(memcmp(back, wire, out.at), 0);
    free(wire);
    free(text);
    free(back);
}

Test(rdata_bitmap, nxt, .timeout = 10)
{
    expect_both("NXT", ". A NXT", "00 40000002");
    expect_both("NXT", ". TYPE127", "00 00000000000000000000000000000001");
    expect_print("NXT", "00 4000", "\\# 3 004000");
    expect_print("NXT", "00 C0", "\\# 2 00C0");
    expect_print("NXT", "00 0000000000000000000000000000000001",
                 "\\# 18 000000000000000000000000000000000001");
    expect_malformed("NXT", "00");
    expect_refusal("NXT", ". URI", 3, "a type that NXT cannot list: above 127");
    expect_refusal("NXT", ". TYPE0", 3, "a type that NXT cannot list: above 127");
    expect_refusal("NXT", ".", 2, MISSING);
}

Test(rdata_bitmap, services, .timeout = 10)
{
    expect_both("WKS", "192.0.2.1 6 21 25 80", "C0000201 06 0000044000000000000080");
    expect_both("WKS", "192.0.2.1 17", "C0000201 11");
    expect_both("WKS", "192.0.2.1 255 0", "C0000201 FF 80");
    expect_wire("WKS", "192.0.2.1 UDP Domain 7", "C0000201 11 01000000000004");
    expect_print("WKS", "C0000201 06 0400", "\\# 7 C0000201060400");
    expect_malformed("WKS", "C0000201");
    char text[64] = "192.0.2.1 6 65535";
    uint8_t *wire = malloc(9000);
    struct rdata_error error;
    struct writer out = writer_over(wire, 9000);
    cr_assert_eq(parse_text(TYPE_WKS, text, &out, &error), OK);
    cr_assert_eq(out.at, 5 + 8192);
    cr_assert_eq(rdata_check(TYPE_WKS, wire, out.at), OK);
    cr_assert_eq(rdata_check(TYPE_WKS, wire, out.at + 1), ERROR_SYNTAX);
    free(wire);
    expect_refusal("WKS", "192.0.2.1 6 65536", 13, "not a service (its port always works)");
    expect_refusal("WKS", "192.0.2.1 6 nosuch", 13, "not a service (its port always works)");
    expect_refusal("WKS", "192.0.2.1 256", 11, "not a protocol (its number always works)");
}

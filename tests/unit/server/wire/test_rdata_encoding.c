// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_encoding, hexadecimal, .timeout = 10)
{
    expect_wire("TLSA", "1 1 1 00fF", "010101 00FF");
    expect_wire("TLSA", "1 1 1 0 0 f F", "010101 00FF");
    expect_refusal("TLSA", "1 1 1 0", 7, "an odd number of hexadecimal digits");
    expect_refusal("TLSA", "1 1 1 0g", 7, "not a hexadecimal digit");
    expect_refusal("TLSA", "1 1 1 00 \\000", 10, "not a hexadecimal digit");
    expect_refusal("TLSA", "1 1 1", 6, MISSING);
    expect_refusal("TLSA", "1 1 1 \"\"", 7, "empty data");
}

Test(rdata_encoding, base64, .timeout = 10)
{
    /* RFC 4648 section 10 */
    expect_both("DHCID", "Zg==", "66");
    expect_both("DHCID", "Zm8=", "666F");
    expect_both("DHCID", "Zm9v", "666F6F");
    expect_both("DHCID", "Zm9vYg==", "666F6F62");
    expect_both("DHCID", "Zm9vYmE=", "666F6F6261");
    expect_both("DHCID", "Zm9vYmFy", "666F6F626172");
    expect_both("DHCID", "+/+/", "FBFFBF");
    expect_wire("DHCID", "Z m9 vYg = =", "666F6F62");
    static const char bad[] = "base64 that does not end properly";
    expect_refusal("DHCID", "Z", 1, bad);
    expect_refusal("DHCID", "Zg", 1, bad);
    expect_refusal("DHCID", "Zg=", 1, bad);
    expect_refusal("DHCID", "Zh==", 1, bad);
    expect_refusal("DHCID", "Zm9=", 1, bad);
    expect_refusal("DHCID", "A===", 1, bad);
    expect_refusal("DHCID", "Zg===", 1, bad);
    expect_refusal("DHCID", "Zm9v=", 1, bad);
    expect_refusal("DHCID", "====", 1, bad);
    expect_refusal("DHCID", "Zg== Zg==", 6, "not base64");
    expect_refusal("DHCID", "Z-==", 1, "not base64");
    expect_refusal("DHCID", "", 1, MISSING);
    expect_wire("DOA", "0 0 0 x -", "00000000 00000000 00 0178");
    expect_refusal("DOA", "0 0 0 x", 8, MISSING);
}

Test(rdata_encoding, base64_with_its_size, .timeout = 10)
{
    expect_both("TKEY", ". 0 0 0 NOERROR 1 Zg== 0", "00 00000000 00000000 0000 0000 000166 0000");
    expect_refusal("TKEY", ". 0 0 0 0 2 Zg== 0", 13, "not as many bytes as announced");
    expect_refusal("TKEY", ". 0 0 0 0 1", 12, MISSING);
    expect_refusal("TKEY", ". 0 0 0 0 65536 Zg==", 11, "not a number from 0 to 65535");
}

Test(rdata_encoding, salts_and_hashed_owners, .timeout = 10)
{
    expect_both("NSEC3PARAM", "1 0 12 -", "01 00 000C 00");
    expect_both("NSEC3PARAM", "1 0 12 AABBCCDD", "01 00 000C 04AABBCCDD");
    expect_refusal("NSEC3PARAM", "1 0 12 a", 8, "an odd number of hexadecimal digits");
    expect_refusal("NSEC3PARAM", "1 0 12 \"\"", 8, "empty: write -");
    expect_refusal("NSEC3PARAM", "1 0 12", 7, MISSING);
    char text[600] = "1 0 12 ";
    memset(text + 7, 'a', 510);
    text[517] = 0;
    struct rdata_error error;
    uint8_t bytes[600];
    struct writer out = writer_over(bytes, sizeof bytes);
    cr_assert_eq(parse_text(TYPE_NSEC3PARAM, text, &out, &error), OK);
    cr_assert_eq(bytes[4], 255);
    strcpy(text + 517, "aa");
    expect_refusal("NSEC3PARAM", text, 8, "more than 255 bytes");

    /* RFC 4648 section 10, without padding */
    expect_both("NSEC3", "1 0 0 - CO A", "01 00 0000 00 0166 000140");
    expect_both("NSEC3", "1 0 0 - CPNG A", "01 00 0000 00 02666F 000140");
    expect_both("NSEC3", "1 0 0 - CPNMUOJ1 A", "01 00 0000 00 05666F6F6261 000140");
    expect_wire("NSEC3", "1 0 0 - cpnmuoj1e8 A", "01 00 0000 00 06666F6F626172 000140");
    static const char bad[] = "base32hex that does not end properly";
    expect_refusal("NSEC3", "1 0 0 - C A", 9, bad);
    expect_refusal("NSEC3", "1 0 0 - CP A", 9, bad);
    expect_refusal("NSEC3", "1 0 0 - CPN A", 9, bad);
    expect_refusal("NSEC3", "1 0 0 - \"\" A", 9, bad);
    expect_refusal("NSEC3", "1 0 0 - CW A", 9, "not base32hex");
    char owner[500] = "1 0 0 - ";
    memset(owner + 8, '0', 416);
    owner[424] = 0;
    expect_refusal("NSEC3", owner, 9, "more than 255 bytes");
}

// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_text_parse, numbers_and_their_limits, .timeout = 10)
{
    expect_both("SINK", "255 0 1 QUFB", "FF0001 414141");
    expect_refusal("SINK", "256 0 1 QUFB", 1, "not a number from 0 to 255");
    expect_refusal("SINK", "-1 0 1 QUFB", 1, "not a number from 0 to 255");
    expect_refusal("SINK", "\"\" 0 1 QUFB", 1, "not a number from 0 to 255");
    expect_both("MX", "65535 .", "FFFF 00");
    expect_refusal("MX", "65536 .", 1, "not a number from 0 to 65535");
    expect_refusal("MX", "99999999999999999999999 .", 1, "not a number from 0 to 65535");
    expect_refusal("MX", "0x1 .", 1, "not a number from 0 to 65535");
    expect_both("CSYNC", "4294967295 0", "FFFFFFFF 0000");
    expect_refusal("CSYNC", "4294967296 0", 1, "not a number from 0 to 4294967295");
    expect_both("IPN", "18446744073709551615", "FFFFFFFFFFFFFFFF");
    expect_refusal("IPN", "18446744073709551616", 1, "not a number, or too large");
    expect_refusal("TSIG", ". 281474976710656 1 0 1 0 0", 3, "not a number, or too large");
    expect_wire("MX", "00010 .", "000A 00");
}

Test(rdata_text_parse, durations, .timeout = 10)
{
    expect_wire("SOA", ". . 1 1w2d3h4m5s 1H 0 4294967295",
                "00 00 00000001 000C08A5 00000E10 00000000 FFFFFFFF");
    expect_wire("SOA", ". . 1 0s 0w 5m 49710d",
                "00 00 00000001 00000000 00000000 0000012C FFFFA500");
    static const char reason[] = "not a duration (seconds, or units such as 1h30m)";
    expect_refusal("SOA", ". . 1 49711d 0 0 0", 7, reason);
    expect_refusal("SOA", ". . 1 4294967296 0 0 0", 7, reason);
    expect_refusal("SOA", ". . 1 h 0 0 0", 7, reason);
    expect_refusal("SOA", ". . 1 1y 0 0 0", 7, reason);
    expect_refusal("SOA", ". . 1 \"\" 0 0 0", 7, reason);
}

Test(rdata_text_parse, names, .timeout = 10)
{
    char label[80];
    char refusal[80];
    memset(label, 'a', 63);
    strcpy(label + 63, ".");
    memset(refusal, 'a', 64);
    strcpy(refusal + 64, ".");
    struct rdata_error error;
    uint8_t bytes[128];
    struct writer out = writer_over(bytes, sizeof bytes);
    cr_assert_eq(parse_text(TYPE_NS, label, &out, &error), OK);
    cr_assert_eq(out.at, 65);
    expect_refusal("NS", refusal, 1, "a label above 63 bytes or a name above 255 bytes");
    expect_refusal("NS", "a..b.", 1, "not a domain name");
    expect_refusal("NS", "a\\300.", 1, "not a domain name");
    expect_refusal("NS", "\"\"", 1, "not a domain name");
    expect_refusal("A6", "64 ::1", 7, MISSING);
    expect_refusal("A6", "0 ::1 x.", 7, EXTRA);
    expect_refusal("HIP", "2 41 QUFB a..b.", 11, "not a domain name");
}

Test(rdata_text_parse, strings, .timeout = 10)
{
    char text[300];
    memset(text, 'x', 256);
    text[255] = 0;
    uint8_t bytes[300];
    struct rdata_error error;
    struct writer out = writer_over(bytes, sizeof bytes);
    cr_assert_eq(parse_text(TYPE_TXT, text, &out, &error), OK);
    cr_assert_eq(out.at, 256);
    cr_assert_eq(bytes[0], 255);
    text[255] = 'x';
    text[256] = 0;
    expect_refusal("TXT", text, 1, "a string above 255 bytes");
    expect_refusal("TXT", "\"a\\256\"", 1, "a bad escape");
    expect_refusal("TXT", "\"a\\25\"", 1, "a bad escape");
    expect_refusal("TXT", "", 1, MISSING);
    expect_wire("TXT", "\"a;b\" ( c\n d ) ; e", "03613B62 0163 0164");
    expect_wire("TXT", "\\065\\\"\\;", "0341223B");
    expect_wire("ISDN", "1", "0131");
    expect_wire("ISDN", "1 2", "0131 0132");
    expect_refusal("ISDN", "1 2 3", 5, EXTRA);
    expect_refusal("HINFO", "1", 2, MISSING);
    expect_refusal("X25", "123", 1, "not an address of four digits or more");
    expect_refusal("X25", "1234x", 1, "not an address of four digits or more");
}

Test(rdata_text_parse, tags_and_text_without_length, .timeout = 10)
{
    expect_both("CAA", "0 issue \"ca.example.net; policy=ev\"",
                "00 056973737565 63612E6578616D706C652E6E65743B20706F6C6963793D6576");
    expect_wire("CAA", "128 TBS Unknown", "80 03544253 556E6B6E6F776E");
    expect_refusal("CAA", "0 is-sue x", 3, "not a tag of letters and digits");
    expect_refusal("CAA", "0 \"\" x", 3, "not a tag of letters and digits");
    expect_refusal("CAA", "0 issue", 8, MISSING);
    expect_refusal("URI", "1 1 \"\\999\"", 5, "a bad escape");
}

// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_wins, wins, .timeout = 10)
{
    expect_both("WINS", "L2 C900 192.0.2.1", "00000000 00000002 00000384 00000001 C0000201");
    expect_both("WINS", "LOCAL SCOPE L0 C4294967295 192.0.2.1 192.0.2.2",
                "80010000 00000000 FFFFFFFF 00000002 C0000201 C0000202");
    expect_wire("WINS", "c5 l6 local (192.0.2.1)", "00010000 00000006 00000005 00000001 C0000201");
    expect_wire("WINS", "LOCAL 5 3600 172.16.72.3", "00010000 00000005 00000E10 00000001 AC104803");
    expect_wire("WINS", "7 192.0.2.1", "00000000 00000007 00000384 00000001 C0000201");
    expect_print("WINS", "00000001 00000002 00000384 00000001 C0000201",
                 "\\# 20 00000001000000020000038400000001C0000201");
    expect_prefixes_malformed("WINS", "00000000 00000002 00000384 00000001 C0000201");
    expect_malformed("WINS", "00000000 00000002 00000384 00000000");
    expect_malformed("WINS", "00000000 00000002 00000384 00000002 C0000201");
    expect_malformed("WINS", "00000000 00000002 00000384 40000001 C0000201");
    expect_malformed("WINS", "00000000 00000002 00000384 00000001 C0000201 C0000201");
    expect_refusal("WINS", "L2 C900", 8, MISSING);
    expect_refusal("WINS", "L2 L3 192.0.2.1", 4, "not an IPv4 address");
    expect_refusal("WINS", "LOCAL LOCAL 192.0.2.1", 7, "not an IPv4 address");
    expect_refusal("WINS", "L4294967296 192.0.2.1", 1, "not an IPv4 address");
}

Test(rdata_wins, at_most_25_servers, .timeout = 10)
{
    char text[512] = "";
    for (unsigned i = 0; i < 25; i++) {
        strcat(text, "192.0.2.1 ");
    }
    uint8_t bytes[256];
    struct rdata_error error;
    struct writer out = writer_over(bytes, sizeof bytes);
    cr_assert_eq(parse_text(TYPE_WINS, text, &out, &error), OK);
    cr_assert_eq(out.at, 16 + 25 * 4);
    cr_assert_eq(rdata_check(TYPE_WINS, bytes, out.at), OK);
    strcat(text, "192.0.2.1");
    expect_refusal("WINS", text, 251, "more than 25 servers");
}

Test(rdata_wins, wins_r, .timeout = 10)
{
    expect_both("WINSR", "LOCAL L2 C900 corp.example.",
                "00010000 00000002 00000384 04636F7270076578616D706C6500");
    expect_wire("WINS-R", ".", "00000000 00000002 00000384 00");
    expect_malformed("WINSR", "00000000 00000002 00000384");
    expect_malformed("WINSR", "00000000 00000002 00000384 0161");
    expect_refusal("WINSR", "LOCAL", 6, MISSING);
}

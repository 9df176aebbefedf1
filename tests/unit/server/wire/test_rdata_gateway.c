// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_gateway, ipseckey, .timeout = 10)
{
    expect_both("IPSECKEY", "10 0 0 .", "0A 00 00");
    expect_both("IPSECKEY", "10 1 2 192.0.2.38 QUFB", "0A 01 02 C0000226 414141");
    expect_both("IPSECKEY", "10 2 2 2001:db8::1 QUFB",
                "0A 02 02 20010DB8000000000000000000000001 414141");
    expect_both("IPSECKEY", "10 3 2 g. QUFB", "0A 03 02 016700 414141");
    expect_malformed("IPSECKEY", "0A 04 02 00");
    expect_malformed("IPSECKEY", "0A 01 02 C00002");
    expect_malformed("IPSECKEY", "0A 02 02 20010DB80000000000000000000000");
    expect_malformed("IPSECKEY", "0A 03 02 0167");
    expect_malformed("IPSECKEY", "0A 00");
    expect_refusal("IPSECKEY", "10 4 2 . QUFB", 4, "a type that is not known: use the \\# form");
    expect_refusal("IPSECKEY", "10 0 2 a. QUFB", 8,
                   "not a single dot: the type says that none is here");
    expect_refusal("IPSECKEY", "10 1 2 a. QUFB", 8, "not an IPv4 address");
    expect_refusal("IPSECKEY", "10 1 2", 7, MISSING);
}

Test(rdata_gateway, amtrelay, .timeout = 10)
{
    expect_both("AMTRELAY", "0 0 0 .", "00 00");
    expect_both("AMTRELAY", "10 1 1 192.0.2.1", "0A 81 C0000201");
    expect_both("AMTRELAY", "10 1 2 ::1", "0A 82 00000000000000000000000000000001");
    expect_both("AMTRELAY", "10 0 3 a.", "0A 03 016100");
    expect_print("AMTRELAY", "0A 04 AABB", "\\# 4 0A04AABB");
    expect_print("AMTRELAY", "0A FF", "\\# 2 0AFF");
    expect_malformed("AMTRELAY", "0A 00 00");
    expect_malformed("AMTRELAY", "0A 01 C00002");
    expect_malformed("AMTRELAY", "0A");
    expect_refusal("AMTRELAY", "10 2 0 .", 4, "the discovery bit is 0 or 1");
    expect_refusal("AMTRELAY", "10 0 4 .", 6, "a type that is not known: use the \\# form");
}

Test(rdata_gateway, a6, .timeout = 10)
{
    expect_both("A6", "0 ::1", "00 00000000000000000000000000000001");
    expect_both("A6", "128 a.", "80 016100");
    expect_both("A6", "64 ::1 a.", "40 0000000000000001 016100");
    expect_both("A6", "61 ::7:0:0:0:1 a.", "3D 070000000000000001 016100");
    expect_wire("A6", "61 1:2:3:f::1 a.", "3D 070000000000000001 016100");
    expect_both("A6", "127 ::1 a.", "7F 01 016100");
    expect_malformed("A6", "81 016100");
    expect_malformed("A6", "7F 02 016100");
    expect_malformed("A6", "7F 01");
    expect_malformed("A6", "80");
    expect_malformed("A6", "00 00000000000000000000000000000001 00");
    expect_malformed("A6", "");
    expect_refusal("A6", "129 a.", 1, "a prefix above 128 bits");
    expect_refusal("A6", "64 x a.", 4, "not an IPv6 address");
}

Test(rdata_gateway, apl, .timeout = 10)
{
    /* RFC 3123 sections 4 and 7 */
    expect_both("APL", "1:192.168.32.0/21 !1:192.168.38.0/28",
                "0001 15 03 C0A820 0001 1C 83 C0A826");
    expect_both("APL", "2:ff00::/8", "0002 08 01 FF");
    expect_both("APL", "1:0.0.0.0/0 2:::/0", "0001 00 00 0002 00 00");
    expect_both("APL", "!2:::1/128", "0002 80 90 00000000000000000000000000000001");
    expect_print("APL", "0003 08 01 FF", "\\# 5 00030801FF");
    expect_malformed("APL", "0001 15 03 C0A8");
    expect_malformed("APL", "0001 15 03 C0A800");
    expect_malformed("APL", "0001 21 01 FF");
    expect_malformed("APL", "0001 20 05 FFFFFFFFFF");
    expect_malformed("APL", "0002 81 01 FF");
    expect_malformed("APL", "0002 80 11 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
    expect_malformed("APL", "000115");
    static const char item[] = "not an item [!]family:address/prefix";
    static const char family[] = "not an address and prefix of that family";
    expect_refusal("APL", "1", 1, item);
    expect_refusal("APL", "!", 1, item);
    expect_refusal("APL", "1:1.2.3.4", 1, item);
    expect_refusal("APL", "1/1.2.3.4:3", 1, item);
    expect_refusal("APL", "x:1.2.3.4/3", 1, item);
    expect_refusal("APL", "1:1.2.3.4/x", 1, item);
    expect_refusal("APL", "1:1.2.3.4/33", 1, family);
    expect_refusal("APL", "2:::/129", 1, family);
    expect_refusal("APL", "1:::/1", 1, family);
    expect_refusal("APL", "3:::/1", 1, "an address family that is not known: use the \\# form");
}

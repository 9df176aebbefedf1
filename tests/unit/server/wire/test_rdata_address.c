// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include "server/wire/rdata_kinds.h"

#include <arpa/inet.h>

Test(rdata_address, ipv4, .timeout = 10)
{
    static const char *const good[] = {"0.0.0.0", "255.255.255.255", "1.20.100.249"};
    static const char *const bad[] = {"",          "1",         "1.2.3",     "1.2.3.",   "1.2.3.4.",
                                      "1.2.3.4.5", "256.1.1.1", "1.1.1.256", "01.2.3.4", "1.2.3.00",
                                      "1..2.3",    ".1.2.3",    "1.2.3.4 ",  " 1.2.3.4", "1.2.3.a",
                                      "1.2.3.-1",  "0x1.2.3.4", "1.2.3.1000"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint8_t ours[4];
        uint8_t theirs[4];
        cr_assert(ipv4_from_text(good[i], strlen(good[i]), ours), "%s", good[i]);
        cr_assert_eq(inet_pton(AF_INET, good[i], theirs), 1);
        cr_assert_arr_eq(ours, theirs, 4);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t ours[4];
        cr_assert_not(ipv4_from_text(bad[i], strlen(bad[i]), ours), "%s", bad[i]);
    }
    expect_refusal("A", "1.2.3", 1, "not an IPv4 address");
}

Test(rdata_address, ipv6_as_the_standard_functions, .timeout = 10)
{
    static const char *const words[] = {
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::8",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "FFFF:abcd::",
        "0:0:0:0:0:0:0:0",
        "1:0:0:2::",
        "::1:2",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6::1.2.3.4",
        "",
        ":",
        ":::",
        "1",
        "1:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8:",
        "::1::",
        "1::2::3",
        "12345::",
        "g::",
        "1.2.3.4",
        "::1.2.3",
        "::1.2.3.4:1",
        "::1.2.3.4.5",
        "1:2:3:4:5:6:7:1.2.3.4",
        ":1:2:3:4:5:6:7",
        "1:::2",
        "::%eth0",
        "::1 ",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1::2:3:4:5:6:7:8",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        uint8_t ours[16];
        uint8_t theirs[16];
        bool good = inet_pton(AF_INET6, words[i], theirs) == 1;
        cr_assert_eq(ipv6_from_text(words[i], strlen(words[i]), ours), good, "%s", words[i]);
        if (good) {
            cr_assert_arr_eq(ours, theirs, 16, "%s", words[i]);
        }
    }
    expect_refusal("AAAA", "1.2.3.4", 1, "not an IPv6 address");
}

Test(rdata_address, ipv6_printed_as_the_standard_functions_do, .timeout = 30)
{
    unsigned seed = 4711;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t address[16] = {0};
        for (unsigned i = 0; i < 8; i++) {
            seed = seed * 1103515245u + 12345u;
            unsigned choice = seed >> 16 & 3;
            address[2 * i] = (uint8_t)(choice == 0 ? seed >> 24 : choice == 1 ? 0xff : 0);
            address[2 * i + 1] = (uint8_t)(choice == 0 ? seed >> 20 : choice == 1 ? 0xff : 0);
        }
        char wanted[INET6_ADDRSTRLEN];
        uint8_t text[64];
        uint8_t back[16];
        struct writer out = writer_over(text, sizeof text);
        ipv6_print(&out, address);
        cr_assert_not_null(inet_ntop(AF_INET6, address, wanted, sizeof wanted));
        text[out.at] = 0;
        cr_assert_str_eq((char *)text, wanted);
        cr_assert(ipv6_from_text((char *)text, out.at, back));
        cr_assert_arr_eq(back, address, 16);
    }
}

Test(rdata_address, groups, .timeout = 10)
{
    static const char eui48[] = "not an EUI-48 address: six pairs of digits and hyphens";
    expect_both("EUI48", "00-00-5e-00-53-2a", "00005E00532A");
    expect_refusal("EUI48", "00-00-5e-00-53", 1, eui48);
    expect_refusal("EUI48", "00-00-5e-00-53-2", 1, eui48);
    expect_refusal("EUI48", "00-00-5e-00-53-2a-", 1, eui48);
    expect_refusal("EUI48", "00:00:5e:00:53:2a", 1, eui48);
    expect_refusal("EUI64", "00-00-5e-00-53-2a", 1,
                   "not an EUI-64 address: eight pairs of digits and hyphens");
    static const char ilnp[] = "not four groups of hexadecimal with colons";
    expect_both("L64", "0 1:20:300:ffff", "0000 000100200300FFFF");
    expect_refusal("L64", "0 1:2:3", 3, ilnp);
    expect_refusal("L64", "0 1:2:3:4:5", 3, ilnp);
    expect_refusal("L64", "0 1:2:3:", 3, ilnp);
    expect_refusal("L64", "0 1:2:3:12345", 3, ilnp);
    expect_refusal("L64", "0 1::3:4", 3, ilnp);
}

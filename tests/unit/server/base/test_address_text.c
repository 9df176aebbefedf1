// SPDX-License-Identifier: Apache-2.0
#include "server/base/address.h"

#include <criterion/criterion.h>
#include <string.h>

Test(address_text, parses_and_prints, .timeout = 10)
{
    static const char *const texts[] = {
        "192.0.2.1@53",  "0.0.0.0@0",    "255.255.255.255@65535",  "::@53",
        "2001:db8::1@1", "fe80::1%7@53", "fe80::1%4294967295@853",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct address address;
        char text[ADDRESS_TEXT_BYTES];
        cr_assert_eq(address_parse(texts[i], ADDRESS_PORT_NONE, &address), OK);
        cr_assert_str_eq(address_format(&address, text), texts[i]);
    }
}

Test(address_text, the_longest_fits, .timeout = 10)
{
    struct address address = {.family = ADDRESS_V6, .port = 65535, .scope = UINT32_MAX};
    char text[ADDRESS_TEXT_BYTES];
    memset(address.bytes, 0xff, 16);
    cr_assert_str_eq(address_format(&address, text),
                     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295@65535");
    cr_assert_str_eq(address_format_host(&address, text),
                     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295");
    struct address none = {0};
    cr_assert_str_eq(address_format(&none, text), "none@0");
}

Test(address_text, a_default_port, .timeout = 10)
{
    struct address address;
    cr_assert_eq(address_parse("192.0.2.1", 5300, &address), OK);
    cr_assert_eq(address.port, 5300);
    cr_assert_eq(address_parse("192.0.2.1@7", 5300, &address), OK);
    cr_assert_eq(address.port, 7);
    cr_assert_eq(address_parse("::1", 0, &address), OK);
    cr_assert_eq(address.port, 0);
}

Test(address_text, what_is_no_address, .timeout = 10)
{
    static const char *const texts[] = {
        "",
        "@53",
        "192.0.2.1@",
        "192.0.2.1@65536",
        "192.0.2.1@-1",
        "192.0.2@53",
        "1.2.3.4.5",
        "256.1.1.1@53",
        "192.0.2.1@5x",
        "192.0.2.1@053",
        " 192.0.2.1",
        "[::1]@53",
        "::1%@53",
        "::1%eth0@53",
        "::1%4294967296@53",
        "dc1@53",
        "::g@53",
        "192.0.2.1%3@53",
        "192.0.2.1@5@3",
        "192.0.2.1@99999999999999999999",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000@53",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct address address = {.port = 4711};
        cr_assert_eq(address_parse(texts[i], 53, &address), ERROR_SYNTAX, "%s", texts[i]);
        cr_assert_eq(address.port, 4711);
    }
    struct address address;
    cr_assert_eq(address_parse("192.0.2.1", ADDRESS_PORT_NONE, &address), ERROR_SYNTAX);
}

Test(address_text, prefixes_parse_and_print, .timeout = 10)
{
    static const char *const texts[] = {"0.0.0.0/0",     "192.0.2.0/24",    "192.0.2.1/32", "::/0",
                                        "2001:db8::/32", "2001:db8::1/128", "10.128.0.0/9"};
    char text[PREFIX_TEXT_BYTES];
    struct prefix prefix;
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_eq(prefix_parse(texts[i], &prefix), OK);
        cr_assert_str_eq(prefix_format(&prefix, text), texts[i]);
    }
    cr_assert_eq(prefix_parse("192.0.2.1", &prefix), OK);
    cr_assert_eq(prefix.bits, 32);
    cr_assert_eq(prefix_parse("::1", &prefix), OK);
    cr_assert_eq(prefix.bits, 128);
}

Test(address_text, what_is_no_prefix, .timeout = 10)
{
    static const char *const texts[] = {"",
                                        "/24",
                                        "192.0.2.0/",
                                        "192.0.2.0/33",
                                        "::/129",
                                        "192.0.2.0/-1",
                                        "192.0.2.0/2x",
                                        "192.0.2.0/024",
                                        "fe80::%1/64",
                                        "any",
                                        "192.0.2/24"};
    struct prefix prefix;
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_eq(prefix_parse(texts[i], &prefix), ERROR_SYNTAX, "%s", texts[i]);
    }
    cr_assert_eq(prefix_parse("192.0.2.1/24", &prefix), ERROR_SEMANTICS);
    cr_assert_eq(prefix_parse("2001:db8::1/127", &prefix), ERROR_SEMANTICS);
    cr_assert_eq(prefix_parse("128.0.0.0/0", &prefix), ERROR_SEMANTICS);
}

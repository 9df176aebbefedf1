// SPDX-License-Identifier: Apache-2.0
#include "server/base/address.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>

static struct address parse(const char *text)
{
    struct address address;
    cr_assert_eq(address_parse(text, 53, &address), OK, "%s", text);
    return address;
}

static struct prefix parse_prefix(const char *text)
{
    struct prefix prefix;
    cr_assert_eq(prefix_parse(text, &prefix), OK, "%s", text);
    return prefix;
}

static bool matches(const char *prefix_text, const char *address_text)
{
    struct prefix prefix = parse_prefix(prefix_text);
    struct address address = parse(address_text);
    return prefix_matches(&prefix, &address);
}

Test(address, to_the_kernel_and_back, .timeout = 10)
{
    static const char *const texts[] = {"192.0.2.1@53", "0.0.0.0@0", "255.255.255.255@65535",
                                        "::@53",        "::1@1",     "2001:db8::1@5353",
                                        "fe80::1%7@53"};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sockaddr_storage storage;
        struct address address = parse(texts[i]);
        struct address back;
        socklen_t size = address_to_sockaddr(&address, &storage);
        cr_assert_gt(size, 0);
        cr_assert_eq(address_from_sockaddr((struct sockaddr *)&storage, size, &back), OK);
        cr_assert(address_equal(&address, &back));
        cr_assert_eq(memcmp(&address, &back, sizeof back), 0);
    }
}

Test(address, a_mapped_address_from_a_socket_is_ipv4, .timeout = 10)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(99)};
    struct address address;
    struct address plain = parse("192.0.2.7@99");
    cr_assert_eq(inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr), 1);
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&in6, sizeof in6, &address), OK);
    cr_assert(address_equal(&address, &plain));
}

Test(address, other_families_and_short_structs_are_unsupported, .timeout = 10)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNIX};
    struct address address = {.port = 7};
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&storage, sizeof storage, &address),
                 ERROR_UNSUPPORTED);
    storage.ss_family = AF_INET;
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&storage, sizeof(struct sockaddr_in) - 1,
                                       &address),
                 ERROR_UNSUPPORTED);
    storage.ss_family = AF_INET6;
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&storage, sizeof(struct sockaddr_in6) - 1,
                                       &address),
                 ERROR_UNSUPPORTED);
    cr_assert_eq(address.port, 7);
    struct address none = {0};
    cr_assert_eq(address_to_sockaddr(&none, &storage), 0);
}

Test(address, comparing, .timeout = 10)
{
    static const char *const rising[] = {"0.0.0.1@1",   "192.0.2.1@53", "192.0.2.1@54",
                                         "192.0.2.2@1", "::@1",         "::1@1",
                                         "fe80::1@9",   "fe80::1%1@1",  "fe80::1%2@1"};
    unsigned count = sizeof rising / sizeof *rising;
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < count; j++) {
            struct address a = parse(rising[i]);
            struct address b = parse(rising[j]);
            int order = address_compare(&a, &b);
            cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j));
            cr_assert_eq(address_equal(&a, &b), i == j);
        }
    }
    struct address a = parse("192.0.2.1@53");
    struct address b = parse("192.0.2.1@54");
    cr_assert(address_same_host(&a, &b));
}

Test(address, kinds, .timeout = 10)
{
    struct address any4 = parse("0.0.0.0");
    struct address any6 = parse("::");
    struct address loop4 = parse("127.9.9.9");
    struct address loop6 = parse("::1");
    struct address mapped = parse("::ffff:127.0.0.1");
    struct address plain = parse("192.0.2.1");
    struct address none = {0};
    cr_assert(address_is_any(&any4) && address_is_any(&any6));
    cr_assert_not(address_is_any(&plain) || address_is_any(&none) || address_is_any(&loop6));
    cr_assert(address_is_loopback(&loop4) && address_is_loopback(&loop6));
    cr_assert(address_is_loopback(&mapped));
    cr_assert_not(address_is_loopback(&plain) || address_is_loopback(&none));
    cr_assert_eq(address_size(&plain), 4);
    cr_assert_eq(address_size(&loop6), 16);
    cr_assert_eq(address_size(&none), 0);
}

Test(address, the_hash_leaves_out_the_port, .timeout = 10)
{
    static const uint8_t key[16] = {1};
    static const uint8_t other_key[16] = {2};
    struct address a = parse("192.0.2.1@53");
    struct address b = parse("192.0.2.1@54");
    struct address c = parse("192.0.2.2@53");
    cr_assert_eq(address_hash(&a, key), address_hash(&b, key));
    cr_assert_neq(address_hash(&a, key), address_hash(&c, key));
    cr_assert_neq(address_hash(&a, key), address_hash(&a, other_key));
}

Test(address, prefixes_match_at_their_edges, .timeout = 10)
{
    cr_assert(matches("0.0.0.0/0", "255.255.255.255"));
    cr_assert(matches("192.0.2.0/24", "192.0.2.0"));
    cr_assert(matches("192.0.2.0/24", "192.0.2.255"));
    cr_assert_not(matches("192.0.2.0/24", "192.0.3.0"));
    cr_assert(matches("192.0.2.128/25", "192.0.2.128"));
    cr_assert_not(matches("192.0.2.128/25", "192.0.2.127"));
    cr_assert(matches("128.0.0.0/1", "200.0.0.1"));
    cr_assert_not(matches("128.0.0.0/1", "100.0.0.1"));
    cr_assert(matches("192.0.2.1", "192.0.2.1"));
    cr_assert_not(matches("192.0.2.1/32", "192.0.2.0"));
    cr_assert(matches("2001:db8::/33", "2001:db8:7fff::1"));
    cr_assert_not(matches("2001:db8::/33", "2001:db8:8000::1"));
    cr_assert(matches("::/0", "2001:db8::1"));
    cr_assert(matches("::1/128", "::1"));
    cr_assert_not(matches("::1/128", "::"));
}

Test(address, families_do_not_mix_and_mapped_is_ipv4, .timeout = 10)
{
    cr_assert_not(matches("0.0.0.0/0", "::1"));
    cr_assert_not(matches("::/0", "192.0.2.1"));
    cr_assert(matches("192.0.2.0/24", "::ffff:192.0.2.9"));
    cr_assert_not(matches("::/0", "::ffff:192.0.2.9"));
    struct prefix none = {0};
    struct address empty = {0};
    cr_assert_not(prefix_matches(&none, &empty));
}

Test(address, prefix_of_masks_and_clamps, .timeout = 10)
{
    struct address address = parse("255.255.255.255");
    for (unsigned bits = 0; bits <= 40; bits++) {
        struct prefix prefix = prefix_of(&address, bits);
        unsigned expected = bits > 32 ? 32 : bits;
        unsigned ones = 0;
        cr_assert_eq(prefix.bits, expected);
        for (unsigned i = 0; i < 16; i++) {
            ones += (unsigned)__builtin_popcount(prefix.bytes[i]);
        }
        cr_assert_eq(ones, expected);
        cr_assert(prefix_matches(&prefix, &address));
    }
    struct address v6 = parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    cr_assert_eq(prefix_of(&v6, 129).bits, 128);
    struct prefix a = parse_prefix("192.0.2.0/24");
    struct prefix b = parse_prefix("192.0.2.0/25");
    cr_assert(prefix_equal(&a, &a));
    cr_assert_not(prefix_equal(&a, &b));
}

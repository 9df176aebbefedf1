// SPDX-License-Identifier: Apache-2.0
#include "server/security/access_list.h"

#include <criterion/criterion.h>

static struct address address_of(const char *text)
{
    struct address address;
    cr_assert_eq(address_parse(text, 53, &address), OK, "%s", text);
    return address;
}

static struct access_entry entry_of(const char *text)
{
    struct access_entry entry = {.kind = ACCESS_PREFIX};
    cr_assert_eq(prefix_parse(text, &entry.prefix), OK, "%s", text);
    return entry;
}

static bool allows(const struct access_list *list, const char *client)
{
    struct address address = address_of(client);
    return access_list_allows(list, &address);
}

Test(access_list, an_empty_list_denies_everybody, .timeout = 10)
{
    const struct access_list list = {.entries = NULL, .count = 0};
    cr_expect_not(allows(&list, "127.0.0.1"));
    cr_expect_not(allows(&list, "::1"));
}

Test(access_list, any_allows_everybody, .timeout = 10)
{
    const struct access_entry entry = {.kind = ACCESS_ANY};
    const struct access_list list = {.entries = &entry, .count = 1};
    cr_expect(allows(&list, "127.0.0.1"));
    cr_expect(allows(&list, "2001:db8::1"));
}

Test(access_list, prefixes_are_met_at_their_edges, .timeout = 10)
{
    const struct access_entry entries[] = {entry_of("192.0.2.64/26"), entry_of("2001:db8::/33"),
                                           entry_of("198.51.100.7")};
    const struct access_list list = {.entries = entries, .count = 3};
    cr_expect_not(allows(&list, "192.0.2.63"));
    cr_expect(allows(&list, "192.0.2.64"));
    cr_expect(allows(&list, "192.0.2.127"));
    cr_expect_not(allows(&list, "192.0.2.128"));
    cr_expect(allows(&list, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
    cr_expect_not(allows(&list, "2001:db8:8000::"));
    cr_expect_not(allows(&list, "198.51.100.6"));
    cr_expect(allows(&list, "198.51.100.7"));
    cr_expect_not(allows(&list, "198.51.100.8"));
}

Test(access_list, mapped_addresses_count_as_ipv4_and_ports_do_not_count, .timeout = 10)
{
    const struct access_entry entry = entry_of("192.0.2.0/24");
    const struct access_list list = {.entries = &entry, .count = 1};
    cr_expect(allows(&list, "192.0.2.1@1"));
    cr_expect(allows(&list, "192.0.2.1@65535"));
    struct address mapped = {.family = ADDRESS_V6,
                             .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}};
    cr_expect(access_list_allows(&list, &mapped));
    mapped.bytes[14] = 3;
    cr_expect_not(access_list_allows(&list, &mapped));
}

Test(access_list, the_longest_list_is_searched_to_its_end, .timeout = 10)
{
    static struct access_entry entries[ACCESS_ENTRIES_MAX];
    for (unsigned i = 0; i < ACCESS_ENTRIES_MAX; i++) {
        struct address address = {.family = ADDRESS_V4,
                                  .bytes = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}};
        entries[i] = (struct access_entry){ACCESS_PREFIX, prefix_of(&address, 32)};
    }
    const struct access_list list = {.entries = entries, .count = ACCESS_ENTRIES_MAX};
    cr_expect(allows(&list, "10.0.0.0"));
    cr_expect(allows(&list, "10.0.3.255"));
    cr_expect_not(allows(&list, "10.0.4.0"));
}

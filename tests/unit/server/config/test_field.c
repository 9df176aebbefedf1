// SPDX-License-Identifier: Apache-2.0
#include "server/config/field.h"

#include "alloc/fault.h"
#include "server/wire/name.h"
#include "tests/unit/server/config/config_fixture.h"

TestSuite(field, .timeout = 60);

#define ANY_QUERY "expected a list of addresses, prefixes and `any`, found "

Test(field, counts_switches_and_choices)
{
    struct config *config = config_good("server: { minimal-any: no, address-order: subnet }\n"
                                        "limits: { workers: auto, jobs: 16 }\n");
    cr_expect_not(config->server.query.answer.minimal_any);
    cr_expect_eq(config->server.query.answer.address_order, ADDRESS_ORDER_SUBNET);
    cr_expect_eq(config->limits.workers, 0);
    cr_expect_eq(config->limits.jobs, 16);
    config_close(config);
    config_bad("limits: { jobs: auto }\n", ERROR_SEMANTICS,
               "1:17: limits.jobs: expected a number 1..16, found \"auto\"");
    config_bad("limits: { jobs: [1] }\n", ERROR_SEMANTICS,
               "1:17: limits.jobs: expected a number 1..16, found a list");
    config_bad("limits: { workers: \"auto\" }\n", ERROR_SEMANTICS,
               "1:20: limits.workers: expected a number 1..64 or `auto`, found \"auto\"");
    config_bad("server: { minimal-any: true }\n", ERROR_SEMANTICS,
               "1:24: server.minimal-any: expected `yes` or `no`, found \"true\"");
    config_bad("server: { minimal-any: \"yes\" }\n", ERROR_SEMANTICS,
               "1:24: server.minimal-any: expected `yes` or `no`, found \"yes\"");
    config_bad("server: { address-order: random }\n", ERROR_SEMANTICS,
               "1:26: server.address-order: expected `rotate`, `fixed` or `subnet`, found "
               "\"random\"");
    config_bad("server: { address-order: [] }\n", ERROR_SEMANTICS,
               "1:26: server.address-order: expected `rotate`, `fixed` or `subnet`, found a list");
}

Test(field, texts_and_hidden_ones)
{
    struct config *config = config_good("server: { identity: hidden, version: \"\" }\n");
    cr_expect_null(config->server.query.identity);
    cr_expect_str_eq(config->server.query.version, "");
    config_close(config);
    config = config_good("server: { identity: \"hidden\", version: 0, user: plimsoll }\n");
    cr_expect_str_eq(config->server.query.identity, "hidden", "in quotes it is a text");
    cr_expect_str_eq(config->server.query.version, "0");
    cr_expect_str_eq(config->server.user, "plimsoll");
    config_close(config);

    char text[400];
    char longest[300];
    memset(longest, 'i', sizeof longest);
    longest[255] = '\0';
    snprintf(text, sizeof text, "server: { identity: %s }\n", longest);
    config = config_good(text);
    cr_expect_eq(strlen(config->server.query.identity), 255);
    config_close(config);
    longest[255] = 'i';
    longest[256] = '\0';
    snprintf(text, sizeof text, "server: { identity: %s }\n", longest);
    char line[200];
    snprintf(line, sizeof line,
             "1:21: server.identity: expected a text or `hidden`, found \"%.60s\"", longest);
    config_bad(text, ERROR_SEMANTICS, line);
    config_bad("server: { user: \"\" }\n", ERROR_SEMANTICS,
               "1:17: server.user: expected the name of a user, found \"\"");
    config_bad("server: { user: 123456789012345678901234567890123 }\n", ERROR_SEMANTICS,
               "1:17: server.user: expected the name of a user, found "
               "\"123456789012345678901234567890123\"");
    config_close(config_good("server: { user: 12345678901234567890123456789012 }\n"));
}

Test(field, paths_are_beside_their_file)
{
    struct config *config = config_good("server: { control: run/control.sock }\n");
    cr_expect_str_eq(config->server.control, "/zones/run/control.sock");
    config_close(config);
    config = config_good("server: { control: /run/control.sock }\n");
    cr_expect_str_eq(config->server.control, "/run/control.sock");
    config_close(config);
    config_bad("server: { control: \"\" }\n", ERROR_SEMANTICS,
               "1:20: server.control: expected the path of a socket, found \"\"");
    config_bad("server: { control: {} }\n", ERROR_SEMANTICS,
               "1:20: server.control: expected the path of a socket, found a mapping");

    static char longest[5000];
    snprintf(longest, sizeof longest, "server:\n  control: /%04000d\n", 0);
    config_close(config_good(longest));
    snprintf(longest, sizeof longest, "server:\n  control: %04090d\n", 0);
    struct config *none = NULL;
    cr_expect_eq(config_open_text(longest, "/zones", &problems, &none), ERROR_SEMANTICS,
                 "more than the system's PATH_MAX");
}

Test(field, names_of_zones)
{
    static const struct {
        const char *text;
        const char *name;
    } good[] = {{"corp.example", "corp.example."},
                {"Corp.Example.", "Corp.Example."},
                {"\".\"", "."},
                {"10.in-addr.arpa", "10.in-addr.arpa."}};
    char text[400];
    char name[NAME_TEXT_MAX];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "zones: [ { name: %s, type: primary, file: f } ]\n",
                 good[i].text);
        struct config *config = config_good(text);
        cr_assert_eq(config->zone_count, 1);
        name_to_text(config->zones[0].name, name);
        cr_expect_str_eq(name, good[i].name);
        config_close(config);
    }
    config_bad("zones: [ { name: a..b, type: primary, file: f } ]\n", ERROR_SEMANTICS,
               "1:18: zones.name: expected a domain name, found \"a..b\"");
    config_bad("zones: [ { name: \"\", type: primary, file: f } ]\n", ERROR_SEMANTICS,
               "1:18: zones.name: expected a domain name, found \"\"");
    config_bad("zones: [ { name: [], type: primary, file: f } ]\n", ERROR_SEMANTICS,
               "1:18: zones.name: expected a domain name, found a list");
    config_bad("zones: [ { name: "
               "1234567890123456789012345678901234567890123456789012345678901234, type: primary, "
               "file: f } ]\n",
               ERROR_SEMANTICS,
               "1:18: zones.name: expected a domain name, found "
               "\"123456789012345678901234567890123456789012345678901234567890\"");
}

Test(field, addresses_to_listen_on)
{
    struct config *config = config_good("server: { listen: [\"192.0.2.1@53\", \"::1@5353\"] }\n");
    cr_assert_eq(config->server.listen.count, 2);
    cr_expect_eq(config->server.listen.items[0].family, ADDRESS_V4);
    cr_expect_eq(config->server.listen.items[0].port, 53);
    cr_expect_eq(config->server.listen.items[1].family, ADDRESS_V6);
    cr_expect_eq(config->server.listen.items[1].port, 5353);
    config_close(config);
#define LISTEN                                                                                     \
    " server.listen: expected a list of address@port such as [\"127.0.0.1@53\", \"::1@53\"], "     \
    "found "
    config_bad("server: { listen: [] }\n", ERROR_SEMANTICS, "1:19:" LISTEN "a list");
    config_bad("server: { listen: \"::1@53\" }\n", ERROR_SEMANTICS, "1:19:" LISTEN "\"::1@53\"");
    config_bad("server: { listen: [\"::1\"] }\n", ERROR_SEMANTICS, "1:20:" LISTEN "\"::1\"");
    config_bad("server: { listen: [\"host@53\"] }\n", ERROR_SEMANTICS,
               "1:20:" LISTEN "\"host@53\"");
    config_bad("server: { listen: [[]] }\n", ERROR_SEMANTICS, "1:20:" LISTEN "a list");
    config_bad("server: { listen: [\"::1@53\", \"0:0:0:0:0:0:0:1@53\"] }\n", ERROR_SEMANTICS,
               "1:30: server.listen: 0:0:0:0:0:0:0:1@53 stands twice");

    for (unsigned count = CONFIG_LISTEN_MAX; count <= CONFIG_LISTEN_MAX + 1; count++) {
        char text[1200] = "server: { listen: [ ";
        for (unsigned i = 0; i < count; i++) {
            sprintf(text + strlen(text), "\"127.0.0.1@%u\", ", i + 1);
        }
        strcat(text, "] }\n");
        if (count == CONFIG_LISTEN_MAX) {
            config_close(config_good(text));
        } else {
            config_bad(text, ERROR_SEMANTICS, "1:19:" LISTEN "a list");
        }
    }
}

Test(field, the_endpoint_of_the_statistics)
{
    struct config *config = config_good("stats: { listen: \"::1@80\" }\n");
    cr_expect(config->stats.enabled);
    cr_expect_eq(config->stats.listen.port, 80);
    config_close(config);
    config = config_good("stats: { listen: no }\n");
    cr_expect_not(config->stats.enabled);
    config_close(config);
#define STATS_LISTEN                                                                               \
    "1:18: stats.listen: expected an address@port such as \"127.0.0.1@8053\", or `no`, found "
    config_bad("stats: { listen: \"no\" }\n", ERROR_SEMANTICS, STATS_LISTEN "\"no\"");
    config_bad("stats: { listen: yes }\n", ERROR_SEMANTICS, STATS_LISTEN "\"yes\"");
    config_bad("stats: { listen: \"127.0.0.1\" }\n", ERROR_SEMANTICS, STATS_LISTEN "\"127.0.0.1\"");
    config_bad("stats: { listen: [] }\n", ERROR_SEMANTICS, STATS_LISTEN "a list");
}

Test(field, lists_of_who_may)
{
    struct config *config = config_good("server: { query: [ \"192.0.2.0/24\", \"::1\", any ] }\n"
                                        "zones:\n"
                                        "  - { name: a, type: primary, file: f, query: [] }\n"
                                        "  - { name: b, type: primary, file: f, query: [any] }\n"
                                        "  - { name: c, type: primary, file: f }\n");
    struct access_list list = config->server.query.query;
    cr_assert_eq(list.count, 3);
    cr_expect_eq(list.entries[0].kind, ACCESS_PREFIX);
    cr_expect_eq(list.entries[0].prefix.bits, 24);
    cr_expect_eq(list.entries[1].prefix.bits, 128);
    cr_expect_eq(list.entries[2].kind, ACCESS_ANY);
    cr_expect_eq(config->zones[0].query->count, 0, "an empty list: nobody");
    cr_expect_eq(config->zones[1].query->count, 1);
    cr_expect_null(config->zones[2].query, "absent: the server's");
    config_close(config);
    config_bad("server: { query: any }\n", ERROR_SEMANTICS,
               "1:18: server.query: " ANY_QUERY "\"any\"");
    config_bad("server: { query: [ \"any\" ] }\n", ERROR_SEMANTICS,
               "1:20: server.query: " ANY_QUERY "\"any\"");
    config_bad("server: { query: [ 192.0.2.1/24 ] }\n", ERROR_SEMANTICS,
               "1:20: server.query: " ANY_QUERY "\"192.0.2.1/24\"");
    config_bad("server: { query: [ \"192.0.2.1@53\" ] }\n", ERROR_SEMANTICS,
               "1:20: server.query: " ANY_QUERY "\"192.0.2.1@53\"");
    config_bad("zones: [ { name: a, type: primary, file: f, query: [ {} ] } ]\n", ERROR_SEMANTICS,
               "1:54: zones.query: " ANY_QUERY "a mapping");

    static char text[64 * 1024];
    for (unsigned count = ACCESS_ENTRIES_MAX; count <= ACCESS_ENTRIES_MAX + 1; count++) {
        strcpy(text, "server: { query: [ ");
        for (unsigned i = 0; i < count; i++) {
            strcat(text, "any, ");
        }
        strcat(text, "] }\n");
        if (count == ACCESS_ENTRIES_MAX) {
            config_close(config_good(text));
        } else {
            config_bad(text, ERROR_SEMANTICS, "1:18: server.query: " ANY_QUERY "a list");
        }
    }
}

Test(field, sizes_and_octets)
{
    struct config *config =
        config_good("server: { rate-limit-prefix4: 8, rate-limit-prefix6: 128 }\n"
                    "limits: { memory: 16MiB, zones: auto, libraries: 4096KiB }\n");
    cr_expect_eq(config->server.query.rate.prefix4, 8);
    cr_expect_eq(config->server.query.rate.prefix6, 128);
    cr_expect_eq(config->limits.memory_bytes, 16u << 20);
    cr_expect_eq(config->limits.zones_bytes, 0);
    cr_expect_eq(config->limits.libraries_bytes, 4u << 20);
    config_close(config);
    config_bad("limits: { memory: 64MB }\n", ERROR_SEMANTICS,
               "1:19: limits.memory: expected a size such as 256MiB, at least 16MiB, found "
               "\"64MB\"");
    config_bad("limits: { memory: {} }\n", ERROR_SEMANTICS,
               "1:19: limits.memory: expected a size such as 256MiB, at least 16MiB, found a "
               "mapping");
    config_bad("limits: { zones: automatic }\n", ERROR_SEMANTICS,
               "1:18: limits.zones: expected a size such as 64MiB, or `auto`, found \"automatic\"");
}

static void secret_expect(const char *directory, const char *contents, const char *problem)
{
    struct config *config = NULL;
    char expected[300];
    char text[200];
    file_make(directory, "secret", contents);
    snprintf(text, sizeof text, "server: { cookie-secret: secret }\n");
    enum result result = config_open_text(text, directory, &problems, &config);
    if (problem == NULL) {
        cr_assert_eq(result, OK);
        cr_expect(config->server.cookie_secret.is_set);
        cr_expect_eq(config->server.cookie_secret.bytes[0], 0x00);
        cr_expect_eq(config->server.cookie_secret.bytes[10], 0xaa);
        cr_expect_eq(config->server.cookie_secret.bytes[15], 0xff);
        config_close(config);
        return;
    }
    snprintf(expected, sizeof expected, "embedded default:1:26: server.cookie-secret: %s", problem);
    cr_expect_eq(result, ERROR_SEMANTICS, "%s", contents);
    cr_expect_str_eq(problem_line(0), expected);
}

Test(field, the_secret_of_the_cookies)
{
    char directory[64];
    char problem[128];
    directory_make(directory);
    snprintf(problem, sizeof problem, "%s/secret does not hold 32 hexadecimal digits", directory);
    secret_expect(directory, "00112233445566778899aabbccddeeff", NULL);
    secret_expect(directory, "00112233445566778899AABBCCDDEEFF\r\n\n", NULL);
    secret_expect(directory, "", problem);
    secret_expect(directory, "00112233445566778899aabbccddeef", problem);
    secret_expect(directory, "00112233445566778899aabbccddeeff0", problem);
    secret_expect(directory, "00112233445566778899aabbccddeefg", problem);
    secret_expect(directory, " 0112233445566778899aabbccddeeff", problem);
    secret_expect(directory, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
                  problem);

    struct config *config = NULL;
    char expected[300];
    snprintf(expected, sizeof expected,
             "embedded default:1:26: server.cookie-secret: cannot read %s/absent", directory);
    cr_expect_eq(
        config_open_text("server: { cookie-secret: absent }\n", directory, &problems, &config),
        ERROR_IO);
    cr_expect_str_eq(problem_line(0), expected);
    cr_expect_eq(config_open_text("server: { cookie-secret: . }\n", directory, &problems, &config),
                 ERROR_IO, "a directory");
    fault_arm(FAULT_READ, 1, 1);
    if (fault_strikes(FAULT_READ)) {
        fault_arm(FAULT_READ, 1, 1);
        cr_expect_eq(
            config_open_text("server: { cookie-secret: secret }\n", directory, &problems, &config),
            ERROR_IO);
    }
    fault_disarm_all();
    directory_remove(directory);
}

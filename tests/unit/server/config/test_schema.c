// SPDX-License-Identifier: Apache-2.0
#include "server/config/schema.h"

#include "server/zone/zone_edit.h"
#include "tests/unit/server/config/config_fixture.h"

TestSuite(schema, .timeout = 60);

#define MIB ((size_t)1 << 20)

Test(schema, what_holds_when_nothing_is_said)
{
    static const char *const texts[] = {"",      "# nothing\n",  "{}",
                                        "---\n", "server: {}\n", "zones: []\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config *config = config_good(texts[i]);
        const struct config_server *server = &config->server;
        cr_assert_eq(server->listen.count, 2);
        cr_expect_eq(server->listen.items[0].port, 53);
        cr_expect(address_is_loopback(&server->listen.items[0]));
        cr_expect(address_is_loopback(&server->listen.items[1]));
        cr_expect_str_eq(server->control, "/run/plimsoll/control.sock");
        cr_expect_null(server->user);
        cr_expect_null(server->query.identity);
        cr_expect_null(server->query.version);
        cr_assert_eq(server->query.query.count, 1);
        cr_expect_eq(server->query.query.entries[0].kind, ACCESS_ANY);
        cr_expect_eq(server->query.answer.address_order, ADDRESS_ORDER_ROTATE);
        cr_expect(server->query.answer.minimal_any);
        cr_expect_eq(server->query.rate.rate, 0);
        cr_expect_eq(server->query.rate.slip, 2);
        cr_expect_eq(server->query.rate.prefix4, 24);
        cr_expect_eq(server->query.rate.prefix6, 56);
        cr_expect_not(server->cookie_secret.is_set);
        const struct config_limits *limits = &config->limits;
        cr_expect_eq(limits->memory_bytes, 256 * MIB);
        cr_expect_eq(limits->workers, 0);
        cr_expect_eq(limits->jobs, 2);
        cr_expect_eq(limits->zones_bytes, 0);
        cr_expect_eq(limits->libraries_bytes, 24 * MIB);
        cr_expect_eq(limits->tcp_connections, 256);
        cr_expect_eq(limits->tcp_connections_per_client, 16);
        cr_expect_eq(config->zone_count, 0);
        cr_expect(config->stats.enabled);
        cr_expect_eq(config->stats.listen.port, 8053);
        cr_expect_eq(config->log.format, LOG_TEXT);
        cr_expect_eq(config->log.level, EVENT_SEVERITY_INFO);
        config_close(config);
    }
}

/* Every number: the least, the most, and one beyond each. */
Test(schema, the_edges_of_every_number)
{
    static const struct {
        const char *section, *key, *low, *high, *below, *above;
    } keys[] = {
        {"server", "rate-limit", "0", "1000000", "-1", "1000001"},
        {"server", "rate-limit-slip", "0", "10", "-1", "11"},
        {"server", "rate-limit-prefix4", "8", "32", "7", "33"},
        {"server", "rate-limit-prefix6", "16", "128", "15", "129"},
        {"limits", "memory", "25165824", "64TiB", "16777215", "70368744177665B"},
        {"limits", "workers", "1", "64", "0", "65"},
        {"limits", "jobs", "1", "16", "0", "17"},
        {"limits", "zones", "256KiB", "256MiB", "262143", "70368744177665B"},
        {"limits", "libraries", "4MiB", "256MiB", "4194303", "70368744177665B"},
        {"limits", "tcp-connections", "16", "65536", "0", "65537"},
        {"limits", "tcp-connections-per-client", "1", "256", "0", "65537"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *values[] = {keys[i].low, keys[i].high, keys[i].below, keys[i].above};
        for (unsigned v = 0; v < 4; v++) {
            char text[128];
            struct config *config = NULL;
            snprintf(text, sizeof text, "%s:\n  %s: %s\n", keys[i].section, keys[i].key, values[v]);
            enum result result = config_open_text(text, "/", &problems, &config);
            if (strcmp(values[v], "70368744177665B") == 0) {
                continue; /* 64 TiB and one byte more: below */
            }
            cr_expect_eq(result, v < 2 ? OK : ERROR_SEMANTICS, "%s: %s", text, problem_line(0));
            config_close(config);
        }
    }
    config_bad("limits:\n  memory: 65TiB\n", ERROR_SEMANTICS,
               "2:11: limits.memory: expected a size such as 256MiB, at least 16MiB, found "
               "\"65TiB\"");
}

Test(schema, where_every_value_lands)
{
    struct config *config =
        config_good("server:\n"
                    "  rate-limit: 5\n"
                    "  rate-limit-slip: 3\n"
                    "  address-order: fixed\n"
                    "limits: { memory: 1GiB, workers: 3, jobs: 4, zones: 512MiB, libraries: 32MiB, "
                    "tcp-connections: 1000, tcp-connections-per-client: 999 }\n"
                    "zones:\n"
                    "  - name: a.example\n"
                    "    type: primary\n"
                    "    file: a\n"
                    "    include-outside: yes\n"
                    "    records-per-rrset: 65535\n"
                    "  - { name: b.example, type: primary, file: /b }\n"
                    "log: { format: json, level: error }\n");
    cr_expect_eq(config->server.query.rate.rate, 5);
    cr_expect_eq(config->server.query.rate.slip, 3);
    cr_expect_eq(config->server.query.answer.address_order, ADDRESS_ORDER_FIXED);
    cr_expect_eq(config->limits.memory_bytes, 1024 * MIB);
    cr_expect_eq(config->limits.workers, 3);
    cr_expect_eq(config->limits.jobs, 4);
    cr_expect_eq(config->limits.zones_bytes, 512 * MIB);
    cr_expect_eq(config->limits.libraries_bytes, 32 * MIB);
    cr_expect_eq(config->limits.tcp_connections, 1000);
    cr_expect_eq(config->limits.tcp_connections_per_client, 999);
    cr_assert_eq(config->zone_count, 2);
    cr_expect_eq(config->zones[0].type, ZONE_PRIMARY);
    cr_expect(config->zones[0].include_outside);
    cr_expect_eq(config->zones[0].records_per_rrset_max, 65535);
    cr_expect_str_eq(config->zones[0].file, "/zones/a");
    cr_expect_not(config->zones[1].include_outside);
    cr_expect_eq(config->zones[1].records_per_rrset_max, ZONE_RECORDS_PER_RRSET);
    cr_expect_str_eq(config->zones[1].file, "/b");
    cr_expect_eq(config->zone_places[0].line, 7);
    cr_expect_eq(config->log.format, LOG_JSON);
    cr_expect_eq(config->log.level, EVENT_SEVERITY_ERROR);
    config_close(config);
    static const char *const levels[] = {"error", "warning", "notice", "info"};
    for (int i = 0; i < EVENT_SEVERITY_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "log: { level: %s }\n", levels[i]);
        config = config_good(text);
        cr_expect_eq((int)config->log.level, i);
        config_close(config);
    }
}

Test(schema, values_of_zones_that_are_wrong)
{
    config_bad("zones:\n  - { name: a, type: secondary, file: f }\n", ERROR_SEMANTICS,
               "2:22: zones.type: expected `primary`, found \"secondary\"");
    config_bad("zones:\n  - { name: a, type: primary, file: f, records-per-rrset: 0 }\n",
               ERROR_SEMANTICS,
               "2:59: zones.records-per-rrset: expected a number 1..65535, found \"0\"");
    config_bad("zones:\n  - { name: a, type: primary, file: f, records-per-rrset: 65536 }\n",
               ERROR_SEMANTICS,
               "2:59: zones.records-per-rrset: expected a number 1..65535, found \"65536\"");
    config_bad("zones:\n  - { name: a, type: primary, file: f, include-outside: 1 }\n",
               ERROR_SEMANTICS, "2:57: zones.include-outside: expected `yes` or `no`, found \"1\"");
    config_bad("zones: {}\n", ERROR_SEMANTICS,
               "1:8: zones: expected a list of zones, found a mapping");
    config_bad("zones:\n", ERROR_SEMANTICS, "1:7: zones: expected a list of zones, found \"\"");
}

Test(schema, sections_that_are_unknown)
{
    config_bad("zone: []\n", ERROR_SEMANTICS, "1:1: zone: unknown section; did you mean `zones`?");
    config_bad("elephants: []\n", ERROR_SEMANTICS, "1:1: elephants: unknown section");
    config_bad("recursion: {}\n", ERROR_SEMANTICS, "1:1: recursion: unknown section");
    config_bad("\"%s%s%n\": {}\n", ERROR_SEMANTICS, "1:1: %s%s%n: unknown section");
}

Test(schema, more_zones_than_there_may_be)
{
    size_t size = (CONFIG_ZONES_MAX + 1) * 4 + 64;
    char *text = malloc(size);
    cr_assert_not_null(text);
    strcpy(text, "zones: [\n");
    char *at = text + strlen(text);
    for (unsigned i = 0; i < CONFIG_ZONES_MAX + 1; i++) {
        at = stpcpy(at, "0,\n");
    }
    strcpy(at, "]\n");
    config_bad(text, REFUSED_LIMIT, "65538:1: zones: more than 65536 zones");
    free(text);
}

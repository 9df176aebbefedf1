// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_check.h"

#include "tests/unit/server/config/config_fixture.h"

TestSuite(config_check, .timeout = 60);

Test(config_check, a_client_has_no_more_than_there_are)
{
    config_close(config_good("limits: { tcp-connections: 16, tcp-connections-per-client: 16 }\n"));
    config_bad("limits: { tcp-connections: 15, tcp-connections-per-client: 16 }\n", ERROR_SEMANTICS,
               " limits.tcp-connections-per-client: 16 is more than limits.tcp-connections, 15");
    config_bad("limits: { tcp-connections: 15 }\n", ERROR_SEMANTICS,
               " limits.tcp-connections-per-client: 16 is more than limits.tcp-connections, 15");
}

Test(config_check, a_part_is_no_larger_than_the_whole)
{
    static const char text[] =
        " limits.memory: limits.zones and limits.libraries are parts of it and larger";
    config_close(config_good("limits: { memory: 32MiB, zones: 32MiB }\n"));
    config_bad("limits: { memory: 32MiB, zones: 33554433 }\n", ERROR_SEMANTICS, text);
    config_bad("limits: { memory: 16MiB, libraries: 17MiB }\n", ERROR_SEMANTICS, text);
}

Test(config_check, a_zone_stands_once)
{
    config_close(config_good("zones:\n"
                             "  - { name: a.example, type: primary, file: a }\n"
                             "  - { name: b.a.example, type: primary, file: a }\n"));
    config_bad("zones:\n"
               "  - { name: a.example, type: primary, file: a }\n"
               "  - { name: b.example, type: primary, file: b }\n"
               "  - { name: A.Example., type: primary, file: c }\n",
               ERROR_SEMANTICS,
               "4:1: zones.name: A.Example. stands twice: first at embedded default:2");
}

Test(config_check, the_scratch_is_as_it_was)
{
    static char room[64 * 1024] __attribute__((aligned(16)));
    struct arena arena;
    struct config *config = config_good("zones:\n"
                                        "  - { name: a.example, type: primary, file: a }\n");
    arena_init(&arena, room, sizeof room);
    cr_expect_eq(config_check(config, &arena, &problems), OK);
    cr_expect_eq(arena.used, 0);
    arena_init(&arena, room, 32);
    cr_expect_eq(config_check(config, &arena, &problems), REFUSED_MEMORY);
    cr_expect_eq(arena.used, 0);
    config_close(config);
}

Test(config_check, fifteen_thousand_zones_at_once)
{
    static char text[2 * 1024 * 1024];
    size_t used = (size_t)snprintf(text, sizeof text, "zones:\n");
    for (unsigned i = 0; i < 15000; i++) {
        used +=
            (size_t)snprintf(text + used, sizeof text - used,
                             "  - { name: z%u.example, type: primary, file: z%u.zone }\n", i, i);
    }
    struct config *config = config_good(text);
    cr_expect_eq(config->zone_count, 15000);
    cr_expect_str_eq(config->zones[14999].file, "/zones/z14999.zone");
    cr_expect_eq(config->zone_places[14999].line, 15001);
    config_close(config);
    snprintf(text + used, sizeof text - used,
             "  - { name: z0.example, type: primary, file: z0.zone }\n");
    config_bad(text, ERROR_SEMANTICS,
               "15002:1: zones.name: z0.example. stands twice: first at embedded default:2");
    cr_expect_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
}

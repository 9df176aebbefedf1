// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_check.h"

#include "server/wire/name.h"

#include <string.h>

static uint32_t name_hash(const uint8_t *name)
{
    uint32_t hash = 2166136261u;
    size_t length = name_length(name);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ name_lower_byte[name[i]]) * 16777619u;
    }
    return hash;
}

static struct config_place zone_place(const struct config *config, uint32_t index)
{
    const struct config_zone_place *place = &config->zone_places[index];
    return (struct config_place){config->files[place->file], place->line, 1};
}

static void zone_twice(const struct config *config, uint32_t first, uint32_t second,
                       struct config_problems *problems)
{
    char text[NAME_TEXT_MAX];
    struct config_place place = zone_place(config, first);
    name_to_text(config->zones[second].name, text);
    config_problem_add(problems, zone_place(config, second), "zones.name",
                       "%s stands twice: first at %s:%u", text, place.file, place.line);
}

/** Finds names that stand twice, in one pass over a table of twice as many places. */
static enum result zones_check(const struct config *config, struct arena *scratch,
                               struct config_problems *problems)
{
    uint32_t places = 16;
    while (places < 2 * config->zone_count) {
        places *= 2;
    }
    uint32_t *table = arena_alloc_array(scratch, places, sizeof *table, 4);
    if (table == NULL) {
        return REFUSED_MEMORY;
    }
    enum result result = OK;
    for (uint32_t i = 0; i < config->zone_count; i++) {
        const uint8_t *name = config->zones[i].name;
        uint32_t at = name_hash(name) & (places - 1);
        while (table[at] != 0 && !name_equal(config->zones[table[at] - 1].name, name)) {
            at = (at + 1) & (places - 1);
        }
        if (table[at] != 0) {
            zone_twice(config, table[at] - 1, i, problems);
            result = ERROR_SEMANTICS;
        } else {
            table[at] = i + 1;
        }
    }
    return result;
}

enum result config_check(const struct config *config, struct arena *scratch,
                         struct config_problems *problems)
{
    struct config_place whole = {config->files[0], 0, 0};
    const struct config_limits *limits = &config->limits;
    enum result result = OK;
    if (limits->tcp_connections_per_client > limits->tcp_connections) {
        config_problem_add(problems, whole, "limits.tcp-connections-per-client",
                           "%u is more than limits.tcp-connections, %u",
                           limits->tcp_connections_per_client, limits->tcp_connections);
        result = ERROR_SEMANTICS;
    }
    if (limits->zones_bytes > limits->memory_bytes ||
        limits->libraries_bytes > limits->memory_bytes) {
        config_problem_add(problems, whole, "limits.memory",
                           "limits.zones and limits.libraries are parts of it and larger");
        result = ERROR_SEMANTICS;
    }
    struct arena_mark mark = arena_mark(scratch);
    enum result zones = zones_check(config, scratch, problems);
    arena_rewind(scratch, mark);
    return result == OK ? zones : result;
}

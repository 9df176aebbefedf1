// SPDX-License-Identifier: Apache-2.0
#include "server/config/schema.h"

#include "server/config/field.h"
#include "server/config/value.h"
#include "server/zone/zone_edit.h"

#include <stddef.h>
#include <string.h>

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define TIB (1ull << 40)

static const char *const address_order_words[] = {"rotate", "fixed", "subnet", NULL};
static const char *const log_format_words[] = {"text", "json", NULL};
static const char *const log_level_words[] = {"error", "warning", "notice", "info", NULL};
static const char *const zone_type_words[] = {"primary", NULL};

#define SERVER(field) offsetof(struct config_server, field)
static const struct key_spec server_keys[] = {
    {"listen", field_listen, SERVER(listen), 1, CONFIG_LISTEN_MAX,
     "a list of address@port such as [\"127.0.0.1@53\", \"::1@53\"]"},
    {"control", field_path, SERVER(control), .expected = "the path of a socket"},
    {"user", field_text, SERVER(user), 1, 32, "the name of a user"},
    {"identity", field_text_or_hidden, SERVER(query.identity), 0, 255, "a text or `hidden`"},
    {"version", field_text_or_hidden, SERVER(query.version), 0, 255, "a text or `hidden`"},
    {"query", field_access, SERVER(query.query),
     .expected = "a list of addresses, prefixes and `any`"},
    {"address-order", field_choice, SERVER(query.answer.address_order),
     .expected = "`rotate`, `fixed` or `subnet`", .choices = address_order_words},
    {"minimal-any", field_switch, SERVER(query.answer.minimal_any), .expected = "`yes` or `no`"},
    {"rate-limit", field_count, SERVER(query.rate.rate), 0, 1000000,
     "answers a second for a client prefix, 0..1000000 (0 turns it off)"},
    {"rate-limit-slip", field_count, SERVER(query.rate.slip), 0, 10, "a number 0..10"},
    {"rate-limit-prefix4", field_octet, SERVER(query.rate.prefix4), 8, 32, "a prefix length 8..32"},
    {"rate-limit-prefix6", field_octet, SERVER(query.rate.prefix6), 16, 128,
     "a prefix length 16..128"},
    {"cookie-secret", field_secret, SERVER(cookie_secret),
     .expected = "a file with 32 hexadecimal digits"},
    {NULL},
};

#define LIMITS(field) offsetof(struct config_limits, field)
static const struct key_spec limits_keys[] = {
    {"memory", field_size, LIMITS(memory_bytes), 16 * MIB, 64 * TIB,
     "a size such as 256MiB, at least 16MiB"},
    {"workers", field_count_or_auto, LIMITS(workers), 1, CONFIG_WORKERS_MAX,
     "a number 1..64 or `auto`"},
    {"jobs", field_count, LIMITS(jobs), 1, CONFIG_JOBS_MAX, "a number 1..16"},
    {"zones", field_size_or_auto, LIMITS(zones_bytes), 256 * KIB, 64 * TIB,
     "a size such as 64MiB, or `auto`"},
    {"libraries", field_size, LIMITS(libraries_bytes), 4 * MIB, 64 * TIB,
     "a size such as 24MiB, at least 4MiB"},
    {"tcp-connections", field_count, LIMITS(tcp_connections), 1, 65536, "a number 1..65536"},
    {"tcp-connections-per-client", field_count, LIMITS(tcp_connections_per_client), 1, 65536,
     "a number 1..65536"},
    {NULL},
};

#define ZONE(field) offsetof(struct zone_options, field)
static const struct key_spec zone_keys[] = {
    {"name", field_name, ZONE(name), .expected = "a domain name", .required = true},
    {"type", field_choice, ZONE(type), .expected = "`primary`", .choices = zone_type_words,
     .required = true},
    {"file", field_path, ZONE(file), .expected = "the path of a master file", .required = true},
    {"query", field_access_pointer, ZONE(query),
     .expected = "a list of addresses, prefixes and `any`"},
    {"records-per-rrset", field_count, ZONE(records_per_rrset_max), 1, 65535, "a number 1..65535"},
    {"include-outside", field_switch, ZONE(include_outside), .expected = "`yes` or `no`"},
    {NULL},
};

static const struct key_spec stats_keys[] = {
    {"listen", field_stats_listen, 0,
     .expected = "an address@port such as \"127.0.0.1@8053\", or `no`"},
    {NULL},
};

#define LOG(field) offsetof(struct config_log, field)
static const struct key_spec log_keys[] = {
    {"format", field_choice, LOG(format), .expected = "`text` or `json`",
     .choices = log_format_words},
    {"level", field_choice, LOG(level), .expected = "`error`, `warning`, `notice` or `info`",
     .choices = log_level_words},
    {NULL},
};

/** A section of the file: where it lands and what reads it. */
struct section_spec {
    const char *name;
    const struct key_spec *keys;
    size_t offset;
};

#define SECTION(field) offsetof(struct config, field)
static const struct section_spec sections[] = {
    {"server", server_keys, SECTION(server)},
    {"limits", limits_keys, SECTION(limits)},
    {"stats", stats_keys, SECTION(stats)},
    {"log", log_keys, SECTION(log)},
    {NULL},
};

void schema_defaults(struct config *config)
{
    static const struct access_entry any = {.kind = ACCESS_ANY};
    static struct address listen[] = {
        {.family = ADDRESS_V4, .port = 53, .bytes = {127, 0, 0, 1}},
        {.family = ADDRESS_V6, .port = 53, .bytes = {[15] = 1}},
    };
    struct config_server *server = &config->server;
    server->listen = (struct config_addresses){listen, 2};
    server->control = "/run/plimsoll/control.sock";
    server->query.query = (struct access_list){&any, 1};
    server->query.answer.address_order = ADDRESS_ORDER_ROTATE;
    server->query.answer.minimal_any = true;
    server->query.rate.slip = 2;
    server->query.rate.prefix4 = 24;
    server->query.rate.prefix6 = 56;
    struct config_limits *limits = &config->limits;
    limits->memory_bytes = 256 * MIB;
    limits->jobs = 2;
    limits->libraries_bytes = 24 * MIB;
    limits->tcp_connections = 256;
    limits->tcp_connections_per_client = 16;
    config->stats.enabled = true;
    config->stats.listen =
        (struct address){.family = ADDRESS_V4, .port = 8053, .bytes = {127, 0, 0, 1}};
    config->log.format = LOG_TEXT;
    config->log.level = EVENT_SEVERITY_INFO;
}

static enum result zones_count(const struct section_reader *reader, const struct yaml_node *list,
                               uint32_t *ret_count)
{
    static const struct key_spec zones = {.name = "zones", .expected = "a list of zones"};
    uint32_t count = 0;
    if (list->kind != YAML_SEQUENCE) {
        return section_problem(reader, &zones, list);
    }
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        if (++count > CONFIG_ZONES_MAX) {
            config_problem_add(reader->problems, yaml_place(reader->tree, item), "zones",
                               "more than %u zones", CONFIG_ZONES_MAX);
            return REFUSED_LIMIT;
        }
    }
    *ret_count = count;
    return OK;
}

static enum result zones_read(const struct section_reader *reader, const struct yaml_node *list,
                              struct config *config)
{
    uint32_t count = 0;
    enum result result = zones_count(reader, list, &count);
    if (result != OK || count == 0) {
        return result;
    }
    config->zones = arena_alloc_array(reader->arena, count, sizeof *config->zones, 8);
    config->zone_places = arena_alloc_array(reader->arena, count, sizeof *config->zone_places, 8);
    if (config->zones == NULL || config->zone_places == NULL) {
        return section_full(reader, list);
    }
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        struct zone_options *zone = &config->zones[config->zone_count];
        zone->records_per_rrset_max = ZONE_RECORDS_PER_RRSET;
        config->zone_places[config->zone_count++] =
            (struct config_zone_place){item->file, item->line};
        enum result one = section_read(reader, "zones", zone_keys, item, zone);
        result = result == OK ? one : result;
    }
    return result;
}

static enum result section_dispatch(const struct section_reader *reader,
                                    const struct yaml_node *key, struct config *config)
{
    static const char *const words[] = {"include", "server", "limits", "zones",
                                        "stats",   "log",    NULL};
    if (strcmp(key->text, "zones") == 0) {
        return zones_read(reader, key->value, config);
    }
    for (const struct section_spec *section = sections; section->name != NULL; section++) {
        if (strcmp(key->text, section->name) == 0) {
            return section_read(reader, section->name, section->keys, key->value,
                                (char *)config + section->offset);
        }
    }
    const char *nearest = value_nearest(key->text, words);
    config_problem_add(
        reader->problems, yaml_place(reader->tree, key), key->text,
        nearest == NULL ? "unknown section%s%s%s" : "unknown section; did you mean %s%s%s?",
        nearest == NULL ? "" : "`", nearest == NULL ? "" : nearest, nearest == NULL ? "" : "`");
    return ERROR_SEMANTICS;
}

enum result schema_read(const struct section_reader *reader, struct config *config)
{
    enum result first = OK;
    const struct yaml_node *root = reader->tree->root;
    for (const struct yaml_node *at = root == NULL ? NULL : root->first; at != NULL;
         at = at->next) {
        enum result result = section_dispatch(reader, at, config);
        first = first == OK ? result : first;
    }
    return first;
}

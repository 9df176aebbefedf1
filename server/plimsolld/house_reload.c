// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/house_state.h"

#include "alloc/memory.h"
#include "server/plimsolld/notify.h"

#include <string.h>
#include <time.h>

#define HOUSE_ROOM_TRIES 200u
#define HOUSE_ROOM_PAUSE_NS 1000000
#define HOUSE_RECLAIM_MAX 1024u

/**
 * When is a replaced configuration free? Workers reach it in two ways: through the catalog's
 * options and through the query policy. The registry retires the old catalog and calls `release`
 * when no worker can still read it. The policy was swapped after that retirement, so a worker may
 * have picked the old one up later; therefore release retires the generation once more, and only
 * that second grace period closes the configuration.
 */
void generation_free(struct epoch_retired *retired)
{
    struct generation *generation = (struct generation *)retired;
    generation->house->generations--;
    config_close(generation->config);
    memory_give(ACCOUNT_CONFIGURATION, generation, sizeof *generation);
}

static void generation_release(void *context)
{
    struct generation *generation = context;
    if (generation->house->threads == NULL) {
        generation_free(&generation->retired);
        return;
    }
    epoch_retire(threads_epoch(generation->house->threads), &generation->retired, generation_free);
}

enum result generation_create(struct house *house, struct config *config,
                              struct generation **ret_generation)
{
    struct generation *generation = memory_take_array(ACCOUNT_CONFIGURATION, 1, sizeof *generation);
    if (generation == NULL) {
        config_close(config);
        return REFUSED_MEMORY;
    }
    house->generations++;
    generation->house = house;
    generation->config = config;
    *ret_generation = generation;
    return OK;
}

struct registry_zones generation_zones(struct generation *generation)
{
    return (struct registry_zones){
        .options = generation->config->zones,
        .count = generation->config->zone_count,
        .release = generation_release,
        .context = generation,
    };
}

/* ---- what a reload cannot change ---- */

/** FNV-1a over what a part consists of: enough to notice a change. */
static uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ at[i]) * 1099511628211u;
    }
    return digest;
}

static uint64_t digest_text(const char *text)
{
    return digest_bytes(14695981039346656037u, text == NULL ? "" : text,
                        text == NULL ? 0 : strlen(text) + 1);
}

static uint64_t digest_listen(const struct config *config)
{
    const struct config_addresses *listen = &config->server.listen;
    return digest_bytes(1, listen->items, listen->count * sizeof *listen->items);
}

static uint64_t digest_control(const struct config *config)
{
    return digest_text(config->server.control);
}

static uint64_t digest_user(const struct config *config)
{
    return digest_text(config->server.user);
}

static uint64_t digest_secret(const struct config *config)
{
    const struct config_secret *secret = &config->server.cookie_secret;
    return digest_bytes(secret->is_set, secret->bytes, sizeof secret->bytes);
}

static uint64_t digest_limits(const struct config *config)
{
    const struct config_limits *limits = &config->limits;
    const uint64_t numbers[] = {limits->memory_bytes,
                                limits->workers,
                                limits->jobs,
                                limits->zones_bytes,
                                limits->libraries_bytes,
                                limits->tcp_connections,
                                limits->tcp_connections_per_client};
    return digest_bytes(2, numbers, sizeof numbers);
}

static uint64_t digest_stats(const struct config *config)
{
    return config->stats.enabled
               ? digest_bytes(3, &config->stats.listen, sizeof config->stats.listen)
               : 0;
}

static const struct fixed_part {
    const char *key;
    uint64_t (*digest)(const struct config *config);
} fixed_parts[HOUSE_FIXED_PARTS] = {
    {"server.listen", digest_listen}, {"server.control", digest_control},
    {"server.user", digest_user},     {"server.cookie-secret", digest_secret},
    {"limits", digest_limits},        {"stats.listen", digest_stats},
};

void house_fixed_parts(const struct config *config, uint64_t ret_digests[HOUSE_FIXED_PARTS])
{
    for (unsigned i = 0; i < HOUSE_FIXED_PARTS; i++) {
        ret_digests[i] = fixed_parts[i].digest(config);
    }
}

/** Tells of each part in which the configuration differs from what the server was started with;
 * returns how many. */
static unsigned tell_fixed(const struct house *house, const struct config *wanted)
{
    uint64_t digests[HOUSE_FIXED_PARTS];
    unsigned count = 0;
    house_fixed_parts(wanted, digests);
    for (unsigned i = 0; i < HOUSE_FIXED_PARTS; i++) {
        if (digests[i] != house->fixed_parts[i]) {
            event_emit_text(EVENT_RESTART_NEEDED, "key", fixed_parts[i].key);
            count++;
        }
    }
    return count;
}

/* ---- the reload ---- */

static enum result refused(char *report, size_t size, const char *reason, enum result result)
{
    event_emit_text(EVENT_RELOAD_REFUSED, "reason", reason);
    snprintf(report, size, "nothing changed: %s", reason);
    return result;
}

static void tell_problems(const struct config_problems *problems)
{
    for (uint32_t i = 0; i < config_problems_kept(problems); i++) {
        const struct config_problem *problem = &problems->items[i];
        char place[EVENT_VALUE_BYTES_MAX];
        snprintf(place, sizeof place, "%.180s:%u:%u: %.40s", problem->file, problem->line,
                 problem->column, problem->key);
        struct event event;
        event_begin(&event, EVENT_CONFIG_INVALID);
        event_text(&event, "place", place);
        event_text(&event, "problem", problem->text);
        event_emit(&event);
    }
}

/** Reads the wanted configuration; what is wrong with it is told and reported. */
static enum result read_wanted(struct house *house, char *report, size_t size,
                               struct config **ret_config)
{
    struct config_problems *problems =
        memory_take_array(ACCOUNT_CONFIGURATION, 1, sizeof *problems);
    if (problems == NULL) {
        return refused(report, size, "the configuration's account is full", REFUSED_MEMORY);
    }
    enum result result = config_open(house->options.config_path, problems, ret_config);
    if (result != OK) {
        tell_problems(problems);
        char text[CONFIG_PROBLEM_FILE_MAX + CONFIG_PROBLEM_KEY_MAX + CONFIG_PROBLEM_TEXT_MAX + 32];
        refused(report, size, config_problem_text(&problems->items[0], text, sizeof text), result);
    }
    memory_give(ACCOUNT_CONFIGURATION, problems, sizeof *problems);
    return result;
}

/** The embedded default has no file to read again: its zones are looked at. */
static enum result reload_zones_only(struct house *house, char *report, size_t size)
{
    uint32_t count = registry_zone_count(house->registry);
    struct zone_status status;
    for (uint32_t i = 0; i < count; i++) {
        if (registry_zone_at(house->registry, i, &status) == OK &&
            registry_load(house->registry, status.name) < 0) {
            return refused(report, size, "a zone could not be queued", ERROR_STATE);
        }
    }
    event_emit_plain(EVENT_RELOAD_DONE);
    snprintf(report, size, "%u zones are being read again", count);
    return OK;
}

/**
 * The sheet has room for two configurations: the one in force and the one that is read. After a
 * reload the one before is still there until every worker has turned, which takes them some
 * microseconds each; so a second reload right behind the first waits for that, for a bounded time.
 * A worker that does not turn at all leaves it to the account to refuse.
 *
 * This thread is a reader too. Reloads begin in callbacks that hold nothing they read before.
 */
static void await_room(struct house *house)
{
    const struct timespec pause = {.tv_nsec = HOUSE_ROOM_PAUSE_NS};
    struct epoch *epoch = threads_epoch(house->threads);
    for (unsigned i = 0; i < HOUSE_ROOM_TRIES && house->generations > 1; i++) {
        epoch_announce(worker_reader(threads_control(house->threads)));
        if (epoch_reclaim(epoch, HOUSE_RECLAIM_MAX) == MORE || house->generations > 1) {
            nanosleep(&pause, NULL);
        }
    }
}

enum result house_reload(void *context, char *report, size_t report_size)
{
    struct house *house = context;
    if (house->options.config_path == NULL) {
        return reload_zones_only(house, report, report_size);
    }
    await_room(house);
    notify_reloading(clock_us(clock_real()));
    struct config *wanted;
    struct generation *generation;
    enum result result = read_wanted(house, report, report_size, &wanted);
    if (result == OK) {
        result = generation_create(house, wanted, &generation);
    }
    if (result == OK) {
        struct registry_zones zones = generation_zones(generation);
        result = registry_apply(house->registry, &zones, true);
        if (result != OK) {
            generation_free(&generation->retired);
            refused(report, report_size, "the zones' account is full", result);
        }
    }
    notify_ready("serving");
    if (result != OK) {
        return result;
    }
    unsigned fixed = tell_fixed(house, wanted);
    query_server_policy(house->query, &wanted->server.query);
    house->sink.format = wanted->log.format == LOG_JSON ? SINK_JSON : SINK_TEXT;
    house->sink.level = wanted->log.level;
    house->generation = generation;
    event_emit_plain(EVENT_RELOAD_DONE);
    snprintf(report, report_size, "%u zones in force%s", wanted->zone_count,
             fixed == 0 ? "" : "; some changes need a restart, see the events");
    return OK;
}

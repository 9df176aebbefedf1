// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/house_state.h"

#include "alloc/memory.h"
#include "alloc/phase.h"
#include "alloc/wall.h"
#include "server/base/random.h"
#include "server/base/refusal.h"
#include "server/plimsolld/notify.h"
#include "server/plimsolld/privileges.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- what happens on the workers' threads ---- */

static enum result worker_begin(struct worker *worker, void *context)
{
    struct house *house = context;
    uint16_t index = worker_index(worker);
    if (counter_thread_begin() != OK) {
        /* It counts into the shared block: correct, and slower. */
        event_emit_text(EVENT_DEGRADED, "reason", "a worker counts without a block of its own");
    }
    enum result result =
        query_worker_create(house->query, index * 0x9e3779b9u, &house->query_workers[index]);
    if (result == OK) {
        result = net_worker_start(house->net, worker, house->query_workers[index]);
    }
    if (result != OK) {
        query_worker_destroy(house->query_workers[index]);
        house->query_workers[index] = NULL;
        counter_thread_end();
        return result;
    }
    phase_set(PHASE_SERVING);
    return OK;
}

static void worker_end(struct worker *worker, void *context)
{
    struct house *house = context;
    uint16_t index = worker_index(worker);
    phase_set(PHASE_PREPARING);
    net_worker_stop(house->net, worker);
    query_worker_destroy(house->query_workers[index]);
    house->query_workers[index] = NULL;
    counter_thread_end();
}

/* ---- opening ---- */

static enum result open_query(struct house *house, struct random *random)
{
    const struct config *config = house->generation->config;
    struct query_server_options options = {
        .registry = house->registry,
        .clock = clock_real(),
        .policy = &config->server.query,
    };
    if (config->server.cookie_secret.is_set) {
        memcpy(options.cookie_secret, config->server.cookie_secret.bytes,
               sizeof options.cookie_secret);
    } else {
        random_bytes(random, options.cookie_secret, sizeof options.cookie_secret);
    }
    random_bytes(random, options.table_key, sizeof options.table_key);
    return query_server_create(&options, &house->query);
}

static enum result open_net(struct house *house, struct random *random)
{
    struct net_options options = house->options.sheet->net;
    random_bytes(random, options.table_key, sizeof options.table_key);
    return net_open(&options, clock_ms(clock_real()), &house->net);
}

/** Threads come after the sockets, which they will serve, and before the registry, which needs
 * their queue. */
static enum result open_threads(struct house *house)
{
    struct threads_options options = house->options.sheet->threads;
    options.worker_owner = (struct worker_owner){worker_begin, worker_end, house};
    options.observer = refusal_threads_observer();
    enum result result = threads_start(&options, clock_ms(clock_real()), &house->threads);
    return result == OK ? refusal_observe_threads(house->threads) : result;
}

static enum result open_stats(struct house *house)
{
    const struct config *config = house->generation->config;
    if (!config->stats.enabled) {
        return OK;
    }
    struct stats_options options = {
        .address = &config->stats.listen,
        .loop = worker_loop(threads_control(house->threads)),
        .registry = house->registry,
        .threads = house->threads,
        .health = house_health,
        .context = house,
        .memory_limit_bytes = config->limits.memory_bytes,
    };
    return stats_open(&options, &house->stats);
}

static const char *control_health(void *context, const char **ret_reason)
{
    return health_name(house_health(context, ret_reason));
}

static void control_stop(void *context)
{
    house_stop(context, "control socket");
}

static bool control_listening(void *context, uint32_t position, char *text, size_t text_size)
{
    const struct house *house = context;
    struct address address;
    char name[ADDRESS_TEXT_BYTES];
    bool bound;
    if (!net_listening(house->net, position, &address, &bound)) {
        return false;
    }
    snprintf(text, text_size, "%s%s", address_format(&address, name), bound ? "" : " (not bound)");
    return true;
}

static enum result open_control(struct house *house)
{
    int length = snprintf(house->control_path, sizeof house->control_path, "%s",
                          house->generation->config->server.control);
    if (length < 0 || (size_t)length >= sizeof house->control_path) {
        errno = ENAMETOOLONG;
        return ERROR_IO;
    }
    struct control_options options = {
        .path = house->control_path,
        .loop = worker_loop(threads_control(house->threads)),
        .registry = house->registry,
        .threads = house->threads,
        .budget = &house->options.sheet->budget,
        .actions = {house_reload, control_stop, control_health, house, control_listening},
        .started_wall_seconds = house->started_wall_seconds,
    };
    return control_open(&options, &house->control);
}

static enum result drop_rights(struct house *house)
{
    const struct config_server *server = &house->generation->config->server;
    bool was_root = geteuid() == 0;
    enum result result = privileges_drop(server->user, server->control);
    if (result == OK && was_root && server->user != NULL) {
        event_emit_text(EVENT_PRIVILEGES_DROPPED, "user", server->user);
    }
    return result;
}

/** A step of opening, in order. */
struct opening {
    const char *what;
    enum result (*open)(struct house *house, struct random *random);
};

static enum result step_memory(struct house *house, struct random *random)
{
    (void)house;
    (void)random;
    enum result result = counter_thread_begin();
    return result == OK ? refusal_observe_memory() : result;
}

static enum result step_registry(struct house *house, struct random *random)
{
    (void)random;
    struct registry_options options = {.clock = clock_real(),
                                       .loaders = house->options.sheet->jobs};
    return registry_create(&options, &house->registry);
}

static enum result step_descriptors(struct house *house, struct random *random)
{
    (void)random;
    return net_descriptors_secure(house->options.sheet->descriptors);
}

static enum result step_threads(struct house *house, struct random *random)
{
    (void)random;
    return open_threads(house);
}

static enum result step_stats(struct house *house, struct random *random)
{
    (void)random;
    return open_stats(house);
}

static enum result step_control(struct house *house, struct random *random)
{
    (void)random;
    return open_control(house);
}

static enum result step_rights(struct house *house, struct random *random)
{
    (void)random;
    return drop_rights(house);
}

static enum result step_zones(struct house *house, struct random *random)
{
    (void)random;
    registry_begin(house->registry, threads_jobs(house->threads), threads_epoch(house->threads));
    struct registry_zones zones = generation_zones(house->generation);
    enum result result = registry_apply(house->registry, &zones, false);
    house->in_force = result == OK;
    return result;
}

static enum result step_turn(struct house *house, struct random *random)
{
    (void)random;
    return house_handles_open(house);
}

static const struct opening openings[] = {
    {"counters", step_memory},   {"zones", step_registry},
    {"queries", open_query},     {"descriptors", step_descriptors},
    {"network", open_net},       {"threads", step_threads},
    {"statistics", step_stats},  {"control socket", step_control},
    {"user", step_rights},       {"zones", step_zones},
    {"control loop", step_turn},
};

enum result house_open(const struct house_options *options, struct house **ret_house)
{
    struct house *house = memory_take_array(ACCOUNT_PROGRAM, 1, sizeof *house);
    if (house == NULL) {
        fprintf(stderr, "plimsolld: cannot open the house: %s\n", result_name(REFUSED_MEMORY));
        config_close(options->config);
        return REFUSED_MEMORY;
    }
    house->options = *options;
    house->started_wall_seconds = clock_wall_seconds(clock_real());
    *ret_house = house;
    event_init(clock_real());
    sink_init(&house->sink, STDERR_FILENO,
              options->config->log.format == LOG_JSON ? SINK_JSON : SINK_TEXT,
              options->config->log.level);
    event_emit_text(EVENT_STARTED, "version", PLIMSOLL_VERSION);
    struct random random;
    house_fixed_parts(options->config, house->fixed_parts);
    enum result result = generation_create(house, options->config, &house->generation);
    if (result == OK) {
        result = random_init(&random);
    }
    if (result != OK) {
        fprintf(stderr, "plimsolld: cannot open the house: %s\n", result_name(result));
    }
    for (unsigned i = 0; i < sizeof openings / sizeof *openings && result == OK; i++) {
        errno = 0;
        result = openings[i].open(house, &random);
        if (result != OK) {
            fprintf(stderr, "plimsolld: cannot open %s: %s%s%s\n", openings[i].what,
                    result_name(result), errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
        }
    }
    return result;
}

enum result house_run(struct house *house)
{
    return worker_run(threads_control(house->threads), NULL, NULL);
}

void house_log(struct house *house)
{
    if (house != NULL) {
        while (sink_pump(&house->sink)) {
            /* Each pump is bounded, and the ring is no longer than EVENT_RING_RECORDS. */
        }
    }
}

void house_print_addresses(const struct house *house, FILE *out)
{
    struct address address;
    bool bound;
    char text[ADDRESS_TEXT_BYTES];
    for (uint32_t i = 0; net_listening(house->net, i, &address, &bound); i++) {
        fprintf(out, "listening on %s%s\n", address_format(&address, text),
                bound ? "" : " as soon as the address is there");
    }
    if (house->stats != NULL) {
        stats_address(house->stats, &address);
        fprintf(out, "statistics on http://%s%s", address.family == ADDRESS_V6 ? "[" : "",
                address_format_host(&address, text));
        fprintf(out, "%s:%u/\n", address.family == ADDRESS_V6 ? "]" : "", address.port);
    }
    fprintf(out, "control socket %s\n", house->control_path);
}

void house_close(struct house *house)
{
    if (house == NULL) {
        return;
    }
    house_handles_close(house); /* after an opening that failed; else the loop has ended */
    if (house->threads != NULL) {
        threads_stop(house->threads);
        refusal_forget_threads();
    }
    net_close(house->net);
    query_server_destroy(house->query);
    registry_destroy(house->registry);
    if (house->threads != NULL) {
        threads_destroy(house->threads);
    }
    if (!house->in_force && house->generation != NULL) {
        generation_free(&house->generation->retired);
    }
    event_emit_plain(EVENT_STOPPED);
    house_log(house);
    counter_thread_end();
    memory_give(ACCOUNT_PROGRAM, house, sizeof *house);
}

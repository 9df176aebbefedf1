// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/control/control.h"
#include "server/plimsolld/house.h"
#include "server/stats/sink.h"
#include "server/stats/stats.h"

/** What the files of the house share: house.c opens and closes, house_turn.c is the running,
 * house_reload.c the changing. */
#define HOUSE_TICK_MS 100u
#define HOUSE_TICK_FIRST_MS 5u /* until ready: lanes find their workers on ticks */
#define HOUSE_SECOND_MS 1000u
#define HOUSE_PATIENCE_TICKS 200u /* for sockets that are not served yet, before ready */
#define HOUSE_SIGNALS 3u
#define HOUSE_PATH_BYTES 108u /* unix(7): what a socket's address has room for */
#define HOUSE_FIXED_PARTS 6u  /* of a configuration: what only a start can change */

/** A configuration in force. It goes two grace periods after it was replaced: see house_reload.c.
 */
struct generation {
    struct epoch_retired retired;
    struct house *house;
    struct config *config; /* owned */
};

struct house {
    struct house_options options;
    struct generation *generation; /* the one in force; owned until it is replaced */
    struct threads *threads;       /* owned, and so all below */
    struct registry *registry;
    struct query_server *query;
    struct net *net;
    struct stats *stats;
    struct control *control;
    char control_path[HOUSE_PATH_BYTES]; /* as started: a reload closes what it came from */
    struct query_worker *query_workers[THREADS_WORKERS_MAX]; /* each its worker's */
    struct sink sink;
    uv_timer_t tick;
    uv_signal_t signals[HOUSE_SIGNALS];
    uint64_t fixed_parts[HOUSE_FIXED_PARTS]; /* digests, as started */
    uint32_t generations; /* that live: the one in force and those that workers may still read */
    bool in_force;        /* the registry holds the generation and will let it go */
    bool handles_open;
    bool ready;
    bool stopping;
    uint32_t ticks; /* until ready */
    bool degraded_said;
    uint64_t second_at_ms;
    uint64_t alive_at_ms;
    uint64_t started_wall_seconds;
};

/* house_turn.c */

/** Opens tick and signals on the control loop. OK or REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result house_handles_open(struct house *house);
/** One turn of all that is driven by time. */
void house_tick(struct house *house);
/** Closes what stands on the control loop, as far as it was opened, once; the loop must turn once
 * more before it is gone. */
void house_handles_close(struct house *house);
/** Begins the end: the loop ends in a later turn. */
void house_stop(struct house *house, const char *reason);
enum health house_health(void *context, const char **ret_reason);

/* house_reload.c */

/** A generation around a configuration, which it owns. OK; REFUSED_MEMORY: the configuration is
 * closed. */
RESULT_MUST_CHECK enum result generation_create(struct house *house, struct config *config,
                                                struct generation **ret_generation);
/** Closes it at once: nobody reads it. */
void generation_free(struct epoch_retired *retired);
/** Digests of the parts that only a start can change. */
void house_fixed_parts(const struct config *config, uint64_t ret_digests[HOUSE_FIXED_PARTS]);
/** The registry's list of zones for it. */
struct registry_zones generation_zones(struct generation *generation);
/** Reads the configuration again and puts it into force as far as that is possible while running.
 * The report says what came of it, in one line. */
enum result house_reload(void *context, char *report, size_t report_size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/memory.h"
#include "server/base/event.h"
#include "server/config/config_problem.h"
#include "server/query/query.h"
#include "server/registry/zone_options.h"

/**
 * The configuration: one YAML file (and what it includes) as plain structs, every value checked,
 * every default filled in.
 *
 * A configuration is read whole, checked whole, and then never changes: a reload reads another one
 * beside it and the old one is closed when nobody uses it any more. All its memory is one region of
 * the account `configuration`, sized from the size of the files. Any one thread at a time;
 * immutable and shareable once opened.
 */
#define CONFIG_LISTEN_MAX 32u
#define CONFIG_ZONES_MAX 65536u
#define CONFIG_WORKERS_MAX 64u
#define CONFIG_JOBS_MAX 16u

enum log_format {
    LOG_TEXT,
    LOG_JSON,
};

struct config_addresses {
    struct address *items;
    uint32_t count;
};

struct config_secret {
    bool is_set;
    uint8_t bytes[16];
};

struct config_server {
    struct config_addresses listen;
    const char *control; /* path of the control socket */
    const char *user;    /* NULL: stay */
    struct query_options query;
    struct config_secret cookie_secret; /* not set: random at start */
};

struct config_limits {
    size_t memory_bytes;
    uint32_t workers; /* 0: auto */
    uint32_t jobs;
    size_t zones_bytes; /* 0: auto, what the line leaves */
    size_t libraries_bytes;
    uint32_t tcp_connections;
    uint32_t tcp_connections_per_client;
};

struct config_stats {
    bool enabled; /* `listen: no` turns the endpoint off */
    struct address listen;
};

struct config_log {
    enum log_format format;
    enum event_severity level; /* events below it are counted, not printed */
};

struct config_zone_place {
    uint16_t file; /* in config.files */
    uint32_t line;
};

struct config {
    struct config_server server;
    struct config_limits limits;
    struct zone_options *zones;
    struct config_zone_place *zone_places; /* for messages about a zone made later */
    uint32_t zone_count;
    struct config_stats stats;
    struct config_log log;
    const char **files; /* what was read */
    uint16_t file_count;
    size_t source_bytes;  /* bytes of configuration that it was sized for */
    struct region region; /* owned: everything above points into it */
};

/**
 * Reads and checks a configuration file.
 *
 * returns   OK and a configuration to be closed; ERROR_SYNTAX, ERROR_SEMANTICS, ERROR_IO,
 * REFUSED_LIMIT or REFUSED_MEMORY, with the problems filled (at least one)
 */
RESULT_MUST_CHECK enum result config_open(const char *path, struct config_problems *problems,
                                          struct config **ret_config);
/** The same for a text (the embedded default); `directory` is what its relative paths are relative
 * to. */
RESULT_MUST_CHECK enum result config_open_text(const char *text, const char *directory,
                                               struct config_problems *problems,
                                               struct config **ret_config);
/** Accepts NULL. */
void config_close(struct config *config);

/** What a configuration of that many bytes keeps, and what reading it takes beside: for the sheet.
 */
size_t config_cost_bytes(size_t source_bytes);

// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/sheet.h"

#include "alloc/wall.h"
#include "server/base/counter.h"
#include "server/config/yaml_tree.h"
#include "server/control/control.h"
#include "server/plimsolld/program_pages.h"
#include "server/security/rate_limit.h"
#include "server/stats/stats.h"

#include <sched.h>

#define KIB(bytes) ((bytes) >> 10)
#define MIB(bytes) ((bytes) >> 20)

/* Standard streams, the loops' own (epoll, eventfd, signal pipe), the state directory, a zone file
 * and its includes for each loader, spare. */
#define DESCRIPTORS_FIXED 64u
#define DESCRIPTORS_PER_WORKER 8u
#define DESCRIPTORS_PER_JOB 16u
/* A thousand zones, each a line of some hundred bytes. */
#define SOURCE_GROWTH_MIN (96u * 1024u)
/* Small blocks that rooms take once: tables, handles, lists. */
#define SMALL_BLOCKS_BYTES ((size_t)1 << 20)

/** Lines are added one after the other; the first that fails is kept. */
struct filling {
    struct sheet *sheet;
    const struct config *config;
    enum result result;
};

static void keep(struct filling *filling, enum result result)
{
    if (filling->result == OK) {
        filling->result = result;
    }
}

static uint16_t cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count > (int)CONFIG_WORKERS_MAX ? CONFIG_WORKERS_MAX : (uint16_t)count;
}

static void program_lines(struct filling *filling)
{
    struct sheet *sheet = filling->sheet;
    struct budget *budget = &sheet->budget;
    size_t pages = program_pages_bytes();
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, pages, "program pages",
                             "the binary and its libraries, as mapped"));
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, PROGRAM_STACK_BYTES, "main stack",
                             "the control thread's, held by RLIMIT_STACK"));
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, threads_cost_bytes(&sheet->threads),
                             "threads", "%u workers, %u job threads: stacks, loops, mailboxes",
                             sheet->workers, sheet->jobs));
    size_t blocks = (size_t)sheet->workers + sheet->jobs + 2;
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, blocks * COUNTER_BLOCK_BYTES, "counters",
                             "%zu threads x %zu KiB", blocks, KIB(COUNTER_BLOCK_BYTES)));
    size_t walled = filling->config->limits.libraries_bytes + SMALL_BLOCKS_BYTES;
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, wall_metadata_bytes_max(walled),
                             "allocator metadata", "beside %zu MiB of walled blocks", MIB(walled)));
    keep(filling, budget_add(budget, ACCOUNT_PROGRAM, SMALL_BLOCKS_BYTES, "small blocks",
                             "tables and handles taken once"));
}

/** A reload may bring a longer configuration: half as long again, and always a thousand zones. */
static size_t source_bytes_max(const struct config *config)
{
    size_t growth = config->source_bytes / 2;
    return config->source_bytes + (growth > SOURCE_GROWTH_MIN ? growth : SOURCE_GROWTH_MIN);
}

static void serving_lines(struct filling *filling)
{
    struct sheet *sheet = filling->sheet;
    struct budget *budget = &sheet->budget;
    keep(filling, net_budget(&sheet->net, budget));
    keep(filling, budget_add(budget, ACCOUNT_NETWORK, RATE_LIMIT_BYTES + 4096, "rate limiter",
                             "%u places x 16 B", RATE_LIMIT_PLACES));
    /* memory_take rounds each block up to jemalloc's page classes. */
    size_t worker = query_worker_cost_bytes() + query_worker_cost_bytes() / 4;
    keep(filling, budget_add(budget, ACCOUNT_REQUESTS, sheet->workers * worker + (64u << 10),
                             "query workers", "%u x %zu KiB, and what they share", sheet->workers,
                             KIB(worker)));
    size_t source = source_bytes_max(filling->config);
    size_t config = config_cost_bytes(source);
    size_t tree = yaml_tree_cost_bytes(source);
    keep(filling,
         budget_add(budget, ACCOUNT_CONFIGURATION, 2 * config + tree + (64u << 10), "configuration",
                    "up to %zu KiB of text: 2 x %zu KiB, and reading it %zu KiB", KIB(source),
                    KIB(config), KIB(tree)));
    keep(filling, budget_add(budget, ACCOUNT_NETWORK, stats_socket_cost_bytes(), "statistics",
                             "kernel buffers of %u connections", STATS_CONNECTIONS_MAX));
    keep(filling, budget_add(budget, ACCOUNT_CONFIGURATION, control_cost_bytes(), "control socket",
                             "%u connections", CONTROL_CONNECTIONS_MAX));
    keep(filling,
         budget_add(budget, ACCOUNT_LIBRARIES, filling->config->limits.libraries_bytes, "libraries",
                    "limits.libraries: YAML, JSON, HTTP (%u connections: %zu KiB)",
                    STATS_CONNECTIONS_MAX, KIB(stats_cost_bytes())));
}

static void zones_line(struct filling *filling)
{
    struct sheet *sheet = filling->sheet;
    struct budget *budget = &sheet->budget;
    size_t declared = filling->config->limits.zones_bytes;
    size_t loaders = registry_cost_bytes(sheet->jobs);
    size_t least = loaders + SHEET_ZONES_MIN;
    size_t left = budget_left(budget);
    sheet->zones_bytes = declared != 0 ? declared : left > least ? left : least;
    keep(filling, budget_add(budget, ACCOUNT_ZONES, sheet->zones_bytes, "zones",
                             "%s; %u loaders take %zu KiB of it",
                             declared != 0 ? "limits.zones" : "what the line leaves", sheet->jobs,
                             KIB(loaders)));
}

static enum result derive_for(const struct config *config, uint16_t workers, struct sheet *sheet)
{
    const struct config_limits *limits = &config->limits;
    *sheet = (struct sheet){.workers = workers, .jobs = (uint16_t)limits->jobs};
    sheet->net = (struct net_options){
        .addresses = config->server.listen.items,
        .address_count = config->server.listen.count,
        .workers = workers,
        .tcp_connections = limits->tcp_connections,
        .tcp_connections_per_client = limits->tcp_connections_per_client,
    };
    sheet->descriptors = DESCRIPTORS_FIXED + net_descriptors_needed(&sheet->net) +
                         workers * DESCRIPTORS_PER_WORKER + limits->jobs * DESCRIPTORS_PER_JOB +
                         STATS_CONNECTIONS_MAX + CONTROL_CONNECTIONS_MAX;
    sheet->threads = (struct threads_options){
        .workers = workers,
        .jobs = sheet->jobs,
        .jobs_limit = SHEET_JOBS_LIMIT,
        .mailbox_places = SHEET_MAILBOX_PLACES,
        .descriptors_max = sheet->descriptors,
    };
    budget_init(&sheet->budget, limits->memory_bytes);
    struct filling filling = {sheet, config, OK};
    program_lines(&filling);
    serving_lines(&filling);
    zones_line(&filling);
    return filling.result;
}

enum result sheet_derive(const struct config *config, struct sheet *ret_sheet)
{
    uint16_t workers = config->limits.workers != 0 ? (uint16_t)config->limits.workers : cores();
    enum result result = derive_for(config, workers, ret_sheet);
    /* `auto` means one for each core, or as many as fit. */
    while (result == OK && config->limits.workers == 0 && workers > 1 &&
           budget_check(&ret_sheet->budget) != OK) {
        result = derive_for(config, --workers, ret_sheet);
    }
    return result;
}

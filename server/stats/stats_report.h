// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/stats/stats.h"
#include "server/stats/stats_text.h"

/**
 * The page /stats: the state of the server as one JSON object (RFC 8259), and the small one of
 * /health.
 *
 * Written piece by piece from the same sources as /metrics, never as a tree: its length does not
 * depend on the number of zones, which are shown by state only, and no memory is taken.
 *
 *     {"version", "allocator", "started", "uptime_seconds", "now_seconds",
 *      "health": {"status", "reason"},
 *      "memory": {"limit_bytes", "resident_bytes",
 *                 "accounts": [{"name", "limit_bytes", "used_bytes", "high_water_bytes",
 *                               "refused"}]},
 *      "threads": [{"role", "declared", "running"}],
 *      "pools": [{"name", "limit", "used", "high_water"}],
 *      "zones": {"count", "records", "bytes", "states": {"serving": 3, …}},
 *      "counters": [{"name", "labels": {…}, "value"}]}
 *
 * "counters" holds every counter of the table of metrics, refusals among them. An account without a
 * limit has "limit_bytes": null. Members are only ever added.
 *
 * Control thread. Cost: struct stats_report.
 */
#define STATS_JSON_CONTENT_TYPE "application/json"

enum stats_part {
    STATS_PART_HEAD,
    STATS_PART_ACCOUNTS,
    STATS_PART_THREADS,
    STATS_PART_POOLS,
    STATS_PART_ZONES,
    STATS_PART_COUNTERS,
    STATS_PART_TAIL,
    STATS_PART_END,
};

struct stats_report {
    const struct stats_options *options; /* borrowed (for the report) */
    enum stats_part part;
    uint32_t position; /* within the part */
    bool comma;        /* before the next element of a list */
    struct metric_cursor cursor;
    struct metric_sample sample;
    struct stats_text text;
};

void stats_report_init(struct stats_report *report, const struct stats_options *options);
/** Writes the next part; returns its size, at most `size` and 0 at the end alone. */
size_t stats_report_read(struct stats_report *report, char *out, size_t size);

/** The page /health: {"status": …, "reason": …}, the reason "" when there is none. */
void stats_report_health(struct stats_text *text, enum health health, const char *reason);

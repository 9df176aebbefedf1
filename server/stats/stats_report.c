// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_report.h"

#include "alloc/wall.h"
#include "server/base/refusal.h"
#include "server/stats/stats_process.h"
#include "server/stats/stats_zones.h"

#include <string.h>

static void report_number(struct stats_text *text, const char *key, uint64_t number)
{
    stats_text_key(text, key);
    stats_text_number(text, number);
}

/* SIZE_MAX is how the ledger says that nothing is limited. */
static void report_limit(struct stats_text *text, uint64_t limit)
{
    stats_text_key(text, "limit_bytes");
    if (limit >= SIZE_MAX) {
        stats_text_add(text, "null");
    } else {
        stats_text_number(text, limit);
    }
}

static void report_string(struct stats_text *text, const char *key, const char *value)
{
    stats_text_key(text, key);
    stats_text_json(text, value);
}

void stats_report_health(struct stats_text *text, enum health health, const char *reason)
{
    stats_text_add(text, "{");
    report_string(text, "status", health_name(health));
    stats_text_add(text, ",");
    report_string(text, "reason", reason != NULL ? reason : "");
    stats_text_add(text, "}");
}

void stats_report_init(struct stats_report *report, const struct stats_options *options)
{
    report->options = options;
    report->part = STATS_PART_HEAD;
    report->position = 0;
    report->comma = false;
    stats_text_clear(&report->text);
}

/* The parts: each makes one element of its list, or says that there is none at that position. */

static bool report_head(struct stats_report *report)
{
    struct stats_text *text = &report->text;
    const struct stats_options *options = report->options;
    if (report->position > 0) {
        return false;
    }
    const char *reason = NULL;
    enum health health = options->health(options->context, &reason);
    stats_text_add(text, "{");
    report_string(text, "version", PLIMSOLL_VERSION);
    stats_text_add(text, ",");
    report_string(text, "allocator", wall_name());
    stats_text_add(text, ",");
    report_number(text, "started", stats_start_seconds());
    stats_text_add(text, ",");
    report_number(text, "uptime_seconds", stats_uptime_seconds());
    stats_text_add(text, ",");
    report_number(text, "now_seconds", clock_wall_seconds(clock_real()));
    stats_text_add(text, ",");
    stats_text_key(text, "health");
    stats_report_health(text, health, reason);
    stats_text_add(text, ",");
    stats_text_key(text, "memory");
    stats_text_add(text, "{");
    report_limit(text, stats_memory_limit(options));
    stats_text_add(text, ",");
    report_number(text, "resident_bytes", stats_resident_bytes());
    stats_text_add(text, ",");
    stats_text_key(text, "accounts");
    stats_text_add(text, "[");
    return true;
}

static bool report_account(struct stats_report *report)
{
    if (report->position >= ACCOUNT_COUNT) {
        return false;
    }
    struct stats_text *text = &report->text;
    struct account_state state = ledger_read((enum account)report->position);
    stats_text_add(text, report->comma ? ",{" : "{");
    report_string(text, "name", account_name((enum account)report->position));
    stats_text_add(text, ",");
    report_limit(text, state.limit_bytes);
    stats_text_add(text, ",");
    report_number(text, "used_bytes", state.used_bytes);
    stats_text_add(text, ",");
    report_number(text, "high_water_bytes", state.high_water_bytes);
    stats_text_add(text, ",");
    report_number(text, "refused", state.refused);
    stats_text_add(text, "}");
    report->comma = true;
    return true;
}

static bool report_thread(struct stats_report *report)
{
    if (report->position >= THREAD_ROLE_COUNT) {
        return false;
    }
    struct stats_text *text = &report->text;
    enum thread_role role = (enum thread_role)report->position;
    struct threads_state state = threads_read(report->options->threads, role);
    stats_text_add(text, report->comma ? ",{" : "{");
    report_string(text, "role", thread_role_name(role));
    stats_text_add(text, ",");
    report_number(text, "declared", state.declared);
    stats_text_add(text, ",");
    report_number(text, "running", state.running);
    stats_text_add(text, "}");
    report->comma = true;
    return true;
}

static bool report_pool(struct stats_report *report)
{
    const char *name = NULL;
    struct pool_state state;
    if (!pool_at(report->position, &name, &state)) {
        return false;
    }
    struct stats_text *text = &report->text;
    stats_text_add(text, report->comma ? ",{" : "{");
    report_string(text, "name", name);
    stats_text_add(text, ",");
    report_number(text, "limit", state.limit);
    stats_text_add(text, ",");
    report_number(text, "used", state.used);
    stats_text_add(text, ",");
    report_number(text, "high_water", state.high_water);
    stats_text_add(text, "}");
    report->comma = true;
    return true;
}

static bool report_zones(struct stats_report *report)
{
    if (report->position > 0) {
        return false;
    }
    struct stats_text *text = &report->text;
    struct stats_zones_summary zones;
    stats_zones_read(report->options->registry, &zones);
    report_number(text, "count", zones.count);
    stats_text_add(text, ",");
    report_number(text, "records", zones.records);
    stats_text_add(text, ",");
    report_number(text, "bytes", zones.bytes);
    stats_text_add(text, ",");
    stats_text_key(text, "states");
    for (unsigned i = 0; i < ZONE_STATE_COUNT; i++) {
        stats_text_add(text, i == 0 ? "{" : ",");
        report_number(text, zone_state_name((enum zone_state)i), zones.states[i]);
    }
    stats_text_add(text, "}");
    return true;
}

static bool report_counter(struct stats_report *report)
{
    struct stats_text *text = &report->text;
    const struct metric_sample *sample = &report->sample;
    if (report->position == 0) {
        metric_cursor_init(&report->cursor);
    }
    do {
        if (metric_next(&report->cursor, &report->sample) != OK) {
            return false;
        }
    } while (sample->family->type != METRIC_COUNTER);
    stats_text_add(text, report->comma ? ",{" : "{");
    report_string(text, "name", sample->family->name);
    stats_text_add(text, ",");
    stats_text_key(text, "labels");
    stats_text_add(text, "{");
    for (unsigned i = 0; i < sample->label_count; i++) {
        stats_text_add(text, i == 0 ? "" : ",");
        report_string(text, sample->labels[i].name, sample->labels[i].value);
    }
    stats_text_add(text, "},");
    report_number(text, "value", sample->whole);
    stats_text_add(text, "}");
    report->comma = report->comma || !text->is_void;
    return true;
}

static bool report_tail(struct stats_report *report)
{
    stats_text_add(&report->text, report->position == 0 ? "\n" : "");
    return report->position == 0;
}

static const struct {
    bool (*make)(struct stats_report *report);
    const char *after; /* the bytes between this part and the next */
} report_parts[STATS_PART_END] = {
    [STATS_PART_HEAD] = {report_head, ""},
    [STATS_PART_ACCOUNTS] = {report_account, "]},\"threads\":["},
    [STATS_PART_THREADS] = {report_thread, "],\"pools\":["},
    [STATS_PART_POOLS] = {report_pool, "],\"zones\":{"},
    [STATS_PART_ZONES] = {report_zones, "},\"counters\":["},
    [STATS_PART_COUNTERS] = {report_counter, "]}"},
    [STATS_PART_TAIL] = {report_tail, ""},
};

static void report_next(struct stats_report *report)
{
    stats_text_clear(&report->text);
    if (report_parts[report->part].make(report)) {
        report->position++;
        return;
    }
    stats_text_clear(&report->text);
    stats_text_add(&report->text, report_parts[report->part].after);
    report->part++;
    report->position = 0;
    report->comma = false;
}

size_t stats_report_read(struct stats_report *report, char *out, size_t size)
{
    size_t written = stats_text_take(&report->text, out, size);
    while (written < size && report->part != STATS_PART_END) {
        report_next(report);
        written += stats_text_take(&report->text, out + written, size - written);
    }
    return written;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_reply.h"

#include <stdio.h>

/** One zone as JSON, as `zone status` shows it; the list has the same without what only one zone's
 * reader wants. */
static json_t *zone_object(const struct zone_status *status, bool whole)
{
    char name[NAME_TEXT_MAX];
    name_to_text(status->name, name);
    json_t *zone =
        json_pack("{s:o,s:s,s:s,s:o,s:o,s:o,s:o}", "zone", control_text(name), "type", "primary",
                  "state", zone_state_name(status->state), "serial", control_number(status->serial),
                  "records", control_number(status->records), "bytes",
                  control_number(status->bytes), "problem", control_text(status->reason));
    if (zone == NULL || !whole) {
        return zone;
    }
    json_t *rest = json_pack(
        "{s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:i,s:s,s:s}", "file", control_text(status->file),
        "signed", status->is_signed ? 1 : 0, "versions", control_number(status->versions),
        "published", control_number(status->loaded_wall_seconds), "load_ms",
        control_number(status->load_ms), "errors", control_number(status->errors), "warnings",
        control_number(status->warnings), "loads", control_number(status->loads), "writes",
        control_number(status->writes), "percent", (int)status->percent, "load_result",
        status->loads == 0 ? "none" : result_name(status->load_result), "write_result",
        status->writes == 0 ? "none" : result_name(status->write_result));
    if (rest == NULL || json_object_update(zone, rest) != 0) {
        json_decref(zone);
        zone = NULL;
    }
    json_decref(rest);
    return zone;
}

/** Positions are those of the catalog in force: a reload in the middle of a list may show a zone
 * twice or leave one out. */
enum result command_zones_step(struct control_connection *connection)
{
    struct zone_status status;
    struct control_work *work = &connection->work;
    if (registry_zone_at(connection->control->options.registry, work->position, &status) != OK) {
        control_reply_result(connection, json_pack("{s:o}", "count", control_number(work->told)));
        return OK;
    }
    work->position++;
    work->told++;
    control_reply_item(connection, zone_object(&status, false));
    return MORE;
}

/** Finds the zone that was asked for; says so when there is none. */
static bool find_zone(struct control_connection *connection, struct zone_status *ret_status)
{
    const uint8_t *name = connection->work.arguments.zone.bytes;
    if (registry_zone_find(connection->control->options.registry, name, ret_status) == OK) {
        return true;
    }
    char text[NAME_TEXT_MAX];
    name_to_text(name, text);
    control_reply_error(connection, "not-found", "no such zone: %s", text);
    return false;
}

enum result command_zone_status_step(struct control_connection *connection)
{
    struct zone_status status;
    if (find_zone(connection, &status)) {
        control_reply_result(connection, zone_object(&status, true));
    }
    return OK;
}

/* ---- waiting for the registry ---- */

static bool is_loading(const struct zone_status *status)
{
    return status->state == ZONE_STATE_LOADING || status->state == ZONE_STATE_RELOADING;
}

/** Whether the count has come to the one waited for; it may go round. */
static bool is_reached(uint32_t count, uint32_t target)
{
    return (int32_t)(count - target) >= 0;
}

enum result command_zone_reload_begin(struct control_connection *connection)
{
    struct zone_status status;
    if (!find_zone(connection, &status)) {
        return NOT_FOUND;
    }
    enum result result = registry_load(connection->control->options.registry, status.name);
    if (result < 0) {
        control_reply_error(connection, result_name(result), "the load was not queued");
        return result;
    }
    /* A load that has begun already may have read the file as it was: the one behind it counts. */
    connection->work.target = status.loads + (is_loading(&status) ? 2u : 1u);
    return OK;
}

enum result command_zone_write_begin(struct control_connection *connection)
{
    struct zone_status status;
    if (!find_zone(connection, &status)) {
        return NOT_FOUND;
    }
    enum result result = registry_write(connection->control->options.registry, status.name);
    if (result == ERROR_STATE) {
        control_reply_error(connection, "state", "the zone has no version to write");
        return result;
    }
    if (result < 0) {
        control_reply_error(connection, result_name(result), "the write was not queued");
        return result;
    }
    connection->work.target = status.writes + 1u;
    return OK;
}

/** The outcome of a load or a write, or a word that it is not there yet. */
static void tell_outcome(struct control_connection *connection, const struct zone_status *status,
                         enum result result, const char *what)
{
    char text[CONTROL_TEXT_BYTES];
    if (result == OK) {
        control_reply_result(connection, zone_object(status, true));
        return;
    }
    snprintf(text, sizeof text, "not %s: %s", what,
             status->reason[0] != '\0' ? status->reason : result_name(result));
    control_reply_failure(connection, result_name(result), text, zone_object(status, true));
}

/** Looks at most once a tick: the registry's lock is not for turning on. */
static bool is_time_to_look(const struct control_connection *connection)
{
    return connection->work.ticked;
}

static bool is_too_late(const struct control_connection *connection)
{
    return connection->control->now_ms - connection->work.began_ms >= CONTROL_WAIT_MS;
}

enum result command_zone_reload_step(struct control_connection *connection)
{
    struct zone_status status;
    if (!is_time_to_look(connection)) {
        return UNCHANGED;
    }
    if (!find_zone(connection, &status)) {
        return OK; /* a reload of the configuration took it away */
    }
    if (is_reached(status.loads, connection->work.target)) {
        tell_outcome(connection, &status, status.load_result, "loaded");
        return OK;
    }
    if (is_too_late(connection)) {
        control_reply_failure(connection, "timeout", "still under way", zone_object(&status, true));
        return OK;
    }
    return UNCHANGED;
}

enum result command_zone_write_step(struct control_connection *connection)
{
    struct zone_status status;
    if (!is_time_to_look(connection)) {
        return UNCHANGED;
    }
    if (!find_zone(connection, &status)) {
        return OK;
    }
    if (is_reached(status.writes, connection->work.target)) {
        status.reason[0] = '\0'; /* that is the last load's */
        tell_outcome(connection, &status, status.write_result, "written");
        return OK;
    }
    if (is_too_late(connection)) {
        control_reply_failure(connection, "timeout", "still under way", zone_object(&status, true));
        return OK;
    }
    return UNCHANGED;
}

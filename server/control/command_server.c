// SPDX-License-Identifier: Apache-2.0
#include "server/base/address.h"
#include "server/control/control_reply.h"

#include <inttypes.h>
#include <string.h>

#define STATUS_ADDRESSES_MAX 64u /* listed; a sheet has fewer */

/* ---- status ---- */

static json_t *status_threads(const struct threads *threads)
{
    json_t *list = json_object();
    for (unsigned i = 0; threads != NULL && i < THREAD_ROLE_COUNT; i++) {
        enum thread_role role = (enum thread_role)i;
        struct threads_state state = threads_read(threads, role);
        /* Failure leaves the role out: the figure is in the metrics, too. */
        (void)json_object_set_new(
            list, thread_role_name(role),
            json_pack("{s:i,s:i}", "declared", (int)state.declared, "running", (int)state.running));
    }
    return list;
}

static json_t *status_zones(const struct registry *registry)
{
    uint32_t counts[ZONE_STATE_COUNT];
    json_t *states = json_object();
    registry_state_counts(registry, counts);
    for (unsigned i = 0; i < ZONE_STATE_COUNT; i++) {
        if (counts[i] != 0) {
            (void)json_object_set_new(states, zone_state_name((enum zone_state)i),
                                      control_number(counts[i]));
        }
    }
    return json_pack("{s:o,s:o,s:o}", "count", control_number(registry_zone_count(registry)),
                     "waiting", control_number(registry_waiting(registry)), "states", states);
}

static uint64_t memory_used(void)
{
    uint64_t used = 0;
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        used += ledger_read((enum account)i).used_bytes;
    }
    return used;
}

/** The sum over the series of a family. */
static uint64_t metric_sum(const char *name)
{
    struct metric_cursor cursor;
    struct metric_sample sample;
    uint64_t sum = 0;
    metric_cursor_init(&cursor);
    while (metric_next(&cursor, &sample) == OK) {
        if (strcmp(sample.family->name, name) == 0) {
            sum += sample.whole;
        }
    }
    return sum;
}

static json_t *status_listening(const struct control_actions *actions)
{
    json_t *list = json_array();
    char text[ADDRESS_TEXT_BYTES + 32];
    for (uint32_t i = 0; actions->listening != NULL && i < STATUS_ADDRESSES_MAX; i++) {
        if (!actions->listening(actions->context, i, text, sizeof text)) {
            break;
        }
        (void)json_array_append_new(list, control_text(text));
    }
    return list;
}

enum result command_status_step(struct control_connection *connection)
{
    const struct control_options *options = &connection->control->options;
    const struct control_actions *actions = &options->actions;
    const char *reason = NULL;
    const char *health = actions->health(actions->context, &reason);
    uint64_t now = clock_wall_seconds(clock_real());
    uint64_t since = options->started_wall_seconds;
    json_t *memory = json_pack(
        "{s:o,s:o,s:o}", "limit", control_number(options->budget->limit_bytes), "declared",
        control_number(budget_total(options->budget)), "used", control_number(memory_used()));
    json_t *result = json_pack(
        "{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "version", PLIMSOLL_VERSION, "health",
        control_text(health), "reason", control_text(reason != NULL ? reason : ""), "started",
        control_number(since), "uptime", control_number(now > since ? now - since : 0), "threads",
        status_threads(options->threads), "memory", memory, "zones",
        status_zones(options->registry), "queries",
        control_number(metric_sum("plimsoll_queries_total")), "listening",
        status_listening(actions));
    control_reply_result(connection, result);
    return OK;
}

/* ---- budget ---- */

static json_t *budget_accounts(const struct budget *budget)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        enum account account = (enum account)i;
        struct account_state state = ledger_read(account);
        json_t *row = json_pack("{s:s,s:o,s:o,s:o,s:o}", "account", account_name(account),
                                "declared", control_number(budget_account_total(budget, account)),
                                "used", control_number(state.used_bytes), "high_water",
                                control_number(state.high_water_bytes), "refused",
                                control_number(state.refused));
        (void)json_array_append_new(list, row);
    }
    return list;
}

enum result command_budget_step(struct control_connection *connection)
{
    const struct budget *budget = connection->control->options.budget;
    uint32_t position = connection->work.position++;
    if (position < budget->line_count) {
        const struct budget_line *line = &budget->lines[position];
        control_reply_item(connection,
                           json_pack("{s:s,s:o,s:o,s:o}", "account", account_name(line->account),
                                     "holder", control_text(line->holder), "reason",
                                     control_text(line->reason), "bytes",
                                     control_number(line->bytes)));
        return MORE;
    }
    control_reply_result(
        connection,
        json_pack("{s:o,s:o,s:o,s:o,s:o}", "limit", control_number(budget->limit_bytes), "declared",
                  control_number(budget_total(budget)), "left", control_number(budget_left(budget)),
                  "used", control_number(memory_used()), "accounts", budget_accounts(budget)));
    return OK;
}

/* ---- reload and stop ---- */

enum result command_reload_step(struct control_connection *connection)
{
    const struct control_actions *actions = &connection->control->options.actions;
    char report[CONTROL_REPORT_BYTES] = "";
    enum result result = actions->reload(actions->context, report, sizeof report);
    if (result < 0) {
        control_reply_failure(connection, result_name(result),
                              report[0] != '\0' ? report : "nothing was changed", NULL);
    } else {
        control_reply_result(connection, json_pack("{s:o}", "report", control_text(report)));
    }
    return OK;
}

enum result command_stop_step(struct control_connection *connection)
{
    connection->control->stop_wanted = true;
    control_reply_result(connection, json_pack("{s:b}", "stopping", 1));
    return OK;
}

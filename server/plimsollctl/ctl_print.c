// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_print.h"

#include "server/plimsollctl/ctl_text.h"

#include <inttypes.h>
#include <string.h>

/* ---- status ---- */

static enum ctl_colour health_colour(const char *health)
{
    return strcmp(health, "ok") == 0         ? CTL_GOOD
           : strcmp(health, "degraded") == 0 ? CTL_BAD
                                             : CTL_WARN;
}

static enum ctl_colour state_colour(const char *state)
{
    if (strcmp(state, "serving") == 0) {
        return CTL_GOOD;
    }
    bool bad = strcmp(state, "failed") == 0 || strcmp(state, "expired") == 0;
    return bad ? CTL_BAD : CTL_WARN;
}

static void put_health(struct ctl_printer *printer, const json_t *result)
{
    const char *health = ctl_member_text(result, "health");
    const char *reason = ctl_member_text(result, "reason");
    ctl_put_label(printer, "health");
    ctl_put(printer, health_colour(health), 0, health);
    if (strcmp(reason, "-") != 0) {
        fputs(": ", printer->out);
        ctl_print_plain(printer, reason);
    }
    fputc('\n', printer->out);
}

static void put_threads(struct ctl_printer *printer, const json_t *threads)
{
    const char *role;
    json_t *state;
    const char *before = "";
    ctl_put_label(printer, "threads");
    json_object_foreach((json_t *)(uintptr_t)threads, role, state)
    {
        uint64_t declared = ctl_member_number(state, "declared");
        uint64_t running = ctl_member_number(state, "running");
        fputs(before, printer->out);
        ctl_print_plain(printer, role);
        fprintf(printer->out, " %" PRIu64 "/%" PRIu64, running, declared);
        before = ", ";
    }
    fputs(" (running/declared)\n", printer->out);
}

static void put_memory(struct ctl_printer *printer, const json_t *memory)
{
    char used[CTL_TEXT_BYTES];
    char limit[CTL_TEXT_BYTES];
    char declared[CTL_TEXT_BYTES];
    ctl_put_label(printer, "memory");
    fprintf(printer->out, "%s used, %s declared, the line is at %s\n",
            ctl_size_text(ctl_member_number(memory, "used"), used),
            ctl_size_text(ctl_member_number(memory, "declared"), declared),
            ctl_size_text(ctl_member_number(memory, "limit"), limit));
}

static void put_zone_states(struct ctl_printer *printer, const json_t *zones)
{
    const char *state;
    json_t *count;
    const char *before = ": ";
    ctl_put_label(printer, "zones");
    fprintf(printer->out, "%" PRIu64, ctl_member_number(zones, "count"));
    json_object_foreach(json_object_get(zones, "states"), state, count)
    {
        fprintf(printer->out, "%s%" JSON_INTEGER_FORMAT " ", before, json_integer_value(count));
        ctl_put(printer, state_colour(state), 0, state);
        before = ", ";
    }
    fputc('\n', printer->out);
}

static void put_listening(struct ctl_printer *printer, const json_t *addresses)
{
    size_t index;
    json_t *address;
    if (json_array_size(addresses) == 0) {
        return;
    }
    ctl_put_label(printer, "listening");
    json_array_foreach(addresses, index, address)
    {
        const char *text = json_string_value(address);
        fputs(index == 0 ? "" : ", ", printer->out);
        ctl_print_plain(printer, text != NULL ? text : "-");
    }
    fputc('\n', printer->out);
}

void ctl_print_status(struct ctl_printer *printer, const json_t *result)
{
    char text[CTL_TEXT_BYTES];
    ctl_put_label(printer, "version");
    ctl_put(printer, CTL_PLAIN, 0, ctl_member_text(result, "version"));
    fputc('\n', printer->out);
    put_health(printer, result);
    ctl_put_label(printer, "up");
    fprintf(printer->out, "%s, ", ctl_duration_text(ctl_member_number(result, "uptime"), text));
    fprintf(printer->out, "since %s\n", ctl_time_text(ctl_member_number(result, "started"), text));
    put_listening(printer, json_object_get(result, "listening"));
    put_threads(printer, json_object_get(result, "threads"));
    put_memory(printer, json_object_get(result, "memory"));
    put_zone_states(printer, json_object_get(result, "zones"));
    ctl_put_label(printer, "queries");
    fprintf(printer->out, "%" PRIu64 "\n", ctl_member_number(result, "queries"));
}

/* ---- budget ---- */

static void put_size(struct ctl_printer *printer, uint64_t bytes, const char *after)
{
    char text[CTL_TEXT_BYTES];
    fprintf(printer->out, "%11s%s", ctl_size_text(bytes, text), after);
}

void ctl_print_budget_line(struct ctl_printer *printer, const json_t *item)
{
    if (printer->rows == 0) {
        ctl_put(printer, CTL_BOLD, 15, "account");
        ctl_put(printer, CTL_BOLD, 0, "   declared  holder");
        fputc('\n', printer->out);
    }
    ctl_put(printer, CTL_PLAIN, 14, ctl_member_text(item, "account"));
    put_size(printer, ctl_member_number(item, "bytes"), "  ");
    ctl_put(printer, CTL_PLAIN, 0, ctl_member_text(item, "holder"));
    const char *reason = ctl_member_text(item, "reason");
    if (strcmp(reason, "-") != 0) {
        fputs(": ", printer->out);
        ctl_print_plain(printer, reason);
    }
    fputc('\n', printer->out);
}

void ctl_print_budget(struct ctl_printer *printer, const json_t *result)
{
    size_t index;
    json_t *account;
    fputc('\n', printer->out);
    ctl_put(printer, CTL_BOLD, 15, "account");
    ctl_put(printer, CTL_BOLD, 0, "  declared       used       most  refused");
    fputc('\n', printer->out);
    json_array_foreach(json_object_get(result, "accounts"), index, account)
    {
        uint64_t refused = ctl_member_number(account, "refused");
        char text[CTL_TEXT_BYTES];
        ctl_put(printer, CTL_PLAIN, 14, ctl_member_text(account, "account"));
        put_size(printer, ctl_member_number(account, "declared"), "");
        put_size(printer, ctl_member_number(account, "used"), "");
        put_size(printer, ctl_member_number(account, "high_water"), "");
        snprintf(text, sizeof text, "%9" PRIu64, refused);
        ctl_put(printer, refused != 0 ? CTL_BAD : CTL_PLAIN, 0, text);
        fputc('\n', printer->out);
    }
    ctl_put(printer, CTL_BOLD, 14, "all");
    put_size(printer, ctl_member_number(result, "declared"), "");
    put_size(printer, ctl_member_number(result, "used"), "\n");
    ctl_put(printer, CTL_BOLD, 14, "the line");
    put_size(printer, ctl_member_number(result, "limit"), "\n");
    ctl_put(printer, CTL_BOLD, 14, "left");
    put_size(printer, ctl_member_number(result, "left"), "\n");
}

/* ---- stats ---- */

void ctl_print_metric(struct ctl_printer *printer, const json_t *item)
{
    const char *name;
    json_t *label;
    const char *before = "{";
    const json_t *labels = json_object_get(item, "labels");
    ctl_put(printer, CTL_PLAIN, 0, ctl_member_text(item, "metric"));
    json_object_foreach((json_t *)(uintptr_t)labels, name, label)
    {
        fputs(before, printer->out);
        ctl_print_plain(printer, name);
        fputs("=\"", printer->out);
        const char *text = json_string_value(label);
        ctl_print_plain(printer, text != NULL ? text : "");
        fputc('"', printer->out);
        before = ",";
    }
    fputs(before[0] == ',' ? "} " : " ", printer->out);
    const json_t *value = json_object_get(item, "value");
    if (json_is_real(value)) {
        fprintf(printer->out, "%.9g\n", json_real_value(value));
    } else {
        fprintf(printer->out, "%" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
    }
}

/* ---- zones ---- */

void ctl_print_zone_line(struct ctl_printer *printer, const json_t *item)
{
    if (printer->rows == 0) {
        ctl_put(printer, CTL_BOLD, 40, "zone");
        ctl_put(printer, CTL_BOLD, 0, " state         serial    records     memory");
        fputc('\n', printer->out);
    }
    const char *state = ctl_member_text(item, "state");
    char text[CTL_TEXT_BYTES];
    ctl_put(printer, CTL_PLAIN, 40, ctl_member_text(item, "zone"));
    fputc(' ', printer->out);
    ctl_put(printer, state_colour(state), 9, state);
    fprintf(printer->out, "%11" PRIu64 "%11" PRIu64 "%11s", ctl_member_number(item, "serial"),
            ctl_member_number(item, "records"),
            ctl_size_text(ctl_member_number(item, "bytes"), text));
    const char *problem = ctl_member_text(item, "problem");
    if (strcmp(problem, "-") != 0) {
        fputs("  ", printer->out);
        ctl_put(printer, CTL_WARN, 0, problem);
    }
    fputc('\n', printer->out);
}

static void put_count(struct ctl_printer *printer, uint64_t count, const char *what)
{
    fprintf(printer->out, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
}

void ctl_print_zones(struct ctl_printer *printer, const json_t *result)
{
    put_count(printer, ctl_member_number(result, "count"), "zone");
    fputc('\n', printer->out);
}

static void put_member(struct ctl_printer *printer, const json_t *object, const char *name)
{
    ctl_put_label(printer, name);
    ctl_print_plain(printer, ctl_member_text(object, name));
    fputc('\n', printer->out);
}

static void put_version(struct ctl_printer *printer, const json_t *result)
{
    char text[CTL_TEXT_BYTES];
    ctl_put_label(printer, "serial");
    fprintf(printer->out, "%" PRIu64 ", published %s\n", ctl_member_number(result, "serial"),
            ctl_time_text(ctl_member_number(result, "published"), text));
    ctl_put_label(printer, "records");
    fprintf(printer->out, "%" PRIu64 "%s\n", ctl_member_number(result, "records"),
            json_is_true(json_object_get(result, "signed")) ? ", signed" : "");
    ctl_put_label(printer, "memory");
    fprintf(printer->out, "%s in ", ctl_size_text(ctl_member_number(result, "bytes"), text));
    put_count(printer, ctl_member_number(result, "versions"), "version");
    fputc('\n', printer->out);
}

void ctl_print_zone(struct ctl_printer *printer, const json_t *result)
{
    const char *state = ctl_member_text(result, "state");
    uint64_t percent = ctl_member_number(result, "percent");
    put_member(printer, result, "zone");
    put_member(printer, result, "type");
    put_member(printer, result, "file");
    ctl_put_label(printer, "state");
    ctl_put(printer, state_colour(state), 0, state);
    if (strcmp(state, "loading") == 0 || strcmp(state, "reloading") == 0) {
        fprintf(printer->out, " (%" PRIu64 " %%)", percent);
    }
    fputc('\n', printer->out);
    put_version(printer, result);
    ctl_put_label(printer, "last load");
    fprintf(printer->out, "%s, %" PRIu64 " ms, ", ctl_member_text(result, "load_result"),
            ctl_member_number(result, "load_ms"));
    put_count(printer, ctl_member_number(result, "errors"), "error");
    fputs(", ", printer->out);
    put_count(printer, ctl_member_number(result, "warnings"), "warning");
    fprintf(printer->out, "; %" PRIu64 " in all\n", ctl_member_number(result, "loads"));
    ctl_put_label(printer, "last write");
    fprintf(printer->out, "%s; %" PRIu64 " in all\n", ctl_member_text(result, "write_result"),
            ctl_member_number(result, "writes"));
    put_member(printer, result, "problem");
}

/* ---- the others ---- */

void ctl_print_reload(struct ctl_printer *printer, const json_t *result)
{
    ctl_print_plain(printer, ctl_member_text(result, "report"));
    fputc('\n', printer->out);
}

void ctl_print_event(struct ctl_printer *printer, const json_t *item)
{
    const char *severity = ctl_member_text(item, "severity");
    enum ctl_colour colour = strcmp(severity, "error") == 0     ? CTL_BAD
                             : strcmp(severity, "warning") == 0 ? CTL_WARN
                                                                : CTL_PLAIN;
    ctl_print_plain(printer, ctl_member_text(item, "time"));
    fputc(' ', printer->out);
    ctl_put(printer, colour, 7, severity);
    fprintf(printer->out, " %5" PRIu64 " ", ctl_member_number(item, "id"));
    ctl_print_plain(printer, ctl_member_text(item, "text"));
    uint64_t repeats = ctl_member_number(item, "repeats");
    if (repeats != 0) {
        fprintf(printer->out, " (and %" PRIu64 " times more)", repeats);
    }
    fputc('\n', printer->out);
}

void ctl_print_events(struct ctl_printer *printer, const json_t *result)
{
    uint64_t missed = ctl_member_number(result, "missed");
    if (missed != 0) {
        fprintf(printer->out, "%" PRIu64 " events were overwritten before they were read\n",
                missed);
    }
}

void ctl_print_stopping(struct ctl_printer *printer, const json_t *result)
{
    (void)result;
    fputs("stopping\n", printer->out);
}

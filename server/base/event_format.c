// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A text that stops growing at its end and is always closed. */
struct line {
    char *text;
    size_t size;
    size_t used;
};

static const struct {
    uint32_t id;
    const char *symbol;
    const char *text;
} format_table[] = {
#define EVENT_ROW(number, symbol, severity, text) {number, #symbol, text},
    EVENT_IDS(EVENT_ROW)
#undef EVENT_ROW
};
#define FORMAT_COUNT (sizeof format_table / sizeof *format_table)
#define SYMBOL_BYTES 32u

static const char *const severity_names[EVENT_SEVERITY_COUNT] = {"error", "warning", "notice",
                                                                 "info"};

const char *event_severity_name(enum event_severity severity)
{
    return severity_names[severity];
}

int event_severity_syslog(enum event_severity severity)
{
    return 3 + (int)severity;
}

bool event_severity_parse(const char *name, enum event_severity *ret_severity)
{
    for (unsigned i = 0; i < EVENT_SEVERITY_COUNT; i++) {
        if (strcmp(name, severity_names[i]) == 0) {
            *ret_severity = (enum event_severity)i;
            return true;
        }
    }
    return false;
}

static size_t format_index(uint32_t id)
{
    size_t i = 0;
    while (i < FORMAT_COUNT && format_table[i].id != id) {
        i++;
    }
    return i;
}

const char *event_symbol(enum event_id id)
{
    /* Made from the macro's name, once per id and thread that asks. */
    static _Thread_local char symbol[SYMBOL_BYTES];
    size_t index = format_index(id);
    if (index == FORMAT_COUNT) {
        return NULL;
    }
    const char *name = format_table[index].symbol;
    size_t size = strnlen(name, SYMBOL_BYTES - 1);
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        symbol[i] = c == '_' ? '-' : (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    symbol[size] = 0;
    return symbol;
}

static void line_add(struct line *line, const char *text, size_t size)
{
    size_t left = line->size - 1 - line->used;
    if (size > left) {
        size = left;
    }
    memcpy(line->text + line->used, text, size);
    line->used += size;
    line->text[line->used] = 0;
}

static void line_text(struct line *line, const char *text)
{
    line_add(line, text, strlen(text));
}

static void line_number(struct line *line, uint64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    line_add(line, text, (size_t)size);
}

/* Values come from files and peers: nothing in them may move a terminal's cursor or begin a line.
 */
static void line_escaped(struct line *line, const char *text)
{
    for (const char *c = text; *c != 0; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < 0x20 || byte >= 0x7f) {
            char escape[8];
            int size = snprintf(escape, sizeof escape, "\\x%02x", byte);
            line_add(line, escape, (size_t)size);
        } else {
            line_add(line, c, 1);
        }
    }
}

/* JSON is UTF-8; a byte beyond ASCII is shown as the character of that number. */
static void line_json(struct line *line, const char *text)
{
    line_text(line, "\"");
    for (const char *c = text; *c != 0; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < 0x20 || byte >= 0x7f) {
            char escape[8];
            int size = snprintf(escape, sizeof escape, "\\u%04x", byte);
            line_add(line, escape, (size_t)size);
        } else if (byte == '"' || byte == '\\') {
            char escape[2] = {'\\', (char)byte};
            line_add(line, escape, 2);
        } else {
            line_add(line, c, 1);
        }
    }
    line_text(line, "\"");
}

static void line_time(struct line *line, uint64_t wall_ns)
{
    time_t seconds = (time_t)(wall_ns / CLOCK_NS_PER_SECOND);
    struct tm tm;
    char text[64];
    if (gmtime_r(&seconds, &tm) == NULL) {
        line_text(line, "0000-00-00T00:00:00.000Z");
        return;
    }
    size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    line_add(line, text, size);
    int rest = snprintf(text, sizeof text, ".%03uZ",
                        (unsigned)(wall_ns % CLOCK_NS_PER_SECOND / CLOCK_NS_PER_MS));
    line_add(line, text, (size_t)rest);
}

/* The name between braces at `brace`, and its field's number or -1. */
static int format_placeholder(const struct event *event, const char *brace, const char **ret_after)
{
    const char *end = strchr(brace, '}');
    if (end == NULL) {
        *ret_after = brace + 1;
        return -1;
    }
    *ret_after = end + 1;
    size_t size = (size_t)(end - brace - 1);
    for (int i = 0; i < event->field_count; i++) {
        if (strlen(event->names[i]) == size && memcmp(event->names[i], brace + 1, size) == 0) {
            return i;
        }
    }
    return -1;
}

static void line_repeats(struct line *line, const struct event *event)
{
    if (event->repeats > 0) {
        line_text(line, event->summary ? ": " : " (after ");
        line_number(line, event->repeats);
        line_text(line, event->summary ? " more were held back" : " more that were held back)");
    }
}

static void line_message(struct line *line, const struct event *event)
{
    size_t index = format_index(event->id);
    unsigned shown = 0;
    if (event->summary || index == FORMAT_COUNT) {
        const char *symbol = event_symbol((enum event_id)event->id);
        line_text(line, symbol != NULL ? symbol : "event");
    } else {
        const char *at = format_table[index].text;
        while (*at != 0) {
            size_t plain = strcspn(at, "{");
            line_add(line, at, plain);
            at += plain;
            if (*at == '{') {
                int field = format_placeholder(event, at, &at);
                line_escaped(line, field < 0 ? "-" : event->values + event->offsets[field]);
                shown |= field < 0 ? 0 : 1u << field;
            }
        }
    }
    for (unsigned i = 0; i < event->field_count; i++) {
        if ((shown & (1u << i)) == 0) {
            line_text(line, " ");
            line_text(line, event->names[i]);
            line_text(line, "=");
            line_escaped(line, event->values + event->offsets[i]);
        }
    }
    line_repeats(line, event);
}

size_t event_format_message(const struct event *event, char *text, size_t size)
{
    struct line line = {text, size, 0};
    text[0] = 0;
    line_message(&line, event);
    return line.used;
}

size_t event_format_text(const struct event *event, char *text, size_t size)
{
    struct line line = {text, size, 0};
    text[0] = 0;
    line_time(&line, event->wall_ns);
    line_text(&line, " ");
    line_text(&line, event_severity_name((enum event_severity)event->severity));
    line_text(&line, " ");
    line_number(&line, event->id);
    line_text(&line, " ");
    line_message(&line, event);
    return line.used;
}

static void line_json_fields(struct line *line, const struct event *event)
{
    line_text(line, ",\"fields\":{");
    for (unsigned i = 0; i < event->field_count; i++) {
        line_text(line, i > 0 ? "," : "");
        line_json(line, event->names[i]);
        line_text(line, ":");
        const char *value = event->values + event->offsets[i];
        if ((event->numbers & (1u << i)) != 0) {
            line_text(line, value);
        } else {
            line_json(line, value);
        }
    }
    line_text(line, "}");
}

size_t event_format_json(const struct event *event, char *text, size_t size)
{
    struct line line = {text, size, 0};
    char message[EVENT_LINE_BYTES / 2];
    event_format_message(event, message, sizeof message);
    const char *symbol = event_symbol((enum event_id)event->id);
    text[0] = 0;
    line_text(&line, "{\"time\":\"");
    line_time(&line, event->wall_ns);
    line_text(&line, "\",\"id\":");
    line_number(&line, event->id);
    line_text(&line, ",\"event\":");
    line_json(&line, symbol != NULL ? symbol : "");
    line_text(&line, ",\"severity\":");
    line_json(&line, event_severity_name((enum event_severity)event->severity));
    line_text(&line, ",\"text\":");
    line_json(&line, message);
    line_json_fields(&line, event);
    line_text(&line, ",\"repeats\":");
    line_number(&line, event->repeats);
    line_text(&line, "}");
    return line.used;
}

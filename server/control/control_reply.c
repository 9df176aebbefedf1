// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLY_TAIL "}\n"

static void reply_bytes(struct control_connection *connection, const char *bytes, size_t size)
{
    if (size <= CONTROL_BUFFER_BYTES - connection->output_used) {
        memcpy(connection->output + connection->output_used, bytes, size);
        connection->output_used += (uint32_t)size;
    }
}

/** What needs no memory. */
static void reply_literal(struct control_connection *connection, const char *error,
                          const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof line, "{\"ok\":false,\"error\":\"%s\",\"text\":\"%s\"}\n",
                        error, text);
    reply_bytes(connection, line, (size_t)size);
}

/** A line of `before`, a value and the closing brace; or the error that it became. */
static void reply_line(struct control_connection *connection, const char *before, json_t *value)
{
    char *line = connection->output + connection->output_used;
    size_t size = strlen(before);
    size_t room = CONTROL_ITEM_BYTES - size - strlen(REPLY_TAIL);
    size_t length = 0;
    if (value != NULL) {
        length = json_dumpb(value, line + size, room, JSON_COMPACT | JSON_ENCODE_ANY);
        json_decref(value);
    }
    if (length == 0) {
        reply_literal(connection, "refused-memory", "no memory for the reply");
        return;
    }
    if (length > room) {
        reply_literal(connection, "too-long", "the reply is longer than a line may be");
        return;
    }
    memcpy(line, before, size);
    connection->output_used += (uint32_t)(size + length);
    reply_bytes(connection, REPLY_TAIL, strlen(REPLY_TAIL));
}

void control_reply_result(struct control_connection *connection, json_t *result)
{
    reply_line(connection, "{\"ok\":true,\"result\":", result);
}

void control_reply_item(struct control_connection *connection, json_t *item)
{
    reply_line(connection, "{\"ok\":true,\"more\":true,\"item\":", item);
}

void control_reply_item_text(struct control_connection *connection, const char *item, size_t size)
{
    static const char before[] = "{\"ok\":true,\"more\":true,\"item\":";
    if (size > CONTROL_ITEM_BYTES - sizeof before - sizeof REPLY_TAIL) {
        return;
    }
    reply_bytes(connection, before, sizeof before - 1);
    reply_bytes(connection, item, size);
    reply_bytes(connection, REPLY_TAIL, strlen(REPLY_TAIL));
}

void control_reply_failure(struct control_connection *connection, const char *error,
                           const char *text, json_t *result)
{
    json_t *line = json_pack("{s:b,s:s,s:o}", "ok", 0, "error", error, "text", control_text(text));
    if (result != NULL && line != NULL && json_object_set_new(line, "result", result) != 0) {
        json_decref(line);
        line = NULL;
    } else if (line == NULL) {
        json_decref(result);
    }
    char *at = connection->output + connection->output_used;
    size_t length = line == NULL ? 0 : json_dumpb(line, at, CONTROL_ITEM_BYTES - 1, JSON_COMPACT);
    json_decref(line);
    if (length == 0) {
        reply_literal(connection, "refused-memory", "no memory for the reply");
    } else if (length > CONTROL_ITEM_BYTES - 1) {
        reply_literal(connection, "too-long", "the reply is longer than a line may be");
    } else {
        connection->output_used += (uint32_t)length;
        reply_bytes(connection, "\n", 1);
    }
}

void control_reply_error(struct control_connection *connection, const char *error,
                         const char *format, ...)
{
    char text[CONTROL_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    control_reply_failure(connection, error, text, NULL);
}

json_t *control_text(const char *text)
{
    char copy[CONTROL_TEXT_BYTES + 4];
    size_t length = strnlen(text, CONTROL_TEXT_BYTES + 1);
    if (length > CONTROL_TEXT_BYTES) {
        length = CONTROL_TEXT_BYTES;
        /* Not in the middle of a character of several bytes. */
        while (length > CONTROL_TEXT_BYTES - 4 && ((uint8_t)text[length] & 0xc0u) == 0x80u) {
            length--;
        }
        memcpy(copy, text, length);
        memcpy(copy + length, "...", 3);
        length += 3;
    } else {
        memcpy(copy, text, length);
    }
    json_t *value = json_stringn(copy, length);
    if (value != NULL) {
        return value;
    }
    for (size_t i = 0; i < length; i++) {
        copy[i] = (uint8_t)copy[i] < 0x80u ? copy[i] : '?';
    }
    return json_stringn(copy, length);
}

json_t *control_number(uint64_t number)
{
    return json_integer(number <= INT64_MAX ? (json_int_t)number : (json_int_t)INT64_MAX);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/control/control_connection.h"

/**
 * Replies: lines of JSON put into a connection's buffer, where CONTROL_ITEM_BYTES are free (see
 * control_command.h). A value that jansson found no memory for (NULL), or that is longer than a
 * line may be, becomes a typed error. Control thread.
 */
#define CONTROL_TEXT_BYTES 1024u /* of one text; longer ones end in "..." */

/** {"ok": true, "result": …}; the value is owned by the call. */
void control_reply_result(struct control_connection *connection, json_t *result);
/** {"ok": true, "more": true, "item": …} */
void control_reply_item(struct control_connection *connection, json_t *item);
/** The same with an item that is JSON text already. */
void control_reply_item_text(struct control_connection *connection, const char *item, size_t size);
/** {"ok": false, "error": …, "text": …} */
void control_reply_error(struct control_connection *connection, const char *error,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));
/** The same with a result beside it: what was found although it failed. */
void control_reply_failure(struct control_connection *connection, const char *error,
                           const char *text, json_t *result);
/** A JSON text of at most CONTROL_TEXT_BYTES; bytes that are no UTF-8 become '?'. NULL: no memory.
 */
json_t *control_text(const char *text);
/** A JSON number. NULL: no memory. */
json_t *control_number(uint64_t number);

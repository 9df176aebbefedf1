// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_reply.h"

#include <assert.h>

static_assert(EVENT_LINE_BYTES + 64 <= CONTROL_ITEM_BYTES, "an event fits into a line");

enum result command_events_begin(struct control_connection *connection)
{
    struct control_work *work = &connection->work;
    struct event_reader newest;
    event_reader_init_newest(&newest);
    event_reader_init_oldest(&work->events);
    uint64_t count = UINT64_MAX;
    if ((work->arguments.given & CONTROL_TAKES_COUNT) != 0) {
        count = work->arguments.count;
    } else if (work->arguments.follow) {
        count = CONTROL_EVENTS_FOLLOWED;
    }
    if (newest.next - work->events.next > count) {
        work->events.next = newest.next - count;
    }
    return OK;
}

enum result command_events_step(struct control_connection *connection)
{
    struct event event;
    char line[EVENT_LINE_BYTES];
    struct control_work *work = &connection->work;
    if (event_reader_next(&work->events, &event)) {
        size_t size = event_format_json(&event, line, sizeof line);
        work->told++;
        control_reply_item_text(connection, line, size);
        return MORE;
    }
    if (work->arguments.follow) {
        return UNCHANGED;
    }
    control_reply_result(connection, json_pack("{s:o,s:o}", "count", control_number(work->told),
                                               "missed", control_number(work->events.missed)));
    return OK;
}

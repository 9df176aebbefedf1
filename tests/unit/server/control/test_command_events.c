// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

static void emit(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char zone[32];
        snprintf(zone, sizeof zone, "z%u.example.", i);
        event_emit_text(EVENT_ZONE_REMOVED, "zone", zone);
    }
}

Test(command_events, all_that_are_kept, .timeout = 20)
{
    fixture_open();
    emit(0, 3);
    cr_assert_str_eq(fixture_ask("{\"command\":\"events\"}"),
                     "{\"ok\":true,\"result\":{\"count\":3,\"missed\":0}}");
    fixture_expect(fixture.reply, "zone z0.example. removed");
    fixture_expect(fixture.reply, "zone z2.example. removed");
    fixture_end();
}

Test(command_events, the_last_of_them, .timeout = 20)
{
    fixture_open();
    emit(0, 5);
    fixture_expect(fixture_ask("{\"command\":\"events\",\"count\":2}"), "\"count\":2");
    cr_assert_null(strstr(fixture.reply, "z2.example."));
    fixture_expect(fixture.reply, "z3.example.");
    fixture_expect(fixture_ask("{\"command\":\"events\",\"count\":0}"), "\"count\":0");
    fixture_expect(fixture_ask("{\"command\":\"events\",\"count\":5}"), "\"count\":5");
    fixture_expect(fixture_ask("{\"command\":\"events\",\"count\":6}"), "\"count\":5");
    fixture_end();
}

/* What has come so far, without waiting for an end that never is. */
static const char *come(int fd)
{
    fixture.reply[0] = '\0';
    size_t used = 0;
    for (unsigned i = 0; i < 20; i++) {
        fixture_turn();
        ssize_t got = recv(fd, fixture.reply + used, 65536, 0);
        used += got > 0 ? (size_t)got : 0;
        fixture.reply[used] = '\0';
    }
    return fixture.reply;
}

Test(command_events, following, .timeout = 20)
{
    fixture_open();
    emit(0, 15);
    int fd = fixture_connect();
    fixture_send(fd, "{\"command\":\"events\",\"follow\":true}\n", 36);
    come(fd);
    cr_assert_null(strstr(fixture.reply, "z4.example."), "the last ten");
    fixture_expect(fixture.reply, "z5.example.");
    fixture_expect(fixture.reply, "z14.example.");
    cr_assert_str_eq(come(fd), "");
    emit(20, 22);
    come(fd);
    fixture_expect(fixture.reply, "z20.example.");
    fixture_expect(fixture.reply, "z21.example.");
    cr_assert_eq(fixture.control->used, 1);
    close(fd);
    fixture_turn();
    cr_assert_eq(fixture.control->used, 0);
    fixture_end();
}

Test(command_events, following_from_now, .timeout = 20)
{
    fixture_open();
    emit(0, 3);
    int fd = fixture_connect();
    fixture_send(fd, "{\"command\":\"events\",\"follow\":true,\"count\":0}\n", 46);
    cr_assert_str_eq(come(fd), "");
    emit(3, 4);
    fixture_expect(come(fd), "z3.example.");
    close(fd);
    fixture_end();
}

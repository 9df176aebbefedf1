// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

Test(command_zones, a_list_and_an_empty_one, .timeout = 20)
{
    fixture_open();
    cr_assert_str_eq(fixture_ask("{\"command\":\"zones\"}"),
                     "{\"ok\":true,\"result\":{\"count\":0}}");
    fixture_two_zones();
    fixture_expect(fixture_ask("{\"command\":\"zones\"}"), "{\"count\":2}");
    fixture_expect(fixture.reply,
                   "{\"zone\":\"good.example.\",\"type\":\"primary\",\"state\":\"serving\","
                   "\"serial\":7,\"records\":3,");
    fixture_expect(fixture.reply, "{\"zone\":\"bad.example.\",\"type\":\"primary\",\"state\":"
                                  "\"failed\",\"serial\":0,\"records\":0,");
    fixture_end();
}

Test(command_zones, one_zone, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    const char *reply = fixture_ask("{\"command\":\"zone status\",\"zone\":\"GOOD.example.\"}");
    fixture_expect(reply, "\"state\":\"serving\"");
    fixture_expect(reply, fixture.directory);
    fixture_expect(reply, "\"loads\":1,");
    fixture_expect(reply, "\"load_result\":\"ok\",\"write_result\":\"none\"");
    reply = fixture_ask("{\"command\":\"zone status\",\"zone\":\"bad.example\"}");
    fixture_expect(reply, "\"state\":\"failed\"");
    fixture_expect(reply, "\"errors\":1");
    cr_assert_str_eq(fixture_ask("{\"command\":\"zone status\",\"zone\":\"none.example\"}"),
                     "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no such zone: "
                     "none.example.\"}");
    fixture_end();
}

Test(command_zones, a_reload_waits_for_its_outcome, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    fixture_write("good", "@ 60 SOA ns h 8 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.2\n");
    int fd = fixture_connect();
    const char request[] = "{\"command\":\"zone reload\",\"zone\":\"good.example\"}\n";
    fixture_send(fd, request, sizeof request - 1);
    for (unsigned i = 0; i < 10; i++) {
        char byte;
        fixture_turn();
        cr_assert_eq(recv(fd, &byte, 1, MSG_PEEK), -1, "not before the job has run");
    }
    const char *reply = fixture_read(fd, 4096);
    fixture_expect(reply, "\"ok\":true");
    fixture_expect(reply, "\"serial\":8");
    fixture_expect(reply, "\"loads\":2");
    close(fd);
    fixture_end();
}

Test(command_zones, a_failed_reload_names_the_first_problem, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    fixture_write("good", "@ 60 SOA ns h 8 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.400\n");
    const char *reply = fixture_ask("{\"command\":\"zone reload\",\"zone\":\"good.example\"}");
    fixture_expect(reply, "\"ok\":false");
    fixture_expect(reply, "\"text\":\"not loaded: ");
    fixture_expect(reply, "good:3");
    fixture_expect(reply, "\"state\":\"stale\",\"serial\":7");
    cr_assert_str_eq(fixture_ask("{\"command\":\"zone reload\",\"zone\":\"x\"}"),
                     "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no such zone: x.\"}");
    fixture_end();
}

Test(command_zones, waiting_ends, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    int fd = fixture_connect();
    const char request[] = "{\"command\":\"zone reload\",\"zone\":\"good.example\"}\n";
    fixture_send(fd, request, sizeof request - 1);
    fixture_turn();
    fixture_turn();
    fixture.now_ms += CONTROL_WAIT_MS - 400;
    fixture_turn();
    char byte;
    cr_assert_eq(recv(fd, &byte, 1, MSG_PEEK), -1);
    fixture.now_ms += 400;
    fixture_turn();
    const char *reply = fixture_read(fd, 4096);
    fixture_expect(reply, "\"error\":\"timeout\",\"text\":\"still under way\"");
    close(fd);
    fixture_end();
}

Test(command_zones, a_zone_goes_while_it_is_waited_for, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    int fd = fixture_connect();
    const char request[] = "{\"command\":\"zone reload\",\"zone\":\"good.example\"}\n";
    fixture_send(fd, request, sizeof request - 1);
    fixture_turn();
    fixture_zones(NULL, 0, false);
    fixture_expect(fixture_read(fd, 4096), "no such zone: good.example.");
    close(fd);
    fixture_end();
}

Test(command_zones, writing, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    const char *reply = fixture_ask("{\"command\":\"zone write\",\"zone\":\"good.example\"}");
    fixture_expect(reply, "\"ok\":true");
    fixture_expect(reply, "\"writes\":1");
    fixture_expect(reply, "\"write_result\":\"ok\"");
    cr_assert_str_eq(fixture_ask("{\"command\":\"zone write\",\"zone\":\"bad.example\"}"),
                     "{\"ok\":false,\"error\":\"state\",\"text\":\"the zone has no version to "
                     "write\"}");
    cr_assert_str_eq(fixture_ask("{\"command\":\"zone write\",\"zone\":\"x\"}"),
                     "{\"ok\":false,\"error\":\"not-found\",\"text\":\"no such zone: x.\"}");
    fixture_end();
}

Test(command_zones, two_wait_for_one_load, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    int first = fixture_connect();
    int second = fixture_connect();
    const char request[] = "{\"command\":\"zone reload\",\"zone\":\"good.example\"}\n";
    fixture_send(first, request, sizeof request - 1);
    fixture_send(second, request, sizeof request - 1);
    fixture_turn();
    fixture_expect(fixture_read(first, 4096), "\"loads\":2");
    fixture_expect(fixture_read(second, 4096), "\"loads\":2");
    close(first);
    close(second);
    fixture_end();
}

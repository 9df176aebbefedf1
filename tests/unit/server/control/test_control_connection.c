// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

#define STATUS "{\"command\":\"status\"}"

/* A status request of that many bytes, without its newline: blanks between the braces. */
static char *padded(size_t size)
{
    char *line = malloc(size + 2);
    size_t length = strlen(STATUS);
    memset(line, ' ', size);
    memcpy(line, STATUS, length - 1);
    line[size - 1] = '}';
    line[size] = '\n';
    line[size + 1] = '\0';
    return line;
}

Test(control_connection, lines_of_the_longest_size, .timeout = 20)
{
    static const size_t sizes[] = {CONTROL_LINE_BYTES - 1, CONTROL_LINE_BYTES};
    fixture_open();
    int fd = fixture_connect();
    for (unsigned i = 0; i < 2; i++) {
        char *line = padded(sizes[i]);
        fixture_send(fd, line, sizes[i] + 1);
        fixture_expect(fixture_read(fd, 4096), "\"ok\":true");
        free(line);
    }
    char *line = padded(CONTROL_LINE_BYTES + 1);
    fixture_send(fd, line, CONTROL_LINE_BYTES + 2);
    fixture_expect(fixture_read(fd, 4096), "\"error\":\"line-too-long\"");
    cr_assert_str_eq(fixture_read(fd, 4096), "");
    cr_assert_eq(fixture_refused(CONTROL_REFUSAL_LINE), 1);
    cr_assert_eq(fixture.control->used, 0);
    free(line);
    close(fd);
    fixture_end();
}

Test(control_connection, a_line_comes_byte_by_byte, .timeout = 20)
{
    fixture_open();
    int fd = fixture_connect();
    for (const char *at = STATUS; *at != '\0'; at++) {
        fixture_send(fd, at, 1);
        fixture_turn();
        cr_assert_eq(fixture.control->connections[0].output_used, 0);
    }
    fixture_send(fd, "\n", 1);
    fixture_expect(fixture_read(fd, 1), "\"ok\":true");
    close(fd);
    fixture_end();
}

Test(control_connection, many_commands_in_one_piece_are_answered_in_order, .timeout = 20)
{
    static const char requests[] =
        "{\"command\":\"reload\"}\n\n{\"command\":\"nonsense\"}\n{\"command\":\"reload\"}\n";
    fixture_open();
    int fd = fixture_connect();
    fixture_send(fd, requests, sizeof requests - 1);
    char lines[4096];
    size_t used = 0;
    for (unsigned i = 0; i < 20 && used < sizeof lines - 1; i++) {
        fixture_turn();
        ssize_t got = recv(fd, lines + used, sizeof lines - 1 - used, 0);
        used += got > 0 ? (size_t)got : 0;
    }
    lines[used] = '\0';
    const char *first = strstr(lines, "\"report\"");
    const char *second = strstr(lines, "unknown-command");
    cr_assert(first != NULL && second > first);
    cr_assert_not_null(strstr(second, "\"report\""));
    cr_assert_eq(fixture.reloads, 2);
    close(fd);
    fixture_end();
}

Test(control_connection, a_half_closed_client_gets_its_answer, .timeout = 20)
{
    fixture_open();
    int fd = fixture_connect();
    fixture_send(fd, STATUS, strlen(STATUS)); /* not even a newline */
    shutdown(fd, SHUT_WR);
    fixture_expect(fixture_read(fd, 4096), "\"ok\":true");
    cr_assert_str_eq(fixture_read(fd, 4096), "");
    close(fd);
    fixture_end();
}

static const struct {
    const char *request;
    const char *error;
    const char *text;
    enum control_refusal refusal;
} wrong[] = {
    {"{", "bad-json", "column", CONTROL_REFUSAL_JSON},
    {"hello", "bad-json", "column", CONTROL_REFUSAL_JSON},
    {"{\"command\":\"status\"} x", "bad-json", "column", CONTROL_REFUSAL_JSON},
    {"{\"command\":\"stop\",\"command\":\"status\"}", "bad-json", "uplicate", CONTROL_REFUSAL_JSON},
    {"\"status\"", "bad-json", "", CONTROL_REFUSAL_JSON},
    {"[]", "bad-json", "an object with", CONTROL_REFUSAL_JSON},
    {"{}", "bad-json", "an object with", CONTROL_REFUSAL_JSON},
    {"{\"command\":7}", "bad-json", "an object with", CONTROL_REFUSAL_JSON},
    {"{\"command\":\"stattus\"}", "unknown-command", "mean \\\"status\\\"",
     CONTROL_REFUSAL_COMMAND},
    {"{\"command\":\"\"}", "unknown-command", "\\\"help\\\" lists", CONTROL_REFUSAL_COMMAND},
    {"{\"command\":\"zone status\"}", "bad-arguments", "is missing", CONTROL_REFUSAL_ARGUMENTS},
    {"{\"command\":\"stop\",\"zone\":\"x\"}", "bad-arguments", "does not take",
     CONTROL_REFUSAL_ARGUMENTS},
};

Test(control_connection, wrong_requests_are_typed_and_counted, .timeout = 20)
{
    uint64_t expected[CONTROL_REFUSAL_COUNT] = {0};
    fixture_open();
    int fd = fixture_connect();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char error[64];
        const char *reply = fixture_ask_on(fd, wrong[i].request);
        snprintf(error, sizeof error, "{\"ok\":false,\"error\":\"%s\"", wrong[i].error);
        fixture_expect(reply, error);
        fixture_expect(reply, wrong[i].text);
        expected[wrong[i].refusal]++;
    }
    for (unsigned i = 0; i < CONTROL_REFUSAL_COUNT; i++) {
        cr_assert_eq(fixture_refused(i), expected[i], "refusal %u", i);
    }
    cr_assert_eq(fixture.stops, 0);
    fixture_expect(fixture_ask("{\"command\":\"events\"}"), "\"count\":");
    fixture_expect(fixture.reply, "\"event\":\"control-refused\"");
    close(fd);
    fixture_end();
}

Test(control_connection, deep_nesting_is_bad_json, .timeout = 20)
{
    char line[CONTROL_LINE_BYTES + 1];
    fixture_open();
    memset(line, '[', CONTROL_LINE_BYTES);
    line[CONTROL_LINE_BYTES] = '\0';
    fixture_expect(fixture_ask(line), "bad-json");
    fixture_end();
}

static uint8_t names[1000][16];
static struct zone_options many[1000];

static void many_zones(void)
{
    for (unsigned i = 0; i < 1000; i++) {
        char label[8];
        snprintf(label, sizeof label, "z%05u", i);
        names[i][0] = 6;
        memcpy(names[i] + 1, label, 6);
        many[i] =
            (struct zone_options){.name = names[i], .file = "/nowhere", .records_per_rrset_max = 1};
    }
    fixture_zones(many, 1000, false);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    while ((text = strstr(text, part)) != NULL) {
        text++;
        count++;
    }
    return count;
}

Test(control_connection, a_thousand_zones_for_a_reader_of_small_pieces, .timeout = 60)
{
    fixture_open();
    many_zones();
    int fd = fixture_connect();
    fixture_send(fd, "{\"command\":\"zones\"}\n", 20);
    fixture_expect(fixture_read(fd, 37), "\"result\":{\"count\":1000}");
    cr_assert_eq(count_of(fixture.reply, "\"item\":"), 1000);
    fixture_expect(fixture.reply, "\"zone\":\"z00000.\"");
    fixture_expect(fixture.reply, "\"zone\":\"z00999.\"");
    close(fd);
    fixture_end();
}

Test(control_connection, who_does_not_read_holds_one_buffer_and_nobody_up, .timeout = 60)
{
    fixture_open();
    many_zones();
    int fd = fixture_connect();
    /* Far more than the socket's buffer takes. */
    for (unsigned i = 0; i < 40; i++) {
        fixture_send(fd, "{\"command\":\"zones\"}\n", 20);
    }
    for (unsigned i = 0; i < 100; i++) {
        fixture_turn();
    }
    struct control_connection *connection = &fixture.control->connections[0];
    cr_assert(connection->blocked);
    cr_assert_gt(connection->output_used, 0);
    size_t used = connection->output_used;
    uint32_t position = connection->work.position;
    fixture_turn();
    cr_assert_eq(connection->output_used, used);
    cr_assert_eq(connection->work.position, position);
    fixture_expect(fixture_ask("{\"command\":\"status\"}"), "\"ok\":true");
    /* Nothing was lost. */
    size_t lines = 0;
    static char piece[65536];
    for (unsigned i = 0; i < FIXTURE_TURNS && lines < 40 * 1001; i++) {
        ssize_t got = recv(fd, piece, sizeof piece, 0);
        for (ssize_t j = 0; j < got; j++) {
            lines += piece[j] == '\n' ? 1 : 0;
        }
        fixture_turn();
    }
    cr_assert_eq(lines, 40 * 1001);
    close(fd);
    fixture_end();
}

Test(control_connection, who_neither_asks_nor_reads_is_closed, .timeout = 60)
{
    fixture_open();
    int fd = fixture_connect();
    fixture_turn();
    cr_assert_eq(fixture.control->used, 1);
    fixture.now_ms += CONTROL_IDLE_MS - 300;
    fixture_turn();
    cr_assert_eq(fixture.control->used, 1);
    fixture_expect(fixture_ask_on(fd, STATUS), "\"ok\":true");
    fixture_turn();
    fixture.now_ms += CONTROL_IDLE_MS - 300;
    fixture_turn();
    cr_assert_eq(fixture.control->used, 1, "its question counts");
    fixture.now_ms += 400;
    fixture_turn();
    cr_assert_eq(fixture.control->used, 0);
    cr_assert_eq(fixture_refused(CONTROL_REFUSAL_IDLE), 1);
    close(fd);
    fixture_end();
}

Test(control_connection, who_follows_events_is_not_idle, .timeout = 60)
{
    fixture_open();
    int fd = fixture_connect();
    fixture_send(fd, "{\"command\":\"events\",\"follow\":true}\n", 36);
    fixture_turn();
    fixture.now_ms += 10 * CONTROL_IDLE_MS;
    fixture_turn();
    fixture_turn();
    cr_assert_eq(fixture.control->used, 1);
    close(fd);
    fixture_turn();
    cr_assert_eq(fixture.control->used, 0);
    fixture_end();
}

Test(control_connection, who_goes_while_waiting_is_let_go, .timeout = 20)
{
    fixture_open();
    fixture_two_zones();
    int fd = fixture_connect();
    fixture_send(fd, "{\"command\":\"zone reload\",\"zone\":\"good.example\"}\n", 49);
    fixture_turn();
    cr_assert_eq(fixture.control->used, 1);
    close(fd);
    fixture_turn();
    fixture_work();
    fixture_turn();
    fixture_turn();
    cr_assert_eq(fixture.control->used, 0);
    fixture_end();
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

#include "alloc/fault.h"

Test(control, opens_with_its_mode_and_leaves_nothing, .timeout = 20)
{
    struct stat status;
    fixture_open();
    cr_assert_eq(stat(fixture.path, &status), 0);
    cr_assert(S_ISSOCK(status.st_mode));
    cr_assert_eq(status.st_mode & 0777, 0660);
    cr_assert_geq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, sizeof(struct control));
    cr_assert_eq(control_cost_bytes(), sizeof(struct control));
    char path[96];
    memcpy(path, fixture.path, sizeof path);
    fixture_end();
    cr_assert_neq(stat(path, &status), 0);
    control_close(NULL);
}

Test(control, replaces_a_stale_socket, .timeout = 20)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    fixture_begin();
    memcpy(address.sun_path, fixture.path, strlen(fixture.path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    cr_assert_eq(control_open(&fixture.options, &fixture.control), OK);
    fixture_expect(fixture_ask("{\"command\":\"status\"}"), "\"ok\":true");
    fixture_end();
}

Test(control, lets_a_living_socket_be, .timeout = 20)
{
    struct control *second = NULL;
    fixture_open();
    cr_assert_eq(control_open(&fixture.options, &second), ERROR_EXISTS);
    cr_assert_null(second);
    fixture_turn();
    fixture_expect(fixture_ask("{\"command\":\"status\"}"), "\"ok\":true");
    fixture_end();
}

Test(control, lets_what_is_no_socket_be, .timeout = 20)
{
    struct stat status;
    fixture_begin();
    fixture_write("s", "precious");
    cr_assert_eq(control_open(&fixture.options, &fixture.control), ERROR_EXISTS);
    cr_assert_eq(stat(fixture.path, &status), 0);
    cr_assert_eq(status.st_size, 8);
    cr_assert_eq(ledger_read(ACCOUNT_CONFIGURATION).used_bytes, 0);
}

Test(control, wants_its_directory, .timeout = 20)
{
    char path[160];
    fixture_begin();
    snprintf(path, sizeof path, "%s/missing/s", fixture.directory);
    fixture.options.path = path;
    cr_assert_eq(control_open(&fixture.options, &fixture.control), ERROR_IO);
    cr_assert_eq(errno, ENOENT);
}

Test(control, paths_fit_or_not, .timeout = 20)
{
    char path[160] = "";
    fixture_begin();
    fixture.options.path = path;
    cr_assert_eq(control_open(&fixture.options, &fixture.control), ERROR_IO);
    cr_assert_eq(errno, ENOENT);
    size_t length = (size_t)snprintf(path, sizeof path, "%s/", fixture.directory);
    memset(path + length, 'x', sizeof((struct sockaddr_un *)0)->sun_path - length);
    path[sizeof((struct sockaddr_un *)0)->sun_path] = '\0';
    cr_assert_eq(control_open(&fixture.options, &fixture.control), ERROR_IO);
    cr_assert_eq(errno, ENAMETOOLONG);
    path[sizeof((struct sockaddr_un *)0)->sun_path - 1] = '\0';
    cr_assert_eq(control_open(&fixture.options, &fixture.control), OK);
    fixture_end();
}

Test(control, memory_is_refused, .timeout = 20)
{
    struct stat status;
    fixture_begin();
    ledger_limit_set(ACCOUNT_CONFIGURATION, 1);
    cr_assert_eq(control_open(&fixture.options, &fixture.control), REFUSED_MEMORY);
    cr_assert_neq(stat(fixture.path, &status), 0);
}

Test(control, removes_no_other_socket, .timeout = 20)
{
    struct stat status;
    fixture_open();
    cr_assert_eq(unlink(fixture.path), 0);
    fixture_write("s", "of somebody else");
    char path[96];
    memcpy(path, fixture.path, sizeof path);
    control_close(fixture.control);
    uv_run(&fixture.loop, UV_RUN_DEFAULT);
    cr_assert_eq(stat(path, &status), 0);
}

static bool pool_find(const char *wanted, struct pool_state *ret_state)
{
    const char *name;
    for (uint32_t i = 0; pool_at(i, &name, ret_state); i++) {
        if (strcmp(name, wanted) == 0) {
            return true;
        }
    }
    return false;
}

Test(control, the_ninth_connection_is_refused, .timeout = 20)
{
    int clients[CONTROL_CONNECTIONS_MAX];
    struct pool_state state;
    fixture_open();
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        clients[i] = fixture_connect();
        fixture_turn();
        cr_assert_eq(fixture.control->used, i + 1);
    }
    int ninth = fixture_connect();
    fixture_expect(fixture_read(ninth, 4096), "\"error\":\"full\"");
    cr_assert_str_eq(fixture_read(ninth, 4096), "");
    cr_assert_eq(fixture_refused(CONTROL_REFUSAL_FULL), 1);
    cr_assert(pool_find("control-connections", &state));
    cr_assert_eq(state.limit, CONTROL_CONNECTIONS_MAX);
    cr_assert_eq(state.used, CONTROL_CONNECTIONS_MAX);
    close(ninth);
    /* The others are served still, and a place that is left is a place. */
    fixture_expect(fixture_ask_on(clients[7], "{\"command\":\"status\"}"), "\"ok\":true");
    close(clients[0]);
    fixture_turn();
    fixture_expect(fixture_ask("{\"command\":\"status\"}"), "\"ok\":true");
    cr_assert_eq(state.high_water, CONTROL_CONNECTIONS_MAX);
    for (unsigned i = 1; i < CONTROL_CONNECTIONS_MAX; i++) {
        close(clients[i]);
    }
    fixture_turn();
    cr_assert_eq(fixture.control->used, 0);
    fixture_end();
}

Test(control, a_place_left_in_this_turn_is_free_in_the_next, .timeout = 20)
{
    int clients[CONTROL_CONNECTIONS_MAX];
    fixture_open();
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        clients[i] = fixture_connect();
    }
    fixture_turn();
    close(clients[3]);
    clients[3] = fixture_connect();
    fixture_expect(fixture_ask_on(clients[3], "{\"command\":\"status\"}"), "\"ok\":true");
    cr_assert_eq(fixture_refused(CONTROL_REFUSAL_FULL), 0);
    for (unsigned i = 0; i < CONTROL_CONNECTIONS_MAX; i++) {
        close(clients[i]);
    }
    fixture_end();
}

Test(control, closes_with_connections_open_and_busy, .timeout = 20)
{
    fixture_open();
    int follower = fixture_connect();
    int idle = fixture_connect();
    fixture_send(follower, "{\"command\":\"events\",\"follow\":true}\n", 36);
    fixture_turn();
    fixture_end();
    char byte;
    cr_assert_eq(recv(idle, &byte, 1, 0), 0);
    close(idle);
    close(follower);
}

Test(control, rests_when_no_descriptor_is_left, .timeout = 20)
{
    fixture_open();
    fault_arm(FAULT_SOCKET, 1, 1);
    int fd = fixture_connect();
    uv_run(&fixture.loop, UV_RUN_NOWAIT);
    /* Builds without injection accept at once. */
    cr_assert(fixture.control->listening || fault_struck(FAULT_SOCKET));
    fault_disarm_all();
    fixture_turn();
    cr_assert(fixture.control->listening);
    fixture_expect(fixture_ask_on(fd, "{\"command\":\"status\"}"), "\"ok\":true");
    close(fd);
    fixture_end();
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

static const struct metric_family queries = {.name = "plimsoll_queries_total",
                                             .help = "Queries",
                                             .type = METRIC_COUNTER,
                                             .labels = {"transport"}};

Test(command_server, status, .timeout = 20)
{
    static const char *const values[] = {"udp", "tcp"};
    struct counter counters[2];
    fixture_open();
    fixture_two_zones();
    cr_assert_eq(counter_register_each(&queries, NULL, values, 2, counters), OK);
    counter_add(counters[0], 40);
    counter_add(counters[1], 2);
    const char *reply = fixture_ask("{\"command\":\"status\"}");
    fixture_expect(reply, "\"version\":\"" PLIMSOLL_VERSION "\"");
    fixture_expect(reply, "\"health\":\"degraded\",\"reason\":\"an address is not bound\"");
    fixture_expect(reply, "\"started\":1,");
    fixture_expect(reply, "\"limit\":67108864,\"declared\":9437184");
    fixture_expect(reply, "\"zones\":{\"count\":2,\"waiting\":0,\"states\":{");
    fixture_expect(reply, "\"serving\":1");
    fixture_expect(reply, "\"failed\":1");
    fixture_expect(reply, "\"queries\":42");
    fixture_expect(reply, "[\"127.0.0.1@5300\",\"127.0.0.1@5301\"]");
    fixture_expect(reply, "\"threads\":{}");
    fixture_end();
}

Test(command_server, status_of_threads_and_without_addresses, .timeout = 20)
{
    struct threads_options options = {
        .workers = 1, .jobs = 1, .jobs_limit = 4, .mailbox_places = 8, .descriptors_max = 256};
    struct threads *threads;
    fixture_begin();
    fixture.options.actions.listening = NULL;
    cr_assert_eq(threads_start(&options, 0, &threads), OK);
    fixture.options.threads = threads;
    cr_assert_eq(control_open(&fixture.options, &fixture.control), OK);
    const char *reply = fixture_ask("{\"command\":\"status\"}");
    fixture_expect(reply, "\"worker\":{\"declared\":1,\"running\":1}");
    fixture_expect(reply, "\"job\":{\"declared\":1,\"running\":1}");
    fixture_expect(reply, "\"listening\":[]");
    fixture_end();
    threads_stop(threads);
    uv_run(worker_loop(threads_control(threads)), UV_RUN_NOWAIT);
    threads_destroy(threads);
}

Test(command_server, budget, .timeout = 20)
{
    fixture_open();
    ledger_limit_set(ACCOUNT_TRANSFERS, 10);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 7), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 7), REFUSED_MEMORY);
    const char *reply = fixture_ask("{\"command\":\"budget\"}");
    fixture_expect(reply, "\"limit\":67108864,\"declared\":9437184,\"left\":57671680");
    fixture_expect(reply, "{\"account\":\"transfers\",\"declared\":0,\"used\":7,\"high_water\":7,"
                          "\"refused\":1}");
    fixture_expect(fixture.reply,
                   "{\"ok\":true,\"more\":true,\"item\":{\"account\":\"network\",\"holder\":\"udp "
                   "batches\",\"reason\":\"4 x 64\",\"bytes\":1048576}}\n");
    fixture_end();
}

Test(command_server, a_full_sheet_of_long_texts_goes_out_whole, .timeout = 20)
{
    fixture_open();
    while (fixture.budget.line_count < BUDGET_LINES_MAX) {
        cr_assert_eq(budget_add(&fixture.budget, ACCOUNT_STORE, 1, "a holder with a long name here",
                                "%090d", 7),
                     OK);
    }
    fixture_expect(fixture_ask("{\"command\":\"budget\"}"), "\"ok\":true,\"result\"");
    unsigned lines = 0;
    for (const char *at = fixture.reply; (at = strstr(at, "\"holder\"")) != NULL; at++) {
        lines++;
    }
    cr_assert_eq(lines, BUDGET_LINES_MAX);
    fixture_end();
}

Test(command_server, reload_reports, .timeout = 20)
{
    fixture_open();
    fixture.reload_report = "2 zones added";
    const char *reply = fixture_ask("{\"command\":\"reload\"}");
    cr_assert_str_eq(reply, "{\"ok\":true,\"result\":{\"report\":\"2 zones added\"}}");
    fixture.reload_result = ERROR_SEMANTICS;
    fixture.reload_report = "line 3: \"no\"";
    reply = fixture_ask("{\"command\":\"reload\"}");
    fixture_expect(reply, "\"ok\":false");
    fixture_expect(reply, "line 3: \\\"no\\\"");
    fixture.reload_report = "";
    fixture_expect(fixture_ask("{\"command\":\"reload\"}"), "nothing was changed");
    cr_assert_eq(fixture.reloads, 3);
    fixture_end();
}

Test(command_server, stop_answers_first, .timeout = 20)
{
    fixture_open();
    int fd = fixture_connect();
    cr_assert_str_eq(fixture_ask_on(fd, "{\"command\":\"stop\"}"),
                     "{\"ok\":true,\"result\":{\"stopping\":true}}");
    cr_assert_eq(fixture.stops, 1);
    fixture_turn();
    cr_assert_eq(fixture.stops, 1);
    close(fd);
    fixture_end();
}

Test(command_server, changes_name_who_asked, .timeout = 20)
{
    char user[48];
    fixture_open();
    fixture_ask("{\"command\":\"status\"}");
    fixture_ask("{\"command\":\"reload\"}");
    fixture_ask("{\"command\":\"events\"}");
    snprintf(user, sizeof user, "command reload by user %u ", (unsigned)getuid());
    fixture_expect(fixture.reply, user);
    cr_assert_null(strstr(fixture.reply, "command status by"));
    fixture_end();
}

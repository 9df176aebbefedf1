// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_print.h"

#include "tests/unit/server/plimsollctl/ctl_fixture.h"

static struct ctl_paper paper;
static struct ctl_printer printer;

static void begin(void)
{
    ctl_paper_open(&paper);
    printer = (struct ctl_printer){.out = paper.file};
}

static void end(void)
{
    ctl_paper_close(&paper);
}

static void print(ctl_print_fn function, const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    cr_assert_not_null(value, "%s", text);
    function(&printer, value);
    json_decref(value);
    printer.rows++;
}

Test(ctl_print, status, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_status,
          "{\"version\":\"0.1.0\",\"health\":\"degraded\",\"reason\":\"an address is not bound\","
          "\"started\":1,\"uptime\":7260,\"threads\":{\"worker\":{\"declared\":2,\"running\":1},"
          "\"job\":{\"declared\":2,\"running\":2}},\"memory\":{\"limit\":134217728,\"declared\":"
          "67108864,\"used\":1572864},\"zones\":{\"count\":3,\"waiting\":0,\"states\":{\"serving\":"
          "2,\"failed\":1}},\"queries\":42,\"listening\":[\"127.0.0.1@53\",\"::1@53\"]}");
    cr_assert_str_eq(ctl_paper_text(&paper),
                     "version      0.1.0\n"
                     "health       degraded: an address is not bound\n"
                     "up           2 h 1 min, since 1970-01-01 00:00:01 UTC\n"
                     "listening    127.0.0.1@53, ::1@53\n"
                     "threads      worker 1/2, job 2/2 (running/declared)\n"
                     "memory       1.5 MiB used, 64 MiB declared, the line is at 128 MiB\n"
                     "zones        3: 2 serving, 1 failed\n"
                     "queries      42\n");
}

Test(ctl_print, status_in_colour, .init = begin, .fini = end, .timeout = 10)
{
    printer.colour = true;
    print(ctl_print_status, "{\"health\":\"ok\"}");
    cr_assert_not_null(strstr(ctl_paper_text(&paper), "\033[32mok\033[0m"));
}

Test(ctl_print, what_a_reply_lacks_harms_nothing, .init = begin, .fini = end, .timeout = 10)
{
    static const ctl_print_fn all[] = {ctl_print_status, ctl_print_budget_line, ctl_print_budget,
                                       ctl_print_metric, ctl_print_zone_line,   ctl_print_zones,
                                       ctl_print_zone,   ctl_print_reload,      ctl_print_event,
                                       ctl_print_events, ctl_print_stopping};
    static const char rest[] =
        "{\"threads\":7,\"zones\":[],\"memory\":\"\",\"accounts\":[7],\"listening\":[7],"
        "\"labels\":[1]}";
    static const char *const values[] = {"{}", "[]", "7", "null", "\"x\"", rest};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            print(all[i], values[j]);
        }
        all[i](&printer, NULL);
    }
}

Test(ctl_print, budget, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_budget_line, "{\"account\":\"network\",\"holder\":\"udp "
                                 "batches\",\"reason\":\"4 x 64\",\"bytes\":1048576}");
    print(ctl_print_budget_line,
          "{\"account\":\"zones\",\"holder\":\"zones\",\"reason\":\"\",\"bytes\":1}");
    cr_assert_str_eq(ctl_paper_text(&paper), "account           declared  holder\n"
                                             "network             1 MiB  udp batches: 4 x 64\n"
                                             "zones                 1 B  zones\n");
    print(ctl_print_budget, "{\"limit\":2097152,\"declared\":1048576,\"left\":1048576,\"used\":3,"
                            "\"accounts\":[{\"account\":\"network\",\"declared\":1048576,\"used\":"
                            "3,\"high_water\":4,\"refused\":5}]}");
    cr_assert_not_null(strstr(ctl_paper_text(&paper),
                              "account          declared       used       most  refused\n"
                              "network             1 MiB        3 B        4 B        5\n"
                              "all                 1 MiB        3 B\n"
                              "the line            2 MiB\n"
                              "left                1 MiB\n"));
}

Test(ctl_print, metrics, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_metric,
          "{\"metric\":\"a_total\",\"labels\":{\"b\":\"c\",\"d\":\"e\"},\"value\":7}");
    print(ctl_print_metric, "{\"metric\":\"a\",\"labels\":{},\"value\":0.25}");
    cr_assert_str_eq(ctl_paper_text(&paper), "a_total{b=\"c\",d=\"e\"} 7\na 0.25\n");
}

Test(ctl_print, zones, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_zone_line, "{\"zone\":\"corp.example.\",\"state\":\"serving\",\"serial\":"
                               "4294967295,\"records\":57,\"bytes\":65536,\"problem\":\"\"}");
    print(ctl_print_zone_line, "{\"zone\":\"x.\",\"state\":\"failed\",\"problem\":\"x:3: no\"}");
    print(ctl_print_zones, "{\"count\":2}");
    cr_assert_str_eq(
        ctl_paper_text(&paper),
        "zone                                     state         serial    records     memory\n"
        "corp.example.                            serving   4294967295         57     64 KiB\n"
        "x.                                       failed             0          0        0 B  "
        "x:3: no\n2 zones\n");
}

Test(ctl_print, one_zone, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_zone,
          "{\"zone\":\"corp.example.\",\"type\":\"primary\",\"state\":\"reloading\",\"serial\":7,"
          "\"records\":57,\"bytes\":65536,\"problem\":\"\",\"file\":\"/x\",\"signed\":true,"
          "\"versions\":2,\"published\":1,\"load_ms\":12,\"errors\":0,\"warnings\":1,\"loads\":3,"
          "\"writes\":0,\"percent\":40,\"load_result\":\"ok\",\"write_result\":\"none\"}");
    cr_assert_str_eq(ctl_paper_text(&paper),
                     "zone         corp.example.\n"
                     "type         primary\n"
                     "file         /x\n"
                     "state        reloading (40 %)\n"
                     "serial       7, published 1970-01-01 00:00:01 UTC\n"
                     "records      57, signed\n"
                     "memory       64 KiB in 2 versions\n"
                     "last load    ok, 12 ms, 0 errors, 1 warning; 3 in all\n"
                     "last write   none; 0 in all\n"
                     "problem      -\n");
}

Test(ctl_print, events, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_event, "{\"time\":\"2026-11-20T14:16:00.324Z\",\"id\":111,\"severity\":"
                           "\"error\",\"text\":\"could not\",\"repeats\":3}");
    print(ctl_print_events, "{\"count\":1,\"missed\":0}");
    print(ctl_print_events, "{\"count\":1,\"missed\":2}");
    cr_assert_str_eq(ctl_paper_text(&paper),
                     "2026-11-20T14:16:00.324Z error     111 could not (and 3 times more)\n"
                     "2 events were overwritten before they were read\n");
}

Test(ctl_print, reload_and_stop, .init = begin, .fini = end, .timeout = 10)
{
    print(ctl_print_reload, "{\"report\":\"2 zones added\"}");
    print(ctl_print_stopping, "{\"stopping\":true}");
    cr_assert_str_eq(ctl_paper_text(&paper), "2 zones added\nstopping\n");
}

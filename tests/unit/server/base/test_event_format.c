// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"

#include <criterion/criterion.h>
#include <string.h>

static char line[EVENT_LINE_BYTES];
static struct event event;

static void make(void)
{
    event_begin(&event, EVENT_ZONE_LOAD_FAILED);
    event_text(&event, "zone", "corp.example");
    event_text(&event, "reason", "no \"SOA\" \\ in file\n\x1b[31m\xff");
    event_number(&event, "line", 17);
    event.wall_ns = UINT64_C(1700000000123456789);
}

Test(event_format, text, .timeout = 10)
{
    make();
    size_t size = event_format_text(&event, line, sizeof line);
    cr_assert_str_eq(
        line, "2023-11-14T22:13:20.123Z error 10302 zone corp.example not loaded: no \"SOA\" \\ "
              "in file\\x0a\\x1b[31m\\xff line=17");
    cr_assert_eq(size, strlen(line));
}

Test(event_format, json, .timeout = 10)
{
    make();
    size_t size = event_format_json(&event, line, sizeof line);
    cr_assert_str_eq(
        line,
        "{\"time\":\"2023-11-14T22:13:20.123Z\",\"id\":10302,\"event\":\"zone-load-failed\","
        "\"severity\":\"error\",\"text\":\"zone corp.example not loaded: no \\\"SOA\\\" \\\\ in "
        "file\\\\x0a\\\\x1b[31m\\\\xff line=17\",\"fields\":{\"zone\":\"corp.example\",\"reason\":"
        "\"no \\\"SOA\\\" \\\\ in file\\u000a\\u001b[31m\\u00ff\",\"line\":17},\"repeats\":0}");
    cr_assert_eq(size, strlen(line));
}

Test(event_format, without_fields_and_with_missing_ones, .timeout = 10)
{
    event_begin(&event, EVENT_READY);
    event_format_message(&event, line, sizeof line);
    cr_assert_str_eq(line, "ready");
    event_begin(&event, EVENT_LISTENING);
    event_format_message(&event, line, sizeof line);
    cr_assert_str_eq(line, "listening on -");
}

Test(event_format, repeats_and_summaries, .timeout = 10)
{
    event_begin(&event, EVENT_LISTENING);
    event_text(&event, "address", "::1@53");
    event.repeats = 7;
    event_format_message(&event, line, sizeof line);
    cr_assert_str_eq(line, "listening on ::1@53 (after 7 more that were held back)");
    event.summary = 1;
    event_format_message(&event, line, sizeof line);
    cr_assert_str_eq(line, "listening address=::1@53: 7 more were held back");
}

Test(event_format, the_worst_values_still_fit_a_line, .timeout = 10)
{
    char value[EVENT_VALUE_BYTES_MAX + 1];
    memset(value, 0xff, sizeof value - 1);
    value[sizeof value - 1] = 0;
    event_begin(&event, EVENT_ZONE_PROBLEM);
    event_text(&event, "zone", value);
    event_text(&event, "place", value);
    event.wall_ns = UINT64_MAX;
    event.repeats = UINT32_MAX;
    size_t size = event_format_json(&event, line, sizeof line);
    cr_assert_lt(size, sizeof line - 1);
    cr_assert_str_eq(line + size - 2, "5}");
    cr_assert_lt(event_format_text(&event, line, sizeof line), sizeof line - 1);
}

Test(event_format, an_unknown_id, .timeout = 10)
{
    event_begin(&event, (enum event_id)1);
    event_format_message(&event, line, sizeof line);
    cr_assert_str_eq(line, "event");
    cr_assert_null(event_symbol((enum event_id)1));
    cr_assert_gt(event_format_json(&event, line, sizeof line), 0);
}

Test(event_format, names, .timeout = 10)
{
    enum event_severity severity;
    cr_assert_str_eq(event_symbol(EVENT_THREAD_REFUSED), "thread-refused");
    for (unsigned i = 0; i < EVENT_SEVERITY_COUNT; i++) {
        const char *name = event_severity_name((enum event_severity)i);
        cr_assert(event_severity_parse(name, &severity));
        cr_assert_eq(severity, i);
        cr_assert_eq(event_severity_syslog(severity), 3 + (int)i);
    }
    cr_assert_not(event_severity_parse("fatal", &severity));
}

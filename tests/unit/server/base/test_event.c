// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"

#include "server/base/counter.h"

#include <criterion/criterion.h>
#include <string.h>

static struct clock_virtual test_clock;
static struct event_reader reader;
static struct event event;

static void begin(void)
{
    clock_virtual_init(&test_clock, 1000000, 1700000000);
    event_init(&test_clock.clock);
    event_reader_init_newest(&reader);
}

static uint64_t count_of(const char *id)
{
    struct metric_cursor cursor;
    struct metric_sample sample;
    metric_cursor_init(&cursor);
    while (metric_next(&cursor, &sample) == OK) {
        if (strcmp(sample.family->name, "plimsoll_events_total") == 0 &&
            strcmp(sample.labels[0].value, id) == 0) {
            return sample.whole;
        }
    }
    cr_assert_fail("no counter for %s", id);
    return 0;
}

Test(event, what_is_emitted_is_read, .timeout = 10)
{
    begin();
    cr_assert_not(event_reader_next(&reader, &event));
    struct event loaded;
    event_begin(&loaded, EVENT_ZONE_LOADED);
    event_text(&loaded, "zone", "corp.example");
    event_number(&loaded, "records", UINT64_MAX);
    event_number(&loaded, "serial", 0);
    event_emit(&loaded);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.id, EVENT_ZONE_LOADED);
    cr_assert_eq(event.severity, EVENT_SEVERITY_INFO);
    cr_assert_eq(event.wall_ns, UINT64_C(1700000000000000000));
    cr_assert_eq(event.sequence, 1);
    cr_assert_eq(event.repeats, 0);
    cr_assert_str_eq(event_field(&event, "zone"), "corp.example");
    cr_assert_str_eq(event_field(&event, "records"), "18446744073709551615");
    cr_assert_str_eq(event_field(&event, "serial"), "0");
    cr_assert_null(event_field(&event, "nothing"));
    cr_assert_not(event_reader_next(&reader, &event));
    cr_assert_eq(count_of("10300"), 1);
    cr_assert_eq(event_dropped(), 0);
}

Test(event, short_forms, .timeout = 10)
{
    begin();
    event_emit_plain(EVENT_READY);
    event_emit_text(EVENT_LISTENING, "address", "127.0.0.1@53");
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.field_count, 0);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_str_eq(event_field(&event, "address"), "127.0.0.1@53");
}

Test(event, before_init_events_are_kept_too, .timeout = 10)
{
    event_reader_init_oldest(&reader);
    event_emit_plain(EVENT_READY);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_gt(event.wall_ns, UINT64_C(1600000000) * CLOCK_NS_PER_SECOND);
}

Test(event, values_and_fields_have_a_maximum, .timeout = 10)
{
    static const size_t sizes[] = {
        0, 1, EVENT_VALUE_BYTES_MAX - 1, EVENT_VALUE_BYTES_MAX, EVENT_VALUE_BYTES_MAX + 1, 2000};
    char value[2001];
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(value, 'x', sizes[i]);
        value[sizes[i]] = 0;
        event_begin(&event, EVENT_ZONE_PROBLEM);
        event_text(&event, "zone", value);
        const char *kept = event_field(&event, "zone");
        if (sizes[i] <= EVENT_VALUE_BYTES_MAX) {
            cr_assert_str_eq(kept, value);
        } else {
            cr_assert_eq(strlen(kept), EVENT_VALUE_BYTES_MAX);
            cr_assert_str_eq(kept + EVENT_VALUE_BYTES_MAX - 3, "...");
        }
    }
    event_begin(&event, EVENT_ZONE_PROBLEM);
    for (unsigned i = 0; i < EVENT_FIELDS_MAX + 2; i++) {
        event_text(&event, "field", value);
    }
    cr_assert_leq(event.used, EVENT_VALUES_BYTES);
    cr_assert_leq(event.field_count, EVENT_FIELDS_MAX);
    event_begin(&event, EVENT_ZONE_PROBLEM);
    for (unsigned i = 0; i < EVENT_FIELDS_MAX + 1; i++) {
        event_number(&event, "field", i);
    }
    cr_assert_eq(event.field_count, EVENT_FIELDS_MAX);
    cr_assert_eq(event.numbers, (1u << EVENT_FIELDS_MAX) - 1);
}

static void emit_distinct(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct event one;
        event_begin(&one, EVENT_LISTENING);
        event_number(&one, "address", i);
        event_emit(&one);
    }
}

Test(event, a_reader_that_falls_behind_misses_and_goes_on, .timeout = 10)
{
    begin();
    emit_distinct(EVENT_RING_RECORDS);
    unsigned count = 0;
    while (event_reader_next(&reader, &event)) {
        count++;
    }
    cr_assert_eq(count, EVENT_RING_RECORDS);
    cr_assert_eq(reader.missed, 0);
    for (unsigned i = 0; i < 3; i++) {
        clock_virtual_advance_ms(&test_clock, EVENT_WINDOW_MS);
        emit_distinct(EVENT_RING_RECORDS);
    }
    count = 0;
    while (event_reader_next(&reader, &event)) {
        count++;
    }
    cr_assert_eq(count + reader.missed, 3 * EVENT_RING_RECORDS);
    cr_assert_geq(count, EVENT_RING_RECORDS - 64);
}

Test(event, the_oldest_that_is_there_is_found, .timeout = 10)
{
    begin();
    emit_distinct(10);
    event_reader_init_oldest(&reader);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.sequence, 1);
    emit_distinct(EVENT_RING_RECORDS);
    event_reader_init_oldest(&reader);
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_leq(event.sequence, 11);
    event_reader_init_newest(&reader);
    cr_assert_not(event_reader_next(&reader, &event));
}

Test(event, repeats_are_held_back_counted_and_carried, .timeout = 10)
{
    begin();
    for (unsigned i = 0; i < EVENT_BURST + 7; i++) {
        event_emit_text(EVENT_RATE_LIMITING, "prefix", "192.0.2.0/24");
    }
    event_emit_text(EVENT_RATE_LIMITING, "prefix", "198.51.100.0/24");
    for (unsigned i = 0; i < EVENT_BURST + 1; i++) {
        cr_assert(event_reader_next(&reader, &event));
    }
    cr_assert_not(event_reader_next(&reader, &event));
    cr_assert_eq(count_of("10500"), EVENT_BURST + 8);
    clock_virtual_advance_ms(&test_clock, EVENT_WINDOW_MS);
    event_emit_text(EVENT_RATE_LIMITING, "prefix", "192.0.2.0/24");
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.repeats, 7);
}

Test(event, repeats_that_nobody_carries_are_reported, .timeout = 10)
{
    begin();
    for (unsigned i = 0; i < EVENT_BURST + 2; i++) {
        event_emit_text(EVENT_RATE_LIMITING, "prefix", "192.0.2.0/24");
    }
    while (event_reader_next(&reader, &event)) {
    }
    clock_virtual_advance_ms(&test_clock, EVENT_WINDOW_MS - 1);
    event_report_repeats();
    cr_assert_not(event_reader_next(&reader, &event));
    clock_virtual_advance_ms(&test_clock, 1);
    event_report_repeats();
    cr_assert(event_reader_next(&reader, &event));
    cr_assert_eq(event.summary, 1);
    cr_assert_eq(event.repeats, 2);
    cr_assert_eq(event.id, EVENT_RATE_LIMITING);
    cr_assert_str_eq(event_field(&event, "prefix"), "192.0.2.0/24");
    event_report_repeats();
    cr_assert_not(event_reader_next(&reader, &event));
    cr_assert_eq(count_of("10500"), EVENT_BURST + 2);
}

Test(event, the_table_is_sorted_so_that_every_id_is_found, .timeout = 10)
{
    static const enum event_id ids[] = {
#define EVENT_LIST(number, symbol, severity, text) EVENT_##symbol,
        EVENT_IDS(EVENT_LIST)
#undef EVENT_LIST
    };
    static const enum event_severity severities[] = {
#define EVENT_LIST(number, symbol, severity, text) EVENT_SEVERITY_##severity,
        EVENT_IDS(EVENT_LIST)
#undef EVENT_LIST
    };
    begin();
    for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
        cr_assert(i == 0 || ids[i - 1] < ids[i]);
        cr_assert_eq(event_id_severity(ids[i]), severities[i]);
    }
    cr_assert_eq(event_id_severity((enum event_id)1), EVENT_SEVERITY_ERROR);
}

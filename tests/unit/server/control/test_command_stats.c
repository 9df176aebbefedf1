// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/server/control/control_fixture.h"

#include "server/base/histogram.h"

static const struct metric_family family = {.name = "plimsoll_test_total",
                                            .help = "Tests",
                                            .type = METRIC_COUNTER,
                                            .labels = {"transport", "type"}};

static void prepare(void)
{
    static const char *const values[] = {"udp", "A\"\\"};
    struct counter counter;
    fixture_open();
    cr_assert_eq(counter_register(&family, values, &counter), OK);
    counter_add(counter, 5);
}

Test(command_stats, all_of_them, .timeout = 20)
{
    prepare();
    fixture_expect(fixture_ask("{\"command\":\"stats\"}"), "\"ok\":true,\"result\":{\"count\":");
    fixture_expect(fixture.reply,
                   "{\"ok\":true,\"more\":true,\"item\":{\"metric\":\"plimsoll_test_total\","
                   "\"type\":\"counter\",\"labels\":{\"transport\":\"udp\",\"type\":\"A\\\"\\\\\"},"
                   "\"value\":5}}\n");
    fixture_expect(fixture.reply, "plimsoll_refused_total");
    fixture_end();
}

Test(command_stats, those_that_match, .timeout = 20)
{
    prepare();
    fixture_expect(fixture_ask("{\"command\":\"stats\",\"pattern\":\"plimsoll_test*\"}"),
                   "{\"count\":1}");
    fixture_expect(fixture_ask("{\"command\":\"stats\",\"pattern\":\"test_total\"}"),
                   "{\"count\":1}");
    fixture_expect(fixture_ask("{\"command\":\"stats\",\"pattern\":\"test\"}"), "{\"count\":0}");
    fixture_expect(fixture_ask("{\"command\":\"stats\",\"pattern\":\"\"}"), "{\"count\":0}");
    fixture_end();
}

static enum result collect(void *context, uint32_t position, struct metric_sample *sample)
{
    (void)context;
    sample->labels[0].value = "x";
    sample->is_real = true;
    sample->real = 0.5;
    return position < 20000 ? OK : END;
}

Test(command_stats, more_than_a_buffer_and_fractions, .timeout = 60)
{
    static const struct metric_family many = {
        .name = "plimsoll_many", .help = "Many", .type = METRIC_GAUGE, .labels = {"zone"}};
    fixture_open();
    cr_assert_eq(metric_collect(&many, collect, NULL), OK);
    fixture_expect(fixture_ask("{\"command\":\"stats\",\"pattern\":\"many\"}"),
                   "{\"count\":20000}");
    fixture_expect(fixture.reply, "\"value\":0.5");
    fixture_end();
}

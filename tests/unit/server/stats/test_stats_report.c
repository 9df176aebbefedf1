// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_report.h"

#include "server/stats/stats_process.h"
#include "server/stats/stats_zones.h"
#include "stats_fixture.h"

#include <jansson.h>

static struct stats_report report;
static char page[1024 * 1024];
static struct stats_options options;

static json_t *read_page(size_t piece)
{
    size_t used = 0;
    size_t size = 0;
    json_error_t error;
    stats_report_init(&report, &options);
    while ((size = stats_report_read(&report, page + used, piece)) > 0) {
        cr_assert_leq(size, piece);
        used += size;
        cr_assert_lt(used + piece, sizeof page);
    }
    cr_assert_eq(stats_report_read(&report, page, piece), 0, "the end stays the end");
    json_t *json = json_loadb(page, used, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(json, "%d: %s", error.position, error.text);
    return json;
}

static void setup(void)
{
    fixture_open();
    options = fixture_options();
    options.memory_limit_bytes = 64u << 20;
    cr_assert_eq(stats_process_open(&options), OK);
    cr_assert_eq(stats_zones_open(fixture_registry), OK);
}

static void teardown(void)
{
    stats_zones_close();
    stats_process_close();
    fixture_close();
}

static json_int_t integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(json_is_integer(value), "%s", key);
    return json_integer_value(value);
}

Test(stats_report, every_part, .init = setup, .fini = teardown, .timeout = 30)
{
    static const size_t pieces[] = {1, 3, 500, 100000};
    fixture_apply(5);
    ledger_limit_set(ACCOUNT_CACHE, 1000);
    fixture_reason = "because\n\"so\"";
    fixture_health = HEALTH_DEGRADED;
    for (unsigned i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        json_t *json = read_page(pieces[i]);
        const json_t *health = json_object_get(json, "health");
        cr_assert_str_eq(json_string_value(json_object_get(json, "version")), PLIMSOLL_VERSION);
        cr_assert_str_eq(json_string_value(json_object_get(health, "status")), "degraded");
        cr_assert_str_eq(json_string_value(json_object_get(health, "reason")), fixture_reason);
        const json_t *memory = json_object_get(json, "memory");
        cr_assert_eq(integer(memory, "limit_bytes"), 64 << 20);
        cr_assert_gt(integer(memory, "resident_bytes"), 0);
        const json_t *accounts = json_object_get(memory, "accounts");
        cr_assert_eq(json_array_size(accounts), ACCOUNT_COUNT);
        const json_t *cache = json_array_get(accounts, ACCOUNT_CACHE);
        cr_assert_str_eq(json_string_value(json_object_get(cache, "name")), "cache");
        cr_assert_eq(integer(cache, "limit_bytes"), 1000);
        cr_assert(
            json_is_null(json_object_get(json_array_get(accounts, ACCOUNT_STORE), "limit_bytes")));
        const json_t *threads = json_object_get(json, "threads");
        cr_assert_eq(json_array_size(threads), THREAD_ROLE_COUNT);
        cr_assert_eq(integer(json_array_get(threads, 0), "declared"), 1);
        cr_assert_eq(json_array_size(json_object_get(json, "pools")), 2);
        const json_t *zones = json_object_get(json, "zones");
        cr_assert_eq(integer(zones, "count"), 5);
        cr_assert_eq(integer(json_object_get(zones, "states"), "failed"), 5);
        cr_assert_gt(json_array_size(json_object_get(json, "counters")), ACCOUNT_COUNT);
        json_decref(json);
    }
}

Test(stats_report, counters_have_their_labels, .init = setup, .fini = teardown, .timeout = 30)
{
    struct counter counter;
    cr_assert_eq(refusal_register("pool\"x", "reason\\y", &counter), OK);
    counter_add(counter, 9);
    json_t *json = read_page(4096);
    const json_t *counters = json_object_get(json, "counters");
    bool found = false;
    for (size_t i = 0; i < json_array_size(counters); i++) {
        const json_t *one = json_array_get(counters, i);
        const json_t *labels = json_object_get(one, "labels");
        const char *pool = json_string_value(json_object_get(labels, "pool"));
        if (pool != NULL && strcmp(pool, "pool\"x") == 0) {
            found = true;
            cr_assert_str_eq(json_string_value(json_object_get(labels, "reason")), "reason\\y");
            cr_assert_str_eq(json_string_value(json_object_get(one, "name")),
                             "plimsoll_refused_total");
            cr_assert_eq(integer(one, "value"), 9);
        }
    }
    cr_assert(found);
    json_decref(json);
}

Test(stats_report, zones_do_not_lengthen_it, .init = setup, .fini = teardown, .timeout = 60)
{
    json_decref(read_page(4096));
    size_t before = strlen(page);
    fixture_apply(FIXTURE_ZONES_MAX);
    json_t *json = read_page(4096);
    cr_assert_eq(integer(json_object_get(json, "zones"), "count"), FIXTURE_ZONES_MAX);
    cr_assert_lt(strlen(page), before + 64);
    json_decref(json);
}

Test(stats_report, the_small_one_of_health, .timeout = 10)
{
    static struct stats_text text;
    stats_report_health(&text, HEALTH_OK, NULL);
    cr_assert_eq(text.size, 27);
    cr_assert_eq(memcmp(text.bytes, "{\"status\":\"ok\",\"reason\":\"\"}", 27), 0);
}

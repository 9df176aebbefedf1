// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_zones.h"

#include "server/stats/exposition.h"
#include "stats_fixture.h"

#include <stdlib.h>
#include <unistd.h>

static struct exposition exposition;
static char page[1024 * 1024];

static size_t read_page(size_t piece)
{
    size_t used = 0;
    size_t size = 0;
    exposition_init(&exposition);
    while ((size = exposition_read(&exposition, page + used, piece)) > 0) {
        used += size;
        cr_assert_lt(used + piece, sizeof page);
    }
    page[used] = 0;
    return used;
}

static unsigned occurrences(const char *text)
{
    unsigned count = 0;
    for (const char *at = strstr(page, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

static void setup(void)
{
    fixture_open();
    cr_assert_eq(stats_zones_open(fixture_registry), OK);
}

static void teardown(void)
{
    stats_zones_close();
    fixture_close();
}

Test(stats_zones, no_zones, .init = setup, .fini = teardown, .timeout = 10)
{
    struct stats_zones_summary summary;
    stats_zones_read(fixture_registry, &summary);
    cr_assert_eq(summary.count, 0);
    read_page(4096);
    cr_assert_not_null(strstr(page, "plimsoll_zones{state=\"serving\"} 0\n"));
    cr_assert_null(strstr(page, "plimsoll_zone_state"));
    fixture_apply(0);
    read_page(4096);
    cr_assert_null(strstr(page, "plimsoll_zone_state"));
}

Test(stats_zones, many_that_failed, .init = setup, .fini = teardown, .timeout = 60)
{
    struct stats_zones_summary summary;
    fixture_apply(FIXTURE_ZONES_MAX);
    stats_zones_read(fixture_registry, &summary);
    cr_assert_eq(summary.count, FIXTURE_ZONES_MAX);
    cr_assert_eq(summary.states[ZONE_STATE_FAILED], FIXTURE_ZONES_MAX);
    cr_assert_eq(summary.records, 0);
    size_t size = read_page(4096);
    cr_assert_eq(occurrences("\nplimsoll_zone_state{zone=\""), FIXTURE_ZONES_MAX);
    cr_assert_eq(occurrences(",state=\"failed\"} 1\n"), FIXTURE_ZONES_MAX);
    cr_assert_eq(occurrences("# TYPE plimsoll_zone_state gauge\n"), 1);
    cr_assert_not_null(strstr(page, "plimsoll_zones{state=\"failed\"} 400\n"));
    /* Without a version there is no serial, and none loads. */
    cr_assert_null(strstr(page, "plimsoll_zone_serial"));
    cr_assert_null(strstr(page, "plimsoll_zone_load_ratio"));
    cr_assert_not_null(strstr(page, "{zone=\"z399.example\",state="));
    /* Its name has a quote, backslashes and a line feed. */
    cr_assert_not_null(strstr(page, "example\",state=\"failed\"} 1\n"));
    cr_assert_null(strstr(page, "a\"b"));
    cr_assert_eq(read_page(1), size, "of the same length in pieces of one byte");
}

Test(stats_zones, one_that_is_served, .init = setup, .fini = teardown, .timeout = 30)
{
    char path[] = "/tmp/plimsoll-stats-XXXXXX";
    static const char zone[] = "@ 3600 IN SOA ns.corp.example. a.corp.example. 42 1 1 1 1\n"
                               "@ NS ns\nns A 192.0.2.1\n";
    struct name name;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, zone, sizeof zone - 1), (ssize_t)sizeof zone - 1);
    close(fd);
    cr_assert_eq(name_from_text("corp.example", 12, NULL, &name), OK);
    const struct zone_options options = {
        .name = name.bytes, .file = path, .records_per_rrset_max = 100};
    const struct registry_zones zones = {.options = &options, .count = 1};
    cr_assert_eq(registry_apply(fixture_registry, &zones, false), OK);
    while (registry_waiting(fixture_registry) > 0) {
        registry_tick(fixture_registry);
        usleep(1000);
    }
    unlink(path);
    read_page(4096);
    cr_assert_not_null(strstr(page, "plimsoll_zone_serial{zone=\"corp.example\"} 42\n"));
    cr_assert_not_null(
        strstr(page, "plimsoll_zone_state{zone=\"corp.example\",state=\"serving\"} 1\n"));
    cr_assert_not_null(strstr(page, "plimsoll_zone_records{zone=\"corp.example\"} 3\n"));
    cr_assert_not_null(strstr(page, "plimsoll_zone_load_seconds{zone=\"corp.example\"} "));
    const char *age = strstr(page, "plimsoll_zone_age_seconds{zone=\"corp.example\"} ");
    cr_assert_not_null(age);
    cr_assert_lt(atoi(strchr(age, ' ')), 10);
    struct stats_zones_summary summary;
    stats_zones_read(fixture_registry, &summary);
    cr_assert_eq(summary.states[ZONE_STATE_SERVING], 1);
    cr_assert_eq(summary.records, 3);
    cr_assert_gt(summary.bytes, 0);
}

Test(stats_zones, closed, .init = setup, .fini = fixture_close, .timeout = 10)
{
    fixture_apply(2);
    stats_zones_close();
    read_page(4096);
    cr_assert_null(strstr(page, "plimsoll_zone"));
}

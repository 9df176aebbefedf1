// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_process.h"

#include "server/stats/exposition.h"
#include "stats_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct exposition exposition;
static char page[256 * 1024];

static const char *read_page(void)
{
    size_t used = 0;
    size_t size = 0;
    exposition_init(&exposition);
    while ((size = exposition_read(&exposition, page + used, 4096)) > 0) {
        used += size;
        cr_assert_lt(used + 4096, sizeof page);
    }
    page[used] = 0;
    return page;
}

Test(stats_process, resident_memory_grows_with_what_is_touched, .timeout = 10)
{
    static char touched[16 * 1024 * 1024];
    uint64_t before = stats_resident_bytes();
    cr_assert_gt(before, 500000);
    memset(touched, 1, sizeof touched);
    cr_assert_geq(stats_resident_bytes(), before + sizeof touched / 2, "%d", touched[5]);
}

Test(stats_process, descriptors_are_counted, .timeout = 10)
{
    uint32_t before = stats_open_fds();
    int fds[300];
    cr_assert_geq(before, 3);
    for (unsigned i = 0; i < 300; i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        cr_assert_geq(fds[i], 0);
    }
    cr_assert_eq(stats_open_fds(), before + 300);
    for (unsigned i = 0; i < 300; i++) {
        close(fds[i]);
    }
    cr_assert_eq(stats_open_fds(), before);
}

Test(stats_process, no_descriptor_to_look_with, .timeout = 10)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = limit;
    none.rlim_cur = 0;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    uint64_t resident = stats_resident_bytes();
    uint32_t fds = stats_open_fds();
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_assert_eq(resident, 0);
    cr_assert_eq(fds, 0);
}

Test(stats_process, the_line, .timeout = 10)
{
    struct stats_options options = {.memory_limit_bytes = 1000};
    cr_assert_eq(stats_memory_limit(&options), 1000);
    options.memory_limit_bytes = 0;
    cr_assert_eq(stats_memory_limit(&options), UINT64_MAX);
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        ledger_limit_set((enum account)i, 1u << i);
    }
    cr_assert_eq(stats_memory_limit(&options), (1u << ACCOUNT_COUNT) - 1);
}

Test(stats_process, its_metrics, .timeout = 10)
{
    static struct stats_options options;
    options = (struct stats_options){.health = fixture_ask_health, .memory_limit_bytes = 268435456};
    fixture_health = HEALTH_DEGRADED;
    cr_assert_eq(stats_process_open(&options), OK);
    cr_assert_eq(stats_process_open(&options), OK);
    read_page();
    cr_assert_not_null(
        strstr(page, "plimsoll_build_info{version=\"" PLIMSOLL_VERSION "\",allocator=\""));
    cr_assert_not_null(strstr(page, "plimsoll_health{status=\"starting\"} 0\n"
                                    "plimsoll_health{status=\"ok\"} 0\n"
                                    "plimsoll_health{status=\"degraded\"} 1\n"
                                    "plimsoll_health{status=\"stopping\"} 0\n"));
    cr_assert_not_null(strstr(page, "\nplimsoll_memory_limit_bytes 268435456\n"));
    cr_assert_not_null(strstr(page, "\nplimsoll_metrics_refused 0\n"));
    cr_assert_not_null(strstr(page, "\nplimsoll_serving_allocations_total 0\n"));
    cr_assert_not_null(strstr(page, "# TYPE plimsoll_serving_allocations_total counter\n"
                                    "plimsoll_serving_allocations_total 0\n"));
    static const char *const shown[] = {"\nplimsoll_resident_memory_bytes ", "\nplimsoll_open_fds ",
                                        "\nplimsoll_max_fds ", "\nplimsoll_start_time_seconds "};
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++) {
        const char *at = strstr(page, shown[i]);
        cr_assert_not_null(at, "%s", shown[i]);
        cr_assert_gt(strtoull(at + strlen(shown[i]), NULL, 10), 0);
    }
    cr_assert_leq(stats_start_seconds(), clock_wall_seconds(clock_real()));
    cr_assert_lt(stats_uptime_seconds(), 10);
    stats_process_close();
    cr_assert_null(strstr(read_page(), "plimsoll_build_info"));
}

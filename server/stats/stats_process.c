// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_process.h"

#include "alloc/ledger.h"
#include "alloc/phase.h"
#include "alloc/wall.h"
#include "server/base/metric.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct stats_options *observed; /* control only */
static uint64_t start_wall_seconds;
static uint64_t start_ns;

static const struct metric_family build_family = {
    .name = "plimsoll_build_info",
    .help = "Always 1; the labels say what runs",
    .type = METRIC_GAUGE,
    .labels = {"version", "allocator"},
};
static const struct metric_family health_family = {
    .name = "plimsoll_health",
    .help = "1 for the present state of health, 0 for the others",
    .type = METRIC_GAUGE,
    .labels = {"status"},
};

enum process_value {
    PROCESS_START,
    PROCESS_LIMIT,
    PROCESS_RESIDENT,
    PROCESS_FDS,
    PROCESS_FDS_LIMIT,
    PROCESS_SERIES_REFUSED,
    PROCESS_ALLOCATIONS,
    PROCESS_COUNT,
};
static const enum process_value process_values[PROCESS_COUNT] = {
    PROCESS_START,     PROCESS_LIMIT,          PROCESS_RESIDENT,    PROCESS_FDS,
    PROCESS_FDS_LIMIT, PROCESS_SERIES_REFUSED, PROCESS_ALLOCATIONS,
};
static const struct metric_family process_families[PROCESS_COUNT] = {
    [PROCESS_START] = {"plimsoll_start_time_seconds", "Start of the process since 1970, UTC",
                       METRIC_GAUGE},
    [PROCESS_LIMIT] = {"plimsoll_memory_limit_bytes", "The load line: all memory that was declared",
                       METRIC_GAUGE},
    [PROCESS_RESIDENT] = {"plimsoll_resident_memory_bytes", "Resident memory (VmRSS)",
                          METRIC_GAUGE},
    [PROCESS_FDS] = {"plimsoll_open_fds", "Open file descriptors", METRIC_GAUGE},
    [PROCESS_FDS_LIMIT] = {"plimsoll_max_fds", "Limit of open file descriptors (RLIMIT_NOFILE)",
                           METRIC_GAUGE},
    [PROCESS_SERIES_REFUSED] = {"plimsoll_metrics_refused",
                                "Series left out because the table of metrics was full",
                                METRIC_GAUGE},
    [PROCESS_ALLOCATIONS] = {"plimsoll_serving_allocations_total",
                             "Allocations by threads that serve, which must make none",
                             METRIC_COUNTER},
};

uint64_t stats_resident_bytes(void)
{
    /* statm(5): total and resident pages. */
    char text[128];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    if (size <= 0) {
        return 0;
    }
    text[size] = 0;
    const char *resident = strchr(text, ' ');
    return resident == NULL ? 0 : strtoull(resident, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint32_t stats_open_fds(void)
{
    /* By hand: opendir() allocates. */
    _Alignas(struct dirent64) char entries[4096];
    uint32_t count = 0;
    int fd = open("/proc/self/fd", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0) {
        return 0;
    }
    ssize_t size = getdents64(fd, entries, sizeof entries);
    while (size > 0 && count < STATS_FDS_COUNTED_MAX) {
        for (ssize_t at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
            count += entry->d_name[0] != '.';
            at += entry->d_reclen;
        }
        size = getdents64(fd, entries, sizeof entries);
    }
    close(fd);
    return count > 0 ? count - 1 : 0; /* without the one that lists them */
}

uint64_t stats_memory_limit(const struct stats_options *options)
{
    if (options->memory_limit_bytes != 0) {
        return options->memory_limit_bytes;
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        uint64_t limit = ledger_read((enum account)i).limit_bytes;
        sum = limit > UINT64_MAX - sum ? UINT64_MAX : sum + limit;
    }
    return sum;
}

uint64_t stats_start_seconds(void)
{
    return start_wall_seconds;
}

uint64_t stats_uptime_seconds(void)
{
    return (clock_ns(clock_real()) - start_ns) / CLOCK_NS_PER_SECOND;
}

static enum result stats_build_sample(void *context, uint32_t position,
                                      struct metric_sample *sample)
{
    (void)context;
    if (position > 0) {
        return END;
    }
    sample->labels[0].value = PLIMSOLL_VERSION;
    sample->labels[1].value = wall_name();
    sample->whole = 1;
    return OK;
}

static enum result stats_health_sample(void *context, uint32_t position,
                                       struct metric_sample *sample)
{
    const char *reason = NULL;
    (void)context;
    if (position > HEALTH_STOPPING) {
        return END;
    }
    sample->labels[0].value = health_name((enum health)position);
    sample->whole = observed->health(observed->context, &reason) == (enum health)position;
    return OK;
}

static enum result stats_process_sample(void *context, uint32_t position,
                                        struct metric_sample *sample)
{
    struct rlimit limit = {0};
    if (position > 0) {
        return END;
    }
    switch (*(const enum process_value *)context) {
    case PROCESS_START:
        sample->whole = start_wall_seconds;
        break;
    case PROCESS_LIMIT:
        sample->whole = stats_memory_limit(observed);
        break;
    case PROCESS_RESIDENT:
        sample->whole = stats_resident_bytes();
        break;
    case PROCESS_FDS:
        sample->whole = stats_open_fds();
        break;
    case PROCESS_FDS_LIMIT:
        sample->whole = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
        break;
    case PROCESS_SERIES_REFUSED:
        sample->whole = metric_refused();
        break;
    case PROCESS_ALLOCATIONS:
        sample->whole = phase_violations();
        break;
    case PROCESS_COUNT:
        return END;
    }
    return OK;
}

enum result stats_process_open(const struct stats_options *options)
{
    observed = options;
    if (start_wall_seconds == 0) {
        start_wall_seconds = clock_wall_seconds(clock_real());
        start_ns = clock_ns(clock_real());
    }
    enum result result = metric_collect(&build_family, stats_build_sample, NULL);
    if (result == OK) {
        result = metric_collect(&health_family, stats_health_sample, NULL);
    }
    for (unsigned i = 0; i < PROCESS_COUNT && result == OK; i++) {
        result = metric_collect(&process_families[i], stats_process_sample,
                                (void *)(uintptr_t)&process_values[i]);
    }
    if (result != OK) {
        stats_process_close();
    }
    return result;
}

void stats_process_close(void)
{
    metric_collect_end(&build_family);
    metric_collect_end(&health_family);
    for (unsigned i = 0; i < PROCESS_COUNT; i++) {
        metric_collect_end(&process_families[i]);
    }
    observed = NULL;
}

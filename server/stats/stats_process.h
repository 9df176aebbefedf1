// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/stats/stats.h"

/**
 * What is measured of the process as a whole: build, start, resident memory against the line, open
 * descriptors, health; each read when it is shown.
 *
 * Control thread. No allocation. Cost: a few words, static. Counting the descriptors lists a
 * directory of the kernel's: some 100 us for 2,500 of them.
 */
#define STATS_FDS_COUNTED_MAX 65536u

/** Registers the metrics. The options are borrowed until stats_process_close(). OK or
 * REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result stats_process_open(const struct stats_options *options);
void stats_process_close(void);

/** VmRSS in bytes; 0 when the kernel does not say. */
uint64_t stats_resident_bytes(void);
/** Open descriptors, at most STATS_FDS_COUNTED_MAX; 0 when the kernel does not say. */
uint32_t stats_open_fds(void);
/** The load line: the option, or the sum of the accounts' limits where it is 0. */
uint64_t stats_memory_limit(const struct stats_options *options);
/** Wall time of the first stats_process_open() of the process, in seconds. */
uint64_t stats_start_seconds(void);
/** Monotonic seconds since then. */
uint64_t stats_uptime_seconds(void);

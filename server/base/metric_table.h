// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/metric.h"

/**
 * The table behind metric.h, counter.h and histogram.h; not for other folders.
 *
 * Families in the order of registration, each with a chain of series. Entries never move or vanish.
 * Thread: control. Static.
 */
#define METRIC_NO_SERIES UINT32_MAX

struct metric_series {
    const char *values[METRIC_LABELS_MAX]; /* borrowed for ever */
    uint32_t place;                        /* counter's or gauge's; a histogram's first */
    uint32_t next;                         /* in the family, or METRIC_NO_SERIES */
    const uint64_t *bounds;                /* histograms */
    double scale;
    uint32_t bound_count;
};

struct metric_entry {
    const struct metric_family *family;
    metric_collect_fn collect; /* or NULL: none, or it has ended */
    void *context;
    uint32_t first;
    uint32_t last;
};

/** The series with those values, or METRIC_NO_SERIES. `values` may be NULL for a family without
 * labels. */
uint32_t metric_table_find(const struct metric_family *family, const char *const *values);
/** Adds a series that is not there yet, copying everything but `next`. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result metric_table_add(const struct metric_family *family,
                                               const struct metric_series *series);
const struct metric_series *metric_table_series(uint32_t index);
/** Counts a registration that a full table refused, and returns REFUSED_LIMIT. */
enum result metric_table_refuse(void);
unsigned metric_label_count(const struct metric_family *family);
/** Takes `count` places in a row from the counters (counter.c); 0 when they do not fit. */
uint32_t counter_places_take(uint32_t count);

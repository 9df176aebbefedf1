// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The table of metrics: what is measured, under which name and labels, and how to read all of it
 * without a lock on the writers and without allocation.
 *
 * A family is a constant of the room that counts: name, help, type and label names. Under it stand
 * series with fixed label values (counter.h, histogram.h), and at most one collector: a function
 * that names series by position, for values that live elsewhere (accounts, pools, zones). The table
 * belongs to the process, as the ledger does; registering the same series again gives the same one.
 *
 * Threads: registering on the control thread while preparing (start, reload); reading on the
 * control thread. Cost: fixed tables, METRIC_SERIES_MAX x 56 bytes, static.
 */
#define METRIC_FAMILIES_MAX 128u
#define METRIC_SERIES_MAX 4096u
#define METRIC_LABELS_MAX 3u
#define METRIC_TEXT_BYTES 1280u

enum metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM,
};

/** Static constants; names are literals, so that lint finds them in docs/metrics.md. */
struct metric_family {
    const char *name; /* "plimsoll_..."; counters end in "_total" */
    const char *help;
    enum metric_type type;
    const char *labels[METRIC_LABELS_MAX]; /* NULL after the last */
};

struct metric_sample {
    const struct metric_family *family;
    bool first; /* the family's first sample of this pass: HELP and TYPE lines go before it */
    const char *suffix; /* "", or "_bucket", "_sum", "_count" of a histogram */
    uint8_t label_count;
    struct {
        const char *name;
        const char *value; /* not escaped; valid until the next step */
    } labels[METRIC_LABELS_MAX + 1];
    bool is_real; /* `real` holds the value, else `whole` */
    uint64_t whole;
    double real;
    char text[METRIC_TEXT_BYTES]; /* room for label values made on the way */
};

/**
 * One series of a collector: fills label values (names are there) and the value.
 *
 * position  0, 1, 2, … until the function says END
 * returns   OK; UNCHANGED to leave this position out; END
 */
typedef enum result (*metric_collect_fn)(void *context, uint32_t position,
                                         struct metric_sample *sample);

/** Registers a collector; the same family twice replaces it. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result metric_collect(const struct metric_family *family,
                                             metric_collect_fn collect, void *context);
/** Takes a collector away (its context goes). */
void metric_collect_end(const struct metric_family *family);

/** A place in the pass; the holder may stop and go on later, series never move. */
struct metric_cursor {
    uint32_t family;
    uint32_t position;
    uint32_t part; /* of a histogram */
    bool begun;
    bool collecting;
};
void metric_cursor_init(struct metric_cursor *cursor);
/** OK with the next sample, or END. Families come whole, in the order of registration. */
RESULT_MUST_CHECK enum result metric_next(struct metric_cursor *cursor,
                                          struct metric_sample *ret_sample);
/** Registrations refused because a table was full (a programmer's miscount, shown in health). */
uint32_t metric_refused(void);

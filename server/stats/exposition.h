// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/stats/stats_text.h"

/**
 * The page /metrics: the table of metrics in the Prometheus text format, version 0.0.4.
 *
 * Read in parts of any size from a cursor over the table, so that a page of any length takes this
 * struct and no more. Values are those of the moment at which their line is made; a family stays
 * together even when zones come and go meanwhile. Reads at most EXPOSITION_SAMPLES_PER_READ samples
 * in one call, so that the loop turns between two.
 *
 * Control thread; no allocation.
 */
#define EXPOSITION_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define EXPOSITION_SAMPLES_PER_READ 512u

struct exposition {
    struct metric_cursor cursor;
    struct metric_sample sample;
    struct stats_text text;
    bool ended;
};

void exposition_init(struct exposition *exposition);
/** Writes the next part; returns its size, at most `size` and 0 at the end alone. */
size_t exposition_read(struct exposition *exposition, char *out, size_t size);

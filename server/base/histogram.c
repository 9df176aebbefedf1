// SPDX-License-Identifier: Apache-2.0
#include "server/base/histogram.h"

#include "server/base/metric_table.h"

#include <assert.h>

/* Places in a row: one for each bound, one for what is above all, one for the sum. */

enum result histogram_register(const struct histogram_options *options,
                               struct histogram *ret_histogram)
{
    const struct metric_family *family = options->family;
    assert(family->type == METRIC_HISTOGRAM);
    assert(options->bound_count >= 1 && options->bound_count <= HISTOGRAM_BOUNDS_MAX);
    struct metric_series series = {
        .bounds = options->bounds,
        .bound_count = options->bound_count,
        .scale = options->scale,
    };
    uint32_t known = metric_table_find(family, options->values);
    if (known != METRIC_NO_SERIES) {
        series = *metric_table_series(known);
    } else {
        for (unsigned i = 0; i < metric_label_count(family); i++) {
            series.values[i] = options->values[i];
        }
        series.place = counter_places_take(options->bound_count + 2);
        if (series.place == 0) {
            return metric_table_refuse();
        }
        enum result result = metric_table_add(family, &series);
        if (result != OK) {
            return result;
        }
    }
    *ret_histogram = (struct histogram){
        .bounds = series.bounds,
        .bound_count = series.bound_count,
        .place = series.place,
    };
    return OK;
}

void histogram_observe(const struct histogram *histogram, uint64_t value)
{
    if (histogram->bounds == NULL) {
        return;
    }
    uint32_t bucket = 0;
    while (bucket < histogram->bound_count && value > histogram->bounds[bucket]) {
        bucket++;
    }
    counter_add((struct counter){.place = histogram->place + bucket}, 1);
    counter_add((struct counter){.place = histogram->place + histogram->bound_count + 1}, value);
}

uint64_t histogram_count(const struct histogram *histogram)
{
    uint64_t count = 0;
    if (histogram->bounds != NULL) {
        for (uint32_t i = 0; i <= histogram->bound_count; i++) {
            count += counter_read((struct counter){.place = histogram->place + i});
        }
    }
    return count;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/base/metric.h"

#include "server/base/counter.h"
#include "server/base/metric_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct metric_entry entries[METRIC_FAMILIES_MAX];
static uint32_t entry_count;
static struct metric_series series_table[METRIC_SERIES_MAX];
static uint32_t series_count;
static uint32_t refused;
static_assert(sizeof(struct metric_series) == 56, "documented in the header");

unsigned metric_label_count(const struct metric_family *family)
{
    unsigned count = 0;
    while (count < METRIC_LABELS_MAX && family->labels[count] != NULL) {
        count++;
    }
    return count;
}

uint32_t metric_refused(void)
{
    return refused;
}

enum result metric_table_refuse(void)
{
    refused++;
    return REFUSED_LIMIT;
}

const struct metric_series *metric_table_series(uint32_t index)
{
    return &series_table[index];
}

static struct metric_entry *metric_entry_find(const struct metric_family *family)
{
    for (uint32_t i = 0; i < entry_count; i++) {
        if (entries[i].family == family || strcmp(entries[i].family->name, family->name) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

static struct metric_entry *metric_entry_make(const struct metric_family *family)
{
    struct metric_entry *entry = metric_entry_find(family);
    if (entry == NULL && entry_count < METRIC_FAMILIES_MAX) {
        entry = &entries[entry_count++];
        entry->family = family;
        entry->first = METRIC_NO_SERIES;
        entry->last = METRIC_NO_SERIES;
    }
    return entry;
}

static bool metric_same_values(const struct metric_series *series, const char *const *values,
                               unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(series->values[i], values[i]) != 0) {
            return false;
        }
    }
    return true;
}

uint32_t metric_table_find(const struct metric_family *family, const char *const *values)
{
    const struct metric_entry *entry = metric_entry_find(family);
    unsigned count = metric_label_count(family);
    uint32_t index = entry != NULL ? entry->first : METRIC_NO_SERIES;
    while (index != METRIC_NO_SERIES && !metric_same_values(&series_table[index], values, count)) {
        index = series_table[index].next;
    }
    return index;
}

enum result metric_table_add(const struct metric_family *family, const struct metric_series *series)
{
    struct metric_entry *entry = metric_entry_make(family);
    if (entry == NULL || series_count == METRIC_SERIES_MAX) {
        return metric_table_refuse();
    }
    uint32_t index = series_count++;
    series_table[index] = *series;
    series_table[index].next = METRIC_NO_SERIES;
    if (entry->last == METRIC_NO_SERIES) {
        entry->first = index;
    } else {
        series_table[entry->last].next = index;
    }
    entry->last = index;
    return OK;
}

enum result metric_collect(const struct metric_family *family, metric_collect_fn collect,
                           void *context)
{
    struct metric_entry *entry = metric_entry_make(family);
    if (entry == NULL) {
        return metric_table_refuse();
    }
    entry->collect = collect;
    entry->context = context;
    return OK;
}

void metric_collect_end(const struct metric_family *family)
{
    struct metric_entry *entry = metric_entry_find(family);
    if (entry != NULL) {
        entry->collect = NULL;
        entry->context = NULL;
    }
}

void metric_cursor_init(struct metric_cursor *cursor)
{
    memset(cursor, 0, sizeof *cursor);
}

static void metric_next_family(struct metric_cursor *cursor)
{
    *cursor = (struct metric_cursor){.family = cursor->family + 1};
}

static void metric_fill_bucket(const struct metric_series *series, uint32_t part,
                               struct metric_sample *sample)
{
    sample->suffix = "_bucket";
    sample->labels[sample->label_count].name = "le";
    sample->labels[sample->label_count].value = sample->text;
    sample->label_count++;
    if (part < series->bound_count) {
        snprintf(sample->text, sizeof sample->text, "%.9g",
                 (double)series->bounds[part] * series->scale);
    } else {
        memcpy(sample->text, "+Inf", 5);
    }
    for (uint32_t i = 0; i <= part; i++) {
        sample->whole += counter_read((struct counter){.place = series->place + i});
    }
}

/* A histogram's samples: the buckets, the one without a bound, the sum, the count. Returns whether
 * it was the last. */
static bool metric_fill_histogram(const struct metric_series *series, uint32_t part,
                                  struct metric_sample *sample)
{
    uint32_t buckets = series->bound_count + 1;
    if (part < buckets) {
        metric_fill_bucket(series, part, sample);
        return false;
    }
    if (part == buckets) {
        sample->suffix = "_sum";
        sample->is_real = true;
        sample->real = (double)counter_read((struct counter){.place = series->place + buckets}) *
                       series->scale;
        return false;
    }
    sample->suffix = "_count";
    for (uint32_t i = 0; i < buckets; i++) {
        sample->whole += counter_read((struct counter){.place = series->place + i});
    }
    return true;
}

/* The next sample of a family with series; false when there is none. */
static bool metric_next_series(const struct metric_entry *entry, struct metric_cursor *cursor,
                               struct metric_sample *sample)
{
    if (!cursor->begun) {
        cursor->position = entry->first;
    }
    if (cursor->collecting || cursor->position == METRIC_NO_SERIES) {
        return false;
    }
    const struct metric_series *series = &series_table[cursor->position];
    for (unsigned i = 0; i < sample->label_count; i++) {
        sample->labels[i].value = series->values[i];
    }
    bool last_part = true;
    if (entry->family->type == METRIC_HISTOGRAM) {
        last_part = metric_fill_histogram(series, cursor->part, sample);
    } else if (entry->family->type == METRIC_COUNTER) {
        sample->whole = counter_read((struct counter){.place = series->place});
    } else {
        sample->whole = gauge_read((struct gauge){.place = series->place});
    }
    cursor->part = last_part ? 0 : cursor->part + 1;
    if (last_part) {
        cursor->position = series->next;
    }
    return true;
}

static bool metric_next_collected(const struct metric_entry *entry, struct metric_cursor *cursor,
                                  struct metric_sample *sample)
{
    enum result result = UNCHANGED;
    if (!cursor->collecting) {
        cursor->collecting = true;
        cursor->position = 0;
    }
    if (entry->collect == NULL) {
        return false;
    }
    while (result == UNCHANGED && cursor->position < UINT32_MAX) {
        result = entry->collect(entry->context, cursor->position++, sample);
    }
    return result == OK;
}

static void metric_sample_begin(const struct metric_entry *entry, bool first,
                                struct metric_sample *sample)
{
    sample->family = entry->family;
    sample->first = first;
    sample->suffix = "";
    sample->label_count = (uint8_t)metric_label_count(entry->family);
    for (unsigned i = 0; i < sample->label_count; i++) {
        sample->labels[i].name = entry->family->labels[i];
        sample->labels[i].value = "";
    }
    sample->is_real = false;
    sample->whole = 0;
    sample->real = 0;
    sample->text[0] = 0;
}

enum result metric_next(struct metric_cursor *cursor, struct metric_sample *ret_sample)
{
    while (cursor->family < entry_count) {
        const struct metric_entry *entry = &entries[cursor->family];
        metric_sample_begin(entry, !cursor->begun, ret_sample);
        if (metric_next_series(entry, cursor, ret_sample) ||
            metric_next_collected(entry, cursor, ret_sample)) {
            cursor->begun = true;
            return OK;
        }
        metric_next_family(cursor);
    }
    return END;
}

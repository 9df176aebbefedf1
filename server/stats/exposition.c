// SPDX-License-Identifier: Apache-2.0
#include "server/stats/exposition.h"

static const char *const type_names[] = {
    [METRIC_COUNTER] = "counter",
    [METRIC_GAUGE] = "gauge",
    [METRIC_HISTOGRAM] = "histogram",
};

void exposition_init(struct exposition *exposition)
{
    metric_cursor_init(&exposition->cursor);
    stats_text_clear(&exposition->text);
    exposition->ended = false;
}

static void exposition_head(struct stats_text *text, const struct metric_family *family)
{
    stats_text_add(text, "# HELP ");
    stats_text_add(text, family->name);
    stats_text_add(text, " ");
    stats_text_help(text, family->help);
    stats_text_add(text, "\n# TYPE ");
    stats_text_add(text, family->name);
    stats_text_add(text, " ");
    stats_text_add(text, type_names[family->type]);
    stats_text_add(text, "\n");
}

static void exposition_sample(struct stats_text *text, const struct metric_sample *sample)
{
    stats_text_add(text, sample->family->name);
    stats_text_add(text, sample->suffix);
    for (unsigned i = 0; i < sample->label_count; i++) {
        stats_text_add(text, i == 0 ? "{" : ",");
        stats_text_add(text, sample->labels[i].name);
        stats_text_add(text, "=\"");
        stats_text_label(text, sample->labels[i].value);
        stats_text_add(text, "\"");
    }
    stats_text_add(text, sample->label_count > 0 ? "} " : " ");
    if (sample->is_real) {
        stats_text_real(text, sample->real);
    } else {
        stats_text_number(text, sample->whole);
    }
    stats_text_add(text, "\n");
}

/* Makes the next line; false at the end. */
static bool exposition_next(struct exposition *exposition)
{
    stats_text_clear(&exposition->text);
    if (metric_next(&exposition->cursor, &exposition->sample) != OK) {
        exposition->ended = true;
        return false;
    }
    if (exposition->sample.first) {
        exposition_head(&exposition->text, exposition->sample.family);
    }
    exposition_sample(&exposition->text, &exposition->sample);
    return true;
}

size_t exposition_read(struct exposition *exposition, char *out, size_t size)
{
    size_t written = stats_text_take(&exposition->text, out, size);
    unsigned samples = 0;
    while (written < size && !exposition->ended &&
           (written == 0 || samples < EXPOSITION_SAMPLES_PER_READ)) {
        if (exposition_next(exposition)) {
            written += stats_text_take(&exposition->text, out + written, size - written);
        }
        samples++;
    }
    return written;
}

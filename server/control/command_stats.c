// SPDX-License-Identifier: Apache-2.0
#include "server/control/control_reply.h"

#include <stdio.h>
#include <string.h>

#define METRIC_PREFIX "plimsoll_"

static const char *const type_names[] = {"counter", "gauge", "histogram"};

enum result command_stats_begin(struct control_connection *connection)
{
    struct control_work *work = &connection->work;
    metric_cursor_init(&work->metrics);
    if ((work->arguments.given & CONTROL_TAKES_PATTERN) == 0) {
        memcpy(work->arguments.pattern, "*", 2);
    }
    return OK;
}

/** The whole name, or the name without what all have in common. */
static bool is_wanted(const char *pattern, const struct metric_sample *sample)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", sample->family->name, sample->suffix);
    size_t prefix = strlen(METRIC_PREFIX);
    return control_pattern_matches(pattern, name) ||
           (strncmp(name, METRIC_PREFIX, prefix) == 0 &&
            control_pattern_matches(pattern, name + prefix));
}

static json_t *sample_object(const struct metric_sample *sample)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", sample->family->name, sample->suffix);
    json_t *labels = json_object();
    for (unsigned i = 0; i < sample->label_count; i++) {
        (void)json_object_set_new(labels, sample->labels[i].name,
                                  control_text(sample->labels[i].value));
    }
    json_t *value = sample->is_real ? json_real(sample->real) : control_number(sample->whole);
    return json_pack("{s:s,s:s,s:o,s:o}", "metric", name, "type", type_names[sample->family->type],
                     "labels", labels, "value", value);
}

enum result command_stats_step(struct control_connection *connection)
{
    struct metric_sample sample;
    struct control_work *work = &connection->work;
    if (metric_next(&work->metrics, &sample) != OK) {
        control_reply_result(connection, json_pack("{s:o}", "count", control_number(work->told)));
        return OK;
    }
    if (is_wanted(work->arguments.pattern, &sample)) {
        work->told++;
        control_reply_item(connection, sample_object(&sample));
    }
    return MORE;
}

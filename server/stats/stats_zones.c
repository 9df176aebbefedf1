// SPDX-License-Identifier: Apache-2.0
#include "server/stats/stats_zones.h"

#include "server/wire/name.h"

#include <assert.h>
#include <string.h>

static_assert(METRIC_TEXT_BYTES >= NAME_TEXT_MAX, "a sample has room for a zone's name");

static struct registry *observed; /* control only */

static const struct metric_family states_family = {
    .name = "plimsoll_zones",
    .help = "Zones by state",
    .type = METRIC_GAUGE,
    .labels = {"state"},
};

enum of_zone {
    OF_ZONE_SERIAL,
    OF_ZONE_STATE,
    OF_ZONE_AGE,
    OF_ZONE_RECORDS,
    OF_ZONE_BYTES,
    OF_ZONE_LOAD_SECONDS,
    OF_ZONE_LOAD_RATIO,
    OF_ZONE_COUNT,
};
static const enum of_zone of_zones[OF_ZONE_COUNT] = {
    OF_ZONE_SERIAL, OF_ZONE_STATE,        OF_ZONE_AGE,        OF_ZONE_RECORDS,
    OF_ZONE_BYTES,  OF_ZONE_LOAD_SECONDS, OF_ZONE_LOAD_RATIO,
};
static const struct metric_family of_zone_families[OF_ZONE_COUNT] = {
    [OF_ZONE_SERIAL] = {"plimsoll_zone_serial",
                        "Serial of the version that a zone serves",
                        METRIC_GAUGE,
                        {"zone"}},
    [OF_ZONE_STATE] = {"plimsoll_zone_state",
                       "The state that a zone is in has the value 1, the others are left out",
                       METRIC_GAUGE,
                       {"zone", "state"}},
    [OF_ZONE_AGE] = {"plimsoll_zone_age_seconds",
                     "Time since the version that a zone serves was published",
                     METRIC_GAUGE,
                     {"zone"}},
    [OF_ZONE_RECORDS] = {"plimsoll_zone_records",
                         "Records of the version that a zone serves",
                         METRIC_GAUGE,
                         {"zone"}},
    [OF_ZONE_BYTES] = {"plimsoll_zone_bytes",
                       "Memory of the version that a zone serves",
                       METRIC_GAUGE,
                       {"zone"}},
    [OF_ZONE_LOAD_SECONDS] = {"plimsoll_zone_load_seconds",
                              "Time that the last load of a zone took",
                              METRIC_GAUGE,
                              {"zone"}},
    [OF_ZONE_LOAD_RATIO] = {"plimsoll_zone_load_ratio",
                            "Part of a zone's file that the load under way has read",
                            METRIC_GAUGE,
                            {"zone"}},
};

/* The name as in the configuration: without the final dot, but for the root. */
static void stats_zone_label(const uint8_t *name, struct metric_sample *sample)
{
    size_t size = name_to_text(name, sample->text);
    if (size > 1) {
        sample->text[size - 1] = 0;
    }
    sample->labels[0].value = sample->text;
}

static bool stats_zone_is_loading(const struct zone_status *zone)
{
    return zone->state == ZONE_STATE_LOADING || zone->state == ZONE_STATE_RELOADING;
}

/* The value; false when a zone in that state has none. */
static bool stats_zone_value(const struct zone_status *zone, enum of_zone what,
                             struct metric_sample *sample)
{
    bool served = zone->versions > 0;
    uint64_t now = 0;
    switch (what) {
    case OF_ZONE_SERIAL:
        sample->whole = zone->serial;
        return served;
    case OF_ZONE_STATE:
        sample->labels[1].value = zone_state_name(zone->state);
        sample->whole = 1;
        return true;
    case OF_ZONE_AGE:
        /* The wall clock may have been set back. */
        now = clock_wall_seconds(clock_real());
        sample->whole = now > zone->loaded_wall_seconds ? now - zone->loaded_wall_seconds : 0;
        return served;
    case OF_ZONE_RECORDS:
        sample->whole = zone->records;
        return served;
    case OF_ZONE_BYTES:
        sample->whole = zone->bytes;
        return served;
    case OF_ZONE_LOAD_SECONDS:
        sample->is_real = true;
        sample->real = (double)zone->load_ms / 1000.0;
        return zone->loads > 0;
    case OF_ZONE_LOAD_RATIO:
        sample->is_real = true;
        sample->real = (double)zone->percent / 100.0;
        return stats_zone_is_loading(zone);
    case OF_ZONE_COUNT:
        break;
    }
    return false;
}

static enum result stats_zone_sample(void *context, uint32_t position, struct metric_sample *sample)
{
    struct zone_status zone;
    if (observed == NULL || registry_zone_at(observed, position, &zone) != OK) {
        return END;
    }
    if (!stats_zone_value(&zone, *(const enum of_zone *)context, sample)) {
        sample->is_real = false;
        return UNCHANGED;
    }
    stats_zone_label(zone.name, sample);
    return OK;
}

static enum result stats_states_sample(void *context, uint32_t position,
                                       struct metric_sample *sample)
{
    /* Counted at the first position of a pass, shown at each. */
    static struct stats_zones_summary summary;
    (void)context;
    if (observed == NULL || position >= ZONE_STATE_COUNT) {
        return END;
    }
    if (position == 0) {
        stats_zones_read(observed, &summary);
    }
    sample->labels[0].value = zone_state_name((enum zone_state)position);
    sample->whole = summary.states[position];
    return OK;
}

enum result stats_zones_open(struct registry *registry)
{
    observed = registry;
    enum result result = metric_collect(&states_family, stats_states_sample, NULL);
    for (unsigned i = 0; i < OF_ZONE_COUNT && result == OK; i++) {
        result = metric_collect(&of_zone_families[i], stats_zone_sample,
                                (void *)(uintptr_t)&of_zones[i]);
    }
    if (result != OK) {
        stats_zones_close();
    }
    return result;
}

void stats_zones_close(void)
{
    metric_collect_end(&states_family);
    for (unsigned i = 0; i < OF_ZONE_COUNT; i++) {
        metric_collect_end(&of_zone_families[i]);
    }
    observed = NULL;
}

void stats_zones_read(struct registry *registry, struct stats_zones_summary *ret_summary)
{
    struct stats_zones_summary summary = {0};
    struct zone_status zone;
    for (uint32_t i = 0; registry_zone_at(registry, i, &zone) == OK; i++) {
        summary.count++;
        summary.states[zone.state]++;
        summary.records += zone.records;
        summary.bytes += zone.bytes;
    }
    *ret_summary = summary;
}

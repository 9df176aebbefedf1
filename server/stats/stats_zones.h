// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/metric.h"
#include "server/registry/registry.h"

/**
 * The zones' metrics, collected from the registry when they are read: plimsoll_zones{state},
 * plimsoll_zone_serial, _state, _age_seconds, _records, _bytes, _load_seconds and _load_ratio by
 * zone.
 *
 * A zone goes by its name as in the configuration, without the final dot. Of its state only the
 * present one is shown, with the value 1: fifteen thousand zones make fifteen thousand lines, not
 * seven times as many.
 *
 * Control thread, inside its epoch. No allocation. Cost: a few words, static.
 */

/** Registers the collectors, once a registry is there. OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result stats_zones_open(struct registry *registry);
/** Takes them away, before the registry goes. */
void stats_zones_close(void);

/** All zones in one look: some 100 ns a zone. */
struct stats_zones_summary {
    uint32_t count;
    uint32_t states[ZONE_STATE_COUNT];
    uint64_t records;
    uint64_t bytes;
};
void stats_zones_read(struct registry *registry, struct stats_zones_summary *ret_summary);

// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * A domain's zone for microbenchmarks: corp.example with MICRO_HOSTS addresses.
 *
 * One thread, at set-up. Memory: what the zone takes from the zones account, never given back.
 */
#include "server/zone/snapshot.h"

#define MICRO_HOSTS 10000U

/** Makes the zone's first version. OK, or what the zone's own calls say. */
RESULT_MUST_CHECK enum result micro_zone_make(struct snapshot **ret_snapshot);

/** The wire form of host number `index` (micro_host_name()). */
RESULT_MUST_CHECK enum result micro_zone_host(uint32_t index, uint8_t *ret_name, size_t size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/event.h"
#include "server/base/refusal.h"
#include "server/stats/stats.h"
#include "server/wire/name.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/**
 * Threads and a registry whose zones have no files, so that every load fails at once: what the
 * tests of this folder look at.
 */
#define FIXTURE_ZONES_MAX 400u

static struct threads *fixture_threads;
static struct registry *fixture_registry;
static struct name fixture_names[FIXTURE_ZONES_MAX];
static struct zone_options fixture_zones[FIXTURE_ZONES_MAX];
static enum health fixture_health = HEALTH_OK;
static const char *fixture_reason;

static inline enum health fixture_ask_health(void *context, const char **ret_reason)
{
    (void)context;
    *ret_reason = fixture_reason;
    return fixture_health;
}

static inline uint64_t fixture_now_ms(void)
{
    return clock_ms(clock_real());
}

static inline void fixture_open(void)
{
    const struct threads_options threads = {
        .workers = 1,
        .jobs = 1,
        .jobs_limit = 64,
        .mailbox_places = 64,
        .descriptors_max = 1024,
        .observer = refusal_threads_observer(),
    };
    event_init(clock_real());
    cr_assert_eq(refusal_observe_memory(), OK);
    cr_assert_eq(threads_start(&threads, fixture_now_ms(), &fixture_threads), OK);
    cr_assert_eq(refusal_observe_threads(fixture_threads), OK);
    const struct registry_options registry = {.clock = clock_real(), .loaders = 1};
    cr_assert_eq(registry_create(&registry, &fixture_registry), OK);
    registry_begin(fixture_registry, threads_jobs(fixture_threads), threads_epoch(fixture_threads));
}

/* Zones z0.example, z1.example, …; the first has a name in need of escapes. */
static inline void fixture_apply(uint32_t count)
{
    struct registry_zones zones = {.options = fixture_zones, .count = count};
    const struct timespec pause = {.tv_nsec = 1000000};
    for (uint32_t i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, i == 0 ? "a\\\"b\\\\c\\010d.example" : "z%u.example", i);
        cr_assert_eq(name_from_text(text, strlen(text), NULL, &fixture_names[i]), OK);
        fixture_zones[i] = (struct zone_options){.name = fixture_names[i].bytes,
                                                 .file = "/nonexistent/zone",
                                                 .records_per_rrset_max = 1000};
    }
    cr_assert_eq(registry_apply(fixture_registry, &zones, false), OK);
    while (registry_tick(fixture_registry)) {
        nanosleep(&pause, NULL);
    }
}

static inline void fixture_close(void)
{
    refusal_forget_threads();
    threads_stop(fixture_threads);
    registry_destroy(fixture_registry);
    threads_destroy(fixture_threads);
}

static inline struct stats_options fixture_options(void)
{
    return (struct stats_options){
        .registry = fixture_registry, .threads = fixture_threads, .health = fixture_ask_health};
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

/**
 * What the service manager is told: ready, reloading, stopping, alive (sd_notify(3)).
 *
 * notify_systemd.c speaks through libsystemd; notify_none.c, for builds without it, says nothing.
 * Outside a service manager both say nothing. Control thread.
 */
void notify_ready(const char *status);
void notify_status(const char *status);
/** now_us: CLOCK_MONOTONIC, which the manager compares with. */
void notify_reloading(uint64_t now_us);
void notify_stopping(void);
void notify_alive(void);
/** How often notify_alive() is expected, half of the manager's limit; 0: never. */
uint64_t notify_alive_every_ms(void);

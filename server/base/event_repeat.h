// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/event.h"

/**
 * Which events are repeats: a fixed table of (id, key) with the window each is in. Part of event.h;
 * not for other folders.
 *
 * Any thread; never waits: an entry that another thread is using at this moment counts the event as
 * a repeat. A key that finds no place pushes out the one whose window began first. Static, about 32
 * KiB.
 */
#define EVENT_REPEAT_ENTRIES 256u /* a power of two */
#define EVENT_REPEAT_KEY_BYTES 64u

/** The key of the hash that places keys from outside. Once, at start. */
void event_repeat_init(const uint8_t key[16]);
/** Whether the event may pass now; then also how many like it were held back before. */
bool event_repeat_admit(const struct event *event, uint64_t now_ms, uint32_t *ret_repeats);
/** When the window of entry `index` has ended with events held back: empties it and fills a summary
 * (id, key, repeats). False when there is nothing to say. */
bool event_repeat_take(uint32_t index, uint64_t now_ms, struct event *ret_summary);

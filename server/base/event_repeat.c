// SPDX-License-Identifier: Apache-2.0
#include "server/base/event_repeat.h"

#include "server/base/siphash.h"

#include <stdatomic.h>
#include <string.h>

#define EVENT_REPEAT_WAYS 4u

struct event_repeat {
    _Atomic bool locked;        /* a try-lock: guards what is not atomic */
    _Atomic uint32_t held_back; /* relaxed */
    _Atomic uint64_t hash;      /* 0: free; written under the lock, read anywhere */
    _Atomic uint64_t begun_ms;  /* written under the lock, read anywhere to find the oldest */
    uint32_t passed;
    uint32_t id;
    const char *key_name;
    bool key_is_number;
    char key[EVENT_REPEAT_KEY_BYTES];
};

static struct event_repeat repeats[EVENT_REPEAT_ENTRIES];
static uint8_t repeat_key[SIPHASH_KEY_BYTES];

void event_repeat_init(const uint8_t key[16])
{
    memcpy(repeat_key, key, sizeof repeat_key);
}

static bool event_repeat_lock(struct event_repeat *entry)
{
    return !atomic_exchange_explicit(&entry->locked, true, memory_order_acquire);
}

static void event_repeat_unlock(struct event_repeat *entry)
{
    atomic_store_explicit(&entry->locked, false, memory_order_release);
}

static const char *event_repeat_value(const struct event *event)
{
    return event->field_count > 0 ? event->values + event->offsets[0] : "";
}

static uint64_t event_repeat_hash(const struct event *event)
{
    uint8_t bytes[4 + EVENT_VALUE_BYTES_MAX];
    const char *value = event_repeat_value(event);
    size_t size = strnlen(value, EVENT_VALUE_BYTES_MAX);
    memcpy(bytes, &event->id, 4);
    memcpy(bytes + 4, value, size);
    uint64_t hash = siphash(repeat_key, bytes, 4 + size);
    return hash == 0 ? 1 : hash;
}

/* The entry of the hash, else one to be taken over. */
static struct event_repeat *event_repeat_place(uint64_t hash)
{
    struct event_repeat *victim = NULL;
    uint64_t oldest_ms = UINT64_MAX;
    for (uint32_t i = 0; i < EVENT_REPEAT_WAYS; i++) {
        struct event_repeat *entry = &repeats[(hash + i) & (EVENT_REPEAT_ENTRIES - 1)];
        uint64_t known = atomic_load_explicit(&entry->hash, memory_order_relaxed);
        if (known == hash) {
            return entry;
        }
        uint64_t begun_ms =
            known == 0 ? 0 : atomic_load_explicit(&entry->begun_ms, memory_order_relaxed);
        if (victim == NULL || begun_ms < oldest_ms) {
            victim = entry;
            oldest_ms = begun_ms;
        }
    }
    return victim;
}

static void event_repeat_occupy(struct event_repeat *entry, const struct event *event,
                                uint64_t hash)
{
    atomic_store_explicit(&entry->hash, hash, memory_order_relaxed);
    atomic_store_explicit(&entry->held_back, 0, memory_order_relaxed);
    entry->passed = 0;
    entry->id = event->id;
    entry->key_name = event->field_count > 0 ? event->names[0] : NULL;
    entry->key_is_number = (event->numbers & 1u) != 0;
    size_t size = strnlen(event_repeat_value(event), EVENT_REPEAT_KEY_BYTES - 1);
    memcpy(entry->key, event_repeat_value(event), size);
    entry->key[size] = 0;
}

/* Whether a window is over. Another thread may have begun it a moment after `now_ms` was read; a
 * clock that went back by a whole window ends it too. */
static bool event_repeat_over(uint64_t now_ms, uint64_t begun_ms)
{
    return now_ms >= begun_ms ? now_ms - begun_ms >= EVENT_WINDOW_MS
                              : begun_ms - now_ms >= EVENT_WINDOW_MS;
}

bool event_repeat_admit(const struct event *event, uint64_t now_ms, uint32_t *ret_repeats)
{
    uint64_t hash = event_repeat_hash(event);
    struct event_repeat *entry = event_repeat_place(hash);
    if (!event_repeat_lock(entry)) {
        atomic_fetch_add_explicit(&entry->held_back, 1, memory_order_relaxed);
        return false;
    }
    bool fresh = atomic_load_explicit(&entry->hash, memory_order_relaxed) != hash;
    uint64_t begun_ms = atomic_load_explicit(&entry->begun_ms, memory_order_relaxed);
    if (fresh) {
        event_repeat_occupy(entry, event, hash);
    }
    if (fresh || event_repeat_over(now_ms, begun_ms)) {
        atomic_store_explicit(&entry->begun_ms, now_ms, memory_order_relaxed);
        entry->passed = 0;
    }
    bool admit = entry->passed < EVENT_BURST;
    if (admit) {
        entry->passed++;
        *ret_repeats = atomic_exchange_explicit(&entry->held_back, 0, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&entry->held_back, 1, memory_order_relaxed);
    }
    event_repeat_unlock(entry);
    return admit;
}

bool event_repeat_take(uint32_t index, uint64_t now_ms, struct event *ret_summary)
{
    struct event_repeat *entry = &repeats[index];
    if (atomic_load_explicit(&entry->held_back, memory_order_relaxed) == 0 ||
        !event_repeat_lock(entry)) {
        return false;
    }
    uint64_t begun_ms = atomic_load_explicit(&entry->begun_ms, memory_order_relaxed);
    bool due = event_repeat_over(now_ms, begun_ms);
    uint32_t held_back = 0;
    if (due) {
        held_back = atomic_exchange_explicit(&entry->held_back, 0, memory_order_relaxed);
        event_begin(ret_summary, (enum event_id)entry->id);
        if (entry->key_name != NULL) {
            event_text(ret_summary, entry->key_name, entry->key);
            ret_summary->numbers = entry->key_is_number ? 1 : 0;
        }
        ret_summary->summary = 1;
        ret_summary->repeats = held_back;
        atomic_store_explicit(&entry->hash, 0, memory_order_relaxed);
    }
    event_repeat_unlock(entry);
    return held_back > 0;
}

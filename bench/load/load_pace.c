// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_run.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

void load_pace_start(struct load_pace *pace, const struct load_options *options,
                     const struct load_questions *questions, struct load_totals *totals)
{
    uint64_t now = load_now_ns();
    *pace = (struct load_pace){
        .options = options,
        .questions = questions,
        .totals = totals,
        .start_ns = now,
        .stop_ns = now + options->seconds_ms * NS_PER_MS,
        .sweep_ns = now + LOAD_SWEEP_NS,
    };
    totals->first_sent_ns = now;
}

int load_pace_is_over(const struct load_pace *pace, uint64_t now_ns)
{
    const struct load_options *options = pace->options;
    return now_ns >= pace->stop_ns ||
           (options->count_max != 0 && pace->totals->sent >= options->count_max);
}

/* Due times follow from the count alone, so rounding does not add up. */
static uint64_t due_time_ns(const struct load_pace *pace, uint64_t index)
{
    uint64_t rate = pace->options->rate;
    return pace->start_ns + index / rate * NS_PER_SECOND + index % rate * NS_PER_SECOND / rate;
}

uint32_t load_pace_allows(struct load_pace *pace, uint64_t now_ns, uint32_t room)
{
    const struct load_options *options = pace->options;
    if (load_pace_is_over(pace, now_ns)) {
        return 0;
    }
    if (options->count_max != 0 && options->count_max - pace->totals->sent < room) {
        room = (uint32_t)(options->count_max - pace->totals->sent);
    }
    if (options->rate == 0) {
        return room;
    }
    uint32_t allowed = 0;
    while (allowed < room && due_time_ns(pace, pace->due + allowed) <= now_ns) {
        allowed++;
    }
    return allowed;
}

uint64_t load_pace_due_ns(struct load_pace *pace, uint64_t now_ns)
{
    pace->totals->sent++;
    if (pace->options->rate == 0) {
        return now_ns;
    }
    return due_time_ns(pace, pace->due++);
}

uint32_t load_pace_next_question(struct load_pace *pace)
{
    uint32_t index = pace->next_question;
    pace->next_question = index + 1 == pace->questions->count ? 0 : index + 1;
    return index;
}

int load_pace_wants_sweep(struct load_pace *pace, uint64_t now_ns)
{
    if (now_ns < pace->sweep_ns) {
        return 0;
    }
    pace->sweep_ns = now_ns + LOAD_SWEEP_NS;
    return 1;
}

uint64_t load_pace_lost_before_ns(const struct load_pace *pace, uint64_t now_ns)
{
    uint64_t timeout_ns = pace->options->timeout_ms * NS_PER_MS;
    return now_ns > timeout_ns ? now_ns - timeout_ns : 0;
}

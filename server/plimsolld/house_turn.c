// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/house_state.h"

#include "server/plimsolld/notify.h"

#include <signal.h>

static void on_tick(uv_timer_t *timer)
{
    house_tick(timer->data);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct house *house = handle->data;
    char report[256];
    if (number == SIGHUP) {
        enum result result = house_reload(house, report, sizeof report);
        (void)result; /* it told what came of it as an event */
    } else {
        house_stop(house, number == SIGTERM ? "SIGTERM" : "SIGINT");
    }
}

enum result house_handles_open(struct house *house)
{
    static const int numbers[HOUSE_SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    uv_loop_t *loop = worker_loop(threads_control(house->threads));
    if (uv_timer_init(loop, &house->tick) != 0) {
        return REFUSED_SOCKET;
    }
    house->tick.data = house;
    for (unsigned i = 0; i < HOUSE_SIGNALS; i++) {
        house->signals[i].data = house;
        if (uv_signal_init(loop, &house->signals[i]) != 0 ||
            uv_signal_start(&house->signals[i], on_signal, numbers[i]) != 0) {
            return REFUSED_SOCKET;
        }
    }
    if (uv_timer_start(&house->tick, on_tick, 0, HOUSE_TICK_FIRST_MS) != 0) {
        return REFUSED_SOCKET;
    }
    house->handles_open = true;
    return OK;
}

/** Zones whose last load failed. */
static uint32_t zones_unwell(const struct house *house)
{
    uint32_t counts[ZONE_STATE_COUNT];
    registry_state_counts(house->registry, counts);
    return counts[ZONE_STATE_FAILED] + counts[ZONE_STATE_STALE] + counts[ZONE_STATE_EXPIRED];
}

enum health house_health(void *context, const char **ret_reason)
{
    struct house *house = context;
    *ret_reason = "";
    if (house->stopping) {
        *ret_reason = "stopping";
        return HEALTH_STOPPING;
    }
    if (!house->ready) {
        *ret_reason = "zones are being loaded, or sockets are not served yet";
        return HEALTH_STARTING;
    }
    if (threads_degraded(house->threads)) {
        *ret_reason = "fewer threads than declared, or a worker that does not turn";
        return HEALTH_DEGRADED;
    }
    if (!net_whole(house->net)) {
        *ret_reason = "an address is not bound, or its sockets are not served";
        return HEALTH_DEGRADED;
    }
    if (zones_unwell(house) != 0) {
        *ret_reason = "zones could not be loaded";
        return HEALTH_DEGRADED;
    }
    return HEALTH_OK;
}

static void become_ready(struct house *house)
{
    house->ready = true;
    /* Fails only for a timer that is being closed. */
    (void)uv_timer_start(&house->tick, on_tick, HOUSE_TICK_MS, HOUSE_TICK_MS);
    event_emit_plain(EVENT_READY);
    notify_ready("serving");
}

/**
 * Ready: every zone's load has been tried and the sockets are served. An address that is not there
 * yet holds nobody up for longer than HOUSE_PATIENCE_TICKS: the rest is served, degraded.
 */
static void try_ready(struct house *house)
{
    house->ticks++;
    bool served = net_whole(house->net) || house->ticks > HOUSE_PATIENCE_TICKS;
    if (served && registry_waiting(house->registry) == 0) {
        become_ready(house);
    }
}

/** Says when the health leaves "ok" and when it comes back. */
static void tell_health(struct house *house)
{
    const char *reason;
    bool degraded = house_health(house, &reason) == HEALTH_DEGRADED;
    if (degraded == house->degraded_said) {
        return;
    }
    house->degraded_said = degraded;
    if (degraded) {
        event_emit_text(EVENT_DEGRADED, "reason", reason);
    } else {
        event_emit_plain(EVENT_RECOVERED);
    }
    notify_status(degraded ? reason : "serving");
}

static void tick_second(struct house *house)
{
    event_report_repeats();
    if (house->ready) {
        tell_health(house);
    }
}

void house_tick(struct house *house)
{
    uint64_t now_ms = clock_ms(clock_real());
    uint64_t next_ms = threads_retry(house->threads, now_ms);
    (void)next_ms; /* the tick comes often enough */
    threads_watch(house->threads, uv_now(house->tick.loop));
    net_tick(house->net, now_ms);
    bool busy = registry_tick(house->registry);
    (void)busy;
    if (house->control != NULL) {
        control_tick(house->control, now_ms);
    }
    if (!house->ready) {
        try_ready(house);
    }
    if (now_ms >= house->second_at_ms) {
        house->second_at_ms = now_ms + HOUSE_SECOND_MS;
        tick_second(house);
    }
    uint64_t alive_every_ms = notify_alive_every_ms();
    if (alive_every_ms != 0 && now_ms >= house->alive_at_ms) {
        house->alive_at_ms = now_ms + alive_every_ms;
        notify_alive();
    }
    (void)sink_pump(&house->sink);
}

/** One that an opening which failed never came to is left alone. */
static void handle_close(uv_handle_t *handle)
{
    if (uv_handle_get_type(handle) != UV_UNKNOWN_HANDLE) {
        uv_close(handle, NULL);
    }
}

void house_handles_close(struct house *house)
{
    if (house->stopping) {
        return;
    }
    house->stopping = true;
    handle_close((uv_handle_t *)&house->tick);
    for (unsigned i = 0; i < HOUSE_SIGNALS; i++) {
        handle_close((uv_handle_t *)&house->signals[i]);
    }
    stats_close(house->stats);
    house->stats = NULL;
    control_close(house->control);
    house->control = NULL;
}

void house_stop(struct house *house, const char *reason)
{
    if (house->stopping) {
        return;
    }
    event_emit_text(EVENT_STOPPING, "reason", reason);
    notify_stopping();
    house_handles_close(house);
    worker_stop(threads_control(house->threads));
}

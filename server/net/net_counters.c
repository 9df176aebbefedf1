// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_counters.h"

#include "server/base/refusal.h"

static const struct metric_family udp_errors = {
    .name = "plimsoll_udp_errors_total",
    .help = "Failed UDP system calls, and answers dropped because the send buffer was full.",
    .type = METRIC_COUNTER,
    .labels = {"kind"},
};
static const struct metric_family accepted = {
    .name = "plimsoll_tcp_connections_total",
    .help = "TCP connections accepted.",
    .type = METRIC_COUNTER,
};
static const struct metric_family ended = {
    .name = "plimsoll_tcp_connections_ended_total",
    .help = "TCP connections ended, by reason.",
    .type = METRIC_COUNTER,
    .labels = {"reason"},
};

static const char *const udp_kinds[] = {"receive", "send-full", "send"};
static const char *const refusal_names[TCP_REFUSAL_COUNT] = {
    [TCP_REFUSED_SLOTS] = "slots",     [TCP_REFUSED_CLIENT] = "client",
    [TCP_REFUSED_EVICTED] = "evicted", [TCP_REFUSED_SOCKET] = "socket",
    [TCP_REFUSED_BUFFERS] = "buffers",
};
static const char *const ending_names[TCP_ENDING_COUNT] = {
    [TCP_ENDED_BY_CLIENT] = "client", [TCP_ENDED_IDLE] = "idle",
    [TCP_ENDED_STALLED] = "stalled",  [TCP_ENDED_FRAMING] = "framing",
    [TCP_ENDED_ERROR] = "error",      [TCP_ENDED_EVICTED] = "evicted",
    [TCP_ENDED_BUFFERS] = "buffers",  [TCP_ENDED_STOPPING] = "stopping",
};

enum result net_counters_register(struct net_counters *counters)
{
    struct counter kinds[3];
    enum result result = counter_register_each(&udp_errors, NULL, udp_kinds, 3, kinds);
    if (result == OK) {
        result = counter_register(&accepted, NULL, &counters->tcp_accepted);
    }
    for (unsigned i = 0; i < TCP_REFUSAL_COUNT && result == OK; i++) {
        result = refusal_register("tcp-connections", refusal_names[i], &counters->tcp_refused[i]);
    }
    if (result == OK) {
        result = counter_register_each(&ended, NULL, ending_names, TCP_ENDING_COUNT,
                                       counters->tcp_ended);
    }
    if (result == OK) {
        counters->udp_receive_failed = kinds[0];
        counters->udp_send_full = kinds[1];
        counters->udp_send_failed = kinds[2];
    }
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/counter.h"

/**
 * What is counted of sockets and connections. Registered once, on the control thread while
 * preparing.
 */
enum tcp_refusal {
    TCP_REFUSED_SLOTS,   /* all connections are taken and none is idle */
    TCP_REFUSED_CLIENT,  /* the client holds as many as it may */
    TCP_REFUSED_EVICTED, /* an idle connection gave way to a new one */
    TCP_REFUSED_SOCKET,  /* the system had no descriptor */
    TCP_REFUSED_BUFFERS, /* no buffer for a message that began */
    TCP_REFUSAL_COUNT,
};

enum tcp_ending {
    TCP_ENDED_BY_CLIENT,
    TCP_ENDED_IDLE,     /* nothing for the idle time-out */
    TCP_ENDED_STALLED,  /* a message or an answer made no progress */
    TCP_ENDED_FRAMING,  /* a message shorter than a header, or one that is no request */
    TCP_ENDED_ERROR,    /* the system reported an error */
    TCP_ENDED_EVICTED,  /* idle, it gave way to a new one */
    TCP_ENDED_BUFFERS,  /* no buffer for what it had begun */
    TCP_ENDED_STOPPING, /* the server stops */
    TCP_ENDING_COUNT,
};

struct net_counters {
    struct counter udp_receive_failed;
    struct counter udp_send_full;
    struct counter udp_send_failed;
    struct counter tcp_accepted;
    struct counter tcp_refused[TCP_REFUSAL_COUNT];
    struct counter tcp_ended[TCP_ENDING_COUNT];
};

/** OK or REFUSED_LIMIT. */
RESULT_MUST_CHECK enum result net_counters_register(struct net_counters *counters);

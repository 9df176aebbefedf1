// SPDX-License-Identifier: Apache-2.0
#include "server/base/event.h"
#include "server/net/net.h"

#include <sys/resource.h>

/* An epoll descriptor and a reserve for each worker. */
#define DESCRIPTORS_PER_WORKER 2u
/* Accepted before it is known that there is no slot for it; one for each worker. */
#define DESCRIPTORS_TURNED_AWAY 1u

uint32_t net_descriptors_needed(const struct net_options *options)
{
    uint32_t sockets = 2u * options->workers * options->address_count; /* UDP and TCP */
    uint32_t own = (DESCRIPTORS_PER_WORKER + DESCRIPTORS_TURNED_AWAY) * options->workers;
    return sockets + own + options->tcp_connections;
}

static enum result too_few(uint64_t limit, uint64_t needed)
{
    struct event event;
    event_begin(&event, EVENT_DESCRIPTORS_TOO_FEW);
    event_number(&event, "limit", limit);
    event_number(&event, "needed", needed);
    event_emit(&event);
    return REFUSED_SOCKET;
}

enum result net_descriptors_secure(uint64_t needed)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return too_few(0, needed);
    }
    if (limit.rlim_cur >= needed) {
        return OK;
    }
    if (limit.rlim_max < needed) {
        return too_few(limit.rlim_max, needed);
    }
    limit.rlim_cur = needed;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? OK : too_few(limit.rlim_max, needed);
}

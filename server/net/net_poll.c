// SPDX-License-Identifier: Apache-2.0
#include "server/net/net_poll.h"

#include "alloc/fault.h"

#include <unistd.h>

enum result net_poll_open(struct net_poll *poll)
{
    poll->at = 0;
    poll->count = 0;
    poll->fd = fault_strikes(FAULT_SOCKET) ? -1 : epoll_create1(EPOLL_CLOEXEC);
    return poll->fd >= 0 ? OK : REFUSED_SOCKET;
}

void net_poll_close(struct net_poll *poll)
{
    if (poll->fd >= 0) {
        close(poll->fd);
        poll->fd = -1;
    }
    poll->count = 0;
}

static enum result control(struct net_poll *poll, int operation, int fd, struct epoll_event event)
{
    return epoll_ctl(poll->fd, operation, fd, &event) == 0 ? OK : REFUSED_SOCKET;
}

enum result net_poll_add(struct net_poll *poll, int fd, uint32_t events, struct net_watch *watch)
{
    return control(poll, EPOLL_CTL_ADD, fd,
                   (struct epoll_event){.events = events, .data.ptr = watch});
}

enum result net_poll_change(struct net_poll *poll, int fd, uint32_t events, struct net_watch *watch)
{
    return control(poll, EPOLL_CTL_MOD, fd,
                   (struct epoll_event){.events = events, .data.ptr = watch});
}

void net_poll_remove(struct net_poll *poll, int fd, struct net_watch *watch)
{
    /* It fails only for what is not watched. */
    enum result result = control(poll, EPOLL_CTL_DEL, fd, (struct epoll_event){0});
    (void)result;
    for (int i = poll->at; i < poll->count; i++) {
        if (poll->events[i].data.ptr == watch) {
            poll->events[i].data.ptr = NULL;
        }
    }
}

void net_poll_turn(struct net_poll *poll, uint64_t now_ms)
{
    int count = epoll_wait(poll->fd, poll->events, NET_POLL_EVENTS_MAX, 0);
    poll->count = count > 0 ? count : 0;
    for (poll->at = 0; poll->at < poll->count;) {
        struct epoll_event event = poll->events[poll->at++];
        struct net_watch *watch = event.data.ptr;
        if (watch != NULL) {
            watch->ready(watch, event.events, now_ms);
        }
    }
    poll->at = 0;
    poll->count = 0;
}

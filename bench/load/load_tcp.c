// SPDX-License-Identifier: Apache-2.0
/*
 * TCP: connections are kept open, questions are pipelined, as many as fit go out in one write, and
 * whatever arrived is read in one piece and answered with new questions at once: a generator that
 * waited to fill a larger write would hold its acknowledgements back, and a server that leaves
 * Nagle's algorithm on would stall for a delayed acknowledgement (40 ms) instead of being measured.
 * A connection that the server closes is opened again and what was under way on it is lost.
 */
#include "bench/load/load_run.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define IN_BYTES (128U * 1024U) /* at least one whole message */
#define OUT_BYTES (32U * 1024U)
#define FRAME_SIZE_MAX (2U + QUESTION_WIRE_MAX)
#define REOPEN_MAX 100000U
#define CONNECT_TIMEOUT_S 2

struct tcp_lane {
    int fd;
    uint32_t in_used;
    uint32_t out_used;
    uint32_t out_sent;
    uint32_t events; /* what epoll watches now */
    struct load_flight flight;
    uint8_t in[IN_BYTES];
    uint8_t out[OUT_BYTES];
};

static struct tcp_lane lanes[LOAD_SOCKETS_MAX];
static int epoll_fd = -1;

static enum result open_lane(const struct load_options *options, uint32_t index)
{
    struct tcp_lane *lane = &lanes[index];
    struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT_S};
    int on = 1;
    lane->fd = socket(options->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (lane->fd < 0) {
        return REFUSED_SOCKET;
    }
    setsockopt(lane->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    setsockopt(lane->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(lane->fd, (const struct sockaddr *)&options->server, options->server_size) != 0) {
        return ERROR_IO;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, lane->fd, &event) != 0) {
        return REFUSED_SOCKET;
    }
    lane->events = EPOLLIN;
    lane->in_used = lane->out_used = lane->out_sent = 0;
    load_flight_init(&lane->flight, options->window);
    return OK;
}

static enum result reopen_lane(struct load_pace *pace, uint32_t index)
{
    struct tcp_lane *lane = &lanes[index];
    pace->totals->lost += load_flight_count(&lane->flight);
    pace->totals->reopened++;
    close(lane->fd);
    lane->fd = -1;
    if (pace->totals->reopened > REOPEN_MAX) {
        return REFUSED_LIMIT;
    }
    return open_lane(pace->options, index);
}

static void watch(struct tcp_lane *lane, uint32_t index, uint32_t events)
{
    if (lane->events != events) {
        struct epoll_event event = {.events = events, .data.u32 = index};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, lane->fd, &event) == 0) {
            lane->events = events;
        }
    }
}

/* Writes what is waiting. NOT_FOUND: the server is gone. */
static enum result flush(struct tcp_lane *lane, uint32_t index)
{
    while (lane->out_sent < lane->out_used) {
        ssize_t sent = send(lane->fd, lane->out + lane->out_sent, lane->out_used - lane->out_sent,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            watch(lane, index, EPOLLIN | EPOLLOUT);
            return OK;
        }
        if (sent <= 0) {
            return NOT_FOUND;
        }
        lane->out_sent += (uint32_t)sent;
    }
    lane->out_used = lane->out_sent = 0;
    watch(lane, index, EPOLLIN);
    return OK;
}

static enum result send_some(struct load_pace *pace, uint32_t index, uint32_t most)
{
    struct tcp_lane *lane = &lanes[index];
    if (lane->out_used != 0) {
        return OK; /* the last write has not gone out yet */
    }
    uint64_t now = load_now_ns();
    uint32_t room = OUT_BYTES / FRAME_SIZE_MAX;
    room = lane->flight.free_count < room ? lane->flight.free_count : room;
    uint32_t count = load_pace_allows(pace, now, most < room ? most : room);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = load_pace_next_question(pace);
        const struct load_question *question = load_questions_at(pace->questions, at);
        uint16_t id;
        if (load_flight_take(&lane->flight, at, load_pace_due_ns(pace, now), &id) != OK) {
            pace->totals->sent--;
            break;
        }
        uint8_t *frame = lane->out + lane->out_used;
        frame[0] = (uint8_t)(question->size >> 8);
        frame[1] = (uint8_t)question->size;
        memcpy(frame + 2, question->wire, question->size);
        frame[2] = (uint8_t)(id >> 8);
        frame[3] = (uint8_t)id;
        lane->out_used += 2U + question->size;
    }
    return flush(lane, index);
}

static void take_frames(struct load_pace *pace, struct tcp_lane *lane)
{
    uint64_t now = load_now_ns();
    uint32_t at = 0;
    while (lane->in_used - at >= 2) {
        uint32_t size = (uint32_t)lane->in[at] << 8 | lane->in[at + 1];
        if (lane->in_used - at - 2 < size) {
            break;
        }
        const uint8_t *answer = lane->in + at + 2;
        struct load_slot slot;
        at += 2 + size;
        if (size < 2 || load_flight_answer(&lane->flight, (uint16_t)(answer[0] << 8 | answer[1]),
                                           &slot) != OK) {
            pace->totals->stray++;
            continue;
        }
        load_totals_add_answer(pace->totals, load_questions_at(pace->questions, slot.question),
                               answer, size, pace->options->sample);
        load_totals_add_latency(pace->totals, slot.sent_ns, now);
    }
    memmove(lane->in, lane->in + at, lane->in_used - at);
    lane->in_used -= at;
}

/* Reads once. NOT_FOUND: the server closed. */
static enum result receive_some(struct load_pace *pace, struct tcp_lane *lane)
{
    ssize_t received =
        recv(lane->fd, lane->in + lane->in_used, IN_BYTES - lane->in_used, MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return OK;
    }
    if (received <= 0) {
        return NOT_FOUND;
    }
    lane->in_used += (uint32_t)received;
    take_frames(pace, lane);
    return OK;
}

static enum result serve_event(struct load_pace *pace, const struct epoll_event *event)
{
    uint32_t index = event->data.u32;
    struct tcp_lane *lane = &lanes[index];
    enum result result = OK;
    if (event->events & EPOLLOUT) {
        result = flush(lane, index);
    }
    if (result == OK && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
        result = receive_some(pace, lane);
    }
    if (result == OK && pace->options->rate == 0 && lane->flight.free_count > 0) {
        result = send_some(pace, index, LOAD_SLOTS_MAX);
    }
    return result == NOT_FOUND ? reopen_lane(pace, index) : result;
}

/* Open loop: what is due goes out one by one over the connections in turn. */
static enum result send_due(struct load_pace *pace)
{
    static uint32_t next_lane;
    uint32_t tried = 0;
    while (load_pace_allows(pace, load_now_ns(), 1) > 0) {
        uint64_t before = pace->totals->sent;
        enum result result = send_some(pace, next_lane, 1);
        if (result == NOT_FOUND) {
            result = reopen_lane(pace, next_lane);
        }
        if (result != OK) {
            return result;
        }
        next_lane = next_lane + 1 == pace->options->sockets ? 0 : next_lane + 1;
        tried = pace->totals->sent == before ? tried + 1 : 0;
        if (tried == pace->options->sockets) {
            pace->due++;
            pace->totals->held++;
            break;
        }
    }
    return OK;
}

static enum result sweep(struct load_pace *pace)
{
    uint64_t now = load_now_ns();
    if (!load_pace_wants_sweep(pace, now)) {
        return OK;
    }
    for (uint32_t i = 0; i < pace->options->sockets; i++) {
        pace->totals->lost +=
            load_flight_expire(&lanes[i].flight, load_pace_lost_before_ns(pace, now));
        /* A connection whose answers all got lost has nothing that would wake it. */
        if (pace->options->rate == 0 && load_flight_count(&lanes[i].flight) == 0) {
            enum result result = send_some(pace, i, LOAD_SLOTS_MAX);
            if (result == NOT_FOUND) {
                result = reopen_lane(pace, i);
            }
            if (result != OK) {
                return result;
            }
        }
    }
    return OK;
}

static uint32_t in_flight(const struct load_pace *pace)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < pace->options->sockets; i++) {
        count += load_flight_count(&lanes[i].flight);
    }
    return count;
}

static enum result serve(struct load_pace *pace)
{
    struct epoll_event events[LOAD_BATCH];
    enum result result = OK;
    for (uint32_t i = 0; i < pace->options->sockets && pace->options->rate == 0; i++) {
        result = send_some(pace, i, LOAD_SLOTS_MAX);
        if (result != OK) {
            return result == NOT_FOUND ? ERROR_IO : result;
        }
    }
    while (!load_pace_is_over(pace, load_now_ns()) || in_flight(pace) > 0) {
        int ready = epoll_wait(epoll_fd, events, LOAD_BATCH, 0); /* spins: see load_udp.c */
        for (int i = 0; i < ready; i++) {
            result = serve_event(pace, &events[i]);
            if (result != OK) {
                return result;
            }
        }
        if (pace->options->rate != 0) {
            result = send_due(pace);
        }
        if (result == OK) {
            result = sweep(pace);
        }
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

enum result load_tcp_run(struct load_pace *pace)
{
    const struct load_options *options = pace->options;
    enum result result = OK;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        return REFUSED_SOCKET;
    }
    uint32_t opened = 0;
    while (opened < options->sockets && result == OK) {
        result = open_lane(options, opened++);
    }
    if (result == OK) {
        load_pace_start(pace, options, pace->questions, pace->totals);
        result = serve(pace);
    }
    for (uint32_t i = 0; i < opened; i++) {
        if (lanes[i].fd >= 0) {
            close(lanes[i].fd);
        }
    }
    close(epoll_fd);
    return result;
}

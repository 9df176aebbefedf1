// SPDX-License-Identifier: Apache-2.0
/*
 * UDP: connected sockets, one batch in and one batch out per socket and turn. The loop spins while
 * the run lasts: a generator that slept would make the server pay for waking it, and that cost is
 * not the server's.
 */
#include "bench/load/load_run.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_SIZE_MAX 4096U
#define SEND_AT_LEAST 16U /* smaller batches wait until nothing arrives */
#define SOCKET_BUFFER_BYTES (1 << 20)

struct udp_lane {
    int fd;
    struct load_flight flight;
};

static struct udp_lane lanes[LOAD_SOCKETS_MAX];
static uint8_t receive_bytes[LOAD_BATCH][ANSWER_SIZE_MAX];
static uint8_t send_bytes[LOAD_BATCH][QUESTION_WIRE_MAX];
static struct iovec receive_iovs[LOAD_BATCH];
static struct iovec send_iovs[LOAD_BATCH];
static struct mmsghdr receive_headers[LOAD_BATCH];
static struct mmsghdr send_headers[LOAD_BATCH];

static void prepare_headers(void)
{
    for (uint32_t i = 0; i < LOAD_BATCH; i++) {
        receive_iovs[i] =
            (struct iovec){.iov_base = receive_bytes[i], .iov_len = sizeof receive_bytes[i]};
        send_iovs[i] = (struct iovec){.iov_base = send_bytes[i]};
        receive_headers[i].msg_hdr = (struct msghdr){.msg_iov = &receive_iovs[i], .msg_iovlen = 1};
        send_headers[i].msg_hdr = (struct msghdr){.msg_iov = &send_iovs[i], .msg_iovlen = 1};
    }
}

static enum result open_lanes(const struct load_options *options)
{
    for (uint32_t i = 0; i < options->sockets; i++) {
        int bytes = SOCKET_BUFFER_BYTES;
        lanes[i].fd = socket(options->server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (lanes[i].fd < 0) {
            return REFUSED_SOCKET;
        }
        setsockopt(lanes[i].fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        if (connect(lanes[i].fd, (const struct sockaddr *)&options->server, options->server_size) !=
            0) {
            return ERROR_IO;
        }
        load_flight_init(&lanes[i].flight, options->window);
    }
    return OK;
}

static void close_lanes(const struct load_options *options)
{
    for (uint32_t i = 0; i < options->sockets; i++) {
        if (lanes[i].fd >= 0) {
            close(lanes[i].fd);
        }
    }
}

static void take_answer(struct load_pace *pace, struct udp_lane *lane, uint32_t index,
                        uint64_t now_ns)
{
    const uint8_t *answer = receive_bytes[index];
    size_t size = receive_headers[index].msg_len;
    struct load_slot slot;
    if (size < 2 ||
        load_flight_answer(&lane->flight, (uint16_t)(answer[0] << 8 | answer[1]), &slot)) {
        pace->totals->stray++;
        return;
    }
    load_totals_add_answer(pace->totals, load_questions_at(pace->questions, slot.question), answer,
                           size, pace->options->sample);
    load_totals_add_latency(pace->totals, slot.sent_ns, now_ns);
}

static uint32_t receive_batch(struct load_pace *pace, struct udp_lane *lane)
{
    int received = recvmmsg(lane->fd, receive_headers, LOAD_BATCH, MSG_DONTWAIT, NULL);
    if (received < 0) {
        if (errno == ECONNREFUSED) {
            pace->totals->refused++;
        }
        return 0;
    }
    uint64_t now = load_now_ns();
    for (uint32_t i = 0; i < (uint32_t)received; i++) {
        take_answer(pace, lane, i, now);
    }
    return (uint32_t)received;
}

static uint32_t fill_batch(struct load_pace *pace, struct udp_lane *lane, uint32_t count,
                           uint16_t *ret_ids)
{
    uint64_t now = load_now_ns();
    uint32_t filled = 0;
    while (filled < count) {
        uint32_t index = load_pace_next_question(pace);
        const struct load_question *question = load_questions_at(pace->questions, index);
        uint64_t due = load_pace_due_ns(pace, now);
        if (load_flight_take(&lane->flight, index, due, &ret_ids[filled]) != OK) {
            break;
        }
        memcpy(send_bytes[filled], question->wire, question->size);
        send_bytes[filled][0] = (uint8_t)(ret_ids[filled] >> 8);
        send_bytes[filled][1] = (uint8_t)ret_ids[filled];
        send_iovs[filled].iov_len = question->size;
        filled++;
    }
    return filled;
}

static void send_batch(struct load_pace *pace, struct udp_lane *lane, uint32_t room)
{
    uint16_t ids[LOAD_BATCH];
    uint32_t count = load_pace_allows(pace, load_now_ns(), room < LOAD_BATCH ? room : LOAD_BATCH);
    count = fill_batch(pace, lane, count, ids);
    uint32_t sent = 0;
    for (uint32_t tries = 0; sent < count && tries < LOAD_BATCH; tries++) {
        int result = sendmmsg(lane->fd, send_headers + sent, count - sent, 0);
        if (result > 0) {
            sent += (uint32_t)result;
        } else if (errno == ECONNREFUSED) {
            pace->totals->refused++; /* it belonged to an earlier packet: go on */
        } else if (errno != EINTR) {
            break;
        }
    }
    for (uint32_t i = sent; i < count; i++) {
        load_flight_unsend(&lane->flight, ids[i]);
        pace->totals->sent--;
    }
}

/* Counts what an open loop could not send because nothing was free: the schedule goes on. */
static void drop_held(struct load_pace *pace, uint64_t now_ns)
{
    if (pace->options->rate == 0) {
        return;
    }
    uint32_t held = load_pace_allows(pace, now_ns, LOAD_BATCH);
    pace->due += held;
    pace->totals->held += held;
}

static uint32_t turn(struct load_pace *pace)
{
    uint32_t sockets = pace->options->sockets;
    uint32_t in_flight = 0;
    uint32_t room_total = 0;
    for (uint32_t i = 0; i < sockets; i++) {
        struct udp_lane *lane = &lanes[i];
        uint32_t received = receive_batch(pace, lane);
        uint32_t room = lane->flight.free_count;
        if (room > 0 && (received == 0 || room >= SEND_AT_LEAST)) {
            send_batch(pace, lane, room);
        }
        in_flight += load_flight_count(&lane->flight);
        room_total += lane->flight.free_count;
    }
    uint64_t now = load_now_ns();
    if (room_total == 0) {
        drop_held(pace, now);
    }
    if (load_pace_wants_sweep(pace, now)) {
        for (uint32_t i = 0; i < sockets; i++) {
            pace->totals->lost +=
                load_flight_expire(&lanes[i].flight, load_pace_lost_before_ns(pace, now));
        }
    }
    return in_flight;
}

enum result load_udp_run(struct load_pace *pace)
{
    const struct load_options *options = pace->options;
    for (uint32_t i = 0; i < LOAD_SOCKETS_MAX; i++) {
        lanes[i].fd = -1;
    }
    prepare_headers();
    enum result result = open_lanes(options);
    if (result == OK) {
        load_pace_start(pace, options, pace->questions, pace->totals);
        while (turn(pace) > 0 || !load_pace_is_over(pace, load_now_ns())) {
        }
    }
    close_lanes(options);
    return result;
}

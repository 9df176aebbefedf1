// SPDX-License-Identifier: Apache-2.0
/*
 * echo: a server that does nothing. It sets the QR bit of each message and sends it back, with the
 * same batches a real server would use: what it costs is what the kernel costs, and no server on
 * this machine can be cheaper.
 *
 *     echo --listen ADDRESS@PORT [--tcp]
 *
 * Ends on SIGTERM. Only loopback addresses. TCP: at most ECHO_CONNECTIONS_MAX connections, further
 * ones are closed at once.
 */
#include "bench/load/load_options.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ECHO_CONNECTIONS_MAX 256U
#define DATAGRAM_SIZE_MAX 4096U
#define STREAM_BYTES (128U * 1024U)
#define SOCKET_BUFFER_BYTES (1 << 20)

static uint8_t datagrams[LOAD_BATCH][DATAGRAM_SIZE_MAX];
static struct sockaddr_storage peers[LOAD_BATCH];
static struct iovec iovs[LOAD_BATCH];
static struct mmsghdr headers[LOAD_BATCH];

struct echo_stream {
    int fd;
    uint32_t used;
    uint8_t bytes[STREAM_BYTES];
};

static struct echo_stream streams[ECHO_CONNECTIONS_MAX];

static int open_socket(const struct sockaddr_storage *address, socklen_t size, int type)
{
    int on = 1;
    int bytes = SOCKET_BUFFER_BYTES;
    int fd = socket(address->ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, type == SOCK_DGRAM ? SO_REUSEPORT : SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (bind(fd, (const struct sockaddr *)address, size) != 0 ||
        (type == SOCK_STREAM && listen(fd, (int)ECHO_CONNECTIONS_MAX) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void send_all(int fd, uint32_t count)
{
    uint32_t sent = 0;
    while (sent < count) {
        int result = sendmmsg(fd, headers + sent, count - sent, 0);
        if (result > 0) {
            sent += (uint32_t)result;
        } else if (errno != EINTR) {
            sent++; /* this client cannot be reached: the next one may */
        }
    }
}

static int echo_datagrams(int fd)
{
    for (;;) {
        for (uint32_t i = 0; i < LOAD_BATCH; i++) {
            iovs[i] = (struct iovec){.iov_base = datagrams[i], .iov_len = sizeof datagrams[i]};
            headers[i].msg_hdr = (struct msghdr){.msg_name = &peers[i],
                                                 .msg_namelen = sizeof peers[i],
                                                 .msg_iov = &iovs[i],
                                                 .msg_iovlen = 1};
        }
        int received = recvmmsg(fd, headers, LOAD_BATCH, MSG_WAITFORONE, NULL);
        if (received < 0 && errno != EINTR) {
            return EXIT_FAILURE;
        }
        for (int i = 0; i < received; i++) {
            iovs[i].iov_len = headers[i].msg_len;
            datagrams[i][2] |= 0x80;
        }
        send_all(fd, received > 0 ? (uint32_t)received : 0);
    }
}

static void accept_stream(int listener, int epoll_fd)
{
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    uint32_t index = 0;
    while (index < ECHO_CONNECTIONS_MAX && streams[index].fd >= 0) {
        index++;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (index == ECHO_CONNECTIONS_MAX || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    streams[index].fd = fd;
    streams[index].used = 0;
}

/* Marks the whole messages at the front of a stream as answers; returns their bytes. */
static uint32_t answer_frames(struct echo_stream *stream)
{
    uint32_t at = 0;
    while (stream->used - at >= 2) {
        uint32_t size = (uint32_t)stream->bytes[at] << 8 | stream->bytes[at + 1];
        if (stream->used - at - 2 < size) {
            break;
        }
        if (size > 2) {
            stream->bytes[at + 4] |= 0x80;
        }
        at += 2 + size;
    }
    return at;
}

static void echo_stream(struct echo_stream *stream)
{
    ssize_t received =
        recv(stream->fd, stream->bytes + stream->used, STREAM_BYTES - stream->used, 0);
    uint32_t whole = 0;
    uint32_t sent = 0;
    if (received > 0) {
        stream->used += (uint32_t)received;
        whole = answer_frames(stream);
    }
    while (sent < whole) {
        ssize_t result = send(stream->fd, stream->bytes + sent, whole - sent, MSG_NOSIGNAL);
        if (result <= 0) {
            received = -1;
            break;
        }
        sent += (uint32_t)result;
    }
    if (received <= 0) {
        close(stream->fd);
        stream->fd = -1;
        return;
    }
    memmove(stream->bytes, stream->bytes + whole, stream->used - whole);
    stream->used -= whole;
}

static int echo_streams(int listener)
{
    struct epoll_event events[LOAD_BATCH];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = ECHO_CONNECTIONS_MAX};
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) != 0) {
        return EXIT_FAILURE;
    }
    for (uint32_t i = 0; i < ECHO_CONNECTIONS_MAX; i++) {
        streams[i].fd = -1;
    }
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, LOAD_BATCH, -1);
        if (ready < 0 && errno != EINTR) {
            return EXIT_FAILURE;
        }
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == ECHO_CONNECTIONS_MAX) {
                accept_stream(listener, epoll_fd);
            } else {
                echo_stream(&streams[events[i].data.u32]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_storage address;
    socklen_t size;
    int tcp = argc == 4 && strcmp(argv[3], "--tcp") == 0;
    if ((argc != 3 && !tcp) || strcmp(argv[1], "--listen") != 0 ||
        load_options_address(argv[2], &address, &size) != OK) {
        fputs("usage: echo --listen ADDRESS@PORT [--tcp]   (loopback addresses only)\n", stderr);
        return 2;
    }
    int fd = open_socket(&address, size, tcp ? SOCK_STREAM : SOCK_DGRAM);
    if (fd < 0) {
        perror(argv[2]);
        return EXIT_FAILURE;
    }
    return tcp ? echo_streams(fd) : echo_datagrams(fd);
}

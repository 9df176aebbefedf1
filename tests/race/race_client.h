// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What the races over sockets share: blocking clients of a server on the loopback. Whatever the
 * network may do (a datagram lost, a connection turned away) is a result; what it may not is for
 * the caller to require. */
#define RACE_ANSWER_BYTES 1500u
#define RACE_PATIENCE_MS 1000 /* for one answer: then it counts as lost */

static inline void race_require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "race: %s\n", what);
        abort();
    }
}

static inline uint64_t race_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/** Signals are for the thread that called it first: every thread made from now on has none. */
static inline void race_signals_keep(sigset_t *ret_before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, ret_before);
}

/** Connected to 127.0.0.1, from 127.0.0.`host` (0: whatever the system takes); -1: refused. */
static inline int race_open(int type, uint16_t port, uint8_t host)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = RACE_PATIENCE_MS / 1000};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    from.sin_addr.s_addr = htonl(0x7f000000u | host);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    race_require(fd >= 0, "a socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if ((host != 0 && bind(fd, (struct sockaddr *)&from, sizeof from) != 0) ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/** A question for a name in wire form; returns its size. */
static inline size_t race_question(uint8_t *to, uint16_t id, const uint8_t *name, uint16_t type)
{
    const uint8_t header[12] = {(uint8_t)(id >> 8), (uint8_t)id, 0, 0, 0, 1};
    memcpy(to, header, sizeof header);
    uint8_t *at = to + sizeof header;
    size_t length = strlen((const char *)name) + 1; /* a label is never empty but the last */
    memcpy(at, name, length);
    at += length;
    const uint8_t end[4] = {(uint8_t)(type >> 8), (uint8_t)type, 0, 1};
    memcpy(at, end, sizeof end);
    return (size_t)(at - to) + sizeof end;
}

static inline bool race_read(int fd, uint8_t *to, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(fd, to, size, 0);
        if (got <= 0) {
            return false;
        }
        to += got;
        size -= (size_t)got;
    }
    return true;
}

/** One message of a TCP stream; 0: the connection ended, or nothing came. */
static inline size_t race_read_framed(int fd, uint8_t answer[RACE_ANSWER_BYTES])
{
    uint8_t prefix[2];
    if (!race_read(fd, prefix, sizeof prefix)) {
        return 0;
    }
    size_t size = (size_t)prefix[0] << 8 | prefix[1];
    race_require(size <= RACE_ANSWER_BYTES, "an answer of a size that was not asked for");
    return race_read(fd, answer, size) ? size : 0;
}

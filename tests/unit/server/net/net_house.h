// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/base/event.h"
#include "server/net/net.h"
#include "tests/unit/server/net/net_fixture.h"
#include "threadpool/threads.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* A whole server of the network room: threads, a zone, sockets on ports that the system chooses. */

struct net_house {
    struct fixture fixture;
    struct threads *threads;
    struct net *net;
    struct query_worker *query[THREADS_WORKERS_MAX];
    uint64_t now_ms;
};

static inline enum result net_house_start(struct worker *worker, void *context)
{
    struct net_house *house = context;
    uint16_t index = worker_index(worker);
    enum result result = query_worker_create(house->fixture.server, index, &house->query[index]);
    if (result == OK) {
        result = net_worker_start(house->net, worker, house->query[index]);
    }
    if (result != OK) {
        query_worker_destroy(house->query[index]);
        house->query[index] = NULL;
    }
    return result;
}

static inline void net_house_stop(struct worker *worker, void *context)
{
    struct net_house *house = context;
    net_worker_stop(house->net, worker);
    query_worker_destroy(house->query[worker_index(worker)]);
}

static inline struct net_options net_house_options(const struct address *address, uint16_t workers)
{
    return (struct net_options){.addresses = address,
                                .address_count = 1,
                                .workers = workers,
                                .tcp_connections = 8,
                                .tcp_connections_per_client = 6};
}

static inline struct address loopback(void)
{
    return (struct address){.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};
}

static inline void net_house_open(struct net_house *house, const struct net_options *options)
{
    memset(house, 0, sizeof *house);
    fixture_begin(&house->fixture);
    cr_assert_eq(net_open(options, house->now_ms, &house->net), OK);
    struct threads_options threads = {
        .workers = options->workers,
        .jobs = 1,
        .jobs_limit = 4,
        .mailbox_places = 64,
        .descriptors_max = 512,
        .worker_owner = {net_house_start, net_house_stop, house},
    };
    cr_assert_eq(threads_start(&threads, house->now_ms, &house->threads), OK);
}

/** Ticks until everything declared is served. */
static inline void net_house_settle(struct net_house *house)
{
    for (unsigned i = 0; i < FIXTURE_WAIT_MS && !net_whole(house->net); i++) {
        net_tick(house->net, house->now_ms);
        usleep(1000);
    }
    cr_assert(net_whole(house->net));
}

static inline void net_house_begin(struct net_house *house, const struct net_options *options)
{
    net_house_open(house, options);
    net_house_settle(house);
}

static inline void net_house_end(struct net_house *house)
{
    threads_stop(house->threads);
    threads_destroy(house->threads);
    net_close(house->net);
    fixture_end(&house->fixture);
}

/** A blocking client's socket, connected to the server, that gives up after FIXTURE_WAIT_MS. */
static inline int client_open(const struct net *net, int type, const char *from)
{
    struct address address;
    bool bound = false;
    struct sockaddr_storage storage;
    cr_assert(net_listening(net, 0, &address, &bound));
    cr_assert(bound);
    if (address_is_any(&address)) {
        address.bytes[0] = 127;
        address.bytes[3] = 5;
    }
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = FIXTURE_WAIT_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    if (from != NULL) {
        struct sockaddr_in source = {.sin_family = AF_INET};
        inet_pton(AF_INET, from, &source.sin_addr);
        cr_assert_eq(bind(fd, (struct sockaddr *)&source, sizeof source), 0);
    }
    socklen_t size = address_to_sockaddr(&address, &storage);
    cr_assert_eq(connect(fd, (struct sockaddr *)&storage, size), 0, "%s", strerror(errno));
    return fd;
}

static inline void udp_ask(int fd, uint16_t id)
{
    uint8_t bytes[1500];
    cr_assert_gt(send(fd, bytes, question_make(bytes, id, "www"), 0), 0);
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    cr_assert_gt(got, 12, "%s", strerror(errno));
    cr_assert_eq(id_of(bytes), id);
    cr_assert_eq(answers_of(bytes), 1);
}

static inline void tcp_ask(int fd, uint16_t id)
{
    uint8_t bytes[1500];
    cr_assert_gt(send(fd, bytes, framed_make(bytes, id, "www"), MSG_NOSIGNAL), 0);
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    cr_assert_gt(got, 14, "%s", strerror(errno));
    cr_assert_eq(answers_check(bytes, (size_t)got, id), 1);
}

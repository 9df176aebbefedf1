// SPDX-License-Identifier: Apache-2.0
#include "server/net/lane.h"

#include <assert.h>

void lane_init(struct lane *lane, uint32_t place_count)
{
    assert(place_count >= 1 && place_count <= LANE_PLACES_MAX);
    lane->place_count = place_count;
    for (uint32_t i = 0; i < place_count; i++) {
        struct lane_place *place = &lane->places[i];
        *place = (struct lane_place){.tcp.fd = -1};
        atomic_init(&place->udp.fd, -1);
        atomic_init(&place->tcp_fd, -1);
    }
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    struct address address;
    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0 ||
        address_from_sockaddr((struct sockaddr *)&name, size, &address) != OK) {
        return 0;
    }
    return address.port;
}

enum result lane_bind(struct lane *lane, uint32_t index, const struct address *address,
                      struct lane_error *ret_error)
{
    struct lane_place *place = &lane->places[index];
    struct address exact = *address;
    int udp = -1;
    int tcp = -1;
    assert(index < lane->place_count);
    ret_error->transport = LANE_UDP;
    enum result result = socket_open_udp(&exact, &udp, &ret_error->error);
    if (result != OK) {
        return result;
    }
    if (exact.port == 0) {
        exact.port = port_of(udp);
    }
    ret_error->transport = LANE_TCP;
    result = socket_open_tcp(&exact, &tcp, &ret_error->error);
    if (result != OK) {
        socket_close(&udp);
        return result;
    }
    place->udp.wildcard = address_is_any(address);
    /* The worker that serves the lane looks at these when a letter tells it to. */
    atomic_store_explicit(&place->udp.fd, udp, memory_order_release);
    atomic_store_explicit(&place->tcp_fd, tcp, memory_order_release);
    return OK;
}

static void close_atomic(_Atomic int *from)
{
    int fd = atomic_load_explicit(from, memory_order_acquire);
    socket_close(&fd);
    atomic_store_explicit(from, -1, memory_order_release);
}

void lane_unbind(struct lane *lane, uint32_t index)
{
    struct lane_place *place = &lane->places[index];
    assert(place->udp.server == NULL && place->tcp.worker == NULL);
    close_atomic(&place->udp.fd);
    close_atomic(&place->tcp_fd);
}

uint16_t lane_port(const struct lane *lane, uint32_t place)
{
    return port_of(atomic_load_explicit(&lane->places[place].udp.fd, memory_order_acquire));
}

size_t lane_socket_bytes(const struct lane *lane, uint32_t index)
{
    const struct lane_place *place = &lane->places[index];
    return socket_buffers(atomic_load_explicit(&place->udp.fd, memory_order_acquire)) +
           socket_buffers(atomic_load_explicit(&place->tcp_fd, memory_order_acquire));
}

static void udp_ready(struct net_watch *watch, uint32_t events, uint64_t now_ms)
{
    struct lane_udp *udp = (struct lane_udp *)watch; /* its first member */
    (void)events;
    (void)now_ms;
    udp_serve(udp->server->udp, atomic_load_explicit(&udp->fd, memory_order_relaxed),
              udp->wildcard);
}

static enum result udp_adopt(struct lane_udp *udp, const struct lane_server *server)
{
    int fd = atomic_load_explicit(&udp->fd, memory_order_acquire);
    if (fd < 0 || udp->server != NULL) {
        return OK;
    }
    udp->watch.ready = udp_ready;
    enum result result = net_poll_add(server->poll, fd, EPOLLIN, &udp->watch);
    if (result == OK) {
        udp->server = server;
    }
    return result;
}

enum result lane_adopt(struct lane *lane, const struct lane_server *server)
{
    enum result result = OK;
    for (uint32_t i = 0; i < lane->place_count; i++) {
        struct lane_place *place = &lane->places[i];
        enum result udp = udp_adopt(&place->udp, server);
        enum result tcp = OK;
        int fd = atomic_load_explicit(&place->tcp_fd, memory_order_acquire);
        if (fd >= 0 && place->tcp.worker == NULL) {
            place->tcp.fd = fd;
            tcp = tcp_worker_listen(server->tcp, &place->tcp);
        }
        result = udp != OK ? udp : tcp != OK ? tcp : result;
    }
    return result;
}

void lane_release(struct lane *lane)
{
    for (uint32_t i = 0; i < lane->place_count; i++) {
        struct lane_udp *udp = &lane->places[i].udp;
        if (udp->server != NULL) {
            net_poll_remove(udp->server->poll, atomic_load_explicit(&udp->fd, memory_order_relaxed),
                            &udp->watch);
            udp->server = NULL;
        }
        tcp_worker_unlisten(&lane->places[i].tcp);
    }
}

void lane_close(struct lane *lane)
{
    for (uint32_t i = 0; i < lane->place_count; i++) {
        lane_unbind(lane, i);
    }
}

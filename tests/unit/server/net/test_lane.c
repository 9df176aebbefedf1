// SPDX-License-Identifier: Apache-2.0
#include "server/net/lane.h"

#include "tests/unit/server/net/net_fixture.h"

#include <netinet/in.h>

TestSuite(lane, .timeout = 60);

static struct bed bed;
static struct lane lane;
static struct udp_batch *udp;
static struct lane_server server;
static const struct address loopback_v4 = {.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};

static void begin(uint32_t places)
{
    bed_begin(&bed, 4, 4);
    cr_assert_eq(udp_create(bed.fixture.query, &bed.counters, &udp), OK);
    server = (struct lane_server){.poll = &bed.poll, .udp = udp, .tcp = bed.worker};
    lane_init(&lane, places);
}

/** Binds both sockets on a port that both have free: another process may have taken the one. */
static void bind_place(uint32_t place)
{
    struct lane_error error;
    enum result result = ERROR_IO;
    for (unsigned i = 0; i < 16 && result != OK; i++) {
        result = lane_bind(&lane, place, &loopback_v4, &error);
    }
    cr_assert_eq(result, OK, "%s", error.error.step);
}

static void end(void)
{
    lane_release(&lane);
    lane_close(&lane);
    udp_destroy(udp);
    bed_end(&bed);
}

/** A connected client of a place. */
static int client_of(uint32_t place, int type)
{
    struct address address = loopback_v4;
    struct sockaddr_storage name;
    struct timeval wait = {.tv_sec = FIXTURE_WAIT_MS / 1000};
    address.port = lane_port(&lane, place);
    socklen_t size = address_to_sockaddr(&address, &name);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, size), 0, "%s", strerror(errno));
    return fd;
}

static void ask_udp(uint32_t place)
{
    uint8_t bytes[1500];
    int fd = client_of(place, SOCK_DGRAM);
    cr_assert_gt(send(fd, bytes, question_make(bytes, 3, "www"), 0), 0);
    bed_turn_waiting(&bed);
    cr_assert_gt(recv(fd, bytes, sizeof bytes, 0), 12);
    close(fd);
}

Test(lane, a_place_has_one_port_for_both)
{
    begin(1);
    cr_assert_eq(lane_port(&lane, 0), 0);
    cr_assert_eq(lane_socket_bytes(&lane, 0), 0);
    cr_assert_eq(lane_adopt(&lane, &server), OK); /* nothing is bound */
    bind_place(0);
    cr_assert_neq(lane_port(&lane, 0), 0);
    cr_assert_leq(lane_socket_bytes(&lane, 0), socket_udp_estimate() + socket_tcp_estimate());
    cr_assert_eq(lane_adopt(&lane, &server), OK);
    cr_assert_eq(lane_adopt(&lane, &server), OK); /* again: as it is */
    ask_udp(0);
    int tcp = client_of(0, SOCK_STREAM);
    bed_turn_waiting(&bed);
    cr_assert_eq(bed_used(&bed), 1);
    close(tcp);
    end();
}

Test(lane, a_late_place_is_taken_up)
{
    begin(2);
    bind_place(0);
    cr_assert_eq(lane_adopt(&lane, &server), OK);
    bind_place(1);
    cr_assert_eq(lane_adopt(&lane, &server), OK);
    ask_udp(0);
    ask_udp(1);
    end();
}

Test(lane, released_is_watched_no_more_and_can_be_adopted_again)
{
    begin(1);
    bind_place(0);
    cr_assert_eq(lane_adopt(&lane, &server), OK);
    lane_release(&lane);
    lane_release(&lane);
    uint8_t bytes[1500];
    int fd = client_of(0, SOCK_DGRAM);
    cr_assert_gt(send(fd, bytes, question_make(bytes, 3, "www"), 0), 0);
    struct pollfd ready = {.fd = bed.poll.fd, .events = POLLIN};
    cr_assert_eq(poll(&ready, 1, 0), 0);
    cr_assert_eq(lane_adopt(&lane, &server), OK);
    bed_turn_waiting(&bed); /* what waited in the socket is answered now */
    cr_assert_gt(recv(fd, bytes, sizeof bytes, 0), 12);
    close(fd);
    end();
}

Test(lane, both_sockets_or_none)
{
    struct lane_error error;
    begin(1);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        fault_arm(FAULT_SOCKET, nth, 1);
        enum result result = lane_bind(&lane, 0, &loopback_v4, &error);
        bool struck = fault_struck(FAULT_SOCKET);
        fault_disarm_all();
        cr_assert(struck ? result == REFUSED_SOCKET : result == OK || result == ERROR_IO);
        if (struck) {
            cr_assert_eq(error.transport, nth == 1 ? LANE_UDP : LANE_TCP);
            cr_assert_eq(atomic_load(&lane.places[0].udp.fd), -1);
            cr_assert_eq(atomic_load(&lane.places[0].tcp_fd), -1);
        }
        lane_unbind(&lane, 0);
    }
    end();
}

// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_accept.h"

#include "server/base/event.h"
#include "server/net/socket.h"
#include "tests/unit/server/net/net_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>

TestSuite(tcp_accept, .timeout = 60);

static struct bed bed;
static struct tcp_listener listener;
static struct address listening;

static void begin(uint32_t connections, uint32_t per_client)
{
    struct address any = {.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};
    struct socket_error error;
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    bed_begin(&bed, connections, per_client);
    cr_assert_eq(socket_open_tcp(&any, &listener.fd, &error), OK);
    cr_assert_eq(getsockname(listener.fd, (struct sockaddr *)&name, &size), 0);
    cr_assert_eq(address_from_sockaddr((struct sockaddr *)&name, size, &listening), OK);
    cr_assert_eq(tcp_worker_listen(bed.worker, &listener), OK);
}

static void end(void)
{
    tcp_worker_unlisten(&listener);
    close(listener.fd);
    bed_end(&bed);
}

/** Connects from 127.0.0.`host`; the handshake is over when it returns. */
static int connect_from(uint8_t host)
{
    struct sockaddr_storage name;
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(0x7f000000u | host)};
    struct timeval wait = {.tv_sec = FIXTURE_WAIT_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    cr_assert_eq(bind(fd, (struct sockaddr *)&source, sizeof source), 0);
    socklen_t size = address_to_sockaddr(&listening, &name);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, size), 0, "%s", strerror(errno));
    return fd;
}

static bool closed_by_server(int fd)
{
    uint8_t byte;
    return recv(fd, &byte, 1, 0) <= 0;
}

Test(tcp_accept, the_total_at_its_edges)
{
    begin(3, 3);
    int fds[4];
    for (unsigned i = 0; i < 4; i++) {
        fds[i] = connect_from((uint8_t)(i + 1));
        bed_turn_waiting(&bed);
        bed.now_ms++;
        cr_assert_eq(bed_used(&bed), i < 3 ? i + 1 : 3);
    }
    /* The fourth came in, and the longest idle gave way. */
    cr_assert(closed_by_server(fds[0]));
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_EVICTED), 1);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_EVICTED), 1);
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_SLOTS), 0);
    cr_assert_eq(counter_read(bed.counters.tcp_accepted), 4);
    for (unsigned i = 0; i < 4; i++) {
        close(fds[i]);
    }
    end();
}

Test(tcp_accept, the_one_that_asked_last_stays)
{
    begin(2, 2);
    uint8_t bytes[512];
    int first = connect_from(1);
    bed_turn_waiting(&bed);
    int second = connect_from(2);
    bed_turn_waiting(&bed);
    client_send(first, bytes, framed_make(bytes, 1, "www"));
    bed_turn_waiting(&bed); /* now the second is the longest idle */
    int third = connect_from(3);
    bed_turn_waiting(&bed);
    cr_assert(closed_by_server(second));
    cr_assert_gt(recv(first, bytes, sizeof bytes, 0), 0);
    close(first);
    close(second);
    close(third);
    end();
}

Test(tcp_accept, without_an_idle_one_the_new_one_is_closed_and_accepting_rests)
{
    begin(1, 1);
    int first = connect_from(1);
    bed_turn_waiting(&bed);
    client_send(first, "\0", 1); /* busy: a message has begun */
    bed_turn_waiting(&bed);
    int second = connect_from(2);
    bed_turn_waiting(&bed);
    cr_assert(closed_by_server(second));
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_SLOTS), 1);
    cr_assert_eq(bed_used(&bed), 1);
    /* The next waits in the backlog, and the poll is quiet: nothing spins. */
    int third = connect_from(3);
    bed_turn(&bed);
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_SLOTS), 1);
    cr_assert_eq(tcp_worker_due_ms(bed.worker), bed.now_ms + TCP_PAUSE_FULL_MS);
    close(first);
    bed_turn_waiting(&bed);
    cr_assert_eq(bed_used(&bed), 0);
    bed_pass(&bed, TCP_PAUSE_FULL_MS - 1);
    bed_turn(&bed);
    cr_assert_eq(bed_used(&bed), 0);
    bed_pass(&bed, 1);
    bed_turn_waiting(&bed);
    cr_assert_eq(bed_used(&bed), 1);
    close(second);
    close(third);
    end();
}

Test(tcp_accept, a_client_s_share_at_its_edges)
{
    begin(10, 3);
    int fds[5];
    for (unsigned i = 0; i < 4; i++) {
        fds[i] = connect_from(1);
        bed_turn_waiting(&bed);
        cr_assert_eq(bed_used(&bed), i < 3 ? i + 1 : 3);
    }
    cr_assert(closed_by_server(fds[3]));
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_CLIENT), 1);
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_EVICTED), 0);
    fds[4] = connect_from(2); /* others are not held up by it */
    bed_turn_waiting(&bed);
    cr_assert_eq(bed_used(&bed), 4);
    for (unsigned i = 0; i < 5; i++) {
        close(fds[i]);
    }
    end();
}

Test(tcp_accept, without_a_descriptor_it_turns_one_away_and_rests)
{
    begin(4, 4);
    int first = connect_from(1);
    int second = connect_from(2);
    fault_arm(FAULT_SOCKET, 1, 1);
    bed_turn_waiting(&bed);
    if (!fault_struck(FAULT_SOCKET)) {
        end();
        cr_skip("built without fault injection");
    }
    fault_disarm_all();
    cr_assert(closed_by_server(first), "the reserve was given up for it");
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_SOCKET), 1);
    cr_assert_geq(bed.worker->reserve, 0);
    cr_assert_eq(bed_used(&bed), 0);
    bed_turn(&bed);
    cr_assert_eq(bed_used(&bed), 0, "it rests");
    cr_assert_eq(tcp_worker_due_ms(bed.worker), bed.now_ms + TCP_PAUSE_SYSTEM_MS);
    bed_pass(&bed, TCP_PAUSE_SYSTEM_MS);
    bed_turn_waiting(&bed);
    cr_assert_eq(bed_used(&bed), 1);
    close(first);
    close(second);
    end();
}

static bool room_comes;
static unsigned room_asked;
static bool want_room(void *context)
{
    (void)context;
    room_asked++;
    return room_comes;
}

/* Another worker's idle connection gives way; until then the new one waits in the backlog. */
Test(tcp_accept, room_is_asked_for_before_a_client_is_turned_away)
{
    begin(1, 1);
    bed.worker->options.want_room = want_room;
    room_comes = true;
    struct tcp_connection *elsewhere = NULL;
    struct address client = {.family = ADDRESS_V4, .bytes = {192, 0, 2, 9}};
    cr_assert_eq(tcp_table_take(bed.table, &client, &elsewhere), OK);
    int fd = connect_from(1);
    bed_turn_waiting(&bed);
    cr_assert_eq(room_asked, 1);
    cr_assert_eq(counter_read(bed.counters.tcp_accepted), 0);
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_SLOTS), 0);
    tcp_table_give(bed.table, elsewhere);
    bed_pass(&bed, TCP_PAUSE_ASKED_MS);
    bed_turn_waiting(&bed);
    cr_assert_eq(counter_read(bed.counters.tcp_accepted), 1);
    close(fd);
    end();
}

Test(tcp_accept, a_listener_that_stopped_leaves_its_connections)
{
    begin(2, 2);
    int fd = connect_from(1);
    bed_turn_waiting(&bed);
    tcp_worker_unlisten(&listener);
    tcp_worker_unlisten(&listener);
    uint8_t bytes[512];
    client_send(fd, bytes, framed_make(bytes, 4, "www"));
    bed_turn_waiting(&bed);
    cr_assert_gt(recv(fd, bytes, sizeof bytes, 0), 14);
    cr_assert_eq(tcp_worker_listen(bed.worker, &listener), OK);
    close(fd);
    end();
}

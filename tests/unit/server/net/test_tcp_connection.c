// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_connection.h"

#include "tests/unit/server/net/net_fixture.h"

TestSuite(tcp_connection, .timeout = 60);

static struct bed bed;
static uint8_t bytes[1 << 20];

Test(tcp_connection, one_question_one_answer)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    client_send(client, bytes, framed_make(bytes, 7, "www"));
    bed_turn(&bed);
    ssize_t size = client_take(client, bytes, sizeof bytes);
    cr_assert_eq(answers_check(bytes, (size_t)size, 7), 1);
    cr_assert_eq(bed_used(&bed), 1);
    close(client);
    bed_turn(&bed);
    cr_assert_eq(bed_used(&bed), 0);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_BY_CLIENT), 1);
    bed_end(&bed);
}

Test(tcp_connection, a_message_in_single_bytes)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    uint8_t question[64];
    size_t size = framed_make(question, 9, "www");
    for (size_t i = 0; i < size; i++) {
        cr_assert_eq(client_take(client, bytes, sizeof bytes), -1);
        client_send(client, question + i, 1);
        bed_turn(&bed);
        cr_assert_eq(atomic_load(&bed.buffers_used), 0, "a short beginning fits the slot");
    }
    cr_assert_eq(answers_check(bytes, (size_t)client_take(client, bytes, sizeof bytes), 9), 1);
    close(client);
    bed_end(&bed);
}

/* Three questions in two segments, cut at every byte. */
Test(tcp_connection, every_split)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    uint8_t questions[256];
    size_t size = 0;
    for (uint16_t id = 0; id < 3; id++) {
        size += framed_make(questions + size, id, "www");
    }
    for (size_t cut = 1; cut < size; cut++) {
        client_send(client, questions, cut);
        bed_turn(&bed);
        client_send(client, questions + cut, size - cut);
        bed_turn(&bed);
        ssize_t got = client_take(client, bytes, sizeof bytes);
        cr_assert_eq(answers_check(bytes, (size_t)got, 0), 3, "cut at %zu", cut);
    }
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, many_questions_in_one_segment)
{
    bed_begin(&bed, 4, 4);
    const unsigned counts[] = {1, TCP_BATCH_MAX - 1, TCP_BATCH_MAX, TCP_BATCH_MAX + 1, 400};
    int client = bed_connect(&bed, 1, NULL);
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t size = 0;
        for (unsigned n = 0; n < counts[i]; n++) {
            size += framed_make(bytes + size, (uint16_t)n, "www");
        }
        client_send(client, bytes, size);
        bed_turn(&bed);
        ssize_t got = client_take(client, bytes, sizeof bytes);
        cr_assert_eq(answers_check(bytes, (size_t)got, 0), counts[i]);
    }
    close(client);
    bed_end(&bed);
}

/* More than is read at once: the cut message goes on in the next turn. */
Test(tcp_connection, more_than_one_read)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    size_t size = 0;
    unsigned count = 0;
    while (size < 2 * TCP_READ_BYTES) {
        size += framed_make(bytes + size, (uint16_t)count++, "www");
    }
    client_send(client, bytes, size);
    size_t got = 0;
    for (unsigned turn = 0; turn < 4; turn++) {
        bed_turn(&bed);
        ssize_t taken = client_take(client, bytes + got, sizeof bytes - got);
        got += taken > 0 ? (size_t)taken : 0;
    }
    cr_assert_eq(answers_check(bytes, got, 0), count);
    close(client);
    bed_end(&bed);
}

/* The largest message there is; what stands in it is nonsense, and it is answered. */
Test(tcp_connection, the_largest_message)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    memset(bytes, 0, 65537);
    framing_prefix(bytes, 65535);
    question_make(bytes + 2, 77, "www");
    size_t sent = 0;
    while (sent < 65537) {
        ssize_t taken = send(client, bytes + sent, 65537 - sent, MSG_NOSIGNAL);
        sent += taken > 0 ? (size_t)taken : 0;
        bed_turn(&bed);
        if (sent < 65537) {
            cr_assert_leq(atomic_load(&bed.buffers_used), 1);
        }
    }
    for (unsigned turn = 0; turn < 8; turn++) {
        bed_turn(&bed);
    }
    ssize_t got = client_take(client, bytes, sizeof bytes);
    cr_assert_geq(got, 14);
    cr_assert_eq(id_of(bytes + 2), 77);
    cr_assert_eq(rcode_of(bytes + 2), 1);
    cr_assert_eq(atomic_load(&bed.buffers_used), 0);
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, short_lengths_end_it)
{
    bed_begin(&bed, 4, 4);
    for (uint16_t length = 0; length <= FRAMING_MESSAGE_MIN; length++) {
        int client = bed_connect(&bed, 1, NULL);
        size_t size = framed_make(bytes, 5, "www");
        framing_prefix(bytes + size, length);
        client_send(client, bytes, size + 2);
        bed_turn(&bed);
        ssize_t got = client_take(client, bytes, sizeof bytes);
        cr_assert_eq(answers_check(bytes, (size_t)got, 5), 1, "what stood before is answered");
        cr_assert_eq(client_closed(client), length < FRAMING_MESSAGE_MIN);
        close(client);
        bed_turn(&bed);
    }
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_FRAMING), FRAMING_MESSAGE_MIN);
    bed_end(&bed);
}

Test(tcp_connection, a_response_ends_it)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    size_t size = framed_make(bytes, 5, "www");
    bytes[4] |= 0x80;
    client_send(client, bytes, size);
    bed_turn(&bed);
    cr_assert(client_closed(client));
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_FRAMING), 1);
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, idle_ends_after_its_time)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    bed_pass(&bed, TCP_IDLE_MS - 1);
    cr_assert_not(client_closed(client));
    client_send(client, bytes, framed_make(bytes, 1, "www"));
    bed_turn(&bed); /* a question begins the time anew */
    bed_pass(&bed, TCP_IDLE_MS - 1);
    cr_assert_eq(bed_used(&bed), 1);
    bed_pass(&bed, 1);
    cr_assert_eq(bed_used(&bed), 0);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_IDLE), 1);
    close(client);
    bed_end(&bed);
}

/* A byte now and then is no progress. */
Test(tcp_connection, a_trickled_message_ends_it)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    size_t size = framed_make(bytes, 1, "www");
    client_send(client, bytes, 1);
    bed_turn(&bed);
    for (unsigned i = 1; i < 4; i++) {
        bed_pass(&bed, TCP_PROGRESS_MS / 4);
        client_send(client, bytes + i, 1);
        bed_turn(&bed);
    }
    cr_assert_lt(4, size);
    bed_pass(&bed, TCP_PROGRESS_MS / 4 - 1);
    cr_assert_eq(bed_used(&bed), 1);
    bed_pass(&bed, 1);
    cr_assert_eq(bed_used(&bed), 0);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_STALLED), 1);
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, a_long_message_may_take_its_time_while_it_progresses)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    memset(bytes, 0, 20000);
    framing_prefix(bytes, 20000 - 2);
    question_make(bytes + 2, 3, "www");
    for (unsigned at = 0; at < 20000; at += 2000) {
        cr_assert_eq(bed_used(&bed), 1);
        client_send(client, bytes + at, 2000);
        bed_turn(&bed);
        cr_assert_eq(atomic_load(&bed.buffers_used), at + 2000 < 20000 ? 1 : 0);
        bed_pass(&bed, TCP_PROGRESS_MS - 1);
    }
    cr_assert_geq(client_take(client, bytes, sizeof bytes), 14);
    close(client);
    bed_end(&bed);
}

/** Asks for large answers until the socket takes no more. */
static unsigned stop_up(int client, unsigned count)
{
    static uint8_t questions[4096];
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        size += framed_make(questions + size, (uint16_t)i, "big");
    }
    client_send(client, questions, size);
    bed_turn(&bed);
    return count;
}

Test(tcp_connection, a_client_that_does_not_read_is_waited_for)
{
    bed_begin(&bed, 4, 4);
    struct tcp_connection *connection = NULL;
    int client = bed_connect(&bed, 1, &connection);
    unsigned count = stop_up(client, 40); /* 2.4 MB of answers */
    cr_assert_not_null(connection->output);
    uint32_t held = connection->input_size;
    cr_assert_gt(held, 0, "the other questions wait");

    /* Nothing more is read from it meanwhile. */
    client_send(client, bytes, framed_make(bytes, (uint16_t)count, "www"));
    bed_turn(&bed);
    cr_assert_eq(connection->input_size, held);

    /* Then it reads, and all answers come in their order. */
    static uint8_t answers[4 << 20];
    size_t got = 0;
    for (unsigned i = 0; i < 1000; i++) {
        ssize_t taken = client_take(client, answers + got, sizeof answers - got);
        got += taken > 0 ? (size_t)taken : 0;
        bed_turn(&bed);
    }
    cr_assert_eq(answers_check(answers, got, 0), count + 1);
    cr_assert_eq(atomic_load(&bed.buffers_used), 0);
    cr_assert_eq(connection->list, TCP_LIST_IDLE);
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, a_client_that_never_reads_ends)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    stop_up(client, 40);
    bed_pass(&bed, TCP_PROGRESS_MS - 1);
    cr_assert_eq(bed_used(&bed), 1);
    bed_pass(&bed, 1);
    cr_assert_eq(bed_used(&bed), 0);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_STALLED), 1);
    cr_assert_eq(atomic_load(&bed.buffers_used), 0);
    close(client);
    bed_end(&bed);
}

Test(tcp_connection, a_client_that_goes_while_it_is_waited_for)
{
    bed_begin(&bed, 4, 4);
    int client = bed_connect(&bed, 1, NULL);
    stop_up(client, 40);
    close(client);
    bed_turn(&bed);
    cr_assert_eq(bed_used(&bed), 0);
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_BY_CLIENT), 1);
    bed_end(&bed);
}

Test(tcp_connection, buffers_run_out_one_by_one)
{
    bed_begin(&bed, TCP_BUFFERS_MAX + 1, TCP_BUFFERS_MAX + 1);
    int clients[TCP_BUFFERS_MAX + 1];
    memset(bytes, 0, 1000);
    framing_prefix(bytes, 2000);
    for (unsigned i = 0; i <= TCP_BUFFERS_MAX; i++) {
        clients[i] = bed_connect(&bed, 1, NULL);
        client_send(clients[i], bytes, 1000);
        bed_turn(&bed);
        cr_assert_eq(atomic_load(&bed.buffers_used), i < TCP_BUFFERS_MAX ? i + 1 : TCP_BUFFERS_MAX);
    }
    cr_assert_eq(bed_used(&bed), TCP_BUFFERS_MAX);
    cr_assert(client_closed(clients[TCP_BUFFERS_MAX]));
    cr_assert_eq(bed_ended(&bed, TCP_ENDED_BUFFERS), 1);
    cr_assert_eq(bed_refused(&bed, TCP_REFUSED_BUFFERS), 1);
    for (unsigned i = 0; i <= TCP_BUFFERS_MAX; i++) {
        close(clients[i]);
    }
    bed_end(&bed);
}

Test(tcp_connection, a_failed_read_or_write_ends_it)
{
    bed_begin(&bed, 4, 4);
    const enum fault_point points[] = {FAULT_READ, FAULT_WRITE};
    for (unsigned i = 0; i < 2; i++) {
        int client = bed_connect(&bed, 1, NULL);
        client_send(client, bytes, framed_make(bytes, 1, "www"));
        fault_arm(points[i], 1, 1);
        bed_turn(&bed);
        if (!fault_struck(points[i])) {
            bed_end(&bed);
            cr_skip("built without fault injection");
        }
        cr_assert_eq(bed_used(&bed), 0);
        cr_assert_eq(bed_ended(&bed, TCP_ENDED_ERROR), i + 1);
        fault_disarm_all();
        close(client);
    }
    bed_end(&bed);
}

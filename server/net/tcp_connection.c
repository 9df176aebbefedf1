// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_connection.h"

#include "alloc/fault.h"
#include "server/wire/framing.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void tcp_connection_end(struct tcp_connection *connection, enum tcp_ending ending)
{
    struct tcp_worker *worker = connection->worker;
    counter_increment(worker->options.counters->tcp_ended[ending]);
    net_poll_remove(worker->options.poll, connection->fd, &connection->watch);
    close(connection->fd);
    connection->fd = -1;
    tcp_worker_delist(connection);
    tcp_worker_buffer_give(worker, &connection->input);
    tcp_worker_buffer_give(worker, &connection->output);
    tcp_table_give(worker->options.table, connection);
}

/** END, for the functions below: the connection is gone. */
static enum result ended(struct tcp_connection *connection, enum tcp_ending ending)
{
    tcp_connection_end(connection, ending);
    return END;
}

static enum result ended_by_errno(struct tcp_connection *connection, int number)
{
    bool client = number == ECONNRESET || number == EPIPE || number == ETIMEDOUT;
    return ended(connection, client ? TCP_ENDED_BY_CLIENT : TCP_ENDED_ERROR);
}

/** Bytes the socket took, 0 when it takes none now, -1 with errno. */
static ssize_t give_to_socket(int fd, const uint8_t *bytes, size_t size)
{
    if (fault_strikes(FAULT_WRITE)) {
        errno = EIO;
        return -1;
    }
    ssize_t sent = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/**
 * Sends the collected answers.
 *
 * returns   OK: all are gone; FULL: the rest waits in the connection's buffer; END
 */
static enum result answers_send(struct tcp_connection *connection)
{
    struct tcp_worker *worker = connection->worker;
    size_t size = worker->answers_size;
    worker->answers_size = 0;
    if (size == 0) {
        return OK;
    }
    ssize_t sent = give_to_socket(connection->fd, worker->answers, size);
    if (sent < 0) {
        return ended_by_errno(connection, errno);
    }
    size_t rest = size - (size_t)sent;
    if (rest == 0) {
        return OK;
    }
    connection->output = tcp_worker_buffer_take(worker);
    if (connection->output == NULL) {
        return ended(connection, TCP_ENDED_BUFFERS);
    }
    memcpy(connection->output, worker->answers + sent, rest);
    connection->output_at = 0;
    connection->output_size = (uint32_t)rest;
    return FULL;
}

/** Puts an answer behind the others, with its prefix. OK; FULL or END: it did not fit. */
static enum result answer_append(struct tcp_connection *connection, const uint8_t *response,
                                 size_t size)
{
    struct tcp_worker *worker = connection->worker;
    if (worker->answers_size + FRAMING_PREFIX_BYTES + size > TCP_BUFFER_BYTES) {
        enum result result = answers_send(connection);
        if (result != OK) {
            return result;
        }
    }
    uint8_t *to = worker->answers + worker->answers_size;
    framing_prefix(to, size);
    memcpy(to + FRAMING_PREFIX_BYTES, response, size);
    worker->answers_size += FRAMING_PREFIX_BYTES + size;
    return OK;
}

/** Collects the next whole messages; `ret_result` is framing's about what follows them. */
static unsigned messages_collect(struct tcp_connection *connection, struct reader *stream,
                                 enum result *ret_result)
{
    struct tcp_worker *worker = connection->worker;
    unsigned count_max = connection->large ? 1 : TCP_BATCH_MAX;
    unsigned count = 0;
    *ret_result = OK;
    while (count < count_max) {
        const uint8_t *packet = NULL;
        size_t size = 0;
        *ret_result = framing_next(stream, &packet, &size);
        if (*ret_result != OK) {
            break;
        }
        worker->messages[count] = (struct query_message){
            .packet = packet,
            .packet_size = size,
            .client = &connection->client,
            .transport = TRANSPORT_TCP,
            .response = worker->rooms + count * (size_t)TCP_ANSWER_STRIDE,
            .response_max = UINT16_MAX,
        };
        count++;
    }
    return count;
}

/**
 * Answers one batch.
 *
 * returns   OK: there may be more; MORE: what is left is no whole message; FULL: the client must
 *           take its answers first; ERROR_SYNTAX: nothing behind this can be trusted; END
 */
static enum result batch_answer(struct tcp_connection *connection, struct reader *stream)
{
    struct tcp_worker *worker = connection->worker;
    enum result result = OK;
    unsigned count = messages_collect(connection, stream, &result);
    if (count > 0) {
        query_batch(worker->options.query, worker->messages, count);
    }
    for (unsigned i = 0; i < count; i++) {
        const struct query_message *message = &worker->messages[i];
        if (message->response_size == 0) {
            return ERROR_SYNTAX;
        }
        enum result appended = answer_append(connection, message->response, message->response_size);
        if (appended == FULL) {
            /* It and those behind it are answered anew when there is room: answers this large come
             * one at a time from now on. */
            stream->at = (size_t)(message->packet - FRAMING_PREFIX_BYTES - stream->base);
            connection->large = true;
        }
        if (appended != OK) {
            return appended;
        }
    }
    return result;
}

/** Answers all whole messages, sends the answers. MORE, FULL or END. */
static enum result stream_answer(struct tcp_connection *connection, struct reader *stream)
{
    enum result result = OK;
    while (result == OK) { /* each round consumes a message of a bounded buffer */
        result = batch_answer(connection, stream);
    }
    if (result == MORE || result == ERROR_SYNTAX) {
        enum result sent = answers_send(connection);
        if (sent == END) {
            return END;
        }
        if (result == ERROR_SYNTAX) {
            return ended(connection, TCP_ENDED_FRAMING);
        }
        result = sent == OK ? MORE : FULL;
    }
    return result;
}

/** Keeps what was not consumed, in the slot or in a buffer. OK or END. */
static enum result rest_keep(struct tcp_connection *connection, const struct reader *stream)
{
    struct tcp_worker *worker = connection->worker;
    size_t size = reader_left(stream);
    const uint8_t *rest = stream->base + stream->at;
    connection->input_size = (uint32_t)size;
    if (size <= TCP_HELD_BYTES) {
        memcpy(connection->held, rest, size);
        tcp_worker_buffer_give(worker, &connection->input);
        return OK;
    }
    if (connection->input == NULL) {
        connection->input = tcp_worker_buffer_take(worker);
        if (connection->input == NULL) {
            return ended(connection, TCP_ENDED_BUFFERS);
        }
    }
    memmove(connection->input, rest, size);
    return OK;
}

static enum result await(struct tcp_connection *connection, uint32_t events)
{
    struct net_poll *poll = connection->worker->options.poll;
    if (net_poll_change(poll, connection->fd, events, &connection->watch) != OK) {
        return ended(connection, TCP_ENDED_ERROR);
    }
    return OK;
}

/** What the bytes received so far, `fresh` of them new, lead to. */
static void consume(struct tcp_connection *connection, struct reader *stream, size_t fresh,
                    uint64_t now_ms)
{
    enum result result = stream_answer(connection, stream);
    bool answered = stream->at > 0;
    if (result == END || rest_keep(connection, stream) == END) {
        return;
    }
    if (result == FULL) {
        tcp_worker_enlist(connection, TCP_LIST_BUSY, now_ms);
        enum result waiting = await(connection, EPOLLOUT);
        (void)waiting; /* gone or not, nothing is left to do */
        return;
    }
    if (connection->input_size == 0) {
        tcp_worker_enlist(connection, TCP_LIST_IDLE, now_ms);
        return;
    }
    connection->progress += (uint32_t)fresh;
    if (answered || connection->list != TCP_LIST_BUSY ||
        connection->progress >= TCP_PROGRESS_BYTES) {
        tcp_worker_enlist(connection, TCP_LIST_BUSY, now_ms);
    }
}

/** The bytes held so far, in a buffer with room to read on behind them. */
static uint8_t *held_bring(struct tcp_connection *connection, size_t *ret_room)
{
    if (connection->input != NULL) {
        *ret_room = TCP_BUFFER_BYTES - connection->input_size;
        return connection->input;
    }
    memcpy(connection->worker->scratch, connection->held, connection->input_size);
    *ret_room = TCP_READ_BYTES;
    return connection->worker->scratch;
}

static void receive(struct tcp_connection *connection, uint64_t now_ms)
{
    size_t room = 0;
    uint8_t *base = held_bring(connection, &room);
    ssize_t received = -1;
    if (fault_strikes(FAULT_READ)) {
        errno = EIO;
    } else {
        received = recv(connection->fd, base + connection->input_size, room, MSG_DONTWAIT);
    }
    if (received < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            enum result result = ended_by_errno(connection, errno);
            (void)result;
        }
        return;
    }
    if (received == 0) {
        tcp_connection_end(connection, TCP_ENDED_BY_CLIENT);
        return;
    }
    struct reader stream = reader_over(base, connection->input_size + (size_t)received);
    consume(connection, &stream, (size_t)received, now_ms);
}

/** The client has room again: what waits goes out, then what was received meanwhile is answered. */
static void drain(struct tcp_connection *connection, uint64_t now_ms)
{
    ssize_t sent = give_to_socket(connection->fd, connection->output + connection->output_at,
                                  connection->output_size - connection->output_at);
    if (sent < 0) {
        enum result result = ended_by_errno(connection, errno);
        (void)result;
        return;
    }
    connection->output_at += (uint32_t)sent;
    connection->progress += (uint32_t)sent;
    if (connection->output_at < connection->output_size) {
        if (connection->progress >= TCP_PROGRESS_BYTES) {
            tcp_worker_enlist(connection, TCP_LIST_BUSY, now_ms);
        }
        return;
    }
    tcp_worker_buffer_give(connection->worker, &connection->output);
    if (await(connection, EPOLLIN) == END) {
        return;
    }
    size_t room = 0;
    uint8_t *base = held_bring(connection, &room);
    struct reader stream = reader_over(base, connection->input_size);
    consume(connection, &stream, TCP_PROGRESS_BYTES, now_ms);
}

static void connection_ready(struct net_watch *watch, uint32_t events, uint64_t now_ms)
{
    struct tcp_connection *connection = (struct tcp_connection *)watch; /* its first member */
    (void)events; /* errors show when reading or sending */
    if (connection->output != NULL) {
        drain(connection, now_ms);
    } else {
        receive(connection, now_ms);
    }
}

void tcp_connection_begin(struct tcp_connection *connection, uint64_t now_ms)
{
    connection->watch.ready = connection_ready;
    tcp_worker_enlist(connection, TCP_LIST_IDLE, now_ms);
    struct net_poll *poll = connection->worker->options.poll;
    if (net_poll_add(poll, connection->fd, EPOLLIN, &connection->watch) != OK) {
        tcp_connection_end(connection, TCP_ENDED_ERROR);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/net/tcp_worker.h"

#include "server/net/tcp_accept.h"
#include "server/net/tcp_connection.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

static_assert(TCP_BATCH_MAX <= QUERY_BATCH_MAX, "a batch is handed over whole");
static_assert(TCP_BUFFER_BYTES >= 65535u + 2u + 1u, "a whole message, and room to read on");
static_assert(TCP_BUFFER_BYTES >= TCP_HELD_BYTES + TCP_READ_BYTES, "what is left over is kept");

static size_t struct_bytes(void)
{
    return (sizeof(struct tcp_worker) + 63) / 64 * 64;
}

static size_t region_bytes(void)
{
    return struct_bytes() + 2 * (size_t)TCP_BUFFER_BYTES +
           (size_t)TCP_BATCH_MAX * TCP_ANSWER_STRIDE;
}

size_t tcp_worker_cost_bytes(void)
{
    size_t mapped = (region_bytes() + 4095) / 4096 * 4096;
    return mapped + slab_cost_bytes(TCP_BUFFERS_MAX, TCP_BUFFER_BYTES);
}

enum result tcp_worker_create(const struct tcp_worker_options *options,
                              struct tcp_worker **ret_worker)
{
    struct region region = {0};
    enum result result = region_open(&region, ACCOUNT_NETWORK, region_bytes(),
                                     (struct region_options){.populate = true});
    if (result != OK) {
        return result;
    }
    struct tcp_worker *worker = region.base;
    worker->options = *options;
    worker->region = region;
    worker->scratch = (uint8_t *)region.base + struct_bytes();
    worker->answers = worker->scratch + TCP_BUFFER_BYTES;
    worker->rooms = worker->answers + TCP_BUFFER_BYTES;
    worker->resume_ms = UINT64_MAX;
    atomic_init(&worker->oldest_ms, UINT64_MAX);
    worker->reserve = tcp_reserve_open();
    result = worker->reserve >= 0
                 ? slab_create(ACCOUNT_NETWORK, TCP_BUFFERS_MAX, TCP_BUFFER_BYTES, &worker->buffers)
                 : REFUSED_SOCKET;
    if (result != OK) {
        tcp_worker_destroy(worker);
        return result;
    }
    *ret_worker = worker;
    return OK;
}

void tcp_worker_destroy(struct tcp_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    assert(worker->idle.first == NULL && worker->busy.first == NULL && worker->listeners == NULL);
    if (worker->reserve >= 0) {
        close(worker->reserve);
    }
    if (worker->buffers != NULL) {
        slab_destroy(worker->buffers);
    }
    struct region region = worker->region; /* the worker lies inside it */
    region_close(&region);
}

static struct tcp_list *list_of(struct tcp_worker *worker, enum tcp_list_kind list)
{
    return list == TCP_LIST_IDLE ? &worker->idle : &worker->busy;
}

static void oldest_publish(struct tcp_worker *worker)
{
    uint64_t oldest = worker->idle.first == NULL ? UINT64_MAX : worker->idle.first->deadline_ms;
    atomic_store_explicit(&worker->oldest_ms, oldest, memory_order_relaxed);
}

void tcp_worker_delist(struct tcp_connection *connection)
{
    if (connection->list == TCP_LIST_NONE) {
        return;
    }
    struct tcp_worker *worker = connection->worker;
    struct tcp_list *list = list_of(worker, connection->list);
    if (connection->previous == NULL) {
        list->first = connection->next;
    } else {
        connection->previous->next = connection->next;
    }
    if (connection->next == NULL) {
        list->last = connection->previous;
    } else {
        connection->next->previous = connection->previous;
    }
    connection->list = TCP_LIST_NONE;
    oldest_publish(worker);
}

void tcp_worker_enlist(struct tcp_connection *connection, enum tcp_list_kind kind, uint64_t now_ms)
{
    struct tcp_worker *worker = connection->worker;
    tcp_worker_delist(connection);
    struct tcp_list *list = list_of(worker, kind);
    connection->list = (uint8_t)kind;
    connection->deadline_ms = now_ms + (kind == TCP_LIST_IDLE ? TCP_IDLE_MS : TCP_PROGRESS_MS);
    connection->progress = 0;
    connection->next = NULL;
    connection->previous = list->last;
    if (list->last == NULL) {
        list->first = connection;
    } else {
        list->last->next = connection;
    }
    list->last = connection;
    oldest_publish(worker);
}

uint8_t *tcp_worker_buffer_take(struct tcp_worker *worker)
{
    uint8_t *buffer = slab_take(worker->buffers);
    if (buffer == NULL) {
        counter_increment(worker->options.counters->tcp_refused[TCP_REFUSED_BUFFERS]);
        return NULL;
    }
    atomic_fetch_add_explicit(worker->options.buffers_used, 1, memory_order_relaxed);
    return buffer;
}

void tcp_worker_buffer_give(struct tcp_worker *worker, uint8_t **buffer)
{
    if (*buffer != NULL) {
        slab_give(worker->buffers, *buffer);
        atomic_fetch_sub_explicit(worker->options.buffers_used, 1, memory_order_relaxed);
        *buffer = NULL;
    }
}

enum result tcp_worker_listen(struct tcp_worker *worker, struct tcp_listener *listener)
{
    assert(listener->worker == NULL);
    listener->watch.ready = tcp_accept_ready;
    if (worker->resume_ms == UINT64_MAX &&
        net_poll_add(worker->options.poll, listener->fd, EPOLLIN, &listener->watch) != OK) {
        return REFUSED_SOCKET;
    }
    listener->worker = worker;
    listener->next = worker->listeners;
    worker->listeners = listener;
    return OK;
}

void tcp_worker_unlisten(struct tcp_listener *listener)
{
    struct tcp_worker *worker = listener->worker;
    if (worker == NULL) {
        return;
    }
    net_poll_remove(worker->options.poll, listener->fd, &listener->watch);
    struct tcp_listener **link = &worker->listeners;
    while (*link != listener) {
        link = &(*link)->next;
    }
    *link = listener->next;
    listener->worker = NULL;
}

void tcp_worker_pause(struct tcp_worker *worker, uint64_t now_ms, uint32_t pause_ms)
{
    if (worker->resume_ms == UINT64_MAX) {
        for (struct tcp_listener *at = worker->listeners; at != NULL; at = at->next) {
            net_poll_remove(worker->options.poll, at->fd, &at->watch);
        }
    }
    worker->resume_ms = now_ms + pause_ms;
}

static void resume(struct tcp_worker *worker, uint64_t now_ms)
{
    worker->resume_ms = UINT64_MAX;
    for (struct tcp_listener *at = worker->listeners; at != NULL; at = at->next) {
        if (net_poll_add(worker->options.poll, at->fd, EPOLLIN, &at->watch) != OK) {
            tcp_worker_pause(worker, now_ms, TCP_PAUSE_SYSTEM_MS); /* the next try */
            return;
        }
    }
}

void tcp_worker_expire(struct tcp_worker *worker, uint64_t now_ms)
{
    while (worker->idle.first != NULL && worker->idle.first->deadline_ms <= now_ms) {
        tcp_connection_end(worker->idle.first, TCP_ENDED_IDLE);
    }
    while (worker->busy.first != NULL && worker->busy.first->deadline_ms <= now_ms) {
        tcp_connection_end(worker->busy.first, TCP_ENDED_STALLED);
    }
    if (worker->resume_ms <= now_ms) {
        resume(worker, now_ms);
    }
}

uint64_t tcp_worker_due_ms(const struct tcp_worker *worker)
{
    uint64_t due = worker->resume_ms;
    if (worker->idle.first != NULL && worker->idle.first->deadline_ms < due) {
        due = worker->idle.first->deadline_ms;
    }
    if (worker->busy.first != NULL && worker->busy.first->deadline_ms < due) {
        due = worker->busy.first->deadline_ms;
    }
    return due;
}

bool tcp_worker_evict(struct tcp_worker *worker)
{
    if (worker->idle.first == NULL) {
        return false;
    }
    counter_increment(worker->options.counters->tcp_refused[TCP_REFUSED_EVICTED]);
    tcp_connection_end(worker->idle.first, TCP_ENDED_EVICTED);
    return true;
}

uint64_t tcp_worker_oldest_ms(const struct tcp_worker *worker)
{
    return atomic_load_explicit(&worker->oldest_ms, memory_order_relaxed);
}

void tcp_worker_end_all(struct tcp_worker *worker, enum tcp_ending ending)
{
    while (worker->idle.first != NULL) {
        tcp_connection_end(worker->idle.first, ending);
    }
    while (worker->busy.first != NULL) {
        tcp_connection_end(worker->busy.first, ending);
    }
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/slab.h"
#include "server/net/net_counters.h"
#include "server/net/tcp_table.h"
#include "server/query/query.h"

/**
 * One worker's part in TCP: its buffers, its connections in the order of their deadlines, and what
 * it does when too many come.
 *
 * RFC 7766. A connection is served where it was accepted. Idle ones end after TCP_IDLE_MS; a
 * message, or an answer that waits for its client, must progress within TCP_PROGRESS_MS, which
 * means TCP_PROGRESS_BYTES or all that is missing: a byte now and then is no progress. When all
 * slots are taken the connection that has been idle longest gives way: this worker's, and when it
 * has none, another's (`want_room`). When nobody has one, the new connection is closed at once.
 *
 * Accepting never spins: when the system has no descriptor, one is kept in reserve to accept and
 * close with, and then (as when all slots are taken) the listeners rest for a while. Clients wait
 * in the backlog meanwhile.
 *
 * Deadlines need no timer for each connection: two lists, each with one time-out, are in the order
 * of their deadlines by themselves. Time comes in as a parameter.
 *
 * Thread: the worker, except tcp_worker_oldest_ms(). No allocation after tcp_worker_create().
 * Cost: tcp_worker_cost_bytes(), account `network`; the slots are the table's.
 */
#define TCP_IDLE_MS 10000u
#define TCP_PROGRESS_MS 2000u
#define TCP_PROGRESS_BYTES 1024u
#define TCP_ACCEPTS_PER_TURN 16u
#define TCP_PAUSE_FULL_MS 20u    /* no slot, and none idle */
#define TCP_PAUSE_ASKED_MS 5u    /* another worker was asked to let one go */
#define TCP_PAUSE_SYSTEM_MS 100u /* the system had no descriptor */
#define TCP_READ_BYTES 16384u    /* read at once: some 400 questions */
/* One message and a half, and the unit of the pool: 65535 bytes, their prefix, and room to read on.
 */
#define TCP_BUFFER_BYTES 67584u
#define TCP_BUFFERS_MAX 16u /* of the pool, for each worker */
#define TCP_BATCH_MAX 16u   /* answered at once, at most QUERY_BATCH_MAX */
/* Between two answers' rooms; not a power of two, so that they do not share cache sets. */
#define TCP_ANSWER_STRIDE (65536u + 192u)

/** A listening socket, watched by one worker at a time. */
struct tcp_listener {
    struct net_watch watch;
    struct tcp_worker *worker; /* borrowed (its worker's, while it listens); NULL: not watched */
    struct tcp_listener *next; /* of its worker's */
    int fd;                    /* borrowed (the lane's) */
};

struct tcp_list {
    struct tcp_connection *first; /* the earliest deadline */
    struct tcp_connection *last;
};

struct tcp_worker_options {
    struct tcp_table *table;             /* borrowed (until destroyed) */
    const struct net_counters *counters; /* borrowed (until destroyed) */
    struct query_worker *query;          /* borrowed (until destroyed) */
    struct net_poll *poll;               /* borrowed (until destroyed) */
    _Atomic uint32_t *buffers_used;      /* shared gauge of all workers' pools */
    /** Asks another worker to let an idle connection go. False: none has one. NULL: no others. */
    bool (*want_room)(void *context);
    void *context;
};

struct tcp_worker {
    struct tcp_worker_options options;
    struct region region; /* owned: this struct, the scratch buffers, the answers' rooms */
    struct slab *buffers; /* owned: the pool */
    uint8_t *scratch;     /* what is read when a connection holds no buffer */
    uint8_t *answers;     /* what is sent: answers behind each other, each with its prefix */
    uint8_t *rooms;       /* TCP_BATCH_MAX answers as they are composed */
    size_t answers_size;
    struct query_message messages[TCP_BATCH_MAX];
    struct tcp_list idle;
    struct tcp_list busy;
    struct tcp_listener *listeners;
    uint64_t resume_ms;         /* when the listeners are watched again; UINT64_MAX: they are */
    int reserve;                /* owned: a descriptor to give up when the system has none */
    _Atomic uint64_t oldest_ms; /* relaxed: the deadline of the longest idle */
};

/** OK; REFUSED_MEMORY; REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result tcp_worker_create(const struct tcp_worker_options *options,
                                                struct tcp_worker **ret_worker);
/** Its connections have ended and its listeners have stopped. Accepts NULL. */
void tcp_worker_destroy(struct tcp_worker *worker);
size_t tcp_worker_cost_bytes(void);

/** Accepts from a socket, from now on. OK or REFUSED_SOCKET. */
RESULT_MUST_CHECK enum result tcp_worker_listen(struct tcp_worker *worker,
                                                struct tcp_listener *listener);
/** Accepts no more from it; its connections stay. One that does not listen is ignored. */
void tcp_worker_unlisten(struct tcp_listener *listener);
/** Ends what has passed its deadline, watches listeners that rested long enough. */
void tcp_worker_expire(struct tcp_worker *worker, uint64_t now_ms);
/** When tcp_worker_expire() has something to do next; UINT64_MAX: nothing is there. */
uint64_t tcp_worker_due_ms(const struct tcp_worker *worker);
/** Ends the connection that has been idle longest, in favour of another. False: none is idle. */
bool tcp_worker_evict(struct tcp_worker *worker);
/** The deadline of the longest idle connection, UINT64_MAX when none is. Any thread. */
uint64_t tcp_worker_oldest_ms(const struct tcp_worker *worker);
/** Ends all connections. */
void tcp_worker_end_all(struct tcp_worker *worker, enum tcp_ending ending);

/* For tcp_connection.c and tcp_accept.c. */

/** Puts the connection at the end of a list, with the list's time-out from now. */
void tcp_worker_enlist(struct tcp_connection *connection, enum tcp_list_kind kind, uint64_t now_ms);
/** Out of its list. */
void tcp_worker_delist(struct tcp_connection *connection);
/** A buffer of TCP_BUFFER_BYTES, or NULL (counted as a refusal). */
uint8_t *tcp_worker_buffer_take(struct tcp_worker *worker);
/** Gives it back and makes it NULL; accepts NULL. */
void tcp_worker_buffer_give(struct tcp_worker *worker, uint8_t **buffer);
/** The listeners rest until now + `pause_ms`. */
void tcp_worker_pause(struct tcp_worker *worker, uint64_t now_ms, uint32_t pause_ms);

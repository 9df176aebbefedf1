// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * A run: its options, its pace, and the two transports that carry it.
 *
 * Closed loop (rate 0): as many questions under way as the window allows. Open loop (rate N): N
 * questions a second whatever the answers do; latency then counts from the moment a question was
 * due, so that a server that stalls is charged for what it kept waiting.
 *
 * One thread, run to completion; all buffers are static and sized by the constants below.
 */
#include "bench/load/load_flight.h"
#include "bench/load/load_totals.h"

#include <sys/socket.h>

#define LOAD_BATCH 64U         /* messages a system call */
#define LOAD_SOCKETS_MAX 256U  /* UDP sockets, TCP connections */
#define LOAD_RATE_MAX 2000000U /* questions a second */
#define LOAD_SECONDS_MAX 3600U
#define LOAD_TIMEOUT_MS_MAX 30000U
#define LOAD_SWEEP_NS UINT64_C(20000000) /* how often lost questions are looked for */

struct load_options {
    struct sockaddr_storage server;
    socklen_t server_size;
    uint32_t sockets;    /* 1..LOAD_SOCKETS_MAX */
    uint32_t window;     /* questions under way per socket, 1..LOAD_SLOTS_MAX */
    uint32_t rate;       /* questions a second; 0: closed loop */
    uint64_t count_max;  /* questions; 0: only the time ends the run */
    uint64_t seconds_ms; /* how long to send, milliseconds */
    uint32_t timeout_ms; /* after which a question is lost */
    uint32_t sample;     /* each n-th answer is walked; 0: none */
};

/** What may be sent now: the pace of one run. */
struct load_pace {
    const struct load_options *options;
    const struct load_questions *questions;
    struct load_totals *totals;
    uint64_t start_ns;
    uint64_t stop_ns;
    uint64_t due;      /* questions that were due so far, in open loop */
    uint64_t sweep_ns; /* next look for lost ones */
    uint32_t next_question;
};

void load_pace_start(struct load_pace *pace, const struct load_options *options,
                     const struct load_questions *questions, struct load_totals *totals);

/** Has the sending ended? */
int load_pace_is_over(const struct load_pace *pace, uint64_t now_ns);

/**
 * How many questions may be sent now, at most `room`.
 *
 * In open loop it counts those that became due; load_pace_due_ns() tells when each was.
 */
uint32_t load_pace_allows(struct load_pace *pace, uint64_t now_ns, uint32_t room);

/** The moment from which the next question's latency counts; the question counts as sent after it.
 */
uint64_t load_pace_due_ns(struct load_pace *pace, uint64_t now_ns);

/** The index of the next question of the list, round and round. */
uint32_t load_pace_next_question(struct load_pace *pace);

/** Is it time to look for lost questions? True once per LOAD_SWEEP_NS. */
int load_pace_wants_sweep(struct load_pace *pace, uint64_t now_ns);

/** The send time before which a question counts as lost. */
uint64_t load_pace_lost_before_ns(const struct load_pace *pace, uint64_t now_ns);

/** Runs over UDP, or TCP. REFUSED_SOCKET, ERROR_IO when there is nobody to talk to. */
RESULT_MUST_CHECK enum result load_udp_run(struct load_pace *pace);
RESULT_MUST_CHECK enum result load_tcp_run(struct load_pace *pace);

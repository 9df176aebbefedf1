// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * What a run counted, and its report.
 *
 * sent = answered + lost, once a run is over; every answer that was matched is in exactly one of
 * the verdicts and one of the response codes. One thread; fixed size.
 */
#include "bench/load/load_check.h"
#include "bench/load/load_histogram.h"
#include "bench/load/load_types.h"

#include <stdio.h>

struct load_totals {
    uint64_t sent;
    uint64_t answered; /* matched by socket and id */
    uint64_t lost;     /* no answer within the timeout */
    uint64_t stray;    /* came too late, twice, or was never asked */
    uint64_t held;     /* at a fixed rate: due, but every place in the window was taken */
    uint64_t refused;  /* send or receive errors: nobody listens */
    uint64_t reopened; /* TCP connections the server closed during the run */
    uint64_t truncated;
    uint64_t sampled; /* answers whose records were walked */
    uint64_t answer_bytes;
    uint64_t verdicts[CHECK_COUNT];
    uint64_t rcodes[LOAD_RCODES];
    uint64_t first_sent_ns;
    uint64_t last_answer_ns;
    struct load_histogram latency;
};

/** Nanoseconds of CLOCK_MONOTONIC. */
uint64_t load_now_ns(void);

/** Counts a matched answer: its verdict, its code, its size; each `sample`th is walked (0: none).
 */
void load_totals_add_answer(struct load_totals *totals, const struct load_question *question,
                            const uint8_t *answer, size_t size, uint32_t sample);

/** Counts when an answer came and how long it took. */
void load_totals_add_latency(struct load_totals *totals, uint64_t sent_ns, uint64_t now_ns);

/** Writes one JSON object. ERROR_IO when the stream refused it. */
RESULT_MUST_CHECK enum result load_totals_write(const struct load_totals *totals,
                                                const char *transport, FILE *stream);

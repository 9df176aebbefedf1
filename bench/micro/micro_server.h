// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * A whole server without sockets for microbenchmarks: the zone corp.example with 10,000 hosts and
 * one locator set, loaded through the registry from a master file, and one worker's batches.
 *
 * One thread: what job threads would do is done in micro_server_start(). Nothing is given back.
 */
#include "bench/micro/micro_questions.h"
#include "server/query/query.h"

#define MICRO_SERVER_HOSTS 10000U
#define MICRO_LOCATOR "_ldap._tcp.dc.corp.example."

/** Writes the master file, loads it, makes the worker. OK, or what the rooms say. */
RESULT_MUST_CHECK enum result micro_server_start(void);

/**
 * Fills the batch with one question and asks it once: ERROR_SEMANTICS when the answer is not of the
 * kind meant.
 *
 * names     text forms with final dots, QUERY_BATCH_MAX of them
 * rcode     that every answer must have
 * answers   records that every answer section must have
 */
struct micro_batch {
    char names[QUERY_BATCH_MAX][64];
    uint16_t type;
    int edns;
    uint8_t rcode;
    uint8_t answers;
};
RESULT_MUST_CHECK enum result micro_server_prepare(const struct micro_batch *batch);

/** Answers the prepared batch once more. */
void micro_server_answer(void);

// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * Question packets for microbenchmarks: what a member asks of its domain controller.
 *
 * One thread, at set-up; fixed size.
 */
#include "alloc/result.h"

#include <stddef.h>
#include <stdint.h>

#define MICRO_QUESTIONS 64U
#define MICRO_PACKET_MAX 300U

struct micro_question {
    uint8_t packet[MICRO_PACKET_MAX];
    size_t size;
};

/** The text of host number `index` of the domain: "ws-00042.corp.example." */
void micro_host_name(uint32_t index, char *text, size_t size);

/**
 * A question for a name in text form with a final dot.
 *
 * edns      nonzero: with an OPT record of 1232 bytes
 * returns   OK, or what name_from_text() says
 */
RESULT_MUST_CHECK enum result micro_question_make(const char *name, uint16_t type, int edns,
                                                  struct micro_question *ret_question);

// SPDX-License-Identifier: Apache-2.0
/* request_parse() on a question for a host's address with an OPT record. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_questions.h"
#include "server/wire/message.h"

static struct micro_question questions[MICRO_QUESTIONS];

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    for (uint32_t i = 0; i < MICRO_QUESTIONS; i++) {
        char name[64];
        micro_host_name(i, name, sizeof name);
        enum result result = micro_question_make(name, 1, 1, &questions[i]);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

void micro_step(uint32_t round)
{
    const struct micro_question *question = &questions[round % MICRO_QUESTIONS];
    struct request request;
    if (request_parse(question->packet, question->size, &request) != OK) {
        __builtin_trap();
    }
    micro_keep(&request);
}

// SPDX-License-Identifier: Apache-2.0
/* query_batch() on a full batch of questions for a locator set: four SRV and their addresses, with
 * EDNS. */
#include "bench/micro/micro_frame.h"
#include "bench/micro/micro_server.h"

#include <stdio.h>

const uint32_t micro_operations = QUERY_BATCH_MAX;

enum result micro_setup(void)
{
    static struct micro_batch batch = {.type = 33, .edns = 1, .answers = 4};
    for (uint32_t i = 0; i < QUERY_BATCH_MAX; i++) {
        snprintf(batch.names[i], sizeof batch.names[i], "%s", MICRO_LOCATOR);
    }
    enum result result = micro_server_start();
    return result == OK ? micro_server_prepare(&batch) : result;
}

void micro_step(uint32_t round)
{
    (void)round;
    micro_server_answer();
}

// SPDX-License-Identifier: Apache-2.0
/* The loop of the frame: what every other figure contains. */
#include "bench/micro/micro_frame.h"

const uint32_t micro_operations = 1;

enum result micro_setup(void)
{
    return OK;
}

void micro_step(uint32_t round)
{
    micro_keep(&round);
}

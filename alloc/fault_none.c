// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

#include <stddef.h>

/* The build without injection: nothing can be armed and nothing ever strikes. */

void fault_arm(enum fault_point point, uint64_t first, uint64_t count)
{
    (void)point;
    (void)first;
    (void)count;
}

void fault_disarm_all(void)
{
}

bool fault_strikes(enum fault_point point)
{
    (void)point;
    return false;
}

uint64_t fault_passages(enum fault_point point)
{
    (void)point;
    return 0;
}

bool fault_struck(enum fault_point point)
{
    (void)point;
    return false;
}

bool fault_arm_from_text(const char *text)
{
    return text == NULL || text[0] == '\0';
}

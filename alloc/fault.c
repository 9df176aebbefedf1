// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

/* What both builds share; fault_injected.c and fault_none.c are the two halves that differ. */

static const char *const names[FAULT_POINT_COUNT] = {
    [FAULT_CHARGE] = "charge", [FAULT_THREAD] = "thread", [FAULT_SOCKET] = "socket",
    [FAULT_READ] = "read",     [FAULT_WRITE] = "write",   [FAULT_SYNC] = "sync",
};

const char *fault_point_name(enum fault_point point)
{
    return (unsigned)point < FAULT_POINT_COUNT ? names[point] : "unknown";
}

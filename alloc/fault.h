// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

/**
 * Fault injection: makes the Nth charge, thread, socket, read, write or sync fail, once or from
 * then on.
 *
 * Built in two files: fault_injected.c (-Dfault_injection=true) and fault_none.c, where
 * fault_strikes() is always false and setting is ignored. The place that is about to use the
 * resource asks fault_strikes() first and behaves as if the system had refused. Any thread; atomic;
 * no allocation.
 */
enum fault_point {
    FAULT_CHARGE,
    FAULT_THREAD,
    FAULT_SOCKET,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_SYNC,
    FAULT_POINT_COUNT,
};

/** Arms a point: passages `first`, first+1, … first+count-1 (counted from 1 since this call) fail.
 * count 0 disarms. */
void fault_arm(enum fault_point point, uint64_t first, uint64_t count);
/** Disarms all points and zeroes their passages. */
void fault_disarm_all(void);
/** Counts one passage of the point and says whether it must fail. */
bool fault_strikes(enum fault_point point);
/** Passages since the point was armed or disarmed. */
uint64_t fault_passages(enum fault_point point);
/** Whether a strike happened since the point was armed. */
bool fault_struck(enum fault_point point);
/** "charge", "thread", …: the names used by the PLIMSOLL_FAULT environment variable ("charge:17",
 * "write:3+") in builds with injection. */
const char *fault_point_name(enum fault_point point);
/**
 * Arms from the text of the PLIMSOLL_FAULT environment variable: "charge:17" (the 17th only),
 * "write:3+" (from the third on), several with commas. False, and nothing armed, when the text is
 * not understood. NULL and empty text are true. A build without injection returns false for any
 * other.
 */
bool fault_arm_from_text(const char *text);

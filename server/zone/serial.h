// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

/**
 * Serial numbers of zones (RFC 1982): 32 bits that go round. Pure.
 */

/** Whether a is greater than b (RFC 1982 section 3.2). Neither is when they lie 2^31 apart. */
static inline bool serial_is_greater(uint32_t a, uint32_t b)
{
    uint32_t ahead = a - b;
    return ahead != 0 && ahead < 0x80000000u;
}

/** The next serial: one more, and never 0, which some secondaries take for "none". */
static inline uint32_t serial_increment(uint32_t serial)
{
    uint32_t next = serial + 1;
    return next == 0 ? 1 : next;
}

/** `unixtime` seconds if that is greater than the serial, else the next serial. */
static inline uint32_t serial_unixtime(uint32_t serial, uint64_t unixtime)
{
    uint32_t wanted = (uint32_t)unixtime;
    return wanted != 0 && serial_is_greater(wanted, serial) ? wanted : serial_increment(serial);
}

/** The date form YYYYMMDDnn if that is greater than the serial, else the next serial. */
static inline uint32_t serial_date(uint32_t serial, unsigned year, unsigned month, unsigned day)
{
    uint32_t wanted = ((year * 100u + month) * 100u + day) * 100u;
    return serial_is_greater(wanted, serial) ? wanted : serial_increment(serial);
}

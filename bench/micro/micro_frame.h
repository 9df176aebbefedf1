// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The frame of a microbenchmark: a program that does one step COUNT times.
 *
 * A program defines what stands below; micro_frame.c has main(). The harness runs it with two
 * counts under callgrind and divides the difference, so that whatever set-up costs falls out
 * (bench/harness/micro.py). `micro_nothing` is the loop itself.
 *
 * One thread.
 */
#include "alloc/result.h"

#include <stdint.h>

#define MICRO_COUNT_MAX 100000000U

/** Prepares the inputs, once. Anything but OK ends the program with an error. */
RESULT_MUST_CHECK enum result micro_setup(void);

/** Operations that one step does: what the figures are divided by. */
extern const uint32_t micro_operations;

/** Does one step; `round` counts up from 0 and picks an input. */
void micro_step(uint32_t round);

/** Tells the compiler that somebody looks at a result. */
static inline void micro_keep(const void *result)
{
    __asm__ volatile("" : : "r"(result) : "memory");
}

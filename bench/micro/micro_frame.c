// SPDX-License-Identifier: Apache-2.0
#include "bench/micro/micro_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (count == 0 || count > MICRO_COUNT_MAX || *end != '\0') {
        fprintf(stderr, "usage: %s COUNT\nDoes one step COUNT times; see bench/README.md.\n",
                argv[0]);
        return 2;
    }
    enum result result = micro_setup();
    if (result != OK) {
        fprintf(stderr, "%s: set-up failed: result %d\n", argv[0], result);
        return EXIT_FAILURE;
    }
    double start = cpu_ns();
    for (uint32_t round = 0; round < count; round++) {
        micro_step(round);
    }
    double spent = cpu_ns() - start;
    printf("%u operations a step\n%.1f ns an operation\n", micro_operations,
           spent / (double)count / (double)micro_operations);
    return EXIT_SUCCESS;
}

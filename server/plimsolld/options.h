// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stdio.h>

/** The command line of plimsolld. One thread, no allocation. */
enum program_action {
    ACTION_SERVE,
    ACTION_CHECK,
    ACTION_VERSION,
    ACTION_HELP,
};

struct program_options {
    enum program_action action;
    const char *config; /* borrowed (from argv), NULL: the embedded default */
};

/** OK, or ERROR_SYNTAX after saying on standard error what is wrong. */
RESULT_MUST_CHECK enum result options_parse(int argc, char **argv,
                                            struct program_options *ret_options);
void options_help(FILE *out);

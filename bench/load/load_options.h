// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * The command line of the load generator, and the one rule that keeps it harmless: it talks to
 * loopback addresses only.
 */
#include "bench/load/load_run.h"

struct load_arguments {
    struct load_options options;
    const char *questions; /* path */
    const char *compile;   /* path to write the compiled list to, or NULL */
    int tcp;
    int edns;
    int help;
};

/**
 * Reads the command line. ERROR_SYNTAX names the argument at fault on stderr.
 *
 * Defaults: 3 seconds, closed loop, 4 sockets with 64 questions under way each, 1 s until a
 * question is lost, each 64th answer walked.
 */
RESULT_MUST_CHECK enum result load_options_parse(int argc, char **argv,
                                                 struct load_arguments *ret_arguments);

/**
 * Reads `address@port`. ERROR_SYNTAX; ERROR_ACCESS when the address is not a loopback one
 * (127.0.0.0/8, ::1).
 */
RESULT_MUST_CHECK enum result
load_options_address(const char *text, struct sockaddr_storage *ret_address, socklen_t *ret_size);

/** Prints the help text. */
void load_options_help(void);

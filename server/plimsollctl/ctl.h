// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdio.h>

/**
 * plimsollctl: says one command to the control socket and shows what comes back.
 *
 * The command line becomes a request (ctl_options.h, ctl_command.h), the request goes over the
 * socket (ctl_client.h), and each line of the reply is printed as it comes: as it is with --json,
 * else by the command's printer (ctl_print.h). One thread; no memory but jansson's for one line;
 * lines are at most CONTROL_ITEM_BYTES.
 */
enum ctl_exit {
    CTL_EXIT_OK = 0,
    CTL_EXIT_FAILED = 1,
    CTL_EXIT_USAGE = 2,
    CTL_EXIT_NOT_RUNNING = 3,
};

/** Runs a command line. Colours go to `out` when it is a terminal, NO_COLOR is not set and TERM is
 * not "dumb". */
enum ctl_exit ctl_run(int argc, char **argv, FILE *out, FILE *err);

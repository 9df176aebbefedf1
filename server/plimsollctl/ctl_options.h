// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/plimsollctl/ctl_command.h"

/** The command line of plimsollctl. One thread, no allocation. */
enum ctl_action {
    CTL_ACTION_COMMAND,
    CTL_ACTION_HELP, /* of `command`, or of everything */
    CTL_ACTION_VERSION,
};

struct ctl_options {
    enum ctl_action action;
    const struct ctl_command *command; /* NULL: none (help) */
    const char *socket;                /* borrowed (from argv), NULL: look for it */
    bool json;
    struct ctl_arguments arguments;
};

/** OK, or ERROR_SYNTAX after saying on `err` what is wrong. */
RESULT_MUST_CHECK enum result ctl_options_parse(int argc, char **argv, FILE *err,
                                                struct ctl_options *ret_options);
/** Prints the help of one command, or (NULL) of all. */
void ctl_help(FILE *out, const struct ctl_command *command);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/control/control.h"
#include "server/plimsollctl/ctl_print.h"

/**
 * The commands of plimsollctl: a table of words, arguments, help and printers. One thread, no
 * memory.
 */
struct ctl_arguments {
    const char *operand; /* borrowed (from argv): the zone or the pattern; NULL: none */
    bool follow;
    bool counted;
    uint32_t count;
};

enum ctl_operand {
    CTL_OPERAND_NONE,
    CTL_OPERAND_OPTIONAL,
    CTL_OPERAND_NEEDED,
};

struct ctl_command {
    const char *name;    /* one word or two, as the server calls it */
    const char *usage;   /* what follows the name */
    const char *summary; /* one line */
    const char *help;    /* the rest */
    enum ctl_operand operand;
    const char *member;  /* of the request, for the operand */
    bool follows;        /* takes -f and --count */
    ctl_print_fn item;   /* for each item; NULL: there are none */
    ctl_print_fn result; /* for the last line; NULL: nothing to show */
};

/** The command at a position, or NULL past the last. */
const struct ctl_command *ctl_command_at(unsigned position);
/** The command that the words begin with, and how many of them are its name; or NULL. */
const struct ctl_command *ctl_command_find(char *const *words, unsigned count, unsigned *ret_words);
/** Whether some command of two words begins with this one. */
bool ctl_command_is_group(const char *word);
/**
 * Writes the request as a line with its newline.
 *
 * returns   OK; REFUSED_LIMIT: longer than CONTROL_LINE_BYTES; REFUSED_MEMORY; ERROR_SYNTAX: an
 *           operand that is no UTF-8
 */
RESULT_MUST_CHECK enum result ctl_request(const struct ctl_command *command,
                                          const struct ctl_arguments *arguments,
                                          char line[CONTROL_LINE_BYTES + 2u], size_t *ret_size);

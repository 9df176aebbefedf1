// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/ledger.h"

#include <stdio.h>

/**
 * The budget sheet: one commented line per holder of memory, summed per account, held against the
 * load line before anything is taken.
 *
 * The config room fills it from the limits; main prints it and refuses to start (exit 78) when it
 * does not fit. Plain data, no allocation; single thread.
 */
#define BUDGET_LINES_MAX 64
#define BUDGET_TEXT_MAX 96

struct budget_line {
    enum account account;
    char holder[32];              /* "udp batches" */
    char reason[BUDGET_TEXT_MAX]; /* "2 workers x 4 sockets x 64 messages x 4 KiB" */
    size_t bytes;
};

struct budget {
    size_t limit_bytes; /* limits.memory */
    uint32_t line_count;
    struct budget_line lines[BUDGET_LINES_MAX];
};

/** An empty sheet under this line. */
void budget_init(struct budget *budget, size_t limit_bytes);
/**
 * Adds a line; the reason is a printf format. Texts that are too long are cut.
 *
 * returns   OK; REFUSED_LIMIT when the sheet is full: then its total lies, and must not be used
 */
RESULT_MUST_CHECK enum result budget_add(struct budget *budget, enum account account, size_t bytes,
                                         const char *holder, const char *reason_format, ...)
    __attribute__((format(printf, 5, 6)));
/** Sum of all lines; saturates at SIZE_MAX. */
size_t budget_total(const struct budget *budget);
/** Sum of one account's lines; saturates at SIZE_MAX. */
size_t budget_account_total(const struct budget *budget, enum account account);
/** What the line leaves, 0 when nothing. */
size_t budget_left(const struct budget *budget);
/** OK when the total is at most the limit, else REFUSED_MEMORY. */
RESULT_MUST_CHECK enum result budget_check(const struct budget *budget);
/**
 * Prints the sheet as a table with account sums, total, limit and what is left; when it does not
 * fit, names the three largest lines and by how much it fails.
 */
void budget_print(const struct budget *budget, FILE *out);
/** Sets every account's ledger limit to its total on the sheet; without a line, to nothing. */
void budget_apply(const struct budget *budget);
/** "64 KiB", "1.5 MiB": exact where it divides, else one decimal. Returns text. */
const char *budget_size_text(size_t bytes, char text[24]);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/budget.h"
#include "server/config/config.h"
#include "server/net/net.h"
#include "threadpool/threads.h"

/**
 * From a configuration to what it costs: the numbers that `auto` stands for, the options of threads
 * and network, and the budget sheet, one line for each holder. What is not on the sheet has no
 * memory. Control thread, before start; no allocation.
 */
#define SHEET_ZONES_MIN ((size_t)4 << 20) /* less for zones is not worth starting with */
#define SHEET_JOBS_LIMIT 256u             /* places in the job queue */
#define SHEET_MAILBOX_PLACES 256u

/** What the house is built with. */
struct sheet {
    struct budget budget;
    uint16_t workers;
    uint16_t jobs;
    uint32_t descriptors; /* that the process opens at most */
    size_t zones_bytes;
    struct threads_options threads; /* without owner and observer */
    struct net_options net;         /* without the key */
};

/**
 * Derives the sheet. It may not fit: budget_check() says so, and the sheet is complete for
 * printing.
 *
 * returns   OK; REFUSED_LIMIT: the sheet has too few lines (a programmer's miscount)
 */
RESULT_MUST_CHECK enum result sheet_derive(const struct config *config, struct sheet *ret_sheet);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/config.h"
#include "server/plimsolld/sheet.h"

/**
 * The house: every room in the order in which it is opened, and closed again in reverse.
 *
 * Its story: house_open() takes what the sheet declares — counters and events, the threads, the
 * registry, the network's sockets, the statistics endpoint, the control socket — then drops root's
 * rights and puts the zones into force. house_run() turns the control thread's loop until somebody
 * asks to stop; its tick drives loading, late addresses, missing threads, heartbeats and the log.
 * house_close() ends it all; the ledger is even afterwards.
 *
 * Control thread, which is the process's first.
 */
struct house;

struct house_options {
    const char *config_path;   /* borrowed (until closed); NULL: the embedded default, which is not
                                  read again */
    struct config *config;     /* owned from house_open() on, whatever it returns */
    const struct sheet *sheet; /* borrowed (until closed) */
};

/** OK, or why not: REFUSED_MEMORY, REFUSED_THREAD, REFUSED_SOCKET, ERROR_IO, ERROR_EXISTS, …; the
 * events say more, and house_log() prints them. */
RESULT_MUST_CHECK enum result house_open(const struct house_options *options,
                                         struct house **ret_house);
/** Until SIGTERM, SIGINT or the control socket's stop. OK; else what made it end. */
RESULT_MUST_CHECK enum result house_run(struct house *house);
/** Accepts NULL and a house that is open in part. */
void house_close(struct house *house);
/** Prints what the log holds and has not shown yet. */
void house_log(struct house *house);
/** Prints the addresses that are listened on. */
void house_print_addresses(const struct house *house, FILE *out);

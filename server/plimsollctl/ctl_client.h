// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/control/control.h"
#include "server/control/control_path.h"

/**
 * The connection to the control socket: one request out, lines in. One thread; waits in the kernel;
 * memory: this struct.
 */
struct ctl_client {
    int fd;
    size_t used;
    size_t begin;
    char path[CONTROL_PATH_BYTES]; /* that was tried last */
    char buffer[CONTROL_BUFFER_BYTES];
};

/**
 * Connects to the socket at `path`, or, when it is NULL, to the first of the usual places (see
 * control_path.h) where somebody answers.
 *
 * returns   OK; NOT_FOUND: nobody listens there; ERROR_ACCESS; REFUSED_LIMIT: the path is too long;
 *           ERROR_IO (errno tells)
 */
RESULT_MUST_CHECK enum result ctl_client_open(struct ctl_client *client, const char *path);
void ctl_client_close(struct ctl_client *client);
/** OK or ERROR_IO. */
RESULT_MUST_CHECK enum result ctl_client_send(struct ctl_client *client, const char *line,
                                              size_t size);
/**
 * The next line, without its newline, valid until the next call.
 *
 * wait_ms   at most between two pieces; -1: for ever
 * returns   OK; END: the server closed the connection; ERROR_TIMEOUT; REFUSED_LIMIT: a line of more
 *           than CONTROL_BUFFER_BYTES; ERROR_IO
 */
RESULT_MUST_CHECK enum result ctl_client_line(struct ctl_client *client, int wait_ms,
                                              const char **ret_line, size_t *ret_size);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/snapshot.h"

/**
 * Writes a version of a zone as a master file that loads again identically: $ORIGIN, $TTL, the SOA
 * first, each owner once, record data with absolute names.
 *
 * A file is replaced atomically: a temporary file in the same directory, written, synced, renamed,
 * the directory synced. Whatever fails before the rename leaves the old file as it was and removes
 * the temporary one; a crash may leave it behind, and the next write replaces it. The names in the
 * text begin with the case that the zone keeps.
 *
 * Job threads; the caller holds the version. Fault points: FAULT_WRITE before each write and the
 * rename, FAULT_SYNC before each sync. Cost: MASTER_WRITER_BYTES while writing.
 */
#define MASTER_WRITER_BYTES ((size_t)512 * 1024)

/** Takes a piece of the text. OK goes on; anything else ends the writing with it. */
typedef enum result (*master_sink_fn)(void *context, const char *text, size_t size);

/**
 * Streams the text. `buffer`: MASTER_WRITER_BYTES, the caller's.
 *
 * returns   OK; what the sink returned
 */
RESULT_MUST_CHECK enum result master_write(const struct snapshot *snapshot, char *buffer,
                                           master_sink_fn sink, void *context);

/**
 * Writes or replaces the file at `path` (a symbolic link: what it leads to). Mode and owner of an
 * existing file are kept as far as permitted; a new one gets 0644 less the process's mask.
 *
 * account   that the buffer is taken from
 * returns   OK; REFUSED_MEMORY; REFUSED_LIMIT: the path is too long; ERROR_IO: *ret_errno says why
 *           (written in this case only). After an ERROR_IO of the directory's sync the new file
 *           stands, whole, but a power cut may still bring back the old one.
 */
RESULT_MUST_CHECK enum result master_write_file(const struct snapshot *snapshot,
                                                enum account account, const char *path,
                                                int *ret_errno);

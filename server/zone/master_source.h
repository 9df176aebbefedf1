// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/**
 * The files that a load reads: the zone's own and what it includes, one open descriptor each, read
 * in bounded chunks (never mapped: mapped pages would count as resident memory).
 *
 * Only regular files are opened: a pipe in the wrong place would hold a job thread for ever. A file
 * whose size or time of change differs at its end from what they were at its beginning was being
 * written meanwhile, and what was read of it may be half a zone.
 *
 * One thread; the progress may be read by others. Fault point: FAULT_READ. Cost: this struct.
 */
#define MASTER_PATH_BYTES_MAX PATH_MAX
#define MASTER_INCLUDE_DEPTH_MAX 8u /* files below the zone's own; a cycle ends here */

/** How far a load has come, and whether it shall stop. Written with relaxed order: each value
 * stands alone. */
struct master_progress {
    _Atomic uint64_t bytes_read;
    _Atomic uint64_t bytes_total; /* of the files opened so far */
    _Atomic uint64_t records;
    _Atomic bool stop; /* set by anyone; the load ends with ERROR_STATE */
};

struct master_source_file {
    int descriptor; /* owned */
    uint64_t at;    /* offset of the next byte to read */
    off_t size;     /* when it was opened */
    struct timespec changed;
    char path[MASTER_PATH_BYTES_MAX];
};

struct master_source {
    struct master_source_file files[MASTER_INCLUDE_DEPTH_MAX + 1];
    unsigned depth;                   /* files open; the last one is being read */
    char root[MASTER_PATH_BYTES_MAX]; /* resolved directory that includes must not leave */
    bool outside;                     /* they may */
    struct master_progress *progress; /* borrowed (from the caller), never NULL */
    int error;                        /* errno of the last ERROR_IO or ERROR_ACCESS */
};

/** Nothing open. */
void master_source_init(struct master_source *source, struct master_progress *progress);
/** Opens the zone's own file. `outside`: includes may leave its directory. OK; ERROR_IO (see
 * error); ERROR_ACCESS: not a regular file; REFUSED_LIMIT: the path is too long. */
RESULT_MUST_CHECK enum result master_source_open(struct master_source *source, const char *path,
                                                 bool outside);
/**
 * Opens an included file; a relative path starts at the directory of the including file. The
 * including file is gone on with at `resume_at` after master_source_pop.
 *
 * returns   OK; ERROR_IO; ERROR_ACCESS: outside the zone's directory, symbolic links resolved, or
 *           not a regular file; REFUSED_LIMIT: too deep, or the path too long
 */
RESULT_MUST_CHECK enum result master_source_push(struct master_source *source, const char *path,
                                                 size_t path_length, uint64_t resume_at);
/** Closes the file being read. OK; ERROR_STATE: it changed while it was read. */
RESULT_MUST_CHECK enum result master_source_pop(struct master_source *source);
/** Closes all. */
void master_source_close(struct master_source *source);
/** The path of the file being read. */
const char *master_source_path(const struct master_source *source);
/** The offset behind the last byte read of it. */
uint64_t master_source_at(const struct master_source *source);
/** Why opening, including or reading ended with that result, as a sentence's part. */
const char *master_source_reason(const struct master_source *source, enum result result);
/** A lexer_refill_fn; the context is the source. */
RESULT_MUST_CHECK enum result master_source_refill(void *context, char *room, size_t size,
                                                   size_t *ret_size);

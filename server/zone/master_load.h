// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/zone/master_reader.h"
#include "server/zone/zone_edit.h"

/**
 * Loads a master file as the first version of a zone: reads, adds, commits, checks; whole or not at
 * all.
 *
 * The story: master_load_begin, master_load_step until it returns something other than MORE, then
 * master_load_end, which closes everything, also half way. An error refuses the version; warnings
 * do not. Job threads share a long load by putting it back in their queue after each MORE.
 *
 * One thread at a time, the reader included; progress by any. Cost: this struct, the reader's
 * buffers, and the version itself on the heap given.
 */
struct master_load_options {
    const uint8_t *apex; /* wire form; borrowed (until end) */
    struct heap *heap;   /* borrowed (until the version is freed) */
    struct zone_limits limits;
    bool include_outside;
    const char *path; /* the file; NULL: `text`. Borrowed (until end) */
    const char *text; /* a text in memory; borrowed (until end) */
    size_t text_size;
    const char *label;                /* what problems call the text; borrowed (until end) */
    master_problem_fn tell;           /* NULL: problems are only counted */
    void *context;                    /* of `tell` */
    struct master_progress *progress; /* borrowed (until end), or NULL */
};

struct master_load_result {
    uint64_t records;     /* in the version */
    uint64_t read;        /* in the files */
    uint64_t duplicates;  /* passed over */
    uint64_t out_of_zone; /* passed over */
    uint32_t errors;
    uint32_t warnings;
    uint32_t serial;      /* of the version */
    uint64_t duration_ns; /* in the steps, on the monotonic clock */
};

struct master_load {
    struct master_load_options options;
    struct master_reader *reader; /* borrowed (from the caller, until end) */
    struct zone_edit *edit;       /* owned */
    struct master_problems problems;
    struct master_load_result result;
};

/** Opens the file and a transaction. OK; as master_reader_open, told; REFUSED_MEMORY, told. Only
 * after OK is there anything to end. */
RESULT_MUST_CHECK enum result master_load_begin(struct master_load *load,
                                                struct master_reader *reader,
                                                const struct master_load_options *options);

/**
 * Reads on, for at most `records_max` records (1 or more), and at the end of the file commits and
 * checks.
 *
 * returns   OK with *ret_snapshot, one reference, the caller's; MORE: call again; ERROR_SYNTAX,
 *           ERROR_SEMANTICS: errors were told; ERROR_IO, REFUSED_MEMORY, told; ERROR_STATE:
 * stopped, or the file changed, told
 */
RESULT_MUST_CHECK enum result master_load_step(struct master_load *load, uint32_t records_max,
                                               struct snapshot **ret_snapshot);

/** Closes the file and what was not committed; *ret_result (or NULL) says what was done. */
void master_load_end(struct master_load *load, struct master_load_result *ret_result);

/** All three in one, on the calling thread. */
RESULT_MUST_CHECK enum result master_load_zone(struct master_reader *reader,
                                               const struct master_load_options *options,
                                               struct snapshot **ret_snapshot,
                                               struct master_load_result *ret_result);

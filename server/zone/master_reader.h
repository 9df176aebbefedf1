// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/ledger.h"
#include "server/wire/name.h"
#include "server/zone/master_problem.h"
#include "server/zone/master_source.h"

/**
 * Reads a master file into records: RFC 1035 section 5 whole, $TTL (RFC 2308 section 4), $INCLUDE,
 * unknown types and classes (RFC 3597), and what BIND adds: $GENERATE with offset, width and base,
 * times with units, TTL and class in either order.
 *
 * The story: master_reader_create once for each thread that loads; then for each zone
 * master_reader_open (or _open_text), master_reader_step until it returns something other than
 * MORE, master_reader_close. Nothing is cleared between files and nothing allocated after create,
 * so that ten thousand small files cost little more than their system calls.
 *
 * Records are delivered as they are read, one callback each, in file order; what they mean together
 * is not judged here (master_load.h, check.h). Where files leave things open:
 *
 * - TTL (as BIND does): the record's own; else $TTL; else that of the record before; else, for the
 *   first SOA, its MINIMUM, with a warning, from then on the default. Anything else is an error. A
 *   TTL over 2^31-1 counts as 0 (RFC 2181 section 8), with a warning.
 * - $INCLUDE: a relative path starts at the directory of the including file; the included file
 *   begins with the origin given, or the present one, and with the present owner; behind it both
 *   are again what they were, a $TTL set inside stays. At most MASTER_INCLUDE_DEPTH_MAX deep, which
 *   is also where a cycle ends.
 * - $GENERATE: at most MASTER_GENERATE_MAX records; the right-hand side is one word or one quoted
 *   string; $$ is a dollar sign. Relative names are completed with the origin.
 * - A class other than the zone's is an error; $DATE is passed over; other $words are errors.
 *
 * One thread at a time for a reader; its progress may be read by any. Cost: MASTER_READER_BYTES
 * from the account given.
 */
#define MASTER_READER_BYTES ((size_t)512 * 1024)
#define MASTER_GENERATE_MAX (1u << 20)  /* records from one $GENERATE: a /12 of addresses */
#define MASTER_TEMPLATE_BYTES_MAX 2048u /* each side of a $GENERATE, before and after expansion */

struct master_record {
    const uint8_t *owner; /* borrowed (for the call), absolute wire form */
    const uint8_t *rdata; /* borrowed (for the call), uncompressed wire form, checked */
    uint32_t ttl;         /* seconds, 0..2^31-1 */
    uint16_t type;
    uint16_t size;
    bool in_zone; /* the owner is at or below the apex */
    struct master_place place;
};

/** Takes one record. OK goes on; a negative result ends the step with it. */
typedef enum result (*master_record_fn)(void *context, const struct master_record *record);

struct master_reader_options {
    const uint8_t *apex;              /* the first origin, wire form; borrowed (until close) */
    uint16_t rr_class;                /* 0: IN */
    bool include_outside;             /* $INCLUDE may leave the directory of the zone's file */
    master_record_fn record;          /* required */
    void *context;                    /* of `record` */
    struct master_problems *problems; /* borrowed (until close), required */
    struct master_progress *progress; /* borrowed (until close), or NULL */
};

struct master_reader;

RESULT_MUST_CHECK enum result master_reader_create(enum account account,
                                                   struct master_reader **ret_reader);
/** NULL is accepted; closes what is open. */
void master_reader_destroy(struct master_reader *reader);

/** Opens a zone's file. OK; ERROR_IO, ERROR_ACCESS, REFUSED_LIMIT with a problem told. */
RESULT_MUST_CHECK enum result master_reader_open(struct master_reader *reader, const char *path,
                                                 const struct master_reader_options *options);
/** The same over a text in memory, called `label` in problems; both borrowed until close. $INCLUDE
 * is an error in it. */
void master_reader_open_text(struct master_reader *reader, const char *label, const char *text,
                             size_t size, const struct master_reader_options *options);

/**
 * Reads on, for at most `records_max` records (1 or more).
 *
 * returns   OK: all read, without an error; MORE: call again; ERROR_SYNTAX: all read or given up
 *           after MASTER_ERRORS_MAX errors, which were told; ERROR_IO: a read failed, told;
 *           ERROR_STATE: the stop flag, or the file changed under the reading, told; any failure of
 *           the record callback. After anything but MORE: close.
 */
RESULT_MUST_CHECK enum result master_reader_step(struct master_reader *reader,
                                                 uint32_t records_max);
/** Closes the files. Allowed at any time. */
void master_reader_close(struct master_reader *reader);

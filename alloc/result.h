// SPDX-License-Identifier: Apache-2.0
#pragma once
/**
 * Result codes: what every function that can fail, or that has more than one good outcome, returns.
 *
 * Negative: a failure or a refusal; hand it on unchanged, or turn it into behaviour and report it,
 * once. Zero: done. Positive: an outcome that the callee's header documents and the caller must
 * handle. Running out of anything is an ordinary result, never an exit.
 *
 * Any thread; costs nothing.
 */

#define RESULT_MUST_CHECK __attribute__((warn_unused_result))

enum result {
    OK = 0,

    /* Outcomes */
    NOT_FOUND = 1, /* nothing under that name or key */
    FULL = 2,      /* a fixed number of places, all taken */
    TRUNCATED = 3, /* what fitted was written, and it was not all */
    MORE = 4,      /* call again: there is more to read, write or do */
    UNCHANGED = 5, /* the input asks for what is there already */
    END = 6,       /* the sequence is over */

    /* Refusals: a declared maximum would be passed */
    REFUSED_MEMORY = -1, /* an account, or the machine behind it, has no bytes left */
    REFUSED_THREAD = -2, /* the system refused a thread */
    REFUSED_SOCKET = -3, /* the system refused a descriptor */
    REFUSED_LIMIT = -4,  /* a declared maximum that is not memory: too long, too many, too deep */

    /* Failures */
    ERROR_SYNTAX = -10,      /* bytes or text that do not follow their grammar */
    ERROR_SEMANTICS = -11,   /* well-formed, and contradictory or forbidden */
    ERROR_UNSUPPORTED = -12, /* well-formed, and not known here */
    ERROR_IO = -13, /* the system refused a read, write, open, sync, rename: see errno at the place
                       that reports it */
    ERROR_STATE = -14,   /* not possible in the present state: stopping, frozen, not loaded */
    ERROR_TIMEOUT = -15, /* the time allowed has passed */
    ERROR_EXISTS = -16,  /* a name or key is taken */
    ERROR_ACCESS = -17,  /* policy or permissions forbid it */
};

/** The name of a result in lower case with hyphens, for logs and replies; "unknown" for a value
 * outside the list. */
const char *result_name(enum result result);

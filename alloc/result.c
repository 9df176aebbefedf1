// SPDX-License-Identifier: Apache-2.0
#include "alloc/result.h"

const char *result_name(enum result result)
{
    switch (result) {
    case OK:
        return "ok";
    case NOT_FOUND:
        return "not-found";
    case FULL:
        return "full";
    case TRUNCATED:
        return "truncated";
    case MORE:
        return "more";
    case UNCHANGED:
        return "unchanged";
    case END:
        return "end";
    case REFUSED_MEMORY:
        return "refused-memory";
    case REFUSED_THREAD:
        return "refused-thread";
    case REFUSED_SOCKET:
        return "refused-socket";
    case REFUSED_LIMIT:
        return "refused-limit";
    case ERROR_SYNTAX:
        return "error-syntax";
    case ERROR_SEMANTICS:
        return "error-semantics";
    case ERROR_UNSUPPORTED:
        return "error-unsupported";
    case ERROR_IO:
        return "error-io";
    case ERROR_STATE:
        return "error-state";
    case ERROR_TIMEOUT:
        return "error-timeout";
    case ERROR_EXISTS:
        return "error-exists";
    case ERROR_ACCESS:
        return "error-access";
    }
    return "unknown";
}

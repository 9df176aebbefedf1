// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

/**
 * From root to the configured user, once every socket is bound. Before any other thread exists or
 * while all others only run our own code: the calls change the whole process. Control thread.
 */

/**
 * Takes on the user's ids and groups, and makes sure there is no way back.
 *
 * user      a name; NULL or not being root: nothing is done
 * owned     a path to hand to the user first (the control socket), or NULL
 * returns   OK; NOT_FOUND: no such user; ERROR_ACCESS: the system refused (errno tells)
 */
RESULT_MUST_CHECK enum result privileges_drop(const char *user, const char *owned);

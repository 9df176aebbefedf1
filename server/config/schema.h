// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/config.h"
#include "server/config/section.h"

/**
 * The schema: which keys each section has, what each may be, and what it is when absent.
 * docs/configuration.md and docs/plimsoll.schema.json say the same and a lint test compares them
 * with these tables.
 */

/** Fills in every default. Nothing in it needs memory of its own. */
void schema_defaults(struct config *config);

/** Reads the whole tree into a configuration that has its defaults, section by section. OK or the
 * first failure; problems are noted. */
RESULT_MUST_CHECK enum result schema_read(const struct section_reader *reader,
                                          struct config *config);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/yaml_tree.h"

/**
 * `include:` — finds the files that the first one names, reads them and merges their sections into
 * its tree. Part of yaml_tree; its functions are for that file alone. Patterns are those of
 * glob(7), relative to the file; a pattern without a wildcard must exist.
 */

/** Enters a file in the tree's list. */
RESULT_MUST_CHECK enum result yaml_file_register(struct yaml_tree *tree, const char *path,
                                                 uint16_t *ret_file);
/** Parses a registered file; *ret_root is NULL for an empty one. */
RESULT_MUST_CHECK enum result yaml_file_parse(struct yaml_tree *tree, uint16_t file,
                                              struct yaml_node **ret_root);
/** Reads and merges all that the tree's root includes. */
RESULT_MUST_CHECK enum result yaml_include_all(struct yaml_tree *tree);

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/config/yaml_tree.h"

/**
 * Sections: a YAML mapping into a struct, driven by a table of keys. Every key is checked; every
 * problem is noted with its place, and the rest is read on, so that one run shows all of them.
 *
 * One thread, during config_open. What fields point to is taken from the configuration's arena.
 */
struct section_reader {
    const struct yaml_tree *tree;
    struct arena *arena; /* borrowed (from config_open): the configuration's own memory */
    struct config_problems *problems; /* borrowed (from config_open's caller) */
    const char *directory; /* what relative paths of a text without a file are relative to; NULL:
                              the file's */
};

struct key_spec;

/** Reads one value into its field; notes a problem itself and returns a failure when it cannot. */
typedef enum result (*field_fn)(const struct section_reader *reader, const struct key_spec *key,
                                const struct yaml_node *value, void *field);

struct key_spec {
    const char *name;
    field_fn read;
    size_t offset; /* of the field in the section's struct */
    uint64_t min;  /* numbers, sizes, durations: the range allowed */
    uint64_t max;
    const char *expected;       /* "a size such as 64MiB": completes "expected …" */
    const char *const *choices; /* field_choice: the words, in the order of the enum, then NULL */
    bool required;
};

/**
 * Reads a mapping. Keys that the table (ended by a NULL name) does not have are problems, with the
 * nearest word as a suggestion; so are required keys that are missing. `section` is the path for
 * messages ("limits"). Fields whose key is absent are left as they are.
 *
 * returns   OK, or the first failure after all keys were read
 */
RESULT_MUST_CHECK enum result section_read(const struct section_reader *reader, const char *section,
                                           const struct key_spec *keys,
                                           const struct yaml_node *mapping, void *fields);

/** Notes a problem at a node: "expected …, found …". Always returns ERROR_SEMANTICS. */
enum result section_problem(const struct section_reader *reader, const struct key_spec *key,
                            const struct yaml_node *node);
/** Notes that the configuration's account is full. Always returns REFUSED_MEMORY. */
enum result section_full(const struct section_reader *reader, const struct yaml_node *node);

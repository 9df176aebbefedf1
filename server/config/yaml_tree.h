// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/arena.h"
#include "server/config/config_problem.h"

/**
 * A configuration file as a tree of nodes that remember where they stood: file, line and column, so
 * that a check made much later can still name the place.
 *
 * Built from libyaml's events, in an arena of fixed size, with bounded depth. Of YAML only what a
 * configuration needs is taken: one document, mappings with plain keys, sequences, scalars.
 * Anchors, aliases, tags and a second document are problems, not surprises. A key that stands twice
 * in one mapping is a problem.
 *
 * `include:` in the first file names further files (patterns, relative to it); their mappings are
 * merged into the first: lists are joined, a key set twice is a problem that names both places.
 * Included files include nothing themselves.
 *
 * Any one thread. libyaml's own memory comes from the account `libraries` and is gone when
 * yaml_tree_read returns.
 */
#define YAML_DEPTH_MAX 8u
#define YAML_KEYS_MAX 256u /* in one mapping */
#define YAML_FILES_MAX 1024u
#define YAML_FILE_BYTES_MAX (64u * 1024u * 1024u)

enum yaml_kind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
};

struct yaml_node {
    uint8_t kind;  /* enum yaml_kind */
    bool quoted;   /* a scalar that stood in quotes: text, whatever it looks like */
    uint16_t file; /* place in the tree's list of files */
    uint32_t line;
    uint32_t column;
    uint32_t length; /* scalar: bytes of the text */
    union {
        const char *text;        /* scalar: NUL-terminated, in the arena */
        struct yaml_node *first; /* sequence: first item; mapping: first key; NULL when empty */
    };
    struct yaml_node *next;  /* the next item of the sequence, or the next key of the mapping */
    struct yaml_node *value; /* of a key: what it is set to */
};

struct yaml_tree {
    struct arena *arena;              /* borrowed (from the caller, while the tree is read) */
    struct config_problems *problems; /* borrowed (from the caller) */
    const char **files;               /* in the arena, YAML_FILES_MAX places */
    uint16_t file_count;
    struct yaml_node *root; /* a mapping, or NULL when the file is empty */
};

/**
 * Reads a file and what it includes.
 *
 * returns   OK; ERROR_SYNTAX, ERROR_SEMANTICS (a key set in two files), REFUSED_LIMIT with the
 * problems filled; ERROR_IO (a problem says which file and why); REFUSED_MEMORY when the arena or
 * libyaml's account is full (a problem says so)
 */
RESULT_MUST_CHECK enum result yaml_tree_read_file(struct yaml_tree *tree, struct arena *arena,
                                                  const char *path,
                                                  struct config_problems *problems);
/** The same for a text in memory, which `name` stands for in messages; it may not include. */
RESULT_MUST_CHECK enum result yaml_tree_read_text(struct yaml_tree *tree, struct arena *arena,
                                                  const char *name, const char *text,
                                                  struct config_problems *problems);

/** Where a node stood. */
struct config_place yaml_place(const struct yaml_tree *tree, const struct yaml_node *node);
/** The value of a key in a mapping, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);
/**
 * The arena size for a configuration of that many bytes: 8 bytes a byte and 64 KiB, what the lines
 * of ordinary zones need. A denser file is read again with twice the room (config.c), and the sheet
 * counts what it took.
 */
size_t yaml_tree_cost_bytes(size_t file_bytes);

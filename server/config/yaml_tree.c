// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_tree.h"

#include "alloc/fault.h"
#include "alloc/memory.h"
#include "server/config/yaml_include.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#define TREE_FIXED_BYTES (64u * 1024u)
#define TREE_BYTES_PER_BYTE 8u
#define HELD_SIZES 7u /* 16, 32, ... 1024 bytes: libyaml's buffers begin at 16 and double */
#define HELD_BYTES_FIRST 16u

/** A collection that is open while its children arrive. */
struct level {
    struct yaml_node *node;
    struct yaml_node **tail; /* where the next child is linked */
    struct yaml_node *key;   /* a mapping's key that waits for its value */
};

struct builder {
    struct yaml_tree *tree;
    uint16_t file;
    unsigned depth;
    struct level levels[YAML_DEPTH_MAX];
    struct yaml_node *root; /* of this file */
    unsigned documents;
};

struct source {
    int fd; /* -1: text */
    const char *text;
    size_t left;
    int error; /* errno of a failed read */
};

size_t yaml_tree_cost_bytes(size_t file_bytes)
{
    return TREE_FIXED_BYTES + file_bytes * TREE_BYTES_PER_BYTE;
}

struct config_place yaml_place(const struct yaml_tree *tree, const struct yaml_node *node)
{
    return (struct config_place){tree->files[node->file], node->line, node->column};
}

struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING) {
        return NULL;
    }
    for (struct yaml_node *at = mapping->first; at != NULL; at = at->next) {
        if (strcmp(at->text, key) == 0) {
            return at->value;
        }
    }
    return NULL;
}

static struct config_place event_place(const struct builder *builder, const yaml_event_t *event)
{
    return (struct config_place){builder->tree->files[builder->file],
                                 (uint32_t)event->start_mark.line + 1,
                                 (uint32_t)event->start_mark.column + 1};
}

static void problem_at(struct builder *builder, const yaml_event_t *event, const char *text)
{
    config_problem_add(builder->tree->problems, event_place(builder, event), "", "%s", text);
}

static void problem_full(struct builder *builder, const yaml_event_t *event)
{
    problem_at(builder, event, "the configuration is larger than its memory account allows");
}

static struct yaml_node *node_new(struct builder *builder, const yaml_event_t *event,
                                  enum yaml_kind kind)
{
    struct arena *arena = builder->tree->arena;
    struct yaml_node *node = arena_alloc_array(arena, 1, sizeof *node, _Alignof(struct yaml_node));
    if (node == NULL) {
        problem_full(builder, event);
        return NULL;
    }
    node->kind = (uint8_t)kind;
    node->file = builder->file;
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    return node;
}

static enum result key_check(struct builder *builder, const struct level *level,
                             const struct yaml_node *key, const yaml_event_t *event)
{
    if (key->kind != YAML_SCALAR) {
        problem_at(builder, event, "a key must be a plain word");
        return ERROR_SYNTAX;
    }
    unsigned count = 0;
    for (const struct yaml_node *at = level->node->first; at != NULL; at = at->next) {
        if (++count == YAML_KEYS_MAX) {
            config_problem_add(builder->tree->problems, event_place(builder, event), "",
                               "more than %u keys in one place", YAML_KEYS_MAX);
            return REFUSED_LIMIT;
        }
        if (strcmp(at->text, key->text) == 0) {
            config_problem_add(builder->tree->problems, event_place(builder, event), key->text,
                               "set twice in one place: first at line %u", at->line);
            return ERROR_SYNTAX;
        }
    }
    return OK;
}

/** Links a finished scalar or an opened collection to where it belongs. */
static enum result node_link(struct builder *builder, struct yaml_node *node,
                             const yaml_event_t *event)
{
    if (builder->depth == 0) {
        builder->root = node;
        return OK;
    }
    struct level *level = &builder->levels[builder->depth - 1];
    if (level->node->kind == YAML_SEQUENCE) {
        *level->tail = node;
        level->tail = &node->next;
        return OK;
    }
    if (level->key != NULL) {
        level->key->value = node;
        level->key = NULL;
        return OK;
    }
    enum result result = key_check(builder, level, node, event);
    if (result != OK) {
        return result;
    }
    *level->tail = node;
    level->tail = &node->next;
    level->key = node;
    return OK;
}

static enum result scalar_event(struct builder *builder, const yaml_event_t *event)
{
    size_t length = event->data.scalar.length;
    if (length > UINT32_MAX || memchr(event->data.scalar.value, '\0', length) != NULL) {
        problem_at(builder, event, "a NUL character");
        return ERROR_SYNTAX;
    }
    struct yaml_node *node = node_new(builder, event, YAML_SCALAR);
    if (node == NULL) {
        return REFUSED_MEMORY;
    }
    char *text = arena_alloc(builder->tree->arena, length + 1, 1);
    if (text == NULL) {
        problem_full(builder, event);
        return REFUSED_MEMORY;
    }
    memcpy(text, event->data.scalar.value, length);
    text[length] = '\0';
    node->text = text;
    node->length = (uint32_t)length;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node_link(builder, node, event);
}

static enum result open_event(struct builder *builder, const yaml_event_t *event,
                              enum yaml_kind kind)
{
    if (builder->depth == YAML_DEPTH_MAX) {
        problem_at(builder, event, "nested too deep");
        return ERROR_SYNTAX;
    }
    struct yaml_node *node = node_new(builder, event, kind);
    if (node == NULL) {
        return REFUSED_MEMORY;
    }
    enum result result = node_link(builder, node, event);
    if (result == OK) {
        builder->levels[builder->depth++] = (struct level){.node = node, .tail = &node->first};
    }
    return result;
}

static bool event_is_decorated(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    default:
        return false;
    }
}

static enum result take_event(struct builder *builder, const yaml_event_t *event)
{
    if (event_is_decorated(event)) {
        problem_at(builder, event, "anchors, aliases and tags have no place in a configuration");
        return ERROR_SYNTAX;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return scalar_event(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_event(builder, event, YAML_SEQUENCE);
    case YAML_MAPPING_START_EVENT:
        return open_event(builder, event, YAML_MAPPING);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return OK;
    case YAML_DOCUMENT_START_EVENT:
        if (builder->documents++ > 0) {
            problem_at(builder, event, "a second document: one file is one document");
            return ERROR_SYNTAX;
        }
        return OK;
    default:
        return OK;
    }
}

static int source_read(void *context, unsigned char *room, size_t size, size_t *ret_size)
{
    struct source *source = context;
    if (source->fd < 0) {
        *ret_size = size < source->left ? size : source->left;
        memcpy(room, source->text, *ret_size);
        source->text += *ret_size;
        source->left -= *ret_size;
        return 1;
    }
    if (size > source->left + 1) {
        size = source->left + 1; /* one more than allowed shows that there is more */
    }
    ssize_t got = -1;
    if (fault_strikes(FAULT_READ)) {
        errno = EIO;
    } else {
        do {
            got = read(source->fd, room, size);
        } while (got < 0 && errno == EINTR);
    }
    if (got < 0 || (size_t)got > source->left) {
        source->error = got < 0 ? errno : EFBIG;
        return 0;
    }
    source->left -= (size_t)got;
    *ret_size = (size_t)got;
    return 1;
}

/** Turns libyaml's complaint, or the failed read behind it, into a problem. */
static enum result parser_problem(const struct builder *builder, const yaml_parser_t *parser,
                                  const struct source *source)
{
    struct config_place place = {builder->tree->files[builder->file], 0, 0};
    struct config_problems *problems = builder->tree->problems;
    if (parser->error == YAML_MEMORY_ERROR) {
        config_problem_add(problems, place, "", "no memory to parse it: limits.libraries is full");
        return REFUSED_MEMORY;
    }
    if (source->error != 0) {
        config_problem_add(problems, place, "", "cannot read: %s", strerror(source->error));
        return ERROR_IO;
    }
    bool has_mark = parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR;
    if (has_mark) {
        place.line = (uint32_t)parser->problem_mark.line + 1;
        place.column = (uint32_t)parser->problem_mark.column + 1;
    }
    config_problem_add(problems, place, "", "not YAML: %s%s%s",
                       parser->problem == NULL ? "unreadable" : parser->problem,
                       parser->context == NULL ? "" : " ",
                       parser->context == NULL ? "" : parser->context);
    return ERROR_SYNTAX;
}

/** What stands between `---` and the end: an empty scalar that nobody wrote. */
static bool is_nothing(const struct yaml_node *root)
{
    return root != NULL && root->kind == YAML_SCALAR && root->length == 0 && !root->quoted;
}

static void held_give(void *const held[HELD_SIZES])
{
    for (unsigned i = 0; i < HELD_SIZES && held[i] != NULL; i++) {
        memory_give(ACCOUNT_LIBRARIES, held[i], (size_t)HELD_BYTES_FIRST << i);
    }
}

/**
 * One block of each size that libyaml takes and gives back for every word. The wall returns pages
 * to the kernel as soon as nothing lives on them; without a neighbour that stays, each line of the
 * file would map a page and unmap it again.
 */
static enum result held_take(void *ret_held[HELD_SIZES])
{
    for (unsigned i = 0; i < HELD_SIZES; i++) {
        ret_held[i] = memory_take(ACCOUNT_LIBRARIES, (size_t)HELD_BYTES_FIRST << i);
        if (ret_held[i] == NULL) {
            held_give(ret_held);
            return REFUSED_MEMORY;
        }
    }
    return OK;
}

static enum result no_memory(const struct yaml_tree *tree, uint16_t file)
{
    config_problem_add(tree->problems, (struct config_place){tree->files[file], 0, 0}, "",
                       "no memory to parse it: limits.libraries is full");
    return REFUSED_MEMORY;
}

/** Runs libyaml over one source and builds that file's root. */
static enum result source_parse(struct yaml_tree *tree, uint16_t file, struct source *source,
                                struct yaml_node **ret_root)
{
    struct builder builder = {.tree = tree, .file = file};
    void *held[HELD_SIZES] = {NULL};
    yaml_parser_t parser;
    if (held_take(held) != OK) {
        return no_memory(tree, file);
    }
    if (yaml_parser_initialize(&parser) == 0) {
        held_give(held);
        return no_memory(tree, file);
    }
    yaml_parser_set_input(&parser, source_read, source);
    enum result result = OK;
    for (bool over = false; !over && result == OK;) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            result = parser_problem(&builder, &parser, source);
            break;
        }
        result = take_event(&builder, &event);
        over = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    held_give(held);
    if (result == OK && is_nothing(builder.root)) {
        builder.root = NULL;
    }
    if (result == OK && builder.root != NULL && builder.root->kind != YAML_MAPPING) {
        config_problem_add(tree->problems, yaml_place(tree, builder.root), "",
                           "expected sections such as `server:` and `zones:` at the top");
        result = ERROR_SYNTAX;
    }
    if (result == OK) {
        *ret_root = builder.root;
    }
    return result;
}

static enum result tree_init(struct yaml_tree *tree, struct arena *arena, const char *name,
                             struct config_problems *problems)
{
    *tree = (struct yaml_tree){.arena = arena, .problems = problems};
    tree->files = arena_alloc_array(arena, YAML_FILES_MAX, sizeof *tree->files, 8);
    uint16_t file;
    if (tree->files == NULL) {
        config_problem_add(problems, (struct config_place){name, 0, 0}, "",
                           "no memory to parse it: the configuration account is full");
        return REFUSED_MEMORY;
    }
    return yaml_file_register(tree, name, &file);
}

enum result yaml_file_register(struct yaml_tree *tree, const char *path, uint16_t *ret_file)
{
    struct config_place place = {path, 0, 0};
    if (tree->file_count == YAML_FILES_MAX) {
        config_problem_add(tree->problems, place, "include", "more than %u files", YAML_FILES_MAX);
        return REFUSED_LIMIT;
    }
    size_t size = strlen(path) + 1;
    char *copy = arena_alloc(tree->arena, size, 1);
    if (copy == NULL) {
        config_problem_add(tree->problems, place, "",
                           "the configuration is larger than its memory account allows");
        return REFUSED_MEMORY;
    }
    memcpy(copy, path, size);
    tree->files[tree->file_count] = copy;
    *ret_file = tree->file_count++;
    return OK;
}

enum result yaml_file_parse(struct yaml_tree *tree, uint16_t file, struct yaml_node **ret_root)
{
    const char *path = tree->files[file];
    struct source source = {.fd = -1, .left = YAML_FILE_BYTES_MAX};
    if (fault_strikes(FAULT_READ)) {
        errno = EIO;
    } else {
        source.fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (source.fd < 0) {
        config_problem_add(tree->problems, (struct config_place){path, 0, 0}, "", "cannot open: %s",
                           strerror(errno));
        return ERROR_IO;
    }
    enum result result = source_parse(tree, file, &source, ret_root);
    close(source.fd);
    return result;
}

enum result yaml_tree_read_file(struct yaml_tree *tree, struct arena *arena, const char *path,
                                struct config_problems *problems)
{
    enum result result = tree_init(tree, arena, path, problems);
    if (result == OK) {
        result = yaml_file_parse(tree, 0, &tree->root);
    }
    if (result == OK) {
        result = yaml_include_all(tree);
    }
    return result;
}

enum result yaml_tree_read_text(struct yaml_tree *tree, struct arena *arena, const char *name,
                                const char *text, struct config_problems *problems)
{
    enum result result = tree_init(tree, arena, name, problems);
    if (result != OK) {
        return result;
    }
    struct source source = {.fd = -1, .text = text, .left = strlen(text)};
    result = source_parse(tree, 0, &source, &tree->root);
    const struct yaml_node *include = yaml_get(tree->root, "include");
    if (result == OK && include != NULL) {
        config_problem_add(problems, yaml_place(tree, include), "include",
                           "only a file may include");
        result = ERROR_SYNTAX;
    }
    return result;
}

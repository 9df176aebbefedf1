// SPDX-License-Identifier: Apache-2.0
#include "server/config/yaml_include.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <string.h>

#define INCLUDE_KEY "include"
#define WILDCARDS "*?["

static struct yaml_node **key_find(struct yaml_node *mapping, const char *key)
{
    struct yaml_node **at = &mapping->first;
    while (*at != NULL && strcmp((*at)->text, key) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static enum result twice_problem(struct yaml_tree *tree, const char *section,
                                 const struct yaml_node *first, const struct yaml_node *second)
{
    struct config_place place = yaml_place(tree, first);
    char path[CONFIG_PROBLEM_KEY_MAX];
    snprintf(path, sizeof path, "%s%s%s", section, section[0] == '\0' ? "" : ".", second->text);
    config_problem_add(tree->problems, yaml_place(tree, second), path, "set twice: first at %s:%u",
                       place.file, place.line);
    return ERROR_SEMANTICS;
}

/** Moves the keys of one section into the section of the same name: a key that stands in both is a
 * problem. */
static enum result section_merge(struct yaml_tree *tree, const char *section,
                                 struct yaml_node *into, struct yaml_node *from)
{
    for (struct yaml_node *key = from->first; key != NULL;) {
        struct yaml_node *next = key->next;
        struct yaml_node **place = key_find(into, key->text);
        if (*place != NULL) {
            return twice_problem(tree, section, *place, key);
        }
        key->next = NULL;
        *place = key;
        key = next;
    }
    return OK;
}

static void list_join(struct yaml_node *into, struct yaml_node *from)
{
    struct yaml_node **tail = &into->first;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = from->first;
}

static enum result root_merge(struct yaml_tree *tree, struct yaml_node *from)
{
    for (struct yaml_node *key = from->first; key != NULL;) {
        struct yaml_node *next = key->next;
        if (strcmp(key->text, INCLUDE_KEY) == 0) {
            config_problem_add(tree->problems, yaml_place(tree, key), INCLUDE_KEY,
                               "an included file may not include");
            return ERROR_SEMANTICS;
        }
        struct yaml_node **place = key_find(tree->root, key->text);
        key->next = NULL;
        if (*place == NULL) {
            *place = key;
        } else if ((*place)->value->kind != key->value->kind || key->value->kind == YAML_SCALAR) {
            return twice_problem(tree, "", *place, key);
        } else if (key->value->kind == YAML_SEQUENCE) {
            list_join((*place)->value, key->value);
        } else {
            enum result result = section_merge(tree, key->text, (*place)->value, key->value);
            if (result != OK) {
                return result;
            }
        }
        key = next;
    }
    return OK;
}

/** The pattern beside the first file, unless it is absolute. In the directory's own name no
 * character is a wildcard. */
static bool pattern_resolve(const struct yaml_tree *tree, const char *pattern, char path[PATH_MAX])
{
    const char *file = tree->files[0];
    const char *slash = strrchr(file, '/');
    size_t prefix = pattern[0] == '/' || slash == NULL ? 0 : (size_t)(slash - file) + 1;
    size_t used = 0;
    for (size_t i = 0; i < prefix; i++) {
        if (used + 2 >= PATH_MAX) {
            return false;
        }
        if (strchr(WILDCARDS "]\\", file[i]) != NULL) {
            path[used++] = '\\';
        }
        path[used++] = file[i];
    }
    int length = snprintf(path + used, PATH_MAX - used, "%s", pattern);
    return length > 0 && (size_t)length < PATH_MAX - used;
}

static enum result file_include(struct yaml_tree *tree, const char *path)
{
    uint16_t file;
    struct yaml_node *root = NULL;
    enum result result = yaml_file_register(tree, path, &file);
    if (result == OK) {
        result = yaml_file_parse(tree, file, &root);
    }
    if (result == OK && root != NULL) {
        result = root_merge(tree, root);
    }
    return result;
}

/** A directory that is not there holds no files; one that cannot be read ends the search. */
static int search_failed(const char *path, int error)
{
    (void)path;
    return error != ENOENT && error != ENOTDIR;
}

static enum result pattern_include(struct yaml_tree *tree, const struct yaml_node *item)
{
    struct config_place place = yaml_place(tree, item);
    char path[PATH_MAX];
    if (item->kind != YAML_SCALAR || !pattern_resolve(tree, item->text, path)) {
        config_problem_add(tree->problems, place, INCLUDE_KEY, "expected a file name or pattern");
        return ERROR_SYNTAX;
    }
    glob_t found;
    int status = glob(path, 0, search_failed, &found);
    if (status == GLOB_NOMATCH && strpbrk(item->text, WILDCARDS) != NULL) {
        return OK; /* an empty directory of further files is a normal state */
    }
    if (status != 0) {
        config_problem_add(tree->problems, place, INCLUDE_KEY, "%s: %s", item->text,
                           status == GLOB_NOSPACE   ? "no memory: limits.libraries is full"
                           : status == GLOB_NOMATCH ? "no such file"
                                                    : "cannot be searched");
        return status == GLOB_NOSPACE ? REFUSED_MEMORY : ERROR_IO;
    }
    enum result result = OK;
    for (size_t i = 0; i < found.gl_pathc && result == OK; i++) {
        result = file_include(tree, found.gl_pathv[i]);
    }
    globfree(&found);
    return result;
}

enum result yaml_include_all(struct yaml_tree *tree)
{
    if (tree->root == NULL) {
        return OK;
    }
    struct yaml_node **place = key_find(tree->root, INCLUDE_KEY);
    struct yaml_node *include = *place;
    if (include == NULL) {
        return OK;
    }
    *place = include->next; /* it has done its work: what follows sees only sections */
    if (include->value->kind != YAML_SEQUENCE) {
        config_problem_add(tree->problems, yaml_place(tree, include->value), INCLUDE_KEY,
                           "expected a list of files: [\"conf.d/*.yaml\"]");
        return ERROR_SYNTAX;
    }
    for (const struct yaml_node *item = include->value->first; item != NULL; item = item->next) {
        enum result result = pattern_include(tree, item);
        if (result != OK) {
            return result;
        }
    }
    return OK;
}

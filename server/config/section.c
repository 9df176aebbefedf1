// SPDX-License-Identifier: Apache-2.0
#include "server/config/section.h"

#include "server/config/value.h"

#include <string.h>

#define SECTION_KEYS_MAX 32u

enum result section_problem(const struct section_reader *reader, const struct key_spec *key,
                            const struct yaml_node *node)
{
    static const char *const kinds[] = {
        [YAML_SCALAR] = "", [YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "a mapping"};
    bool scalar = node->kind == YAML_SCALAR;
    config_problem_add(reader->problems, yaml_place(reader->tree, node), key->name,
                       "expected %s, found %s%.60s%s", key->expected, scalar ? "\"" : "",
                       scalar ? node->text : kinds[node->kind], scalar ? "\"" : "");
    return ERROR_SEMANTICS;
}

enum result section_full(const struct section_reader *reader, const struct yaml_node *node)
{
    config_problem_add(reader->problems, yaml_place(reader->tree, node), "",
                       "the configuration is larger than its memory account allows");
    return REFUSED_MEMORY;
}

static const struct key_spec *key_find(const struct key_spec *keys, const char *name)
{
    for (; keys->name != NULL; keys++) {
        if (strcmp(keys->name, name) == 0) {
            return keys;
        }
    }
    return NULL;
}

static enum result key_unknown(const struct section_reader *reader, const char *section,
                               const struct key_spec *keys, const struct yaml_node *key)
{
    const char *words[SECTION_KEYS_MAX + 1];
    size_t count = 0;
    for (; keys->name != NULL && count < SECTION_KEYS_MAX; keys++) {
        words[count++] = keys->name;
    }
    words[count] = NULL;
    const char *nearest = value_nearest(key->text, words);
    char path[CONFIG_PROBLEM_KEY_MAX];
    snprintf(path, sizeof path, "%s%s%s", section, section[0] == '\0' ? "" : ".", key->text);
    struct config_place place = yaml_place(reader->tree, key);
    if (nearest != NULL) {
        config_problem_add(reader->problems, place, path, "unknown key; did you mean `%s`?",
                           nearest);
    } else {
        config_problem_add(reader->problems, place, path, "unknown key");
    }
    return ERROR_SEMANTICS;
}

static enum result required_check(const struct section_reader *reader, const char *section,
                                  const struct key_spec *keys, const struct yaml_node *mapping)
{
    enum result first = OK;
    for (; keys->name != NULL; keys++) {
        if (keys->required && yaml_get(mapping, keys->name) == NULL) {
            config_problem_add(reader->problems, yaml_place(reader->tree, mapping), section,
                               "the key `%s` is missing: expected %s", keys->name, keys->expected);
            first = ERROR_SEMANTICS;
        }
    }
    return first;
}

enum result section_read(const struct section_reader *reader, const char *section,
                         const struct key_spec *keys, const struct yaml_node *mapping, void *fields)
{
    if (mapping->kind != YAML_MAPPING) {
        struct key_spec whole = {.name = section, .expected = "keys and their values"};
        return section_problem(reader, &whole, mapping);
    }
    enum result first = OK;
    for (const struct yaml_node *at = mapping->first; at != NULL; at = at->next) {
        const struct key_spec *spec = key_find(keys, at->text);
        enum result result;
        if (spec == NULL) {
            result = key_unknown(reader, section, keys, at);
        } else {
            char path[CONFIG_PROBLEM_KEY_MAX];
            snprintf(path, sizeof path, "%s%s%s", section, section[0] == '\0' ? "" : ".", at->text);
            struct key_spec named = *spec;
            named.name = path;
            result = spec->read(reader, &named, at->value, (char *)fields + spec->offset);
        }
        if (first == OK) {
            first = result;
        }
    }
    enum result result = required_check(reader, section, keys, mapping);
    return first == OK ? result : first;
}

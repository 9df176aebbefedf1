// SPDX-License-Identifier: Apache-2.0
#include "server/config/field.h"

#include "alloc/fault.h"
#include "server/base/address.h"
#include "server/config/value.h"
#include "server/wire/name.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define AUTO_WORD "auto"
#define HIDDEN_WORD "hidden"

static bool is_scalar(const struct yaml_node *value)
{
    return value->kind == YAML_SCALAR;
}

static bool is_word(const struct yaml_node *value, const char *word)
{
    return is_scalar(value) && !value->quoted && strcmp(value->text, word) == 0;
}

/** Copies text out of the tree, which goes away, into the configuration, which stays. */
static enum result keep_text(const struct section_reader *reader, const struct yaml_node *value,
                             const char *text, const char **ret_text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_alloc(reader->arena, size, 1);
    if (copy == NULL) {
        return section_full(reader, value);
    }
    memcpy(copy, text, size);
    *ret_text = copy;
    return OK;
}

enum result field_count(const struct section_reader *reader, const struct key_spec *key,
                        const struct yaml_node *value, void *field)
{
    uint64_t number;
    if (!is_scalar(value) || value_number(value->text, key->min, key->max, &number) != OK) {
        return section_problem(reader, key, value);
    }
    *(uint32_t *)field = (uint32_t)number;
    return OK;
}

enum result field_count_or_auto(const struct section_reader *reader, const struct key_spec *key,
                                const struct yaml_node *value, void *field)
{
    if (is_word(value, AUTO_WORD)) {
        *(uint32_t *)field = 0;
        return OK;
    }
    return field_count(reader, key, value, field);
}

enum result field_octet(const struct section_reader *reader, const struct key_spec *key,
                        const struct yaml_node *value, void *field)
{
    uint32_t number = 0;
    enum result result = field_count(reader, key, value, &number);
    if (result == OK) {
        *(uint8_t *)field = (uint8_t)number;
    }
    return result;
}

enum result field_size(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field)
{
    uint64_t bytes;
    if (!is_scalar(value) || value_size(value->text, &bytes) != OK || bytes < key->min ||
        bytes > key->max) {
        return section_problem(reader, key, value);
    }
    *(size_t *)field = bytes;
    return OK;
}

enum result field_size_or_auto(const struct section_reader *reader, const struct key_spec *key,
                               const struct yaml_node *value, void *field)
{
    if (is_word(value, AUTO_WORD)) {
        *(size_t *)field = 0;
        return OK;
    }
    return field_size(reader, key, value, field);
}

enum result field_switch(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field)
{
    bool on;
    if (!is_scalar(value) || value->quoted || value_switch(value->text, &on) != OK) {
        return section_problem(reader, key, value);
    }
    *(bool *)field = on;
    return OK;
}

enum result field_choice(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field)
{
    for (int i = 0; is_scalar(value) && key->choices[i] != NULL; i++) {
        if (strcmp(value->text, key->choices[i]) == 0) {
            *(int *)field = i;
            return OK;
        }
    }
    return section_problem(reader, key, value);
}

enum result field_text(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field)
{
    if (!is_scalar(value) || value->length < key->min || value->length > key->max) {
        return section_problem(reader, key, value);
    }
    return keep_text(reader, value, value->text, field);
}

enum result field_text_or_hidden(const struct section_reader *reader, const struct key_spec *key,
                                 const struct yaml_node *value, void *field)
{
    if (is_word(value, HIDDEN_WORD)) {
        *(const char **)field = NULL;
        return OK;
    }
    return field_text(reader, key, value, field);
}

/** A path beside the file it stands in, or beside the text's directory, unless it is absolute. */
static bool path_resolve(const struct section_reader *reader, const struct yaml_node *value,
                         char path[PATH_MAX])
{
    int length;
    const char *file = yaml_place(reader->tree, value).file;
    const char *slash = strrchr(file, '/');
    if (value->text[0] == '/') {
        length = snprintf(path, PATH_MAX, "%s", value->text);
    } else if (reader->directory != NULL) {
        length = snprintf(path, PATH_MAX, "%s/%s", reader->directory, value->text);
    } else if (slash == NULL) {
        length = snprintf(path, PATH_MAX, "./%s", value->text);
    } else {
        length = snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - file), file, value->text);
    }
    return length >= 0 && length < PATH_MAX;
}

enum result field_path(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field)
{
    char path[PATH_MAX];
    if (!is_scalar(value) || value->length == 0 || !path_resolve(reader, value, path)) {
        return section_problem(reader, key, value);
    }
    return keep_text(reader, value, path, field);
}

enum result field_name(const struct section_reader *reader, const struct key_spec *key,
                       const struct yaml_node *value, void *field)
{
    struct name name;
    if (!is_scalar(value) || name_from_text(value->text, value->length, NULL, &name) != OK) {
        return section_problem(reader, key, value);
    }
    uint8_t *copy = arena_alloc(reader->arena, name.length, 1);
    if (copy == NULL) {
        return section_full(reader, value);
    }
    memcpy(copy, name.bytes, name.length);
    *(const uint8_t **)field = copy;
    return OK;
}

/** Counts a list's items; a problem when it is no list or has too few or too many. */
static enum result list_count(const struct section_reader *reader, const struct key_spec *key,
                              const struct yaml_node *value, uint32_t *ret_count)
{
    uint32_t count = 0;
    if (value->kind != YAML_SEQUENCE) {
        return section_problem(reader, key, value);
    }
    for (const struct yaml_node *item = value->first; item != NULL; item = item->next) {
        count++;
    }
    if (count < key->min || (key->max != 0 && count > key->max)) {
        return section_problem(reader, key, value);
    }
    *ret_count = count;
    return OK;
}

enum result field_listen(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field)
{
    struct config_addresses *addresses = field;
    uint32_t count = 0;
    enum result result = list_count(reader, key, value, &count);
    if (result != OK) {
        return result;
    }
    struct address *items = arena_alloc_array(reader->arena, count, sizeof *items, 4);
    if (items == NULL) {
        return section_full(reader, value);
    }
    uint32_t index = 0;
    for (const struct yaml_node *item = value->first; item != NULL; item = item->next, index++) {
        if (!is_scalar(item) || address_parse(item->text, ADDRESS_PORT_NONE, &items[index]) != OK) {
            return section_problem(reader, key, item);
        }
        for (uint32_t earlier = 0; earlier < index; earlier++) {
            if (address_equal(&items[earlier], &items[index])) {
                config_problem_add(reader->problems, yaml_place(reader->tree, item), key->name,
                                   "%s stands twice", item->text);
                return ERROR_SEMANTICS;
            }
        }
    }
    *addresses = (struct config_addresses){items, count};
    return OK;
}

enum result field_stats_listen(const struct section_reader *reader, const struct key_spec *key,
                               const struct yaml_node *value, void *field)
{
    struct config_stats *stats = field;
    if (is_word(value, "no")) {
        stats->enabled = false;
        return OK;
    }
    if (!is_scalar(value) || address_parse(value->text, ADDRESS_PORT_NONE, &stats->listen) != OK) {
        return section_problem(reader, key, value);
    }
    stats->enabled = true;
    return OK;
}

enum result field_access(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field)
{
    struct key_spec bounded = *key;
    bounded.max = ACCESS_ENTRIES_MAX;
    uint32_t count = 0;
    enum result result = list_count(reader, &bounded, value, &count);
    if (result != OK) {
        return result;
    }
    struct access_entry *entries = NULL;
    if (count != 0) {
        entries = arena_alloc_array(reader->arena, count, sizeof *entries, 4);
        if (entries == NULL) {
            return section_full(reader, value);
        }
    }
    uint32_t index = 0;
    for (const struct yaml_node *item = value->first; item != NULL; item = item->next, index++) {
        if (is_word(item, "any")) {
            entries[index].kind = ACCESS_ANY;
            continue;
        }
        entries[index].kind = ACCESS_PREFIX;
        if (!is_scalar(item) || prefix_parse(item->text, &entries[index].prefix) != OK) {
            return section_problem(reader, key, item);
        }
    }
    *(struct access_list *)field = (struct access_list){entries, count};
    return OK;
}

enum result field_access_pointer(const struct section_reader *reader, const struct key_spec *key,
                                 const struct yaml_node *value, void *field)
{
    struct access_list *list = arena_alloc(reader->arena, sizeof *list, 8);
    if (list == NULL) {
        return section_full(reader, value);
    }
    enum result result = field_access(reader, key, value, list);
    if (result == OK) {
        *(const struct access_list **)field = list;
    }
    return result;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** Reads the digits of a secret; whatever else the file holds makes it invalid. */
static bool secret_parse(const char *text, size_t size, struct config_secret *ret_secret)
{
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) {
        size--;
    }
    if (size != 2 * sizeof ret_secret->bytes) {
        return false;
    }
    for (size_t i = 0; i < sizeof ret_secret->bytes; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_secret->bytes[i] = (uint8_t)(high << 4 | low);
    }
    ret_secret->is_set = true;
    return true;
}

enum result field_secret(const struct section_reader *reader, const struct key_spec *key,
                         const struct yaml_node *value, void *field)
{
    const char *path;
    enum result result = field_path(reader, key, value, &path);
    if (result != OK) {
        return result;
    }
    char text[64];
    int fd = fault_strikes(FAULT_READ) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        config_problem_add(reader->problems, yaml_place(reader->tree, value), key->name,
                           "cannot read %s", path);
        return ERROR_IO;
    }
    if (!secret_parse(text, (size_t)size, field)) {
        config_problem_add(reader->problems, yaml_place(reader->tree, value), key->name,
                           "%s does not hold 32 hexadecimal digits", path);
        return ERROR_SEMANTICS;
    }
    return OK;
}

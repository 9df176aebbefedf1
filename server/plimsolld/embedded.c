// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/embedded.h"

#include "server/control/control_path.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONE_SUFFIX ".zone"

static bool path_make(char path[EMBEDDED_PATH_MAX], const char *directory, const char *rest)
{
    int length = snprintf(path, EMBEDDED_PATH_MAX, "%s/%s", directory, rest);
    return length >= 0 && (size_t)length < EMBEDDED_PATH_MAX;
}

static_assert(EMBEDDED_PATH_MAX == CONTROL_PATH_BYTES, "the rule writes into these places");

enum result embedded_find(struct embedded_places *ret_places)
{
    struct embedded_places places = {0};
    enum result result = control_path_state(places.state);
    if (result == OK) {
        result = control_path_embedded(places.control);
    }
    if (result == OK) {
        *ret_places = places;
    }
    return result;
}

/** Makes a directory and those above it. */
static bool directories_make(const char *path)
{
    char part[EMBEDDED_PATH_MAX];
    size_t length = strlen(path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            return false;
        }
    }
    return true;
}

/** Writes a file that is not there yet. */
static bool file_install(const char *path, const struct embedded_file *file)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return errno == EEXIST;
    }
    bool written = write(fd, file->text, file->size) == (ssize_t)file->size;
    int number = written ? 0 : errno != 0 ? errno : ENOSPC;
    close(fd);
    if (!written) {
        unlink(path);
        errno = number;
    }
    return written;
}

enum result embedded_install(const struct embedded_places *places, char ret_path[EMBEDDED_PATH_MAX])
{
    snprintf(ret_path, EMBEDDED_PATH_MAX, "%s", places->state);
    if (!directories_make(places->state)) {
        return ERROR_IO;
    }
    for (const struct embedded_file *file = embedded_files; file->name != NULL; file++) {
        if (!path_make(ret_path, places->state, file->name)) {
            errno = ENAMETOOLONG;
            return ERROR_IO;
        }
        if (!file_install(ret_path, file)) {
            return ERROR_IO;
        }
    }
    return OK;
}

enum result embedded_config(const struct embedded_places *places, char *text, size_t size)
{
    int length = snprintf(text, size,
                          "server:\n"
                          "  listen: [\"127.0.0.1@5300\", \"::1@5300\"]\n"
                          "  control: \"%s\"\n"
                          "  identity: \"plimsoll\"\n"
                          "limits:\n"
                          "  memory: 128MiB\n"
                          "stats:\n"
                          "  listen: \"127.0.0.1@8053\"\n"
                          "zones:\n",
                          places->control);
    for (const struct embedded_file *file = embedded_files; file->name != NULL; file++) {
        if (length < 0 || (size_t)length >= size) {
            return REFUSED_LIMIT;
        }
        int name_length = (int)(strlen(file->name) - strlen(ZONE_SUFFIX));
        length += snprintf(text + length, size - (size_t)length,
                           "  - { name: %.*s, type: primary, file: \"%s\" }\n", name_length,
                           file->name, file->name);
    }
    return length < 0 || (size_t)length >= size ? REFUSED_LIMIT : OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_source.h"

#include "alloc/fault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void master_source_init(struct master_source *source, struct master_progress *progress)
{
    source->depth = 0;
    source->root[0] = 0;
    source->outside = false;
    source->progress = progress;
    source->error = 0;
}

static enum result fail_io(struct master_source *source, int error)
{
    source->error = error;
    return ERROR_IO;
}

/* Opens what the path of the next place in the stack names. */
static enum result open_next(struct master_source *source)
{
    struct master_source_file *file = &source->files[source->depth];
    if (fault_strikes(FAULT_READ)) {
        return fail_io(source, EIO);
    }
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        return fail_io(source, errno);
    }
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        int error = errno;
        close(descriptor);
        return fail_io(source, error);
    }
    if (!S_ISREG(status.st_mode)) {
        close(descriptor);
        source->error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return ERROR_ACCESS;
    }
    file->descriptor = descriptor;
    file->at = 0;
    file->size = status.st_size;
    file->changed = status.st_mtim;
    source->depth++;
    atomic_fetch_add_explicit(&source->progress->bytes_total, (uint64_t)status.st_size,
                              memory_order_relaxed);
    return OK;
}

/* The directory part of a path: everything up to and with the last slash; may be empty. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

enum result master_source_open(struct master_source *source, const char *path, bool outside)
{
    assert(source->depth == 0);
    size_t length = strlen(path);
    if (length >= MASTER_PATH_BYTES_MAX) {
        return REFUSED_LIMIT;
    }
    memcpy(source->files[0].path, path, length + 1);
    source->outside = outside;
    source->root[0] = 0;
    return open_next(source);
}

/* The resolved directory of the zone's own file, once it is asked for. */
static enum result find_root(struct master_source *source)
{
    if (source->root[0] != 0) {
        return OK;
    }
    char directory[MASTER_PATH_BYTES_MAX];
    size_t length = directory_length(source->files[0].path);
    memcpy(directory, source->files[0].path, length);
    directory[length] = 0;
    if (realpath(length == 0 ? "." : directory, source->root) == NULL) {
        source->root[0] = 0;
        return fail_io(source, errno);
    }
    return OK;
}

static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 &&
           (path[length] == '/' || directory[length - 1] == '/');
}

enum result master_source_push(struct master_source *source, const char *path, size_t path_length,
                               uint64_t resume_at)
{
    assert(source->depth > 0);
    if (source->depth > MASTER_INCLUDE_DEPTH_MAX) {
        return REFUSED_LIMIT;
    }
    struct master_source_file *from = &source->files[source->depth - 1];
    char *to = source->files[source->depth].path;
    char joined[MASTER_PATH_BYTES_MAX];
    size_t directory = path_length != 0 && path[0] == '/' ? 0 : directory_length(from->path);
    if (directory + path_length >= sizeof joined) {
        return REFUSED_LIMIT;
    }
    memcpy(joined, from->path, directory);
    memcpy(joined + directory, path, path_length);
    joined[directory + path_length] = 0;
    enum result result = source->outside ? OK : find_root(source);
    if (result != OK) {
        return result;
    }
    /* What is opened is the resolved path, the same that is checked. */
    if (realpath(joined, to) == NULL) {
        return fail_io(source, errno);
    }
    if (!source->outside && !is_below(to, source->root)) {
        source->error = EACCES;
        return ERROR_ACCESS;
    }
    result = open_next(source);
    if (result == OK) {
        atomic_fetch_sub_explicit(&source->progress->bytes_read, from->at - resume_at,
                                  memory_order_relaxed);
        from->at = resume_at;
    }
    return result;
}

enum result master_source_pop(struct master_source *source)
{
    assert(source->depth > 0);
    struct master_source_file *file = &source->files[--source->depth];
    struct stat status;
    bool same = fstat(file->descriptor, &status) == 0 && status.st_size == file->size &&
                status.st_mtim.tv_sec == file->changed.tv_sec &&
                status.st_mtim.tv_nsec == file->changed.tv_nsec;
    close(file->descriptor);
    return same ? OK : ERROR_STATE;
}

void master_source_close(struct master_source *source)
{
    while (source->depth > 0) {
        close(source->files[--source->depth].descriptor);
    }
}

const char *master_source_path(const struct master_source *source)
{
    return source->files[source->depth == 0 ? 0 : source->depth - 1].path;
}

uint64_t master_source_at(const struct master_source *source)
{
    return source->depth == 0 ? 0 : source->files[source->depth - 1].at;
}

const char *master_source_reason(const struct master_source *source, enum result result)
{
    if (result == REFUSED_LIMIT) {
        return source->depth > MASTER_INCLUDE_DEPTH_MAX ? "files are included too deeply"
                                                        : "the path is too long";
    }
    if (result == ERROR_ACCESS) {
        return source->error == EACCES ? "it lies outside the directory of the zone's file"
                                       : "it is not a regular file";
    }
    const char *reason = strerrordesc_np(source->error);
    return reason != NULL ? reason : "unknown error";
}

enum result master_source_refill(void *context, char *room, size_t size, size_t *ret_size)
{
    struct master_source *source = context;
    struct master_source_file *file = &source->files[source->depth - 1];
    if (file->size > 0 && file->at == (uint64_t)file->size) {
        *ret_size = 0; /* a file that grew since is noticed where it is closed */
        return OK;
    }
    if (fault_strikes(FAULT_READ)) {
        return fail_io(source, EIO);
    }
    ssize_t got;
    do {
        got = pread(file->descriptor, room, size, (off_t)file->at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return fail_io(source, errno);
    }
    file->at += (uint64_t)got;
    atomic_fetch_add_explicit(&source->progress->bytes_read, (uint64_t)got, memory_order_relaxed);
    *ret_size = (size_t)got;
    return OK;
}

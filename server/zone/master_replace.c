// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"
#include "alloc/memory.h"
#include "server/zone/master_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".plimsoll-new"

/* The file being made, beside the one that it will replace. */
struct replacement {
    char path[PATH_MAX];      /* symbolic links resolved, when it exists */
    char temporary[PATH_MAX]; /* the path with SUFFIX */
    int descriptor;
    int error; /* errno of the first failure */
};

static enum result fail(struct replacement *replacement, int error)
{
    replacement->error = error;
    return ERROR_IO;
}

static enum result name_files(struct replacement *replacement, const char *path)
{
    if (realpath(path, replacement->path) == NULL) {
        if (errno != ENOENT) {
            return fail(replacement, errno);
        }
        size_t length = strlen(path);
        if (length >= sizeof replacement->path) {
            return REFUSED_LIMIT;
        }
        memcpy(replacement->path, path, length + 1);
    }
    size_t length = strlen(replacement->path);
    if (length + sizeof SUFFIX > sizeof replacement->temporary) {
        return REFUSED_LIMIT;
    }
    memcpy(replacement->temporary, replacement->path, length);
    memcpy(replacement->temporary + length, SUFFIX, sizeof SUFFIX);
    return OK;
}

static enum result open_temporary(struct replacement *replacement)
{
    if (fault_strikes(FAULT_WRITE)) {
        return fail(replacement, EIO);
    }
    /* One that a crash left behind, or a link that somebody put there, is not written through. */
    if (unlink(replacement->temporary) != 0 && errno != ENOENT) {
        return fail(replacement, errno);
    }
    replacement->descriptor =
        open(replacement->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    return replacement->descriptor < 0 ? fail(replacement, errno) : OK;
}

/* Mode and owner of the file that is replaced, as far as they may be given. */
static enum result keep_mode(struct replacement *replacement)
{
    struct stat old;
    if (stat(replacement->path, &old) != 0) {
        return errno == ENOENT ? OK : fail(replacement, errno);
    }
    if (!S_ISREG(old.st_mode)) {
        return fail(replacement, EINVAL);
    }
    /* Without the right to give files away the writer's owner stays: not worth losing the zone. */
    if (fchown(replacement->descriptor, old.st_uid, old.st_gid) != 0 && errno != EPERM) {
        return fail(replacement, errno);
    }
    return fchmod(replacement->descriptor, old.st_mode & 0777) == 0 ? OK : fail(replacement, errno);
}

static enum result write_piece(void *context, const char *text, size_t size)
{
    struct replacement *replacement = context;
    while (size > 0) {
        if (fault_strikes(FAULT_WRITE)) {
            return fail(replacement, ENOSPC);
        }
        ssize_t wrote = write(replacement->descriptor, text, size);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return fail(replacement, wrote < 0 ? errno : EIO);
        }
        text += wrote;
        size -= (size_t)wrote;
    }
    return OK;
}

static enum result sync_and_close(struct replacement *replacement)
{
    bool synced = !fault_strikes(FAULT_SYNC) && fsync(replacement->descriptor) == 0;
    int error = synced ? 0 : errno != 0 ? errno : EIO;
    if (close(replacement->descriptor) != 0 && synced) {
        synced = false;
        error = errno;
    }
    replacement->descriptor = -1;
    return synced ? OK : fail(replacement, error);
}

static enum result put_in_place(struct replacement *replacement)
{
    if (fault_strikes(FAULT_WRITE)) {
        return fail(replacement, EIO);
    }
    if (rename(replacement->temporary, replacement->path) != 0) {
        return fail(replacement, errno);
    }
    return OK;
}

/* The rename lasts once its directory is on disk. */
static enum result sync_directory(struct replacement *replacement)
{
    char *slash = strrchr(replacement->path, '/');
    const char *directory = slash == NULL ? "." : replacement->path;
    if (slash != NULL) {
        slash[slash == replacement->path ? 1 : 0] = 0;
    }
    replacement->descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (replacement->descriptor < 0) {
        return fail(replacement, errno);
    }
    return sync_and_close(replacement);
}

static enum result replace(struct replacement *replacement, const struct snapshot *snapshot,
                           char *buffer)
{
    enum result result = open_temporary(replacement);
    if (result != OK) {
        return result;
    }
    result = keep_mode(replacement);
    if (result == OK) {
        result = master_write(snapshot, buffer, write_piece, replacement);
    }
    if (result == OK) {
        result = sync_and_close(replacement);
    }
    if (result == OK) {
        result = put_in_place(replacement);
    }
    if (result != OK) {
        if (replacement->descriptor >= 0) {
            close(replacement->descriptor);
        }
        unlink(replacement->temporary);
        return result;
    }
    return sync_directory(replacement);
}

enum result master_write_file(const struct snapshot *snapshot, enum account account,
                              const char *path, int *ret_errno)
{
    struct replacement replacement = {.descriptor = -1};
    char *buffer = memory_take(account, MASTER_WRITER_BYTES);
    if (buffer == NULL) {
        return REFUSED_MEMORY;
    }
    enum result result = name_files(&replacement, path);
    if (result == OK) {
        result = replace(&replacement, snapshot, buffer);
    }
    memory_give(account, buffer, MASTER_WRITER_BYTES);
    if (result == ERROR_IO) {
        *ret_errno = replacement.error;
    }
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static enum result client_connect(struct ctl_client *client, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    snprintf(client->path, sizeof client->path, "%s", path);
    if (length >= sizeof address.sun_path) {
        return REFUSED_LIMIT;
    }
    memcpy(address.sun_path, path, length);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0) {
        return ERROR_IO;
    }
    if (connect(client->fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        return OK;
    }
    int error = errno;
    close(client->fd);
    client->fd = -1;
    errno = error;
    switch (error) {
    case ENOENT:
    case ECONNREFUSED:
    case ENOTDIR:
        return NOT_FOUND;
    case EACCES:
    case EPERM:
        return ERROR_ACCESS;
    default:
        return ERROR_IO;
    }
}

/** The first of the usual places that answers; else what the most telling of them said. */
static enum result client_search(struct ctl_client *client)
{
    char path[CONTROL_PATH_BYTES];
    char telling[CONTROL_PATH_BYTES] = "";
    enum result worst = NOT_FOUND;
    enum result at = OK;
    for (uint32_t i = 0; at != END; i++) {
        at = control_path_at(i, path);
        if (at != OK) {
            continue;
        }
        enum result result = client_connect(client, path);
        if (result == OK) {
            return OK;
        }
        if (result != NOT_FOUND && worst == NOT_FOUND) {
            worst = result;
            memcpy(telling, path, sizeof telling);
        }
    }
    if (worst != NOT_FOUND) {
        memcpy(client->path, telling, sizeof telling);
    }
    return worst;
}

enum result ctl_client_open(struct ctl_client *client, const char *path)
{
    client->fd = -1;
    client->used = 0;
    client->begin = 0;
    return path != NULL ? client_connect(client, path) : client_search(client);
}

void ctl_client_close(struct ctl_client *client)
{
    if (client->fd >= 0) {
        close(client->fd);
        client->fd = -1;
    }
}

enum result ctl_client_send(struct ctl_client *client, const char *line, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t count = send(client->fd, line + sent, size - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            return ERROR_IO;
        }
        sent += count > 0 ? (size_t)count : 0;
    }
    return OK;
}

/** Reads more behind what is there. */
static enum result client_read(struct ctl_client *client, int wait_ms)
{
    struct pollfd ready = {.fd = client->fd, .events = POLLIN};
    int count = poll(&ready, 1, wait_ms);
    if (count == 0) {
        return ERROR_TIMEOUT;
    }
    ssize_t got = count < 0 ? -1
                            : recv(client->fd, client->buffer + client->used,
                                   sizeof client->buffer - client->used, 0);
    if (got < 0 && errno == EINTR) {
        return OK;
    }
    if (got <= 0) {
        return got == 0 || errno == ECONNRESET ? END : ERROR_IO;
    }
    client->used += (size_t)got;
    return OK;
}

enum result ctl_client_line(struct ctl_client *client, int wait_ms, const char **ret_line,
                            size_t *ret_size)
{
    client->used -= client->begin;
    memmove(client->buffer, client->buffer + client->begin, client->used);
    client->begin = 0;
    size_t looked = 0;
    while (true) {
        const char *end = memchr(client->buffer + looked, '\n', client->used - looked);
        if (end != NULL) {
            *ret_line = client->buffer;
            *ret_size = (size_t)(end - client->buffer);
            client->begin = *ret_size + 1;
            return OK;
        }
        looked = client->used;
        if (client->used == sizeof client->buffer) {
            return REFUSED_LIMIT;
        }
        enum result result = client_read(client, wait_ms);
        if (result != OK) {
            return result;
        }
    }
}

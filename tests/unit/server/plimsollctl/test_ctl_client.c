// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_client.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct ctl_client client;
static int peer;

static void begin(void)
{
    int pair[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    client = (struct ctl_client){.fd = pair[0]};
    peer = pair[1];
}

static void end(void)
{
    ctl_client_close(&client);
    ctl_client_close(&client);
    close(peer);
}

static void say(const char *text)
{
    cr_assert_eq(send(peer, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void hear(const char *expected)
{
    const char *line;
    size_t size;
    cr_assert_eq(ctl_client_line(&client, 1000, &line, &size), OK);
    cr_assert_eq(size, strlen(expected));
    cr_assert_eq(memcmp(line, expected, size), 0);
}

Test(ctl_client, lines, .init = begin, .fini = end, .timeout = 20)
{
    const char *line;
    size_t size;
    say("one\ntwo\n\nthr");
    hear("one");
    hear("two");
    hear("");
    cr_assert_eq(ctl_client_line(&client, 10, &line, &size), ERROR_TIMEOUT);
    say("ee\n");
    hear("three");
    say("half");
    shutdown(peer, SHUT_WR);
    cr_assert_eq(ctl_client_line(&client, 1000, &line, &size), END);
}

Test(ctl_client, the_longest_line, .init = begin, .fini = end, .timeout = 20)
{
    static char text[CONTROL_BUFFER_BYTES + 1];
    const char *line;
    size_t size;
    memset(text, 'x', sizeof text);
    text[CONTROL_BUFFER_BYTES - 1] = '\n';
    cr_assert_eq(send(peer, text, CONTROL_BUFFER_BYTES, 0), CONTROL_BUFFER_BYTES);
    cr_assert_eq(ctl_client_line(&client, 1000, &line, &size), OK);
    cr_assert_eq(size, CONTROL_BUFFER_BYTES - 1);
    text[CONTROL_BUFFER_BYTES - 1] = 'x';
    cr_assert_eq(send(peer, text, CONTROL_BUFFER_BYTES, 0), CONTROL_BUFFER_BYTES);
    cr_assert_eq(ctl_client_line(&client, 1000, &line, &size), REFUSED_LIMIT);
}

Test(ctl_client, sending, .init = begin, .fini = end, .timeout = 20)
{
    char text[8] = "";
    cr_assert_eq(ctl_client_send(&client, "hello\n", 6), OK);
    cr_assert_eq(recv(peer, text, sizeof text, 0), 6);
    cr_assert_str_eq(text, "hello\n");
    shutdown(peer, SHUT_RDWR);
    cr_assert_eq(ctl_client_send(&client, "hello\n", 6), ERROR_IO);
}

Test(ctl_client, places, .timeout = 20)
{
    char directory[] = "/tmp/plimsoll-ctl-XXXXXX";
    char path[64];
    char text[256];
    cr_assert_not_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/plimsoll.sock", directory);
    setenv("XDG_RUNTIME_DIR", directory, 1);
    setenv("XDG_STATE_HOME", directory, 1);
    cr_assert_eq(ctl_client_open(&client, path), NOT_FOUND);
    cr_assert_eq(ctl_client_open(&client, directory), NOT_FOUND, "a folder is nobody");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_assert_eq(ctl_client_open(&client, text), REFUSED_LIMIT);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(ctl_client_open(&client, path), NOT_FOUND, "nobody listens");
    cr_assert_eq(listen(fd, 1), 0);
    cr_assert_eq(ctl_client_open(&client, path), OK);
    ctl_client_close(&client);
    if (access(CONTROL_PATH_SERVICE, F_OK) != 0) {
        cr_assert_eq(ctl_client_open(&client, NULL), OK);
        cr_assert_str_eq(client.path, path);
        ctl_client_close(&client);
    }
    close(fd);
    unlink(path);
    rmdir(directory);
}

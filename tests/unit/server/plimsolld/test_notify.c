// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/notify.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* NOTIFY_SPEAKS: 1 in a build with libsystemd, 0 in one without, whose notify says nothing. */

static char directory[] = "/tmp/plimsoll-notify-XXXXXX";
static struct sockaddr_un manager = {.sun_family = AF_UNIX};
static int manager_fd = -1;

/* A service manager: a datagram socket that NOTIFY_SOCKET names. */
static void manager_begin(void)
{
    cr_assert_not_null(mkdtemp(directory));
    snprintf(manager.sun_path, sizeof manager.sun_path, "%s/notify", directory);
    manager_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_geq(manager_fd, 0);
    cr_assert_eq(bind(manager_fd, (struct sockaddr *)&manager, sizeof manager), 0);
    setenv("NOTIFY_SOCKET", manager.sun_path, 1);
}

static void manager_end(void)
{
    close(manager_fd);
    unlink(manager.sun_path);
    rmdir(directory);
}

/* The next message is `expected`, or in a build that does not speak there is none. */
static void expect(const char *expected)
{
    char text[256];
    ssize_t size = recv(manager_fd, text, sizeof text - 1, 0);
    if (!NOTIFY_SPEAKS) {
        cr_assert_lt(size, 0);
        return;
    }
    cr_assert_gt(size, 0, "%s", expected);
    text[size] = 0;
    cr_assert_str_eq(text, expected);
}

Test(notify, the_manager_is_told, .init = manager_begin, .fini = manager_end, .timeout = 10)
{
    notify_ready("serving");
    expect("READY=1\nSTATUS=serving");
    notify_status("an address is not bound");
    expect("STATUS=an address is not bound");
    notify_reloading(UINT64_C(1234567890123));
    expect("RELOADING=1\nMONOTONIC_USEC=1234567890123");
    notify_stopping();
    expect("STOPPING=1");
    notify_alive();
    expect("WATCHDOG=1");
}

Test(notify, nobody_listens, .timeout = 10)
{
    unsetenv("NOTIFY_SOCKET");
    notify_ready("serving");
    notify_status("serving");
    notify_reloading(0);
    notify_stopping();
    notify_alive();
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
    notify_ready("serving");
}

Test(notify, half_of_the_managers_limit, .timeout = 10)
{
    char pid[16];
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    cr_assert_eq(notify_alive_every_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    cr_assert_eq(notify_alive_every_ms(), NOTIFY_SPEAKS ? 15000 : 0);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_assert_eq(notify_alive_every_ms(), NOTIFY_SPEAKS ? 15000 : 0);
    snprintf(pid, sizeof pid, "%d", (int)getppid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_assert_eq(notify_alive_every_ms(), 0, "meant for another process");
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    cr_assert_eq(notify_alive_every_ms(), 0);
}

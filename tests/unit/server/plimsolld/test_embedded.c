// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.h"
#include "server/plimsolld/embedded.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/plimsoll-embedded-XXXXXX";

static void make_root(void)
{
    cr_assert_not_null(mkdtemp(root));
    setenv("XDG_STATE_HOME", root, 1);
    unsetenv("XDG_RUNTIME_DIR");
}

static void remove_root(void)
{
    char path[EMBEDDED_PATH_MAX + 64];
    for (const struct embedded_file *file = embedded_files; file->name != NULL; file++) {
        snprintf(path, sizeof path, "%s/plimsoll/%s", root, file->name);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/plimsoll", root);
    rmdir(path);
    rmdir(root);
}

Test(embedded, places_follow_the_environment, .init = make_root, .fini = remove_root, .timeout = 10)
{
    struct embedded_places places;
    char expected[EMBEDDED_PATH_MAX];
    cr_assert_eq(embedded_find(&places), OK);
    snprintf(expected, sizeof expected, "%s/plimsoll", root);
    cr_assert_str_eq(places.state, expected);
    snprintf(expected, sizeof expected, "%s/plimsoll/control.sock", root);
    cr_assert_str_eq(places.control, expected);

    setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    cr_assert_eq(embedded_find(&places), OK);
    cr_assert_str_eq(places.control, "/run/user/1/plimsoll.sock");

    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/srv/somebody", 1);
    cr_assert_eq(embedded_find(&places), OK);
    cr_assert_str_eq(places.state, "/srv/somebody/.local/state/plimsoll");
}

Test(embedded, a_path_that_is_too_long_is_refused, .timeout = 10)
{
    char path[EMBEDDED_PATH_MAX + 1];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[EMBEDDED_PATH_MAX] = '\0';
    struct embedded_places places;
    setenv("XDG_STATE_HOME", path, 1);
    cr_assert_eq(embedded_find(&places), REFUSED_LIMIT);
}

Test(embedded, files_are_written_once_and_never_over_an_edit, .init = make_root,
     .fini = remove_root, .timeout = 10)
{
    struct embedded_places places;
    char path[EMBEDDED_PATH_MAX];
    cr_assert_eq(embedded_find(&places), OK);
    cr_assert_eq(embedded_install(&places, path), OK);
    char zone[EMBEDDED_PATH_MAX + 32];
    snprintf(zone, sizeof zone, "%s/corp.example.zone", places.state);
    FILE *file = fopen(zone, "w");
    fputs("; edited\n", file);
    fclose(file);
    cr_assert_eq(embedded_install(&places, path), OK);
    struct stat status;
    cr_assert_eq(stat(zone, &status), 0);
    cr_assert_eq(status.st_size, 9);
}

Test(embedded, a_directory_that_cannot_be_made_is_an_error_with_its_path, .timeout = 10)
{
    struct embedded_places places = {.state = "/proc/nowhere/plimsoll"};
    char path[EMBEDDED_PATH_MAX];
    cr_assert_eq(embedded_install(&places, path), ERROR_IO);
    cr_assert_str_eq(path, "/proc/nowhere/plimsoll");
    cr_assert_neq(errno, 0);
}

Test(embedded, its_configuration_is_valid_and_names_every_zone, .init = make_root,
     .fini = remove_root, .timeout = 10)
{
    static struct config_problems problems;
    struct embedded_places places;
    char text[4096];
    struct config *config;
    cr_assert_eq(embedded_find(&places), OK);
    cr_assert_eq(embedded_config(&places, text, sizeof text), OK);
    cr_assert_eq(config_open_text(text, places.state, &problems, &config), OK);
    uint32_t files = 0;
    while (embedded_files[files].name != NULL) {
        files++;
    }
    cr_assert_eq(config->zone_count, files);
    cr_assert_eq(config->server.listen.count, 2);
    cr_assert_eq(config->server.listen.items[0].port, 5300);
    cr_assert(address_is_loopback(&config->server.listen.items[0]));
    cr_assert(address_is_loopback(&config->server.listen.items[1]));
    cr_assert_eq(config->stats.listen.port, 8053);
    config_close(config);
    for (size_t size = 0; size < strlen(text); size += 100) {
        cr_assert_eq(embedded_config(&places, text, size), REFUSED_LIMIT);
    }
}

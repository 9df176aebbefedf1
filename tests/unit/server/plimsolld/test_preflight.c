// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/preflight.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config_problems problems;
static char directory[] = "/tmp/plimsoll-preflight-XXXXXX";

static void file_write(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void file_remove(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    unlink(path);
}

Test(preflight, names_each_zone_and_what_is_wrong_with_it, .timeout = 30)
{
    cr_assert_not_null(mkdtemp(directory));
    file_write("good.zone", "@ 3600 IN SOA ns hostmaster 7 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n");
    file_write("bad.zone", "@ 3600 IN SOA ns hostmaster 7 1 1 1 1\n@ NS ns\nns A 192.0.2.256\n");
    struct config *config;
    cr_assert_eq(config_open_text("zones:\n"
                                  "  - { name: good.example, type: primary, file: good.zone }\n"
                                  "  - { name: bad.example, type: primary, file: bad.zone }\n"
                                  "  - { name: none.example, type: primary, file: none.zone }\n",
                                  directory, &problems, &config),
                 OK);
    char text[4096] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    struct account_state before = ledger_read(ACCOUNT_ZONES);
    uint32_t failed;
    cr_assert_eq(preflight_zones(config, out, &failed), OK);
    fclose(out);
    cr_assert_eq(failed, 2);
    cr_assert_not_null(strstr(text, "zone good.example.: serial 7, 3 records"), "%s", text);
    cr_assert_not_null(strstr(text, "bad.zone:3:"), "%s", text);
    cr_assert_not_null(strstr(text, "zone bad.example. cannot be served"), "%s", text);
    cr_assert_not_null(strstr(text, "zone none.example. cannot be served"), "%s", text);
    cr_assert_eq(ledger_read(ACCOUNT_ZONES).used_bytes, before.used_bytes);
    config_close(config);
    file_remove("good.zone");
    file_remove("bad.zone");
    rmdir(directory);
}

Test(preflight, no_memory_for_the_reader_is_a_result, .timeout = 30)
{
    struct config *config;
    cr_assert_eq(config_open_text("zones: []\n", "/tmp", &problems, &config), OK);
    ledger_limit_set(ACCOUNT_ZONES, ledger_read(ACCOUNT_ZONES).used_bytes);
    uint32_t failed = 77;
    cr_assert_eq(preflight_zones(config, stderr, &failed), REFUSED_MEMORY);
    cr_assert_eq(failed, 77);
    config_close(config);
}

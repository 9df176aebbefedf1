// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/house_state.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A house with real threads and sockets on ports that the kernel chooses, in a directory of its
 * own. What happens in it happens on its control loop, where a timer of the test turns. */

static const char zone_text[] = "$TTL 3600\n@ SOA ns hostmaster 1 900 600 86400 900\n NS ns\n"
                                "ns A 192.0.2.1\n";

static char directory[] = "/tmp/plimsoll-house-XXXXXX";
static char config_path[64];
static char zone_path[64];
static char control_path[64];
static struct config_problems problems;
static struct sheet sheet;
static struct house *house;
static uv_timer_t visit;
static void (*visit_do)(void); /* once, when the house is ready */
static size_t used_before[ACCOUNT_COUNT];

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

/* The configuration with `more` behind it. */
static void write_config(const char *more)
{
    char text[1024];
    snprintf(text, sizeof text,
             "server: { listen: [\"127.0.0.1@0\"], control: control.sock }\n"
             "limits: { memory: 128MiB, workers: 2, tcp-connections: 16 }\n"
             "log: { level: error }\n%s",
             more);
    write_file(config_path, text);
}

#define STATS "stats: { listen: \"127.0.0.1@0\" }\n"
#define ZONES "zones: [ { name: corp.example, type: primary, file: corp.zone } ]\n"

static void begin(void)
{
    cr_assert_not_null(mkdtemp(directory));
    snprintf(config_path, sizeof config_path, "%s/plimsoll.yaml", directory);
    snprintf(zone_path, sizeof zone_path, "%s/corp.zone", directory);
    snprintf(control_path, sizeof control_path, "%s/control.sock", directory);
    write_file(zone_path, zone_text);
    write_config(STATS ZONES);
}

static void end(void)
{
    unlink(config_path);
    unlink(zone_path);
    unlink(control_path);
    rmdir(directory);
}

static enum result open_house(bool from_file)
{
    struct config *config = NULL;
    cr_assert_eq(config_open(config_path, &problems, &config), OK, "%s", problems.items[0].text);
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(budget_check(&sheet.budget), OK);
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        used_before[i] = ledger_read((enum account)i).used_bytes;
    }
    used_before[ACCOUNT_CONFIGURATION] = 0; /* the house closes it */
    struct house_options options = {from_file ? config_path : NULL, config, &sheet};
    return house_open(&options, &house);
}

static void close_house(void)
{
    house_close(house);
    /* Blocks of counters stay: two workers' and the control thread's. */
    used_before[ACCOUNT_PROGRAM] += 3 * COUNTER_BLOCK_BYTES;
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        size_t used = ledger_read((enum account)i).used_bytes;
        cr_assert_eq(used, used_before[i], "%s: %zu, %zu before", account_name((enum account)i),
                     used, used_before[i]);
    }
}

static void on_visit(uv_timer_t *timer)
{
    if (!house->ready) {
        return;
    }
    uv_close((uv_handle_t *)timer, NULL);
    if (visit_do != NULL) {
        visit_do();
    }
    cr_assert_eq(raise(SIGTERM), 0);
}

/* Runs the house until it is ready, does it, and asks it to stop. */
static void run_house(void (*what)(void))
{
    visit_do = what;
    cr_assert_eq(uv_timer_init(worker_loop(threads_control(house->threads)), &visit), 0);
    cr_assert_eq(uv_timer_start(&visit, on_visit, 0, 20), 0);
    cr_assert_eq(house_run(house), OK);
    cr_assert(house->stopping);
}

static void expect_health(enum health expected)
{
    const char *reason = NULL;
    cr_assert_eq(house_health(house, &reason), expected, "%s", reason);
    cr_assert_eq(reason[0] == 0, expected == HEALTH_OK);
}

static void visit_first(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    expect_health(HEALTH_OK);
    cr_assert_not_null(out);
    house_print_addresses(house, out);
    fclose(out);
    cr_assert_not_null(strstr(text, "listening on 127.0.0.1@"), "%s", text);
    cr_assert_null(strstr(text, "@0\n"), "the port that was given: %s", text);
    cr_assert_not_null(strstr(text, "statistics on http://127.0.0.1:"), "%s", text);
    cr_assert_not_null(strstr(text, control_path), "%s", text);
    cr_assert_eq(access(control_path, F_OK), 0);
    free(text);
}

Test(house, nothing_to_close, .timeout = 60)
{
    house_close(NULL);
    house_log(NULL);
}

Test(house, opens_serves_and_leaves_an_even_ledger, .init = begin, .fini = end, .timeout = 60)
{
    cr_assert_eq(open_house(true), OK);
    expect_health(HEALTH_STARTING);
    run_house(visit_first);
    expect_health(HEALTH_STOPPING);
    close_house();
    cr_assert_neq(access(control_path, F_OK), 0, "the control socket is gone");
}

Test(house, without_statistics_and_zones, .init = begin, .fini = end, .timeout = 60)
{
    write_config("stats: { listen: no }\n");
    cr_assert_eq(open_house(true), OK);
    cr_assert_null(house->stats);
    run_house(NULL);
    close_house();
}

static void visit_bad_zone(void)
{
    expect_health(HEALTH_DEGRADED);
}

Test(house, ready_and_degraded_when_a_zone_is_bad, .init = begin, .fini = end, .timeout = 60)
{
    write_file(zone_path, "@ A 192.0.2.1\n");
    cr_assert_eq(open_house(true), OK);
    run_house(visit_bad_zone);
    close_house();
}

Test(house, a_step_that_fails_is_closed_with_what_was_open, .init = begin, .fini = end,
     .timeout = 60)
{
    write_file(control_path, "no socket\n");
    cr_assert_neq(open_house(true), OK, "a file is in the place of the control socket");
    close_house();
}

static void expect_reload(enum result expected, const char *words)
{
    char report[512] = "";
    cr_assert_eq(house_reload(house, report, sizeof report), expected, "%s", report);
    cr_assert_not_null(strstr(report, words), "%s", report);
}

static void visit_reload(void)
{
    expect_reload(OK, "1 zones in force");
    write_config(STATS);
    expect_reload(OK, "0 zones in force");
    write_config("stats: { listen: no }\n" ZONES);
    expect_reload(OK, "1 zones in force; some changes need a restart");
    const struct generation *generation = house->generation;
    write_config("nonsense: 1\n");
    expect_reload(ERROR_SEMANTICS, "nothing changed: ");
    write_config("zones: [\n");
    expect_reload(ERROR_SYNTAX, "nothing changed: ");
    unlink(config_path);
    expect_reload(ERROR_IO, "nothing changed: ");
    cr_assert_eq(house->generation, generation);
    expect_health(HEALTH_OK);
}

Test(house, reloads_what_is_good_and_keeps_what_it_has_otherwise, .init = begin, .fini = end,
     .timeout = 60)
{
    cr_assert_eq(open_house(true), OK);
    run_house(visit_reload);
    close_house();
}

static void visit_reload_embedded(void)
{
    write_config("nonsense: 1\n");
    expect_reload(OK, "1 zones are being read again");
}

Test(house, without_a_file_the_zones_are_read_again, .init = begin, .fini = end, .timeout = 60)
{
    cr_assert_eq(open_house(false), OK);
    run_house(visit_reload_embedded);
    close_house();
}

Test(house, digests_tell_the_fixed_parts_apart, .init = begin, .fini = end, .timeout = 60)
{
    static const char *const others[HOUSE_FIXED_PARTS] = {
        "server: { listen: [\"127.0.0.1@1\"], control: c.sock }\n",
        "server: { listen: [\"127.0.0.1@0\"], control: d.sock }\n",
        "server: { listen: [\"127.0.0.1@0\"], control: c.sock, user: daemon }\n",
        "server: { listen: [\"127.0.0.1@0\"], control: c.sock, cookie-secret: s }\n",
        "server: { listen: [\"127.0.0.1@0\"], control: c.sock }\nlimits: { jobs: 3 }\n",
        "server: { listen: [\"127.0.0.1@0\"], control: c.sock }\nstats: { listen: no }\n",
    };
    uint64_t digests[2][HOUSE_FIXED_PARTS];
    struct config *config = NULL;
    char secret[64];
    snprintf(secret, sizeof secret, "%s/s", directory);
    write_file(secret, "000102030405060708090a0b0c0d0e0f\n");
    cr_assert_eq(config_open_text("server: { listen: [\"127.0.0.1@0\"], control: c.sock }\n",
                                  directory, &problems, &config),
                 OK);
    house_fixed_parts(config, digests[0]);
    config_close(config);
    for (unsigned i = 0; i < HOUSE_FIXED_PARTS; i++) {
        cr_assert_eq(config_open_text(others[i], directory, &problems, &config), OK, "%s: %s",
                     others[i], problems.items[0].text);
        house_fixed_parts(config, digests[1]);
        config_close(config);
        for (unsigned part = 0; part < HOUSE_FIXED_PARTS; part++) {
            cr_assert_eq(digests[0][part] != digests[1][part], part == i, "%s: part %u", others[i],
                         part);
        }
    }
    unlink(secret);
}

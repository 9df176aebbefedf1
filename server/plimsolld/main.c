// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"
#include "alloc/memory.h"
#include "alloc/wall.h"
#include "server/plimsolld/embedded.h"
#include "server/plimsolld/house.h"
#include "server/plimsolld/options.h"
#include "server/plimsolld/preflight.h"
#include "server/plimsolld/program_pages.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The contract's exit codes; 78 is sysexits.h's EX_CONFIG. */
enum exit_code {
    EXIT_RUNTIME = 1,
    EXIT_USAGE = 2,
    EXIT_CONFIG = 78,
};

#define EMBEDDED_CONFIG_BYTES 4096u

/** Everything that main's steps share; static, because two of them are large. */
static struct program {
    struct program_options options;
    struct config_problems problems;
    struct sheet sheet;
    struct config *config;
} program;

/** The walls first: what is allocated before them is on nobody's account. */
static int raise_walls(void)
{
    if (wall_raise() != OK) {
        const char *difference = wall_difference();
        fprintf(stderr, "plimsolld: the allocator is not under our limits%s%s\n",
                difference[0] == '\0' ? "" : ": ", difference);
        return EXIT_CONFIG;
    }
    program_stack_hold();
    const char *fault = getenv("PLIMSOLL_FAULT");
    if (fault != NULL && !fault_arm_from_text(fault)) {
        fprintf(stderr, "plimsolld: PLIMSOLL_FAULT: not understood, or this build has no faults\n");
        return EXIT_USAGE;
    }
    return EXIT_SUCCESS;
}

static enum result embedded_open(void)
{
    struct embedded_places places;
    char path[EMBEDDED_PATH_MAX] = "";
    char text[EMBEDDED_CONFIG_BYTES];
    enum result result = embedded_find(&places);
    if (result == OK) {
        result = embedded_install(&places, path);
        if (result != OK) {
            fprintf(stderr, "plimsolld: %s: %s\n", path, strerror(errno));
            return result;
        }
        result = embedded_config(&places, text, sizeof text);
    }
    if (result == OK) {
        result = config_open_text(text, places.state, &program.problems, &program.config);
    }
    return result;
}

/** Reads the configuration and derives the sheet. */
static int prepare(void)
{
    enum result result =
        program.options.config == NULL
            ? embedded_open()
            : config_open(program.options.config, &program.problems, &program.config);
    if (result != OK) {
        config_problems_print(&program.problems, stderr);
        return EXIT_CONFIG;
    }
    if (sheet_derive(program.config, &program.sheet) != OK) {
        fprintf(stderr, "plimsolld: the budget sheet has too few lines\n");
        return EXIT_RUNTIME;
    }
    budget_print(&program.sheet.budget, stdout);
    fflush(stdout);
    if (budget_check(&program.sheet.budget) != OK) {
        fprintf(stderr, "plimsolld: the configuration does not fit under limits.memory\n");
        return EXIT_CONFIG;
    }
    budget_apply(&program.sheet.budget);
    return EXIT_SUCCESS;
}

static int check(void)
{
    uint32_t failed = 0;
    enum result result = preflight_zones(program.config, stdout, &failed);
    if (result != OK) {
        fprintf(stderr, "plimsolld: zones cannot be read: %s\n", result_name(result));
        return EXIT_RUNTIME;
    }
    printf("%u zones, %u cannot be served\n", program.config->zone_count, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_CONFIG;
}

static int serve(void)
{
    struct house *house = NULL;
    struct house_options options = {program.options.config, program.config, &program.sheet};
    signal(SIGPIPE, SIG_IGN); /* a peer that hangs up is a result of write() */
    enum result result = house_open(&options, &house);
    program.config = NULL;
    house_log(house);
    if (result == OK) {
        house_print_addresses(house, stdout);
        fflush(stdout);
        result = house_run(house);
        house_log(house);
    }
    house_close(house);
    return result == OK ? EXIT_SUCCESS : EXIT_RUNTIME;
}

static int act(void)
{
    switch (program.options.action) {
    case ACTION_HELP:
        options_help(stdout);
        return EXIT_SUCCESS;
    case ACTION_VERSION:
        printf("plimsolld %s, memory under %s%s\n", PLIMSOLL_VERSION, wall_name(),
               wall_is_complete() ? "" : " (libraries are not walled)");
        return EXIT_SUCCESS;
    case ACTION_CHECK:
    case ACTION_SERVE:
        break;
    }
    int status = prepare();
    if (status == EXIT_SUCCESS) {
        status = program.options.action == ACTION_CHECK ? check() : serve();
    }
    config_close(program.config);
    return status;
}

int main(int argc, char **argv)
{
    int status = raise_walls();
    if (status != EXIT_SUCCESS) {
        return status;
    }
    if (options_parse(argc, argv, &program.options) != OK) {
        options_help(stderr);
        return EXIT_USAGE;
    }
    return act();
}

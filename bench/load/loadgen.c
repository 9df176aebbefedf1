// SPDX-License-Identifier: Apache-2.0
/*
 * loadgen: asks a DNS server on this machine as fast as it answers, or at a fixed rate, and prints
 * what it saw. Exit codes: 0 the run took place; 1 it could not; 2 usage.
 */
#include "bench/load/load_options.h"

#include <stdlib.h>

static struct load_totals totals;

static int compile(const struct load_questions *questions, const char *path)
{
    if (load_questions_save(questions, path) != OK) {
        perror(path);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

static int run(const struct load_arguments *arguments, const struct load_questions *questions)
{
    struct load_pace pace = {
        .options = &arguments->options, .questions = questions, .totals = &totals};
    enum result result = arguments->tcp ? load_tcp_run(&pace) : load_udp_run(&pace);
    if (result != OK) {
        perror("loadgen: the run ended early");
        return EXIT_FAILURE;
    }
    result = load_totals_write(&totals, arguments->tcp ? "tcp" : "udp", stdout);
    return result == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct load_arguments arguments;
    if (load_options_parse(argc, argv, &arguments) != OK) {
        return 2;
    }
    if (arguments.help) {
        load_options_help();
        return EXIT_SUCCESS;
    }
    struct load_questions questions;
    uint32_t line;
    if (load_questions_open(&questions, arguments.questions, arguments.edns, &line) != OK) {
        fprintf(stderr, "loadgen: %s:%u: not a list of questions\n", arguments.questions, line);
        return 2;
    }
    int status =
        arguments.compile ? compile(&questions, arguments.compile) : run(&arguments, &questions);
    load_questions_close(&questions);
    return status;
}

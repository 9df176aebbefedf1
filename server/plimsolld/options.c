// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/options.h"

#include <getopt.h>

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, 'k'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

void options_help(FILE *out)
{
    fputs(
        "Usage: plimsolld [-c FILE] [--check]\n"
        "\n"
        "The DNS service of a domain controller, with a load line: everything it will ever use is\n"
        "declared, summed and reserved before it starts. It runs in the foreground.\n"
        "\n"
        "  -c, --config FILE   the configuration; without it the embedded default runs:\n"
        "                      127.0.0.1 and ::1, port 5300, the example domain corp.example\n"
        "      --check         read the configuration and every zone, print what is wrong and the\n"
        "                      budget sheet, and start nothing\n"
        "  -V, --version       print the version and how it was built\n"
        "  -h, --help          print this\n"
        "\n"
        "Signals: SIGHUP reloads the configuration and changed zones, SIGTERM and SIGINT stop.\n"
        "Exit codes: 0 stopped as asked, 1 failed while running, 2 usage, 78 the configuration is\n"
        "invalid or does not fit under its load line.\n",
        out);
}

enum result options_parse(int argc, char **argv, struct program_options *ret_options)
{
    struct program_options options = {.action = ACTION_SERVE};
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "c:Vh", long_options, NULL)) != -1) {
        switch (option) {
        case 'c':
            options.config = optarg;
            break;
        case 'k':
            options.action = ACTION_CHECK;
            break;
        case 'V':
            options.action = ACTION_VERSION;
            break;
        case 'h':
            options.action = ACTION_HELP;
            break;
        default: /* getopt said why */
            return ERROR_SYNTAX;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: unexpected argument: %s\n", argv[0], argv[optind]);
        return ERROR_SYNTAX;
    }
    *ret_options = options;
    return OK;
}

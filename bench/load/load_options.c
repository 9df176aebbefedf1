// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum option_id {
    OPTION_SERVER = 256,
    OPTION_QUESTIONS,
    OPTION_COMPILE,
    OPTION_SECONDS,
    OPTION_COUNT,
    OPTION_SOCKETS,
    OPTION_WINDOW,
    OPTION_RATE,
    OPTION_TIMEOUT,
    OPTION_SAMPLE,
    OPTION_TCP,
    OPTION_EDNS,
    OPTION_HELP,
};

static const struct option long_options[] = {
    {"server", required_argument, NULL, OPTION_SERVER},
    {"questions", required_argument, NULL, OPTION_QUESTIONS},
    {"compile", required_argument, NULL, OPTION_COMPILE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"sockets", required_argument, NULL, OPTION_SOCKETS},
    {"window", required_argument, NULL, OPTION_WINDOW},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"sample", required_argument, NULL, OPTION_SAMPLE},
    {"tcp", no_argument, NULL, OPTION_TCP},
    {"edns", no_argument, NULL, OPTION_EDNS},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

void load_options_help(void)
{
    fputs("usage: loadgen --server ADDRESS@PORT --questions FILE [OPTION...]\n"
          "       loadgen --questions FILE --compile OUT [--edns]\n"
          "Asks a DNS server on a loopback address and prints what it saw as JSON.\n\n"
          "  --questions FILE  lines `name type [answer|nodata|nxdomain|referral]`, or compiled\n"
          "  --compile OUT     write the list as ready-made messages, and end\n"
          "  --seconds S       how long to ask (3; fractions allowed)\n"
          "  --count N         end after N questions\n"
          "  --sockets N       UDP sockets or TCP connections (4)\n"
          "  --window N        questions under way on each (64)\n"
          "  --rate N          open loop: N questions a second, latency from the due time\n"
          "  --timeout MS      a question without an answer is lost after it (1000)\n"
          "  --sample N        walk the records of each N-th answer (64; 0: none)\n"
          "  --tcp             keep connections and pipeline\n"
          "  --edns            add an OPT record to the questions of a text list\n",
          stdout);
}

static enum result parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_value)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < low || value > high) {
        return ERROR_SYNTAX;
    }
    *ret_value = value;
    return OK;
}

static enum result parse_u32(const char *text, uint32_t low, uint32_t high, uint32_t *ret_value)
{
    uint64_t value = 0;
    enum result result = parse_number(text, low, high, &value);
    if (result == OK) {
        *ret_value = (uint32_t)value;
    }
    return result;
}

static enum result parse_seconds(const char *text, uint64_t *ret_ms)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0.0) || value > LOAD_SECONDS_MAX) {
        return ERROR_SYNTAX;
    }
    *ret_ms = (uint64_t)(value * 1000.0 + 0.5);
    return OK;
}

enum result load_options_address(const char *text, struct sockaddr_storage *ret_address,
                                 socklen_t *ret_size)
{
    char address[INET6_ADDRSTRLEN];
    const char *at = strrchr(text, '@');
    uint64_t port = 0;
    if (!at || (size_t)(at - text) >= sizeof address ||
        parse_number(at + 1, 1, UINT16_MAX, &port) != OK) {
        return ERROR_SYNTAX;
    }
    memcpy(address, text, (size_t)(at - text));
    address[at - text] = '\0';
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memset(ret_address, 0, sizeof *ret_address);
    if (inet_pton(AF_INET, address, &ipv4.sin_addr) == 1) {
        memcpy(ret_address, &ipv4, sizeof ipv4);
        *ret_size = sizeof ipv4;
        return ntohl(ipv4.sin_addr.s_addr) >> 24 == 127 ? OK : ERROR_ACCESS;
    }
    if (inet_pton(AF_INET6, address, &ipv6.sin6_addr) == 1) {
        memcpy(ret_address, &ipv6, sizeof ipv6);
        *ret_size = sizeof ipv6;
        return IN6_IS_ADDR_LOOPBACK(&ipv6.sin6_addr) ? OK : ERROR_ACCESS;
    }
    return ERROR_SYNTAX;
}

static enum result parse_option(struct load_arguments *arguments, int id, const char *text)
{
    struct load_options *options = &arguments->options;
    switch (id) {
    case OPTION_SERVER:
        return load_options_address(text, &options->server, &options->server_size);
    case OPTION_QUESTIONS:
        arguments->questions = text;
        return OK;
    case OPTION_COMPILE:
        arguments->compile = text;
        return OK;
    case OPTION_SECONDS:
        return parse_seconds(text, &options->seconds_ms);
    case OPTION_COUNT:
        return parse_number(text, 1, UINT64_MAX, &options->count_max);
    case OPTION_SOCKETS:
        return parse_u32(text, 1, LOAD_SOCKETS_MAX, &options->sockets);
    case OPTION_WINDOW:
        return parse_u32(text, 1, LOAD_SLOTS_MAX, &options->window);
    case OPTION_RATE:
        return parse_u32(text, 1, LOAD_RATE_MAX, &options->rate);
    case OPTION_TIMEOUT:
        return parse_u32(text, 1, LOAD_TIMEOUT_MS_MAX, &options->timeout_ms);
    case OPTION_SAMPLE:
        return parse_u32(text, 0, UINT32_MAX, &options->sample);
    case OPTION_TCP:
        arguments->tcp = 1;
        return OK;
    case OPTION_EDNS:
        arguments->edns = 1;
        return OK;
    case OPTION_HELP:
        arguments->help = 1;
        return OK;
    default:
        return ERROR_SYNTAX;
    }
}

enum result load_options_parse(int argc, char **argv, struct load_arguments *ret_arguments)
{
    struct load_arguments arguments = {
        .options = {
            .sockets = 4, .window = 64, .seconds_ms = 3000, .timeout_ms = 1000, .sample = 64}};
    int id;
    int index = 0;
    while ((id = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        enum result result = parse_option(&arguments, id, optarg);
        if (result == ERROR_ACCESS) {
            fprintf(stderr, "loadgen: %s is not a loopback address: refused\n", optarg);
            return result;
        }
        if (result != OK) {
            if (id != '?') {
                fprintf(stderr, "loadgen: bad value for --%s: %s\n", long_options[index].name,
                        optarg);
            }
            return ERROR_SYNTAX;
        }
    }
    if (!arguments.help && (optind != argc || !arguments.questions ||
                            (!arguments.compile && arguments.options.server_size == 0))) {
        fputs("loadgen: --questions and one of --server and --compile are needed, and nothing "
              "else (--help)\n",
              stderr);
        return ERROR_SYNTAX;
    }
    *ret_arguments = arguments;
    return OK;
}

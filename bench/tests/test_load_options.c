// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_options.h"

#include <criterion/criterion.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static struct sockaddr_storage address;
static socklen_t address_size;

Test(load_options, loopback_addresses_are_taken, .timeout = 10)
{
    static const char *const good[] = {"127.0.0.1@1", "127.255.255.254@65535", "::1@53"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect_eq(load_options_address(good[i], &address, &address_size), OK, "%s", good[i]);
    }
}

Test(load_options, every_other_address_is_refused, .timeout = 10)
{
    static const char *const far[] = {"126.255.255.255@53", "128.0.0.0@53", "0.0.0.0@53",
                                      "192.0.2.1@53",       "::@53",        "2001:db8::1@53",
                                      "::ffff:127.0.0.1@53"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        cr_expect_eq(load_options_address(far[i], &address, &address_size), ERROR_ACCESS, "%s",
                     far[i]);
    }
}

Test(load_options, what_is_no_address_is_an_error, .timeout = 10)
{
    static const char *const bad[] = {"",
                                      "@",
                                      "127.0.0.1",
                                      "127.0.0.1@",
                                      "127.0.0.1@0",
                                      "127.0.0.1@65536",
                                      "localhost@53",
                                      "127.0.0.1@5x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(load_options_address(bad[i], &address, &address_size), ERROR_SYNTAX, "%s",
                     bad[i]);
    }
}

/* Parses a command line given as one text; words are cut at blanks. */
static enum result parse(const char *text, struct load_arguments *arguments)
{
    static char line[200];
    char *argv[20];
    int argc = 0;
    snprintf(line, sizeof line, "%s", text);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    optind = 1;
    return load_options_parse(argc, argv, arguments);
}

Test(load_options, defaults_and_edges_of_the_command_line, .timeout = 10)
{
    static struct load_arguments arguments;
    cr_assert_eq(parse("loadgen --server 127.0.0.1@53 --questions q", &arguments), OK);
    cr_assert_eq(arguments.options.seconds_ms, 3000);
    cr_assert_eq(arguments.options.rate, 0);
    cr_assert_eq(parse("loadgen --compile x --questions q --window 1024", &arguments), OK);
    cr_assert_eq(arguments.options.window, LOAD_SLOTS_MAX);
    static const char *const bad[] = {"loadgen",
                                      "loadgen --server 127.0.0.1@53",
                                      "loadgen --compile x --questions q more",
                                      "loadgen --compile x --questions q --window 1025",
                                      "loadgen --compile x --questions q --window 0",
                                      "loadgen --compile x --questions q --sockets 257",
                                      "loadgen --compile x --questions q --seconds 0",
                                      "loadgen --compile x --questions q --seconds 3601",
                                      "loadgen --compile x --questions q --rate -1",
                                      "loadgen --compile x --questions q --nonsense"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(parse(bad[i], &arguments), ERROR_SYNTAX, "%s", bad[i]);
    }
    cr_assert_eq(parse("loadgen --questions q --server 192.0.2.1@53", &arguments), ERROR_ACCESS);
}

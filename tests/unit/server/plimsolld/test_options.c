// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/options.h"

#include <criterion/criterion.h>
#include <string.h>

static enum result parse(const char *first, const char *second, struct program_options *options)
{
    static char words[3][32] = {"plimsolld"}; /* what the options point into */
    char *argv[] = {words[0], words[1], words[2], NULL};
    snprintf(words[1], sizeof words[1], "%s", first == NULL ? "" : first);
    snprintf(words[2], sizeof words[2], "%s", second == NULL ? "" : second);
    int argc = first == NULL ? 1 : second == NULL ? 2 : 3;
    return options_parse(argc, argv, options);
}

Test(options, nothing_serves_the_embedded_default, .timeout = 10)
{
    struct program_options options;
    cr_assert_eq(parse(NULL, NULL, &options), OK);
    cr_assert_eq(options.action, ACTION_SERVE);
    cr_assert_null(options.config);
}

Test(options, a_configuration_can_be_served_or_checked, .timeout = 10)
{
    struct program_options options;
    cr_assert_eq(parse("-c", "file.yaml", &options), OK);
    cr_assert_eq(options.action, ACTION_SERVE);
    cr_assert_str_eq(options.config, "file.yaml");
    cr_assert_eq(parse("--config=other.yaml", "--check", &options), OK);
    cr_assert_eq(options.action, ACTION_CHECK);
    cr_assert_str_eq(options.config, "other.yaml");
}

Test(options, version_and_help, .timeout = 10)
{
    struct program_options options;
    cr_assert_eq(parse("--version", NULL, &options), OK);
    cr_assert_eq(options.action, ACTION_VERSION);
    cr_assert_eq(parse("-h", NULL, &options), OK);
    cr_assert_eq(options.action, ACTION_HELP);
}

Test(options, what_is_not_known_is_a_usage_error_and_writes_nothing, .timeout = 10)
{
    struct program_options options = {.action = ACTION_CHECK, .config = "kept"};
    cr_assert_eq(parse("--nonsense", NULL, &options), ERROR_SYNTAX);
    cr_assert_eq(parse("-c", NULL, &options), ERROR_SYNTAX);
    cr_assert_eq(parse("stray", NULL, &options), ERROR_SYNTAX);
    cr_assert_eq(options.action, ACTION_CHECK);
    cr_assert_str_eq(options.config, "kept");
}

Test(options, help_names_every_option_and_exit_code, .timeout = 10)
{
    char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    options_help(out);
    fclose(out);
    static const char *const expected[] = {"--config", "--check", "--version",
                                           "--help",   "78",      "SIGHUP"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cr_assert_not_null(strstr(text, expected[i]), "%s", expected[i]);
    }
}

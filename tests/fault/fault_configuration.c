// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/fault_loop.h"
#include "tests/unit/server/config/config_fixture.h"

static char directory[64];

static void setup(void)
{
    directory_make(directory);
    file_make(directory, "main.yaml",
              "include: [\"more-*.yaml\"]\n"
              "server: { cookie-secret: secret, listen: [\"127.0.0.1@53\"] }\n");
    file_make(directory, "more-1.yaml", "zones: [ { name: a, type: primary, file: a } ]\n");
    file_make(directory, "more-2.yaml", "zones: [ { name: b, type: primary, file: b } ]\n");
    file_make(directory, "secret", "00112233445566778899aabbccddeeff\n");
}

static void teardown(void)
{
    directory_remove(directory);
}

TestSuite(fault_configuration, .init = setup, .fini = teardown, .timeout = 250);

static void open_all(enum fault_point point, enum result expected)
{
    struct fault_loop loop = {.point = point};
    unsigned failed = 0;
    char path[128];
    snprintf(path, sizeof path, "%s/main.yaml", directory);
    while (fault_loop_next(&loop)) {
        struct config *config = NULL;
        struct fault_ledger before = fault_ledger_now();
        fault_loop_arm(&loop);
        enum result result = config_open(path, &problems, &config);
        fault_loop_disarm(&loop);
        if (result == OK) {
            cr_assert_eq(config->zone_count, 2);
            cr_assert_eq(problems.count, 0);
        } else {
            failed++;
            cr_assert(loop.struck);
            cr_assert_eq(result, expected, "%s: %s", result_name(result), problem_line(0));
            cr_assert_null(config);
            cr_assert_eq(problems.count, 1, "%s", problem_line(0));
        }
        config_close(config);
        fault_ledger_even(&before, "open", loop.n);
    }
    cr_assert_gt(failed, 0);
}

Test(fault_configuration, every_charge)
{
    open_all(FAULT_CHARGE, REFUSED_MEMORY);
}

Test(fault_configuration, every_read)
{
    open_all(FAULT_READ, ERROR_IO);
}

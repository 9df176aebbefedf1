// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/sheet.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct config_problems problems;

/** A configuration with these limits. */
static struct config *config_with(const char *limits)
{
    char text[512];
    struct config *config = NULL;
    snprintf(text, sizeof text, "limits: { %s }\n", limits);
    cr_assert_eq(config_open_text(text, "/tmp", &problems, &config), OK);
    return config;
}

Test(sheet, every_line_adds_up_and_the_zones_take_what_is_left, .timeout = 30)
{
    struct config *config = config_with("memory: 256MiB, workers: 2");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(budget_check(&sheet.budget), OK);
    cr_assert_eq(budget_total(&sheet.budget), sheet.budget.limit_bytes);
    cr_assert_eq(budget_account_total(&sheet.budget, ACCOUNT_ZONES), sheet.zones_bytes);
    cr_assert_gt(sheet.zones_bytes, SHEET_ZONES_MIN);
    cr_assert_eq(sheet.workers, 2);
    config_close(config);
}

Test(sheet, every_account_in_use_has_a_line, .timeout = 30)
{
    static const enum account used[] = {ACCOUNT_PROGRAM,       ACCOUNT_NETWORK, ACCOUNT_REQUESTS,
                                        ACCOUNT_CONFIGURATION, ACCOUNT_ZONES,   ACCOUNT_LIBRARIES};
    struct config *config = config_with("memory: 256MiB");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        cr_assert_gt(budget_account_total(&sheet.budget, used[i]), 0, "%s", account_name(used[i]));
    }
    config_close(config);
}

Test(sheet, a_declared_size_is_kept_whether_it_fits_or_not, .timeout = 30)
{
    struct config *config = config_with("memory: 256MiB, workers: 1, zones: 8MiB");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(sheet.zones_bytes, (size_t)8 << 20);
    cr_assert_eq(budget_check(&sheet.budget), OK);
    config_close(config);

    config = config_with("memory: 256MiB, workers: 1, zones: 250MiB");
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(budget_check(&sheet.budget), REFUSED_MEMORY);
    config_close(config);
}

Test(sheet, a_line_that_is_too_low_is_refused_with_the_sheet_whole, .timeout = 30)
{
    struct config *config = config_with("memory: 16MiB, workers: 4, libraries: 4MiB");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(budget_check(&sheet.budget), REFUSED_MEMORY);
    cr_assert_geq(sheet.zones_bytes, SHEET_ZONES_MIN);
    cr_assert_gt(sheet.budget.line_count, 8);
    config_close(config);
}

Test(sheet, automatic_workers_shrink_until_they_fit, .timeout = 30)
{
    struct config *config = config_with("memory: 16MiB, workers: auto, libraries: 4MiB");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_eq(sheet.workers, 1, "nothing fits under 16 MiB, so it went down to one");
    config_close(config);
}

Test(sheet, descriptors_cover_what_is_declared, .timeout = 30)
{
    struct config *config = config_with("memory: 512MiB, workers: 2, tcp-connections: 1000");
    struct sheet sheet;
    cr_assert_eq(sheet_derive(config, &sheet), OK);
    cr_assert_gt(sheet.descriptors, 1000 + 2 * 2 * 2);
    cr_assert_eq(sheet.threads.descriptors_max, sheet.descriptors);
    config_close(config);
}

// SPDX-License-Identifier: Apache-2.0
#include "server/zone/check.h"

#include <criterion/criterion.h>
#include <string.h>

static char last[MASTER_PROBLEM_TEXT_MAX];

static void tell(void *context, const struct master_problem *problem)
{
    (void)context;
    strcpy(last, problem->text);
}

Test(check, every_check_has_a_name_of_its_own_and_a_sentence, .timeout = 10)
{
    for (unsigned i = 0; i < CHECK_COUNT; i++) {
        const struct check *check = check_at((enum check_id)i);
        cr_assert_not_null(check->name, "%u", i);
        cr_assert_not_null(check->sentence, "%u", i);
        for (unsigned j = 0; j < i; j++) {
            cr_assert_str_neq(check->name, check_at((enum check_id)j)->name);
        }
    }
}

Test(check, a_finding_is_put_together, .timeout = 10)
{
    static const uint8_t owner[] = "\1a";
    struct master_problems problems = {.tell = tell};
    const struct master_place place = {0};
    check_tell(&problems, CHECK_NS_MISSING, place, (struct check_finding){0});
    cr_assert_str_eq(last, "the zone has no NS record");
    check_tell(&problems, CHECK_TARGET_CNAME, place, (struct check_finding){owner, 15, "b."});
    cr_assert_str_eq(last, "a. MX: the target is a CNAME: b.");
    check_tell(&problems, CHECK_NSEC_MISSING, place, (struct check_finding){owner, 0, NULL});
    cr_assert_str_eq(last, "a.: a name without NSEC in a zone that uses it");
    cr_assert_eq(problems.errors, 1);
    cr_assert_eq(problems.warnings, 2);
}

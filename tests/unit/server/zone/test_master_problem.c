// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_problem.h"

#include <criterion/criterion.h>
#include <string.h>

static unsigned told_errors;
static unsigned told_warnings;
static char last_text[MASTER_PROBLEM_TEXT_MAX];

static void tell(void *context, const struct master_problem *problem)
{
    cr_assert_eq(context, &told_errors);
    *(problem->severity == MASTER_ERROR ? &told_errors : &told_warnings) += 1;
    strcpy(last_text, problem->text);
}

Test(master_problem, each_severity_is_told_up_to_its_maximum_and_counted_beyond, .timeout = 10)
{
    struct master_problems problems = {.tell = tell, .context = &told_errors};
    const struct master_place place = {.file = "f", .line = 1, .column = 2};
    for (unsigned i = 1; i <= MASTER_ERRORS_MAX + 5; i++) {
        cr_assert_eq(master_problems_full(&problems), i > MASTER_ERRORS_MAX);
        master_problems_add(&problems, MASTER_ERROR, "x", place, "number %u", i);
        master_problems_add(&problems, MASTER_WARNING, "y", place, "number %u", i);
    }
    cr_assert_eq(told_errors, MASTER_ERRORS_MAX);
    cr_assert_eq(told_warnings, MASTER_WARNINGS_MAX);
    cr_assert_eq(problems.errors, MASTER_ERRORS_MAX + 5);
    cr_assert_eq(problems.warnings, MASTER_ERRORS_MAX + 5);
    cr_assert_str_eq(last_text, "number 20");
}

Test(master_problem, a_long_text_is_cut, .timeout = 10)
{
    struct master_problems problems = {.tell = tell, .context = &told_errors};
    char text[MASTER_PROBLEM_TEXT_MAX + 100];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    master_problems_add(&problems, MASTER_ERROR, "x", (struct master_place){0}, "%s", text);
    cr_assert_eq(strlen(last_text), MASTER_PROBLEM_TEXT_MAX - 1);
}

Test(master_problem, without_a_listener_they_are_counted, .timeout = 10)
{
    struct master_problems problems = {0};
    master_problems_add(&problems, MASTER_WARNING, "x", (struct master_place){0}, "text");
    cr_assert_eq(problems.warnings, 1);
    cr_assert_eq(problems.errors, 0);
}

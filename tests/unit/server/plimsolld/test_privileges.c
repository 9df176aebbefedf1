// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/privileges.h"

#include <criterion/criterion.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

Test(privileges, no_user_means_stay, .timeout = 10)
{
    uid_t before = geteuid();
    cr_assert_eq(privileges_drop(NULL, NULL), OK);
    cr_assert_eq(geteuid(), before);
}

Test(privileges, root_becomes_the_user_and_others_stay_what_they_are, .timeout = 10)
{
    const struct passwd *nobody = getpwnam("nobody");
    cr_assert_not_null(nobody);
    uid_t wanted = geteuid() == 0 ? nobody->pw_uid : geteuid();
    cr_assert_eq(privileges_drop("nobody", NULL), OK);
    cr_assert_eq(geteuid(), wanted);
    cr_assert_eq(getuid(), wanted);
    cr_assert_neq(setuid(0), 0, "there must be no way back");
}

Test(privileges, an_unknown_user_is_not_found_when_it_matters, .timeout = 10)
{
    enum result expected = geteuid() == 0 ? NOT_FOUND : OK;
    cr_assert_eq(privileges_drop("no-such-user-of-plimsoll", NULL), expected);
}

Test(privileges, a_path_that_cannot_be_handed_over_is_refused, .timeout = 10)
{
    enum result expected = geteuid() == 0 ? ERROR_ACCESS : OK;
    cr_assert_eq(privileges_drop("nobody", "/nonexistent/socket"), expected);
}

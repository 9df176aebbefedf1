// SPDX-License-Identifier: Apache-2.0
#include "server/base/socket_errno.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(socket_errno, each_number_has_one_meaning, .timeout = 10)
{
    static const struct {
        int number;
        enum result result;
    } expected[] = {
        {EMFILE, REFUSED_SOCKET},   {ENFILE, REFUSED_SOCKET},
        {ENOBUFS, REFUSED_SOCKET},  {ENOMEM, REFUSED_SOCKET},
        {EADDRNOTAVAIL, NOT_FOUND}, {EADDRINUSE, ERROR_IO},
        {EACCES, ERROR_IO},         {0, ERROR_IO},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cr_assert_eq(socket_errno_result(expected[i].number), expected[i].result, "%d",
                     expected[i].number);
        cr_assert_eq(socket_errno_refused(expected[i].number),
                     expected[i].result == REFUSED_SOCKET);
    }
}

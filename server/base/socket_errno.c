// SPDX-License-Identifier: Apache-2.0
#include "server/base/socket_errno.h"

#include <errno.h>

bool socket_errno_refused(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

enum result socket_errno_result(int number)
{
    if (socket_errno_refused(number)) {
        return REFUSED_SOCKET;
    }
    return number == EADDRNOTAVAIL ? NOT_FOUND : ERROR_IO;
}

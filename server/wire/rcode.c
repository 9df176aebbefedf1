// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rcode.h"

#include <stddef.h>

const char *rcode_to_text(uint16_t rcode)
{
    static const char *const text[RCODE_SLOTS - 1] = {
        [RCODE_NOERROR] = "NOERROR",   [RCODE_FORMERR] = "FORMERR",
        [RCODE_SERVFAIL] = "SERVFAIL", [RCODE_NXDOMAIN] = "NXDOMAIN",
        [RCODE_NOTIMP] = "NOTIMP",     [RCODE_REFUSED] = "REFUSED",
        [RCODE_YXDOMAIN] = "YXDOMAIN", [RCODE_YXRRSET] = "YXRRSET",
        [RCODE_NXRRSET] = "NXRRSET",   [RCODE_NOTAUTH] = "NOTAUTH",
        [RCODE_NOTZONE] = "NOTZONE",   [RCODE_DSOTYPENI] = "DSOTYPENI",
        [RCODE_BADVERS] = "BADVERS",   [RCODE_BADKEY] = "BADKEY",
        [RCODE_BADTIME] = "BADTIME",   [RCODE_BADMODE] = "BADMODE",
        [RCODE_BADNAME] = "BADNAME",   [RCODE_BADALG] = "BADALG",
        [RCODE_BADTRUNC] = "BADTRUNC", [RCODE_BADCOOKIE] = "BADCOOKIE",
    };
    const char *known = rcode < RCODE_SLOTS - 1 ? text[rcode] : NULL;
    return known != NULL ? known : "OTHER";
}

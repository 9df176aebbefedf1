// SPDX-License-Identifier: Apache-2.0
#include "server/plimsolld/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum result privileges_drop(const char *user, const char *owned)
{
    if (user == NULL || geteuid() != 0) {
        return OK;
    }
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        return NOT_FOUND;
    }
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (owned != NULL && chown(owned, uid, gid) != 0) {
        return ERROR_ACCESS;
    }
    if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
        setresuid(uid, uid, uid) != 0) {
        return ERROR_ACCESS;
    }
    bool back = uid != 0 && (setuid(0) == 0 || geteuid() == 0);
    return back ? ERROR_ACCESS : OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rdata_field.h"

#include <criterion/criterion.h>

Test(rdata_field, every_kind_has_its_three_functions, .timeout = 10)
{
    for (unsigned name = FIELD_END + 1; name < RDATA_FIELDS; name++) {
        const struct rdata_field_kind *kind = rdata_field_kind((uint8_t)name);
        cr_assert_not_null(kind->check, "%u", name);
        cr_assert_not_null(kind->parse, "%u", name);
        cr_assert_not_null(kind->print, "%u", name);
    }
}

Test(rdata_field, every_kind_is_used_by_a_type, .timeout = 10)
{
    bool used[RDATA_FIELDS] = {false};
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        const struct rrtype_descriptor *descriptor = rrtype_find((uint16_t)type);
        for (size_t i = 0; descriptor != NULL && descriptor->fields[i] != FIELD_END; i++) {
            used[descriptor->fields[i]] = true;
        }
    }
    for (unsigned name = FIELD_END + 1; name < RDATA_FIELDS; name++) {
        cr_assert(used[name], "%u", name);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype.h"
#include "server/zone/diff.h"
#include "server/zone/zone_edit_state.h"

static enum result does_not_apply(struct zone_edit *edit)
{
    edit->fault = ZONE_FAULT_DIFF;
    return ERROR_SEMANTICS;
}

enum result diff_apply(struct zone_edit *edit, const struct diff_record *record)
{
    if (!record->added) {
        enum result removed = zone_edit_remove(edit, record->owner, record->type, &record->rr);
        return removed == NOT_FOUND ? does_not_apply(edit) : removed;
    }
    enum result added = zone_edit_add(edit, record->owner, record->type, record->ttl, &record->rr);
    if (added == UNCHANGED) {
        return does_not_apply(edit);
    }
    if (added == OK && edit->ttl_differed) {
        /* The owner at work has the set: only its TTL is still to be changed. */
        bool signatures = record->type == TYPE_RRSIG;
        uint16_t type = signatures ? node_build_covered(record->type, &record->rr) : record->type;
        int index = node_build_find(&edit->build, type, signatures);
        uint32_t ttl = record->ttl > ZONE_TTL_MAX ? 0 : record->ttl;
        edit->build.sets[index].ttl_kind = ttl | (signatures ? NODE_SET_SIGNATURES : 0);
    }
    return added;
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/checked.h"
#include "alloc/memory.h"
#include "alloc/pages.h"
#include "alloc/phase.h"

#include <assert.h>

enum result region_open(struct region *region, enum account account, size_t size,
                        struct region_options options)
{
    assert(size > 0);
    phase_check_allocation();
    size_t mapped;
    if (!pages_round(size, &mapped)) {
        ledger_refuse(account, size);
        return REFUSED_MEMORY;
    }
    enum result result = ledger_charge(account, mapped);
    if (result != OK) {
        return result;
    }
    bool huge = options.huge && mapped >= PAGES_HUGE_BYTES;
    void *base = pages_map(mapped, huge ? PAGES_HUGE_BYTES : PAGES_BYTES);
    if (base == NULL) {
        ledger_release(account, mapped);
        ledger_refuse(account, mapped);
        return REFUSED_MEMORY;
    }
    if (huge) {
        pages_want_huge(base, mapped, true);
    }
    if (options.populate && !pages_populate(base, mapped)) {
        pages_unmap(base, mapped);
        ledger_release(account, mapped);
        ledger_refuse(account, mapped);
        return REFUSED_MEMORY;
    }
    *region = (struct region){.base = base, .size_bytes = mapped, .account = account};
    return OK;
}

void region_close(struct region *region)
{
    if (region->base == NULL) {
        return;
    }
    pages_unmap(region->base, region->size_bytes);
    ledger_release(region->account, region->size_bytes);
    *region = (struct region){0};
}

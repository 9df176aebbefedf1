// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/fault_loop.h"
#include "tests/unit/server/registry/registry_fixture.h"

/* A list of zones put into force while another one is: some stay, some go, some come, one has
 * another file. What is refused leaves everything as it was; the ledger shows it. */
TestSuite(fault_catalog, .init = bed_open_one, .fini = bed_close, .timeout = 250);

static void list(unsigned from, unsigned to)
{
    bed.count = 0;
    for (unsigned i = from; i < to; i++) {
        char name[40];
        snprintf(name, sizeof name, "a-zone-with-a-longer-name-%u.example", i);
        bed_add(name, "e.zone");
    }
}

Test(fault_catalog, every_charge_of_a_reload)
{
    struct fault_loop loop = {.point = FAULT_CHARGE};
    unsigned failed = 0;
    bed_zone_file("e.zone", 7, "");
    while (fault_loop_next(&loop)) {
        list(0, 40);
        bed_apply(false);
        bed_run();
        bed_reclaim();
        const struct catalog *before = registry_catalog(bed.registry);
        const struct snapshot *served = bed_snapshot("a-zone-with-a-longer-name-30.example");
        struct fault_ledger ledger = fault_ledger_now();
        size_t live = registry_heap(bed.registry).live_bytes;
        unsigned released = bed.released;
        list(20, 80);
        bed.options[10].records_per_rrset_max = 7; /* another zone of the same name */
        fault_loop_arm(&loop);
        enum result result = bed_try_apply(true);
        fault_loop_disarm(&loop);
        if (result != OK) {
            failed++;
            cr_assert(loop.struck);
            cr_assert_eq(result, REFUSED_MEMORY);
            cr_assert_eq(registry_catalog(bed.registry), before);
            cr_assert_eq(bed_snapshot("a-zone-with-a-longer-name-30.example"), served);
            cr_assert_eq(registry_waiting(bed.registry), 0);
            cr_assert_eq(registry_heap(bed.registry).live_bytes, live);
            cr_assert_eq(bed.released, released);
            fault_ledger_even(&ledger, "apply", loop.n);
            continue;
        }
        bed_run();
        bed_reclaim();
        cr_assert_eq(registry_zone_count(bed.registry), 60);
        cr_assert_eq(registry_waiting(bed.registry), 0);
        cr_assert_eq(bed.released, released + 1);
    }
    cr_assert_gt(failed, 0);
}

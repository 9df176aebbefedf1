// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"

#include "alloc/heap.h"
#include "alloc/slab.h"

#include <criterion/criterion.h>

Test(fault_injected, only_the_armed_passages_fail, .timeout = 10)
{
    cr_assert_not(fault_strikes(FAULT_READ));
    fault_arm(FAULT_READ, 2, 2);
    cr_assert_eq(fault_passages(FAULT_READ), 0);
    cr_assert_not(fault_strikes(FAULT_READ));
    cr_assert_not(fault_struck(FAULT_READ));
    cr_assert(fault_strikes(FAULT_READ));
    cr_assert(fault_struck(FAULT_READ));
    cr_assert_not(fault_strikes(FAULT_WRITE), "other points are not armed");
    cr_assert(fault_strikes(FAULT_READ));
    cr_assert_not(fault_strikes(FAULT_READ));
    cr_assert_eq(fault_passages(FAULT_READ), 4);
    cr_assert_eq(fault_passages(FAULT_WRITE), 1);
}

Test(fault_injected, the_first_and_from_then_on, .timeout = 10)
{
    fault_arm(FAULT_SYNC, 1, UINT64_MAX);
    for (unsigned i = 0; i < 100; i++) {
        cr_assert(fault_strikes(FAULT_SYNC));
    }
    fault_arm(FAULT_SYNC, 5, 0);
    for (unsigned i = 0; i < 10; i++) {
        cr_assert_not(fault_strikes(FAULT_SYNC), "a count of 0 disarms");
    }
    fault_arm(FAULT_SYNC, 1, 1);
    cr_assert(fault_strikes(FAULT_SYNC));
    fault_disarm_all();
    cr_assert_not(fault_struck(FAULT_SYNC));
    cr_assert_eq(fault_passages(FAULT_SYNC), 0);
    cr_assert_not(fault_strikes(FAULT_SYNC));
}

Test(fault_injected, points_have_names, .timeout = 10)
{
    cr_assert_str_eq(fault_point_name(FAULT_CHARGE), "charge");
    cr_assert_str_eq(fault_point_name(FAULT_THREAD), "thread");
    cr_assert_str_eq(fault_point_name(FAULT_SOCKET), "socket");
    cr_assert_str_eq(fault_point_name(FAULT_READ), "read");
    cr_assert_str_eq(fault_point_name(FAULT_WRITE), "write");
    cr_assert_str_eq(fault_point_name(FAULT_SYNC), "sync");
    cr_assert_str_eq(fault_point_name(FAULT_POINT_COUNT), "unknown");
}

Test(fault_injected, understands_its_text, .timeout = 10)
{
    cr_assert(fault_arm_from_text(NULL));
    cr_assert(fault_arm_from_text(""));
    cr_assert(fault_arm_from_text("charge:2"));
    cr_assert_not(fault_strikes(FAULT_CHARGE));
    cr_assert(fault_strikes(FAULT_CHARGE));
    cr_assert_not(fault_strikes(FAULT_CHARGE));
    cr_assert(fault_arm_from_text("write:1+,socket:1"));
    cr_assert(fault_strikes(FAULT_WRITE));
    cr_assert(fault_strikes(FAULT_WRITE));
    cr_assert(fault_strikes(FAULT_SOCKET));
    cr_assert_not(fault_strikes(FAULT_SOCKET));
    cr_assert(fault_arm_from_text("sync:18446744073709551615"));
}

Test(fault_injected, refuses_other_texts_and_arms_nothing, .timeout = 10)
{
    static const char *const texts[] = {
        "charge",     "charge:",   "charge:0",        "charge:x",
        "charge:1x",  "charge:1,", ",charge:1",       "charges:1",
        "fsync:1",    "charge:-1", "write:1,charge:", "charge:18446744073709551616",
        "charge:1++", " charge:1",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_assert_not(fault_arm_from_text(texts[i]), "%s", texts[i]);
    }
    cr_assert_not(fault_strikes(FAULT_CHARGE));
    cr_assert_not(fault_strikes(FAULT_WRITE));
}

/* One of everything on this floor. False when something was refused; nothing is left either way. */
static bool use_everything(void)
{
    struct slab *slab = NULL;
    struct heap *heap = NULL;
    struct region region = {0};
    struct region_options options = {.populate = true};
    void *block = memory_take(ACCOUNT_ZONES, 100);
    bool good = block != NULL && slab_create(ACCOUNT_ZONES, 10, 10, &slab) == OK &&
                heap_create(ACCOUNT_ZONES, &heap) == OK &&
                region_open(&region, ACCOUNT_ZONES, 10000, options) == OK;
    size_t sizes[] = {10, 100, 5000, 20000};
    for (size_t i = 0; good && i < 4; i++) {
        good = heap_take(heap, sizes[i]) != NULL;
    }
    region_close(&region);
    heap_destroy(heap);
    slab_destroy(slab);
    memory_give(ACCOUNT_ZONES, block, 100);
    return good;
}

Test(fault_injected, any_charge_may_fail_and_the_ledger_balances, .timeout = 30)
{
    uint64_t refused = 0;
    uint64_t nth = 1;
    for (;; nth++) {
        cr_assert_leq(nth, 100, "it never succeeds");
        fault_arm(FAULT_CHARGE, nth, 1);
        bool good = use_everything();
        struct account_state state = ledger_read(ACCOUNT_ZONES);
        cr_assert_eq(state.used_bytes, 0, "after charge %lu failed", (unsigned long)nth);
        if (!fault_struck(FAULT_CHARGE)) {
            cr_assert(good);
            break;
        }
        cr_assert_not(good);
        cr_assert_eq(state.refused, ++refused);
    }
    cr_assert_gt(nth, 7, "every one of the eight takes charges");
}

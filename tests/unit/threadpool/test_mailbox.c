// SPDX-License-Identifier: Apache-2.0
#include "threadpool/mailbox.h"

#include "alloc/ledger.h"

#include <criterion/criterion.h>

#define LOG_MAX 64u

static uint64_t delivered[LOG_MAX];
static unsigned delivered_count;
static unsigned wakes;

static void log_letter(void *context, uint64_t value)
{
    unsigned *count = context;
    ++*count;
    if (delivered_count < LOG_MAX) {
        delivered[delivered_count++] = value;
    }
}

static void log_note(struct mailbox_note *note)
{
    (void)note;
    if (delivered_count < LOG_MAX) {
        delivered[delivered_count++] = 1000;
    }
}

static void count_wake(void *context)
{
    (void)context;
    wakes++;
}

Test(mailbox, an_empty_one_delivers_nothing, .timeout = 10)
{
    struct mailbox mailbox;
    cr_assert_eq(mailbox_init(&mailbox, 4, NULL, NULL), OK);
    cr_assert_eq(mailbox_deliver(&mailbox, 10), OK);
    cr_assert_eq(delivered_count, 0);
    cr_assert_eq(mailbox_read(&mailbox).used, 0);
    mailbox_deinit(&mailbox);
}

Test(mailbox, places_are_rounded_up_and_one_is_two, .timeout = 10)
{
    static const uint32_t wanted[] = {1, 2, 3, 4, 5, 255, 256, 257, MAILBOX_PLACES_MAX};
    static const uint32_t got[] = {2, 2, 4, 4, 8, 256, 256, 512, MAILBOX_PLACES_MAX};
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct mailbox mailbox;
        cr_assert_eq(mailbox_init(&mailbox, wanted[i], NULL, NULL), OK);
        cr_assert_eq(mailbox_read(&mailbox).limit, got[i]);
        cr_assert_eq(mailbox_cost_bytes(wanted[i]), got[i] * 32u);
        mailbox_deinit(&mailbox);
    }
}

Test(mailbox, full_is_a_result_and_wakes_nobody, .timeout = 10)
{
    struct mailbox mailbox;
    unsigned count = 0;
    cr_assert_eq(mailbox_init(&mailbox, 4, count_wake, NULL), OK);
    for (uint64_t i = 0; i < 4; i++) {
        cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, i), OK);
    }
    cr_assert_eq(wakes, 4);
    cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 4), FULL);
    cr_assert_eq(wakes, 4);
    struct mailbox_state state = mailbox_read(&mailbox);
    cr_assert_eq(state.used, 4);
    cr_assert_eq(state.high_water, 4);
    cr_assert_eq(state.refused, 1);
    cr_assert_eq(mailbox_deliver(&mailbox, 1), MORE);
    cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 5), OK);
    cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 6), FULL);
    cr_assert_eq(mailbox_deliver(&mailbox, 4), OK);
    cr_assert_eq(count, 5);
    static const uint64_t order[] = {0, 1, 2, 3, 5};
    cr_assert_arr_eq(delivered, order, sizeof order);
    mailbox_deinit(&mailbox);
}

Test(mailbox, many_rounds_keep_the_order, .timeout = 10)
{
    struct mailbox mailbox;
    unsigned count = 0;
    cr_assert_eq(mailbox_init(&mailbox, 2, NULL, NULL), OK);
    for (uint64_t i = 0; i < 1000; i++) {
        delivered_count = 0;
        cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 2 * i), OK);
        cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 2 * i + 1), OK);
        cr_assert_eq(mailbox_deliver(&mailbox, UINT32_MAX), OK);
        cr_assert_eq(delivered[0], 2 * i);
        cr_assert_eq(delivered[1], 2 * i + 1);
    }
    cr_assert_eq(mailbox_read(&mailbox).high_water, 2);
    mailbox_deinit(&mailbox);
}

Test(mailbox, notes_are_never_refused_and_go_first_in_order, .timeout = 10)
{
    struct mailbox mailbox;
    struct mailbox_note notes[3] = {
        {.deliver = log_note}, {.deliver = log_note}, {.deliver = log_note}};
    unsigned count = 0;
    cr_assert_eq(mailbox_init(&mailbox, 2, count_wake, NULL), OK);
    cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 1), OK);
    cr_assert_eq(mailbox_push(&mailbox, log_letter, &count, 2), OK);
    for (unsigned i = 0; i < 3; i++) {
        mailbox_return(&mailbox, &notes[i]);
    }
    cr_assert_eq(wakes, 5);
    cr_assert_eq(mailbox_deliver(&mailbox, 0), MORE);
    cr_assert_eq(delivered_count, 3);
    cr_assert_eq(mailbox_deliver(&mailbox, 2), OK);
    static const uint64_t order[] = {1000, 1000, 1000, 1, 2};
    cr_assert_arr_eq(delivered, order, sizeof order);
    mailbox_deinit(&mailbox);
}

Test(mailbox, a_wake_without_a_letter, .timeout = 10)
{
    struct mailbox mailbox;
    cr_assert_eq(mailbox_init(&mailbox, 2, count_wake, NULL), OK);
    mailbox_wake(&mailbox);
    cr_assert_eq(wakes, 1);
    mailbox_deinit(&mailbox);
    cr_assert_eq(mailbox_init(&mailbox, 2, NULL, NULL), OK);
    mailbox_wake(&mailbox);
    mailbox_deinit(&mailbox);
    mailbox_deinit(&mailbox);
}

Test(mailbox, no_memory_is_a_result, .timeout = 10)
{
    struct mailbox mailbox;
    ledger_limit_set(ACCOUNT_PROGRAM, 0);
    cr_assert_eq(mailbox_init(&mailbox, MAILBOX_PLACES_MAX, NULL, NULL), REFUSED_MEMORY);
    ledger_limit_set(ACCOUNT_PROGRAM, SIZE_MAX);
    mailbox_deinit(&mailbox);
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/ledger.h"

#include "alloc/debug.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t observed_size;
static enum account observed_account;
static unsigned observed_count;

static void observe(enum account account, size_t size)
{
    observed_account = account;
    observed_size = size;
    observed_count++;
}

Test(ledger, starts_unlimited_and_empty, .timeout = 10)
{
    for (unsigned account = 0; account < ACCOUNT_LIBRARIES; account++) {
        struct account_state state = ledger_read((enum account)account);
        cr_assert_eq(state.limit_bytes, SIZE_MAX);
        cr_assert_eq(state.used_bytes, 0);
        cr_assert_eq(state.high_water_bytes, 0);
        cr_assert_eq(state.refused, 0);
    }
}

Test(ledger, the_last_byte_fits_and_one_more_does_not, .timeout = 10)
{
    ledger_limit_set(ACCOUNT_ZONES, 100);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 0), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 1), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 98), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 2), REFUSED_MEMORY);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 1), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, 1), REFUSED_MEMORY);
    cr_assert_eq(ledger_charge(ACCOUNT_ZONES, SIZE_MAX), REFUSED_MEMORY);
    struct account_state state = ledger_read(ACCOUNT_ZONES);
    cr_assert_eq(state.used_bytes, 100);
    cr_assert_eq(state.high_water_bytes, 100);
    cr_assert_eq(state.refused, 3);
    ledger_release(ACCOUNT_ZONES, 100);
    state = ledger_read(ACCOUNT_ZONES);
    cr_assert_eq(state.used_bytes, 0);
    cr_assert_eq(state.high_water_bytes, 100);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).used_bytes, 0);
}

Test(ledger, a_limit_of_zero_refuses_everything_but_nothing, .timeout = 10)
{
    ledger_limit_set(ACCOUNT_STORE, 0);
    cr_assert_eq(ledger_charge(ACCOUNT_STORE, 1), REFUSED_MEMORY);
    cr_assert_eq(ledger_charge(ACCOUNT_STORE, 0), OK);
}

Test(ledger, an_unlimited_account_still_refuses_overflow, .timeout = 10)
{
    cr_assert_eq(ledger_charge(ACCOUNT_STORE, SIZE_MAX), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_STORE, 1), REFUSED_MEMORY);
    ledger_release(ACCOUNT_STORE, SIZE_MAX);
}

Test(ledger, what_is_held_is_charged_past_the_limit, .timeout = 10)
{
    ledger_limit_set(ACCOUNT_PROGRAM, 10);
    ledger_charge_held(ACCOUNT_PROGRAM, 11);
    cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).used_bytes, 11);
    cr_assert_eq(ledger_read(ACCOUNT_PROGRAM).high_water_bytes, 11);
    cr_assert_eq(ledger_charge(ACCOUNT_PROGRAM, 0), REFUSED_MEMORY);
    ledger_release(ACCOUNT_PROGRAM, 2);
    cr_assert_eq(ledger_charge(ACCOUNT_PROGRAM, 1), OK);
    cr_assert_eq(ledger_charge(ACCOUNT_PROGRAM, 1), REFUSED_MEMORY);
}

Test(ledger, releasing_too_much_ends_a_debug_build_and_never_wraps, .timeout = 10)
{
    cr_assert_eq(ledger_charge(ACCOUNT_STORE, 5), OK);
    if (!DEBUG_BUILD) {
        ledger_release(ACCOUNT_STORE, 6);
        cr_assert_eq(ledger_read(ACCOUNT_STORE).used_bytes, 0);
        return;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO); /* the message of the assertion is expected */
        ledger_release(ACCOUNT_STORE, 6);
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

Test(ledger, the_observer_hears_of_each_refusal, .timeout = 10)
{
    ledger_observe(observe);
    ledger_limit_set(ACCOUNT_TRANSFERS, 7);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 8), REFUSED_MEMORY);
    cr_assert_eq(observed_count, 1);
    cr_assert_eq(observed_account, ACCOUNT_TRANSFERS);
    cr_assert_eq(observed_size, 8);
    ledger_refuse(ACCOUNT_CACHE, 3);
    cr_assert_eq(observed_count, 2);
    cr_assert_eq(observed_account, ACCOUNT_CACHE);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).refused, 1);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 7), OK);
    ledger_observe(NULL);
    cr_assert_eq(ledger_charge(ACCOUNT_TRANSFERS, 8), REFUSED_MEMORY);
    cr_assert_eq(observed_count, 2);
}

Test(ledger, accounts_have_the_names_of_the_metrics, .timeout = 10)
{
    cr_assert_str_eq(account_name(ACCOUNT_PROGRAM), "program");
    cr_assert_str_eq(account_name(ACCOUNT_NETWORK), "network");
    cr_assert_str_eq(account_name(ACCOUNT_REQUESTS), "requests");
    cr_assert_str_eq(account_name(ACCOUNT_CACHE), "cache");
    cr_assert_str_eq(account_name(ACCOUNT_ZONES), "zones");
    cr_assert_str_eq(account_name(ACCOUNT_TRANSFERS), "transfers");
    cr_assert_str_eq(account_name(ACCOUNT_STORE), "store");
    cr_assert_str_eq(account_name(ACCOUNT_CONFIGURATION), "configuration");
    cr_assert_str_eq(account_name(ACCOUNT_LIBRARIES), "libraries");
    cr_assert_str_eq(account_name(ACCOUNT_COUNT), "unknown");
}

#define THREADS 4
#define ROUNDS 20000

static void *charge_and_release(void *charged)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (ledger_charge(ACCOUNT_REQUESTS, 3) == OK) {
            (*(unsigned *)charged)++;
            if (round % 2 == 0) {
                ledger_release(ACCOUNT_REQUESTS, 3);
                (*(unsigned *)charged)--;
            }
        }
    }
    return NULL;
}

Test(ledger, threads_never_pass_the_limit_together, .timeout = 30)
{
    ledger_limit_set(ACCOUNT_REQUESTS, 90001);
    pthread_t threads[THREADS];
    unsigned charged[THREADS] = {0};
    for (unsigned i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, charge_and_release, &charged[i]), 0);
    }
    size_t held = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        held += charged[i];
    }
    struct account_state state = ledger_read(ACCOUNT_REQUESTS);
    cr_assert_eq(state.used_bytes, held * 3);
    cr_assert_leq(state.high_water_bytes, 90001);
    cr_assert_gt(state.refused, 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/slab.h"

#include "alloc/debug.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct slab *create(uint32_t count, size_t size)
{
    struct slab *slab = NULL;
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, count, size, &slab), OK);
    return slab;
}

Test(slab, costs_what_it_says_and_gives_it_back, .timeout = 10)
{
    static const struct {
        uint32_t count;
        size_t size;
    } shapes[] = {{1, 1}, {1, 4096}, {1000, 17}, {3, 100000}, {40, 65536}};
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        size_t cost = slab_cost_bytes(shapes[i].count, shapes[i].size);
        cr_assert_geq(cost, shapes[i].count * shapes[i].size);
        struct slab *slab = create(shapes[i].count, shapes[i].size);
        cr_assert_eq(ledger_read(ACCOUNT_REQUESTS).used_bytes, cost);
        slab_destroy(slab);
        cr_assert_eq(ledger_read(ACCOUNT_REQUESTS).used_bytes, 0);
    }
    slab_destroy(NULL);
}

Test(slab, an_account_that_is_one_byte_short_refuses, .timeout = 10)
{
    size_t cost = slab_cost_bytes(10, 10);
    struct slab *slab = NULL;
    ledger_limit_set(ACCOUNT_REQUESTS, cost - 1);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 10, 10, &slab), REFUSED_MEMORY);
    cr_assert_null(slab);
    cr_assert_eq(ledger_read(ACCOUNT_REQUESTS).refused, 1);
    ledger_limit_set(ACCOUNT_REQUESTS, cost);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 10, 10, &slab), OK);
    slab_destroy(slab);
}

Test(slab, shapes_that_cannot_be_are_refused, .timeout = 10)
{
    struct slab *slab = NULL;
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, UINT32_MAX, SIZE_MAX / 2, &slab), REFUSED_LIMIT);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 2, SIZE_MAX, &slab), REFUSED_LIMIT);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 2, SIZE_MAX / 2 - 15, &slab), REFUSED_LIMIT);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 0, 1, &slab), REFUSED_LIMIT);
    cr_assert_eq(slab_create(ACCOUNT_REQUESTS, 1, 0, &slab), REFUSED_LIMIT);
    cr_assert_eq(slab_cost_bytes(2, SIZE_MAX), SIZE_MAX);
    cr_assert_null(slab);
}

Test(slab, one_element, .timeout = 10)
{
    struct slab *slab = create(1, 1);
    void *element = slab_take(slab);
    cr_assert_not_null(element);
    cr_assert_null(slab_take(slab));
    slab_give(slab, element);
    cr_assert_eq(slab_take(slab), element);
    struct slab_state state = slab_read(slab);
    cr_assert_eq(state.limit, 1);
    cr_assert_eq(state.used, 1);
    cr_assert_eq(state.high_water, 1);
    cr_assert_eq(state.refused, 1);
    slab_destroy(slab);
}

Test(slab, giving_twice_ends_a_debug_build, .timeout = 10)
{
    struct slab *slab = create(2, 20);
    void *element = slab_take(slab);
    slab_give(slab, element);
    if (!DEBUG_BUILD) {
        slab_destroy(slab);
        cr_skip("no assertions in this build");
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO); /* the message of the assertion is expected */
        slab_give(slab, element);
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    slab_destroy(slab);
}

Test(slab, every_element_has_its_place, .timeout = 10)
{
    enum { COUNT = 100, SIZE = 24 };
    struct slab *slab = create(COUNT, SIZE);
    unsigned char *elements[COUNT];
    bool seen[COUNT] = {false};
    for (uint32_t i = 0; i < COUNT; i++) {
        elements[i] = slab_take(slab);
        cr_assert_not_null(elements[i]);
        cr_assert_eq((uintptr_t)elements[i] % 16, 0);
        memset(elements[i], (int)i, SIZE);
        uint32_t index = slab_index(slab, elements[i]);
        cr_assert_lt(index, COUNT);
        cr_assert_not(seen[index]);
        seen[index] = true;
        cr_assert_eq(slab_at(slab, index), elements[i]);
    }
    cr_assert_null(slab_take(slab));
    for (uint32_t i = 0; i < COUNT; i++) {
        cr_assert_eq(elements[i][0], i);
        cr_assert_eq(elements[i][SIZE - 1], i);
        slab_give(slab, elements[i]);
    }
    cr_assert_eq(slab_read(slab).used, 0);
    cr_assert_eq(slab_read(slab).high_water, COUNT);
    slab_destroy(slab);
}

/* What was given must not be read: AddressSanitizer would say so, and is told to look away here. */
__attribute__((no_sanitize("address"))) static unsigned char peek(const unsigned char *byte)
{
    return *byte;
}

Test(slab, debug_builds_fill_what_is_given, .timeout = 10)
{
    struct slab *slab = create(2, 20);
    unsigned char *element = slab_take(slab);
    memset(element, 0, 20);
    slab_give(slab, element);
    cr_assert_eq(peek(&element[0]), DEBUG_BUILD ? DEBUG_FILL_BYTE : 0);
    cr_assert_eq(peek(&element[19]), DEBUG_BUILD ? DEBUG_FILL_BYTE : 0);
    slab_destroy(slab);
}

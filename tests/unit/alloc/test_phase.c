// SPDX-License-Identifier: Apache-2.0
#include "alloc/phase.h"

#include "alloc/debug.h"
#include "alloc/heap.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void take_memory(void)
{
    memory_give(ACCOUNT_REQUESTS, memory_take(ACCOUNT_REQUESTS, 10), 10);
}

static struct heap *heap;

static void take_from_heap(void)
{
    heap_give(heap, heap_take(heap, 10), 10);
}

static void open_region(void)
{
    struct region region;
    struct region_options options = {0};
    if (region_open(&region, ACCOUNT_REQUESTS, 10, options) == OK) {
        region_close(&region);
    }
}

/*
 * In a serving thread: debug builds end there, others count. Both are watched in a child, which
 * tells by its exit status how many it counted.
 */
static void assert_seen(void (*allocate)(void))
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        close(STDERR_FILENO); /* the message of the assertion is expected */
        phase_set(PHASE_SERVING);
        allocate();
        _exit((int)phase_violations());
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    if (DEBUG_BUILD) {
        cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    } else {
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    }
}

Test(phase, threads_prepare_until_they_say_otherwise, .timeout = 10)
{
    cr_assert_eq(phase_get(), PHASE_PREPARING);
    take_memory();
    open_region();
    cr_assert_eq(phase_violations(), 0);
}

Test(phase, every_allocation_of_a_serving_thread_is_seen, .timeout = 30)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
    assert_seen(take_memory);
    assert_seen(take_from_heap);
    assert_seen(open_region);
    heap_destroy(heap);
    cr_assert_eq(phase_violations(), 0);
}

Test(phase, giving_back_is_no_violation, .timeout = 10)
{
    cr_assert_eq(heap_create(ACCOUNT_ZONES, &heap), OK);
    void *block = heap_take(heap, 10);
    void *other = memory_take(ACCOUNT_ZONES, 10);
    phase_set(PHASE_SERVING);
    heap_give(heap, block, 10);
    memory_give(ACCOUNT_ZONES, other, 10);
    cr_assert_eq(phase_violations(), 0);
    phase_set(PHASE_PREPARING);
    heap_destroy(heap);
}

Test(phase, counting_alone_does_not_end_the_process, .timeout = 10)
{
    phase_count_allocation();
    cr_assert_eq(phase_violations(), 0);
    phase_set(PHASE_SERVING);
    phase_count_allocation();
    phase_count_allocation();
    cr_assert_eq(phase_violations(), 2);
    phase_set(PHASE_PREPARING);
    phase_count_allocation();
    cr_assert_eq(phase_violations(), 2);
}

static void *serve(void *unused)
{
    (void)unused;
    phase_set(PHASE_SERVING);
    return NULL;
}

Test(phase, belongs_to_the_thread, .timeout = 10)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, serve, NULL), 0);
    pthread_join(thread, NULL);
    cr_assert_eq(phase_get(), PHASE_PREPARING);
}

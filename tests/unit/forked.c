// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A runner for Criterion's tests that forks for each one and does not execute the program again.
 *
 * Under valgrind a start costs a second of processor time, most of it for the libraries that the
 * framework's own runner brings, and that runner starts a process for each test. This one takes the
 * place of the framework's main() and of the functions that its macros call, and needs one start
 * for a whole program. What a test sees is the same: a process of its own with fresh statics. */
#define TEST_SECONDS_MAX 600u
#define STATUS_FAILED 1
#define STATUS_SKIPPED 77

extern struct criterion_test *__start_cr_tst[];
extern struct criterion_test *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

static const struct criterion_test *running;
static bool failed;

static const struct criterion_test_extra_data *suite_data(void)
{
    for (struct criterion_suite **at = __start_cr_sts; at < __stop_cr_sts; at++) {
        if (*at != NULL && strcmp((*at)->name, running->category) == 0) {
            return (*at)->data;
        }
    }
    return NULL;
}

static void call(const struct criterion_test_extra_data *data, bool begins)
{
    void (*function)(void) = data == NULL ? NULL : begins ? data->init : data->fini;
    if (function != NULL) {
        function();
    }
}

/* What the macros of a test call, in the framework's order. */
void criterion_internal_test_setup(void)
{
    call(suite_data(), true);
    call(running->data, true);
}

void criterion_internal_test_main(void (*fn)(void))
{
    fn();
}

void criterion_internal_test_teardown(void)
{
    call(running->data, false);
    call(suite_data(), false);
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (!stats->passed) {
        failed = true;
        fprintf(stderr, "%s:%u: %s\n", stats->file, stats->line,
                stats->message == NULL ? "" : stats->message);
    }
}

/* No tear-down, and nothing that waits for threads. */
void criterion_abort_test(void)
{
    _exit(STATUS_FAILED);
}

void criterion_continue_test(void)
{
}

void criterion_skip_test(const char *format, ...)
{
    (void)format;
    exit(STATUS_SKIPPED);
}

static bool ended_well(const struct criterion_test *test, int status)
{
    if (WIFEXITED(status)) {
        int code = WEXITSTATUS(status);
        return test->data->signal == 0 && (code == test->data->exit_code || code == STATUS_SKIPPED);
    }
    return WIFSIGNALED(status) && WTERMSIG(status) == test->data->signal;
}

static bool run(const struct criterion_test *test)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        running = test;
        alarm(TEST_SECONDS_MAX);
        test->test();
        exit(failed ? STATUS_FAILED : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror(test->name);
        return false;
    }
    bool good = ended_well(test, status);
    printf("%s %s::%s (status %#x)\n", good ? "ok  " : "FAIL", test->category, test->name, status);
    return good;
}

int main(void)
{
    unsigned count = 0;
    unsigned bad = 0;
    for (struct criterion_test **at = __start_cr_tst; at < __stop_cr_tst; at++) {
        if (*at != NULL && !(*at)->data->disabled) {
            count++;
            bad += !run(*at);
        }
    }
    printf("%u tests, %u failed\n", count, bad);
    return count == 0 || bad > 0;
}

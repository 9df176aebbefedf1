// SPDX-License-Identifier: Apache-2.0
#include "alloc/budget.h"
#include "alloc/fault.h"
#include "alloc/memory.h"
#include "alloc/phase.h"
#include "alloc/wall.h"

#include <fcntl.h>
#include <jemalloc/jemalloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A plain program and not Criterion's: tiny limits on malloc must not meet the framework's own.
 * Each case runs in a child, because the wall is raised once in a process.
 */

#define MIB ((size_t)1 << 20)
#define LINE (64 * MIB)

#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            dprintf(STDERR_FILENO, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);         \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static size_t used(enum account account)
{
    return ledger_read(account).used_bytes;
}

static void raise_wall(void)
{
    enum result result = wall_raise();
    if (result != OK) {
        dprintf(STDERR_FILENO, "%s %s\n", result_name(result), wall_difference());
    }
    check(result == OK);
}

/* The line for libraries, counted from what they hold now. */
static size_t limit_libraries(size_t more)
{
    size_t limit = used(ACCOUNT_LIBRARIES) + more;
    ledger_limit_set(ACCOUNT_LIBRARIES, limit);
    return limit;
}

static size_t resident_bytes(void)
{
    char text[128] = {0};
    int file = open("/proc/self/statm", O_RDONLY); /* fopen would need malloc, which is full */
    check(file >= 0);
    check(read(file, text, sizeof(text) - 1) > 0);
    close(file);
    size_t total = 0;
    size_t resident = 0;
    check(sscanf(text, "%zu %zu", &total, &resident) == 2);
    return resident * 4096;
}

static void it_stands_once_and_says_so(void)
{
    check(!wall_is_complete());
    raise_wall();
    check(wall_is_complete());
    check(wall_raise() == ERROR_STATE);
    check(strncmp(wall_name(), "jemalloc 5.", 11) == 0);
    check(strchr(wall_name(), '-') == NULL);
    check(wall_difference()[0] == '\0');
    check(wall_metadata_bytes() > 0 && wall_metadata_bytes() < 4 * MIB);
    check(used(ACCOUNT_LIBRARIES) < 4 * MIB);
    check(used(ACCOUNT_ZONES) == 0);
}

static void the_settings_are_the_compiled_ones(void)
{
    bool flag = true;
    size_t size = sizeof(flag);
    check(mallctl("opt.tcache", &flag, &size, NULL, 0) == 0 && !flag);
    flag = true;
    check(mallctl("opt.retain", &flag, &size, NULL, 0) == 0 && !flag);
    flag = true;
    check(mallctl("opt.background_thread", &flag, &size, NULL, 0) == 0 && !flag);
    unsigned arenas = 0;
    size = sizeof(arenas);
    check(mallctl("opt.narenas", &arenas, &size, NULL, 0) == 0 && arenas == 1);
    ssize_t decay = -1;
    size = sizeof(decay);
    check(mallctl("opt.dirty_decay_ms", &decay, &size, NULL, 0) == 0 && decay == 0);
    decay = -1;
    check(mallctl("opt.muzzy_decay_ms", &decay, &size, NULL, 0) == 0 && decay == 0);
    size_t threshold = 1;
    size = sizeof(threshold);
    check(mallctl("opt.oversize_threshold", &threshold, &size, NULL, 0) == 0 && threshold == 0);
}

/* strdup and open_memstream live in the C library: what they call is what every library calls. */
static void malloc_inside_libraries_returns_null_at_the_line(void)
{
    size_t length = 8 * MIB;
    char *text = malloc(length + 1);
    check(text != NULL);
    memset(text, 'x', length);
    text[length] = '\0';
    raise_wall();
    size_t before = used(ACCOUNT_LIBRARIES);
    limit_libraries(12 * MIB);
    char *first = strdup(text);
    check(first != NULL);
    check(used(ACCOUNT_LIBRARIES) >= before + length);
    check(strdup(text) == NULL);
    check(ledger_read(ACCOUNT_LIBRARIES).refused > 0);
    free(first);
    check(used(ACCOUNT_LIBRARIES) <= before + 65536);
    first = strdup(text);
    check(first != NULL);
    free(first);
    free(text);
    check(used(ACCOUNT_LIBRARIES) + length <= before + 65536);
}

static void every_way_to_ask_ends_at_the_line(void)
{
    raise_wall();
    size_t limit = limit_libraries(MIB);
    check(malloc(2 * MIB) == NULL);
    check(calloc(2, MIB) == NULL);
    check(aligned_alloc(4096, 2 * MIB) == NULL);
    void *aligned = NULL;
    check(posix_memalign(&aligned, 65536, 2 * MIB) != 0);
    char *block = malloc(100);
    check(block != NULL);
    strcpy(block, "kept");
    check(realloc(block, 2 * MIB) == NULL);
    check(strcmp(block, "kept") == 0);
    free(block);
    check(malloc((size_t)1 << 40) == NULL);
    check(ledger_read(ACCOUNT_LIBRARIES).high_water_bytes <= limit);
}

static void huge_blocks_are_walled_as_well(void)
{
    raise_wall();
    size_t before = used(ACCOUNT_LIBRARIES);
    limit_libraries(LINE);
    void *block = malloc(48 * MIB);
    check(block != NULL);
    check(used(ACCOUNT_LIBRARIES) >= before + 48 * MIB);
    check(malloc(48 * MIB) == NULL);
    free(block);
    check(used(ACCOUNT_LIBRARIES) <= before + 65536);
}

struct greedy {
    size_t size_max;
    void **chain; /* each block holds the address of the one before */
    size_t count;
    unsigned refused;
};

static void *allocate_without_end(void *argument)
{
    struct greedy *greedy = argument;
    size_t size = 16;
    while (greedy->refused < 1000) {
        size = size * 7 % greedy->size_max + sizeof(void *);
        void **block = malloc(size);
        if (block == NULL) {
            greedy->refused++;
            continue;
        }
        memset(block, 0x11, size);
        *block = greedy->chain;
        greedy->chain = block;
        greedy->count++;
    }
    return NULL;
}

static void hold_the_line_against_four(size_t size_max)
{
    enum { THREADS = 4 };
    size_t resident_before = resident_bytes();
    raise_wall();
    size_t before = used(ACCOUNT_LIBRARIES);
    size_t limit = limit_libraries(LINE);
    struct greedy greedy[THREADS];
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        greedy[i] = (struct greedy){.size_max = size_max + i};
        check(pthread_create(&threads[i], NULL, allocate_without_end, &greedy[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        check(greedy[i].count > 0);
    }
    struct account_state state = ledger_read(ACCOUNT_LIBRARIES);
    size_t resident = resident_bytes() - resident_before;
    size_t metadata = wall_metadata_bytes();
    dprintf(STDERR_FILENO, "blocks to %zu: charged %zu KiB, resident +%zu KiB, metadata %zu KiB\n",
            size_max, (state.used_bytes - before) >> 10, resident >> 10, metadata >> 10);
    check(state.high_water_bytes <= limit);
    check(state.used_bytes - before > LINE / 2);
    check(state.refused >= THREADS);
    check(resident <= LINE + wall_metadata_bytes_max(LINE) + MIB / 2);
    /* Mostly its map of addresses: 2 MiB for each GiB of them that is used at all, hardly touched.
     */
    check(metadata < 12 * MIB);
    for (unsigned i = 0; i < THREADS; i++) {
        while (greedy[i].chain != NULL) {
            void **block = greedy[i].chain;
            greedy[i].chain = *block;
            free(block);
        }
    }
    check(used(ACCOUNT_LIBRARIES) <= before + 128 * 1024);
    check(resident_bytes() <= resident_before + wall_metadata_bytes_max(LINE) + MIB / 2);
}

static void four_threads_with_small_blocks(void)
{
    hold_the_line_against_four(300);
}

static void four_threads_with_pages(void)
{
    hold_the_line_against_four(8192);
}

static void four_threads_with_large_blocks(void)
{
    hold_the_line_against_four(300000);
}

static void each_account_has_its_own_line(void)
{
    raise_wall();
    for (unsigned i = 0; i < ACCOUNT_COUNT; i++) {
        enum account account = (enum account)i;
        size_t before = used(account);
        size_t libraries = used(ACCOUNT_LIBRARIES);
        ledger_limit_set(account, before + MIB);
        void *block = memory_take(account, 300000);
        check(block != NULL);
        check((uintptr_t)block % 16 == 0);
        check(used(account) >= before + 300000);
        check(account == ACCOUNT_LIBRARIES || used(ACCOUNT_LIBRARIES) == libraries);
        check(memory_take(account, MIB) == NULL);
        check(ledger_read(account).refused == 1);
        check(memory_take(account, SIZE_MAX) == NULL);
        check(ledger_read(account).refused == 2);
        memory_give(account, block, 300000);
        check(used(account) == before);
    }
}

static void small_blocks_come_back_to_the_account(void)
{
    enum { COUNT = 100000 };
    raise_wall();
    void **blocks = memory_take_array(ACCOUNT_CONFIGURATION, COUNT, sizeof(*blocks));
    check(blocks != NULL);
    size_t before = used(ACCOUNT_CONFIGURATION);
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = memory_take(ACCOUNT_CONFIGURATION, 1 + i % 500);
        check(blocks[i] != NULL);
    }
    check(used(ACCOUNT_CONFIGURATION) - before > COUNT * (size_t)250);
    for (size_t i = 0; i < COUNT; i++) {
        memory_give(ACCOUNT_CONFIGURATION, blocks[i], 1 + i % 500);
    }
    check(used(ACCOUNT_CONFIGURATION) == before);
    memory_give(ACCOUNT_CONFIGURATION, blocks, COUNT * sizeof(*blocks));
    check(used(ACCOUNT_CONFIGURATION) == 0);
}

static void blocks_from_before_the_wall_balance(void)
{
    void *small = memory_take(ACCOUNT_STORE, 100);
    void *large = memory_take(ACCOUNT_STORE, 3 * MIB);
    void *unseen = malloc(MIB);
    check(small != NULL && large != NULL && unseen != NULL);
    check(used(ACCOUNT_STORE) >= 3 * MIB + 100);
    raise_wall();
    size_t libraries = used(ACCOUNT_LIBRARIES);
    check(libraries >= 4 * MIB);
    void *late = memory_take(ACCOUNT_STORE, 100);
    check(late != NULL);
    free(unseen);
    check(used(ACCOUNT_LIBRARIES) + MIB <= libraries);
    memory_give(ACCOUNT_STORE, small, 100);
    memory_give(ACCOUNT_STORE, late, 100);
    memory_give(ACCOUNT_STORE, large, 3 * MIB);
    check(used(ACCOUNT_STORE) == 0);
    check(used(ACCOUNT_LIBRARIES) + 4 * MIB <= libraries);
}

static void a_library_that_allocates_while_serving_is_counted(void)
{
    raise_wall();
    phase_set(PHASE_SERVING);
    void *block = malloc(4 * MIB);
    check(block != NULL);
    check(phase_violations() == 1);
    free(block);
    check(phase_violations() == 1);
}

static void an_injected_fault_strikes_every_take(void)
{
    raise_wall();
    void *first = memory_take(ACCOUNT_STORE, 64);
    fault_arm(FAULT_CHARGE, 1, 1);
    void *second = memory_take(ACCOUNT_STORE, 64);
    check(first != NULL);
    check((second == NULL) == fault_struck(FAULT_CHARGE));
    check(ledger_read(ACCOUNT_STORE).refused == (second == NULL ? 1 : 0));
    memory_give(ACCOUNT_STORE, first, 64);
    memory_give(ACCOUNT_STORE, second, 64);
    check(used(ACCOUNT_STORE) == 0);
}

/* The environment's turn: the program runs itself again with other settings. */
static void other_settings_are_found_out(void)
{
    static const struct {
        const char *environment;
        const char *named;
    } cases[] = {
        {"MALLOC_CONF=tcache:true", "tcache=true"},
        {"MALLOC_CONF=narenas:4", "narenas=4"},
        {"MALLOC_CONF=dirty_decay_ms:10000", "dirty_decay_ms=10000"},
        {"MALLOC_CONF=oversize_threshold:8388608", "oversize_threshold=8388608"},
        {"MALLOC_CONF=retain:true", "retain=true"},
        {"MALLOC_CONF=narenas:1", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pid_t child = fork();
        check(child >= 0);
        if (child == 0) {
            char program[] = "/proc/self/exe";
            char *arguments[] = {program, (char *)cases[i].named, NULL};
            char *environment[] = {(char *)cases[i].environment, NULL};
            execve(program, arguments, environment);
            _exit(2);
        }
        int status = 0;
        check(waitpid(child, &status, 0) == child);
        check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static int expect_difference(const char *named)
{
    enum result wanted = named[0] == '\0' ? OK : ERROR_STATE;
    check(wall_raise() == wanted);
    check(strstr(wall_difference(), named) != NULL);
    check(wall_is_complete() == (wanted == OK));
    return 0;
}

struct test_case {
    const char *name;
    void (*run)(void);
};

#define CASE(name)                                                                                 \
    {                                                                                              \
#name, name                                                                                \
    }

static const struct test_case cases[] = {
    CASE(it_stands_once_and_says_so),
    CASE(the_settings_are_the_compiled_ones),
    CASE(malloc_inside_libraries_returns_null_at_the_line),
    CASE(every_way_to_ask_ends_at_the_line),
    CASE(huge_blocks_are_walled_as_well),
    CASE(four_threads_with_small_blocks),
    CASE(four_threads_with_pages),
    CASE(four_threads_with_large_blocks),
    CASE(each_account_has_its_own_line),
    CASE(small_blocks_come_back_to_the_account),
    CASE(blocks_from_before_the_wall_balance),
    CASE(a_library_that_allocates_while_serving_is_counted),
    CASE(an_injected_fault_strikes_every_take),
    CASE(other_settings_are_found_out),
};

int main(int argument_count, char **arguments)
{
    if (argument_count == 2) {
        return expect_difference(arguments[1]);
    }
    unsetenv("MALLOC_CONF");
    unsigned failed = 0;
    size_t count = sizeof(cases) / sizeof(cases[0]);
    for (size_t i = 0; i < count; i++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            alarm(60);
            cases[i].run();
            _exit(0);
        }
        int status = 1;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
            printf("failed: %s (status %#x)\n", cases[i].name, (unsigned)status);
            failed++;
        }
    }
    printf("%zu cases, %u failed\n", count, failed);
    return failed == 0 ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/fault.h"
#include "alloc/wall.h"
#include "server/base/counter.h"
#include "server/plimsolld/house_state.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The whole house: opened, asked one question, stopped. Each turn is a process of its own in which
 * one passage of one point is refused. Either the house does not open, says why, and leaves nothing
 * behind; or it answers: with the record, or with SERVFAIL when the refusal hit the zone's load.
 */
#define TURNS_MAX 3000u
#define TURN_SECONDS 60u
#define TRIES_MAX 60u /* of the client, for an answer with the record */
#define TRY_MS 50
#define REFUSALS_ENOUGH 8u /* SERVFAIL so often is what the house has to say */
#define RCODE_NONE 100
#define COUNTING_THREADS 3u /* two workers and control */

static char directory[] = "/tmp/plimsoll-fault-XXXXXX";

/* ---- the client ---- */

static const uint8_t question[] = "\x12\x34\0\0\0\1\0\0\0\0\0\0\2ns\7example\0\0\1\0\1";

/* Asks until the record comes, or SERVFAIL has come often; returns the last rcode. */
static int client_ask(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int rcode = RCODE_NONE;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    unsigned refusals = 0;
    for (unsigned i = 0; fd >= 0 && i < TRIES_MAX && refusals < REFUSALS_ENOUGH; i++) {
        uint8_t answer[512];
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        (void)sendto(fd, question, sizeof question - 1, 0, (struct sockaddr *)&address,
                     sizeof address);
        if (poll(&wait, 1, TRY_MS) == 1 && recv(fd, answer, sizeof answer, 0) >= 12) {
            rcode = answer[3] & 15;
            refusals += rcode != 0;
            if (rcode == 0) {
                break;
            }
            usleep(TRY_MS * 1000 / 2);
        }
    }
    return rcode;
}

/* A process beside the house: waits to hear the port, asks, ends the house, which may be gone by
 * then. */
static pid_t client_start(int *ret_word)
{
    int word[2];
    pid_t house = getpid();
    if (pipe(word) != 0) {
        return -1;
    }
    pid_t client = fork();
    if (client == 0) {
        uint16_t port;
        close(word[1]);
        if (read(word[0], &port, sizeof port) != sizeof port) {
            _exit(RCODE_NONE);
        }
        int rcode = client_ask(port);
        kill(house, SIGTERM);
        _exit(rcode);
    }
    close(word[0]);
    *ret_word = word[1];
    return client;
}

/* ---- one turn, in a process of its own ---- */

static int complain(enum fault_point point, uint64_t n, const char *what, const char *more)
{
    printf("fault_house: %s %u refused: %s%s%s\n", fault_point_name(point), (unsigned)n, what,
           more[0] == '\0' ? "" : ": ", more);
    fflush(stdout);
    return 1;
}

/* A thread's block of counters is kept for the next thread: what one costs. */
static size_t counter_block_bytes(void)
{
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    if (counter_thread_begin() != OK) {
        abort();
    }
    counter_thread_end();
    return ledger_read(ACCOUNT_PROGRAM).used_bytes - before;
}

static bool ledger_is_even(const struct account_state before[ACCOUNT_COUNT], size_t counter_bytes,
                           char text[160])
{
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        size_t used = ledger_read((enum account)i).used_bytes;
        size_t kept = used - before[i].used_bytes;
        bool counters = i == ACCOUNT_PROGRAM && kept % counter_bytes == 0 &&
                        kept <= counter_bytes * COUNTING_THREADS;
        if (i != ACCOUNT_LIBRARIES && kept != 0 && !counters) {
            snprintf(text, 160, "%s has %zu bytes, had %zu", account_name((enum account)i), used,
                     before[i].used_bytes);
            return false;
        }
    }
    return true;
}

/* Whether an event said that something is wrong, and (id not 0) that one among them. */
static bool was_told(uint32_t id)
{
    struct event_reader reader;
    struct event event;
    event_reader_init_oldest(&reader);
    while (event_reader_next(&reader, &event)) {
        if (id == 0 ? event.severity <= EVENT_SEVERITY_WARNING : event.id == id) {
            return true;
        }
    }
    return false;
}

static bool was_printed(void)
{
    char path[128];
    char line[512];
    bool found = false;
    snprintf(path, sizeof path, "%s/log", directory);
    fflush(stderr);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        found = found || strncmp(line, "plimsolld: ", 11) == 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* Port 0: what the kernel has free, so that nothing else can be in the way. */
static struct config *configuration(void)
{
    static struct config_problems problems;
    struct config *config = NULL;
    static const char text[] =
        "server: { listen: [\"127.0.0.1@0\"], control: control.sock }\n"
        "limits: { memory: 96MiB, workers: 2, jobs: 2, tcp-connections: 16 }\n"
        "zones: [ { name: example, type: primary, file: e.zone } ]\n"
        "stats: { listen: \"127.0.0.1@0\" }\n";
    if (config_open_text(text, directory, &problems, &config) != OK) {
        config_problems_print(&problems, stdout);
        abort();
    }
    return config;
}

/* The port that the house got; without a stream, whose buffer may be what is refused. */
static uint16_t house_port(const struct house *house)
{
    struct address address;
    bool bound;
    return net_listening(house->net, 0, &address, &bound) ? address.port : 0;
}

/* Runs the opened house until the client ends it; returns what the client was told. */
static int run(struct house *house, int word, pid_t client, enum result *ret_result)
{
    int status = 0;
    uint16_t port = house_port(house);
    *ret_result = write(word, &port, sizeof port) == sizeof port ? house_run(house) : ERROR_IO;
    waitpid(client, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : RCODE_NONE;
}

static int turn(enum fault_point point, uint64_t n)
{
    static struct sheet sheet;
    struct account_state before[ACCOUNT_COUNT];
    struct house *house = NULL;
    int word = -1;
    char text[160] = "";
    alarm(TURN_SECONDS);
    if (wall_raise() != OK) {
        return complain(point, n, "the wall", wall_difference());
    }
    pid_t client = client_start(&word);
    size_t counter_bytes = counter_block_bytes();
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        before[i] = ledger_read((enum account)i);
    }
    struct house_options options = {NULL, configuration(), &sheet};
    if (client < 0 || sheet_derive(options.config, &sheet) != OK) {
        return complain(point, n, "preparing", "");
    }
    fault_arm(point, n, 1);
    enum result result = house_open(&options, &house);
    bool opened = result == OK;
    int rcode = RCODE_NONE;
    if (opened) {
        rcode = run(house, word, client, &result);
    }
    bool struck = fault_struck(point);
    house_close(house);
    fault_disarm_all();
    close(word);
    while (waitpid(client, NULL, 0) > 0) {
        /* It reads the end of its pipe and goes. */
    }
    if (!ledger_is_even(before, counter_bytes, text)) {
        return complain(point, n, "the ledger is not even", text);
    }
    if (opened && (result != OK || (rcode != 0 && rcode != 2))) {
        snprintf(text, sizeof text, "%s, rcode %d", result_name(result), rcode);
        return complain(point, n, "the house that opened did not serve", text);
    }
    if (!struck) {
        return rcode == 0 ? 2 : complain(point, n, "nothing was refused", "and no answer came");
    }
    /* Before it has opened it says so on standard error. */
    if (opened ? rcode != 0 && !was_told(0) : result >= OK || !was_printed()) {
        return complain(point, n, "nobody was told", result_name(result));
    }
    return point != FAULT_THREAD || was_told(EVENT_THREAD_REFUSED)
               ? 0
               : complain(point, n, "no event 111", "");
}

/* ---- the loop ---- */

static void show_log(const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        fputs(line, stdout);
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* 0: refused and well; 2: not met any more; else: wrong. */
static int turn_apart(enum fault_point point, uint64_t n)
{
    char path[128];
    int status = 0;
    snprintf(path, sizeof path, "%s/log", directory);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen(path, "w", stderr) == NULL) {
            exit(1);
        }
        exit(turn(point, n));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (code != 0 && code != 2) {
        printf("fault_house: %s %u: %s %d\n", fault_point_name(point), (unsigned)n,
               WIFSIGNALED(status) ? "killed by signal" : "exit",
               WIFSIGNALED(status) ? WTERMSIG(status) : code);
        show_log(path);
    }
    return code;
}

static bool loop(enum fault_point point)
{
    unsigned wrong = 0;
    for (uint64_t n = 1; n <= TURNS_MAX; n++) {
        int code = turn_apart(point, n);
        wrong += code != 0 && code != 2;
        if (code == 2) {
            printf("fault_house: %s: %u refusals, %u wrong\n", fault_point_name(point),
                   (unsigned)n - 1, wrong);
            return wrong == 0;
        }
        if (wrong > 10) {
            return false;
        }
    }
    printf("fault_house: %s: no end\n", fault_point_name(point));
    return false;
}

static enum fault_point point_of(const char *name)
{
    int i = 0;
    while (i < FAULT_POINT_COUNT && strcmp(name, fault_point_name((enum fault_point)i)) != 0) {
        i++;
    }
    return (enum fault_point)i;
}

/* fault_house POINT…: the loops; fault_house POINT N: one turn, in this process, for a debugger. */
int main(int argc, char **argv)
{
    char path[128];
    char command[128];
    if (mkdtemp(directory) == NULL) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/e.zone", directory);
    FILE *file = fopen(path, "w");
    if (file == NULL ||
        fputs("$TTL 300\n@ SOA ns h 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n", file) < 0 ||
        fclose(file) != 0) {
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    bool good = true;
    if (argc == 3 && atoi(argv[2]) > 0) {
        good = turn(point_of(argv[1]), (uint64_t)atoi(argv[2])) != 1;
    } else {
        for (int i = 1; i < argc; i++) {
            good = loop(point_of(argv[i])) && good;
        }
    }
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command) == 0 && good ? 0 : 1;
}

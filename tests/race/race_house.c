// SPDX-License-Identifier: Apache-2.0
#include "alloc/wall.h"
#include "server/base/counter.h"
#include "server/plimsolld/house.h"
#include "server/wire/message.h"
#include "tests/race/race_client.h"

#include <stdatomic.h>
#include <sys/un.h>

/* The whole house under way: asked over UDP and TCP, its statistics and its control socket read,
 * while zones come, go, change their files, are loaded again and written back. Each answer is one
 * version's: the port of a locator record and the address beside it carry the version's number,
 * which is one that was written. A zone that never leaves the configuration is never refused. In
 * the end the ledger is even. */
#define ZONES 8u
#define LASTING 3u /* of them, always configured */
#define ROUNDS_MAX 80u
#define SECONDS_MAX 4u
#define PATIENCE_SECONDS 300u /* then it hangs */
#define PIPELINED 3u
#define QUESTIONS_PER_SOCKET 20u
#define COUNTING_THREADS 3u /* two workers and control */
#define TEXT_BYTES 4096u
#define CONTROL_REPLY_BYTES 65536u

enum { TYPE_A_NUMBER = 1, TYPE_SOA_NUMBER = 6, TYPE_SRV_NUMBER = 33 };

static char directory[] = "/tmp/plimsoll-race-XXXXXX";
static char config_path[64];
static uint16_t port;
static uint16_t stats_port;
static _Atomic uint32_t written[ZONES]; /* serial: stored before the file is there */
static _Atomic bool over;
static _Atomic uint64_t right;    /* answers with a record */
static _Atomic uint64_t asked[2]; /* statistics, control socket */

/* ---- what is on disk ---- */

static void write_whole(const char *path, const char *text)
{
    char temporary[96];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    race_require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "a file");
    race_require(rename(temporary, path) == 0, "a rename");
}

static void write_zone(unsigned zone, unsigned side)
{
    char path[80];
    char text[TEXT_BYTES];
    uint32_t serial = atomic_fetch_add_explicit(&written[zone], 1, memory_order_relaxed) + 1;
    int used = snprintf(text, sizeof text,
                        "$TTL 300\n@ SOA ns h %u 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
                        "www A 10.0.%u.%u\n_ldap._tcp SRV 0 0 %u www\n",
                        serial, serial / 256, serial % 256, serial);
    for (unsigned i = 0; i < serial % 40; i++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "h%u A 192.0.2.2\n", i);
    }
    snprintf(path, sizeof path, "%s/z%u-%u", directory, zone, side);
    write_whole(path, text);
}

/* `round` decides which zones there are, and for one of them in which of two files. */
static void write_config(unsigned round)
{
    char text[TEXT_BYTES];
    int used = snprintf(text, sizeof text,
                        "server: { listen: [\"127.0.0.1@0\"], control: control.sock,\n"
                        "          rate-limit: %u }\n"
                        "limits: { memory: 96MiB, workers: 2, jobs: 2, tcp-connections: 64 }\n"
                        "stats: { listen: \"127.0.0.1@0\" }\n"
                        "log: { level: error }\nzones:\n",
                        round % 5 == 4 ? 1000000u : 0u);
    for (unsigned zone = 0; zone < ZONES; zone++) {
        if (zone < LASTING || (round >> (zone % 3) & 1u) != 0) {
            used += snprintf(text + used, sizeof text - (size_t)used,
                             "  - { name: z%u.example, type: primary, file: z%u-%u }\n", zone, zone,
                             (zone + round / 4) % 2);
        }
    }
    write_whole(config_path, text);
}

/* ---- those who ask ---- */

struct expected {
    unsigned zone;
    uint16_t id;
    uint16_t type;
};

static size_t ask(uint8_t *to, const struct expected *expected)
{
    char name[48];
    const char *host = expected->type == TYPE_SOA_NUMBER ? ""
                       : expected->type == TYPE_A_NUMBER ? "\3www"
                                                         : "\5_ldap\4_tcp";
    snprintf(name, sizeof name, "%s%cz%u%cexample", host, 2, expected->zone, 7);
    return race_question(to, expected->id, (const uint8_t *)name, expected->type);
}

static uint32_t number_of(const uint8_t *at, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

/* The serial that a record carries; 0: none. */
static uint32_t serial_in(const uint8_t *answer, const struct message_record *record)
{
    if (record->section == SECTION_AUTHORITY) {
        return 0; /* of a negative answer */
    }
    const uint8_t *rdata = answer + record->rdata_at;
    switch (record->type) {
    case TYPE_A_NUMBER:
        return rdata[0] == 10 ? number_of(rdata + 1, 3) : 0;
    case TYPE_SRV_NUMBER:
        return number_of(rdata + 4, 2);
    case TYPE_SOA_NUMBER:
        return number_of(rdata + record->rdata_size - 20, 4);
    default:
        return 0;
    }
}

/* All serials of an answer are the same, and there are as many as the question has to get. */
static void check_records(const uint8_t *answer, size_t size, const struct expected *expected)
{
    struct message message;
    struct message_record record;
    uint32_t serial = 0;
    unsigned count = 0;
    enum result result;
    race_require(message_open(answer, size, &message) == OK, "an answer that can be read");
    while ((result = message_record_next(&message, &record)) == OK) {
        uint32_t here = serial_in(answer, &record);
        if (here != 0) {
            race_require(count == 0 || here == serial, "an answer of two versions");
            serial = here;
            count++;
        }
    }
    race_require(result == END && message_trailing(&message) == 0, "an answer that is whole");
    if (count != (expected->type == TYPE_SRV_NUMBER ? 2 : 1)) {
        fprintf(stderr, "zone %u, type %u, version %u: %u records; header", expected->zone,
                expected->type, serial, count);
        for (unsigned i = 0; i < size; i++) {
            fprintf(stderr, " %02x", answer[i]);
        }
        fprintf(stderr, "\n");
        race_require(false, "the records asked for");
    }
    uint32_t newest = atomic_load_explicit(&written[expected->zone], memory_order_relaxed);
    race_require(serial >= 1 && serial <= newest, "a version that was written");
    atomic_fetch_add_explicit(&right, 1, memory_order_relaxed);
}

static void check_answer(const uint8_t *answer, size_t size, const struct expected *expected)
{
    race_require(size >= 12 && number_of(answer, 2) == expected->id, "the answer to the question");
    unsigned rcode = answer[3] & 15u;
    if (rcode == 0) {
        check_records(answer, size, expected);
        return;
    }
    race_require(rcode == 2 || rcode == 5, "a zone that is not there is refused, or not ready");
    race_require(expected->zone >= LASTING, "a zone that is there is served");
}

static struct expected next_question(uint32_t *state)
{
    static const uint16_t types[] = {TYPE_A_NUMBER, TYPE_SOA_NUMBER, TYPE_SRV_NUMBER};
    *state = *state * 1664525u + 1013904223u;
    uint32_t number = *state >> 8;
    return (struct expected){number % ZONES, (uint16_t)(number >> 3), types[number / ZONES % 3]};
}

static void ask_udp(uint32_t *state)
{
    int fd = race_open(SOCK_DGRAM, port, 0);
    for (unsigned i = 0; fd >= 0 && i < QUESTIONS_PER_SOCKET; i++) {
        uint8_t bytes[RACE_ANSWER_BYTES];
        struct expected expected = next_question(state);
        ssize_t got = send(fd, bytes, ask(bytes, &expected), 0);
        got = got < 0 ? got : recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0) {
            break; /* lost, or the house is closing */
        }
        check_answer(bytes, (size_t)got, &expected);
    }
    close(fd);
}

static bool ask_pipelined(int fd, uint32_t *state)
{
    uint8_t bytes[RACE_ANSWER_BYTES];
    struct expected expected[PIPELINED];
    size_t size = 0;
    for (unsigned i = 0; i < PIPELINED; i++) {
        expected[i] = next_question(state);
        expected[i].id = (uint16_t)((expected[i].id & 0xff00u) | i);
        size_t question = ask(bytes + size + 2, &expected[i]);
        bytes[size] = 0;
        bytes[size + 1] = (uint8_t)question;
        size += 2 + question;
    }
    if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size) {
        return false;
    }
    for (unsigned i = 0; i < PIPELINED; i++) {
        size = race_read_framed(fd, bytes);
        if (size == 0) {
            return false;
        }
        race_require(bytes[1] < PIPELINED, "the id of a question");
        check_answer(bytes, size, &expected[bytes[1]]);
    }
    return true;
}

static void ask_tcp(uint32_t *state)
{
    int fd = race_open(SOCK_STREAM, port, 0);
    for (unsigned i = 0; fd >= 0 && i < 4 && ask_pipelined(fd, state); i++) {
        /* It checks them. */
    }
    close(fd);
}

static void *be_client(void *context)
{
    uint32_t number = *(const unsigned *)context;
    uint32_t state = number;
    while (!atomic_load_explicit(&over, memory_order_acquire)) {
        (number % 2 == 0 ? ask_udp : ask_tcp)(&state);
    }
    return NULL;
}

static void *be_monitor(void *context)
{
    static const char *const paths[] = {"/metrics", "/stats", "/health", "/ready", "/"};
    (void)context;
    for (unsigned i = 0; !atomic_load_explicit(&over, memory_order_acquire); i++) {
        char bytes[TEXT_BYTES];
        int fd = race_open(SOCK_STREAM, stats_port, 0);
        int size = snprintf(bytes, sizeof bytes,
                            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                            paths[i % 5]);
        if (fd >= 0 && send(fd, bytes, (size_t)size, MSG_NOSIGNAL) == size) {
            ssize_t got = recv(fd, bytes, sizeof bytes, 0);
            race_require(got <= 12 || memcmp(bytes, "HTTP/1.1 ", 9) == 0, "a status line");
            while (got > 0) {
                got = recv(fd, bytes, sizeof bytes, 0);
            }
            atomic_fetch_add_explicit(&asked[0], 1, memory_order_relaxed);
        }
        close(fd);
    }
    return NULL;
}

/* ---- the control socket ---- */

static int control_open_client(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%s/control.sock", directory);
    if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Sends one command and reads its reply up to the line without "more"; false: hung up. */
static bool command(int fd, const char *text)
{
    char line[CONTROL_REPLY_BYTES];
    size_t used = 0;
    if (fd < 0 || send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) {
        return false;
    }
    for (;;) {
        ssize_t got = recv(fd, line + used, sizeof line - used, 0);
        if (got <= 0) {
            return false;
        }
        used += (size_t)got;
        for (char *end; (end = memchr(line, '\n', used)) != NULL;) {
            *end = '\0';
            race_require(line[0] == '{', "a reply is an object");
            if (strstr(line, "\"more\"") == NULL) {
                atomic_fetch_add_explicit(&asked[1], 1, memory_order_relaxed);
                return true;
            }
            used -= (size_t)(end + 1 - line);
            memmove(line, end + 1, used);
        }
    }
}

static void *be_operator(void *context)
{
    static const char *const commands[] = {
        "{\"command\":\"status\"}\n",
        "{\"command\":\"zones\"}\n",
        "{\"command\":\"zone reload\",\"zone\":\"z0.example\"}\n",
        "{\"command\":\"budget\"}\n",
        "{\"command\":\"zone write\",\"zone\":\"z1.example\"}\n",
        "{\"command\":\"stats\",\"pattern\":\"*zone*\"}\n",
        "{\"command\":\"zone status\",\"zone\":\"z5.example\"}\n",
        "{\"command\":\"zone reload\",\"zone\":\"z4.example\"}\n",
        "{\"command\":\"events\",\"count\":20}\n",
    };
    (void)context;
    int fd = control_open_client();
    for (unsigned i = 0; !atomic_load_explicit(&over, memory_order_acquire); i++) {
        if (!command(fd, commands[i % (sizeof commands / sizeof *commands)])) {
            close(fd);
            fd = control_open_client();
        }
    }
    close(fd);
    return NULL;
}

/* ---- the one who changes ---- */

static void await_first_answers(void)
{
    uint32_t left = LASTING;
    while (left > 0) {
        uint8_t bytes[RACE_ANSWER_BYTES];
        struct expected expected = {left - 1, 7, TYPE_A_NUMBER};
        int fd = race_open(SOCK_DGRAM, port, 0);
        bool sent = fd >= 0 && send(fd, bytes, ask(bytes, &expected), 0) > 0;
        if (sent && recv(fd, bytes, sizeof bytes, 0) >= 12 && (bytes[3] & 15) == 0) {
            left--;
        }
        close(fd);
        usleep(1000);
    }
}

static void change_all(void)
{
    uint64_t end_ms = race_now_ms() + SECONDS_MAX * 1000;
    int fd = control_open_client();
    for (unsigned round = 1; round <= ROUNDS_MAX && race_now_ms() < end_ms; round++) {
        for (unsigned zone = round % 2; zone < ZONES; zone += 2) {
            write_zone(zone, 0);
            write_zone(zone, 1);
        }
        write_config(round);
        if (round % 4 == 3) {
            kill(getpid(), SIGHUP);
        } else {
            race_require(command(fd, "{\"command\":\"reload\"}\n"), "a reload");
        }
        usleep(20000);
    }
    close(fd);
}

static void *be_driver(void *context)
{
    enum { CLIENTS = 4, OTHERS = 2 };
    static unsigned numbers[CLIENTS] = {0, 1, 2, 3};
    pthread_t threads[CLIENTS + OTHERS];
    (void)context;
    await_first_answers();
    for (unsigned i = 0; i < CLIENTS + OTHERS; i++) {
        void *(*body)(void *) = i < CLIENTS ? be_client : i == CLIENTS ? be_monitor : be_operator;
        void *argument = i < CLIENTS ? &numbers[i] : NULL;
        race_require(pthread_create(&threads[i], NULL, body, argument) == 0, "a thread");
    }
    change_all();
    kill(getpid(), SIGTERM); /* with questions under way */
    usleep(20000);
    atomic_store_explicit(&over, true, memory_order_release);
    for (unsigned i = 0; i < CLIENTS + OTHERS; i++) {
        pthread_join(threads[i], NULL);
    }
    return NULL;
}

/* ---- the house ---- */

static void find_ports(const struct house *house)
{
    char text[TEXT_BYTES] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    race_require(out != NULL, "a text");
    house_print_addresses(house, out);
    fclose(out);
    const char *dns = strstr(text, "127.0.0.1@");
    const char *http = strstr(text, "http://127.0.0.1:");
    race_require(dns != NULL && http != NULL, "the addresses");
    port = (uint16_t)atoi(dns + strlen("127.0.0.1@"));
    stats_port = (uint16_t)atoi(http + strlen("http://127.0.0.1:"));
}

static struct config *read_config(void)
{
    static struct config_problems problems;
    struct config *config = NULL;
    if (config_open(config_path, &problems, &config) != OK) {
        config_problems_print(&problems, stderr);
        abort();
    }
    return config;
}

/* A thread's block of counters is kept for the next thread: what one costs. */
static size_t counter_block_bytes(void)
{
    size_t before = ledger_read(ACCOUNT_PROGRAM).used_bytes;
    race_require(counter_thread_begin() == OK, "counters");
    counter_thread_end();
    return ledger_read(ACCOUNT_PROGRAM).used_bytes - before;
}

static void require_even(const struct account_state before[ACCOUNT_COUNT], size_t block)
{
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        size_t kept = ledger_read((enum account)i).used_bytes - before[i].used_bytes;
        bool counters =
            i == ACCOUNT_PROGRAM && kept % block == 0 && kept <= block * COUNTING_THREADS;
        if (i != ACCOUNT_LIBRARIES && kept != 0 && !counters) {
            fprintf(stderr, "%s keeps %zu bytes\n", account_name((enum account)i), kept);
            race_require(false, "the ledger is even");
        }
    }
}

static void prepare(void)
{
    race_require(mkdtemp(directory) != NULL, "a directory");
    snprintf(config_path, sizeof config_path, "%s/plimsoll.yaml", directory);
    for (unsigned zone = 0; zone < ZONES; zone++) {
        write_zone(zone, 0);
        write_zone(zone, 1);
    }
    write_config(0);
}

int main(void)
{
    static struct sheet sheet;
    struct account_state before[ACCOUNT_COUNT];
    struct house *house = NULL;
    sigset_t signals;
    pthread_t driver;
    char command_line[80];
    alarm(PATIENCE_SECONDS);
    race_require(wall_raise() == OK, "the wall");
    signal(SIGPIPE, SIG_IGN);
    prepare();
    size_t block = counter_block_bytes();
    for (int i = 0; i < ACCOUNT_COUNT; i++) {
        before[i] = ledger_read((enum account)i);
    }
    struct house_options options = {config_path, read_config(), &sheet};
    race_require(sheet_derive(options.config, &sheet) == OK, "the sheet");
    enum result result = house_open(&options, &house);
    house_log(house);
    race_require(result == OK, "the house opens");
    find_ports(house);
    race_signals_keep(&signals);
    race_require(pthread_create(&driver, NULL, be_driver, NULL) == 0, "a thread");
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
    result = house_run(house);
    race_require(result == OK, "the house ends well");
    house_close(house);
    pthread_join(driver, NULL);
    require_even(before, block);
    race_require(right > 0 && asked[0] > 0 && asked[1] > 0, "everybody was answered");
    printf("%llu answers, %llu pages, %llu commands\n", (unsigned long long)right,
           (unsigned long long)asked[0], (unsigned long long)asked[1]);
    snprintf(command_line, sizeof command_line, "rm -rf '%s'", directory);
    race_require(system(command_line) == 0, "the files");
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "alloc/ledger.h"
#include "server/base/clock.h"
#include "server/net/net.h"
#include "tests/race/race_client.h"
#include "threadpool/threads.h"

#include <stdatomic.h>

/* Four workers of which three come late, each after another number of tries, so that their lanes
 * are adopted and handed back under traffic. Clients open more connections than there are slots and
 * than one of them may have, ask on them, leave answers unread, and go. Whatever is answered is
 * right, no more slots are taken than there are, and in the end the ledger is even. */
#define ROUNDS 3u
#define WORKERS 4u
#define SLOTS 24u
#define SLOTS_PER_CLIENT 9u
#define HOSTS 3u             /* clients, as the server sees them */
#define STREAMERS 6u         /* threads over TCP, two for each host */
#define HELD 7u              /* connections of one streamer */
#define ASKERS 2u            /* threads over UDP */
#define TURNS 25u            /* of each streamer */
#define TICKS_MAX 20000u     /* until everything declared is served */
#define PATIENCE_SECONDS 300 /* then it hangs */
#define ZONE "\4test"

static struct registry *registry;
static struct query_server *server;
static struct net *net;
static struct threads *threads;
static struct query_worker *query_workers[WORKERS];
static _Atomic uint32_t starts[WORKERS];
static _Atomic uint32_t living; /* streamers and askers of the round */
static _Atomic bool over;
static _Atomic uint64_t answers;
static _Atomic uint64_t turned_away;
static uint16_t port;
static char path[] = "/tmp/plimsoll-race-XXXXXX";

/* libuv closes a loop's descriptors by a bare system call, which ThreadSanitizer does not see: it
 * takes the next owner of the number for a second user of the first. */
const char *__tsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void)
{
    return "race:epoll_create1$\nrace:eventfd$\nrace:pipe2$\n";
}

/* ---- workers, some of which do not come at once ---- */

static enum result worker_begin(struct worker *worker, void *context)
{
    uint16_t index = worker_index(worker);
    (void)context;
    if (atomic_fetch_add_explicit(&starts[index], 1, memory_order_relaxed) < index) {
        return REFUSED_MEMORY;
    }
    enum result result = query_worker_create(server, index, &query_workers[index]);
    if (result == OK) {
        result = net_worker_start(net, worker, query_workers[index]);
    }
    race_require(result == OK, "a worker starts");
    return result;
}

static void worker_end(struct worker *worker, void *context)
{
    (void)context;
    net_worker_stop(net, worker);
    query_worker_destroy(query_workers[worker_index(worker)]);
}

/* ---- clients ---- */

static size_t ask(uint8_t *to, uint16_t id, bool large)
{
    return large ? race_question(to, id, (const uint8_t *)"\3big" ZONE, 16)
                 : race_question(to, id, (const uint8_t *)"\3www" ZONE, 1);
}

static void check(const uint8_t *answer, size_t size, uint16_t id)
{
    race_require(size == 12 + 14 + 16, "an answer of that size");
    race_require(answer[0] == id >> 8 && answer[1] == (id & 0xff), "the answer to the question");
    race_require((answer[3] & 15) == 0 && answer[7] == 1, "an answer with the record");
    race_require(memcmp(answer + size - 4, "\300\0\2\2", 4) == 0, "the record");
    atomic_fetch_add_explicit(&answers, 1, memory_order_relaxed);
}

/* Sends one question; false: the connection gave way or was turned away. */
static bool stream_ask(int fd, uint16_t id, bool large)
{
    uint8_t bytes[RACE_ANSWER_BYTES];
    size_t size = ask(bytes + 2, id, large);
    bytes[0] = 0;
    bytes[1] = (uint8_t)size;
    return send(fd, bytes, size + 2, MSG_NOSIGNAL) == (ssize_t)size + 2;
}

static bool stream_answer(int fd, uint16_t id)
{
    uint8_t bytes[RACE_ANSWER_BYTES];
    size_t size = race_read_framed(fd, bytes);
    if (size != 0) {
        check(bytes, size, id);
    }
    return size != 0;
}

static void stream_turn(int fds[HELD], uint8_t host, unsigned turn)
{
    for (unsigned i = 0; i < HELD; i++) {
        if (fds[i] < 0) {
            fds[i] = race_open(SOCK_STREAM, port, host);
        }
        uint16_t id = (uint16_t)(turn * HELD + i);
        bool leaves = (turn + i) % 5 == 4; /* with large answers that nobody reads */
        bool well = fds[i] >= 0 && stream_ask(fds[i], id, leaves);
        if (well && !leaves && (turn + i) % 3 == 0) {
            well = stream_ask(fds[i], id, false) && stream_answer(fds[i], id);
        }
        well = well && !leaves && stream_answer(fds[i], id);
        if (!well && fds[i] >= 0) {
            close(fds[i]);
            fds[i] = -1;
            if (!leaves) {
                atomic_fetch_add_explicit(&turned_away, 1, memory_order_relaxed);
            }
        }
    }
}

static void *be_streamer(void *context)
{
    unsigned number = *(const unsigned *)context;
    int fds[HELD];
    memset(fds, 0xff, sizeof fds);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        stream_turn(fds, (uint8_t)(2 + number % HOSTS), turn);
    }
    for (unsigned i = 0; i < HELD; i++) {
        close(fds[i]);
    }
    atomic_fetch_sub_explicit(&living, 1, memory_order_release);
    return NULL;
}

/* A socket for each question: another lane each time. */
static void *be_asker(void *context)
{
    uint16_t id = (uint16_t)(*(const unsigned *)context << 8);
    while (!atomic_load_explicit(&over, memory_order_acquire)) {
        uint8_t bytes[RACE_ANSWER_BYTES];
        int fd = race_open(SOCK_DGRAM, port, 0);
        id++;
        if (fd >= 0 && send(fd, bytes, ask(bytes, id, false), 0) > 0) {
            ssize_t got = recv(fd, bytes, sizeof bytes, 0);
            if (got > 0) {
                check(bytes, (size_t)got, id);
            }
        }
        close(fd);
    }
    return NULL;
}

/* ---- the control thread ---- */

static void write_zone(void)
{
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    race_require(file != NULL, "a file");
    fputs("$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.2\n", file);
    for (unsigned i = 0; i < 250; i++) {
        fprintf(file, "big TXT \"%03u%0220u\"\n", i, 0);
    }
    race_require(fclose(file) == 0, "a file");
}

static void serve_zone(void)
{
    static struct zone_options zone = {
        .name = (const uint8_t *)ZONE, .type = ZONE_PRIMARY, .records_per_rrset_max = 1000};
    struct registry_zones zones = {.options = &zone, .count = 1};
    struct zone_status status;
    zone.file = path;
    registry_begin(registry, threads_jobs(threads), threads_epoch(threads));
    race_require(registry_apply(registry, &zones, false) == OK, "the list of zones");
    while (registry_waiting(registry) != 0) {
        (void)registry_tick(registry);
        usleep(500);
    }
    race_require(registry_zone_at(registry, 0, &status) == OK && status.load_result == OK, "zone");
}

static void open_house(void)
{
    static const struct access_entry any = {.kind = ACCESS_ANY};
    static const struct query_options policy = {.query = {&any, 1}};
    struct address loopback = {.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}};
    struct registry_options options = {.clock = clock_real(), .loaders = 1};
    race_require(registry_create(&options, &registry) == OK, "the registry");
    struct query_server_options query = {
        .registry = registry, .clock = clock_real(), .policy = &policy};
    race_require(query_server_create(&query, &server) == OK, "the query server");
    struct net_options sockets = {.addresses = &loopback,
                                  .address_count = 1,
                                  .workers = WORKERS,
                                  .tcp_connections = SLOTS,
                                  .tcp_connections_per_client = SLOTS_PER_CLIENT};
    race_require(net_open(&sockets, 0, &net) == OK, "the network");
    struct threads_options group = {
        .workers = WORKERS,
        .jobs = 1,
        .jobs_limit = 8,
        .mailbox_places = 64,
        .descriptors_max = 512,
        .worker_owner = {worker_begin, worker_end, NULL},
    };
    race_require(threads_start(&group, 0, &threads) == OK, "the threads");
    serve_zone();
    struct address bound;
    bool is_bound = false;
    race_require(net_listening(net, 0, &bound, &is_bound) && is_bound, "an address");
    port = bound.port;
}

/* Missing workers are tried again, lanes go round, until the clients have gone and all is served.
 */
static void turn_house(void)
{
    uint64_t now_ms = 0;
    bool whole = false;
    for (unsigned i = 0; i < TICKS_MAX; i++) {
        bool clients = atomic_load_explicit(&living, memory_order_acquire) > 0;
        net_tick(net, now_ms);
        race_require(net_connections(net) <= SLOTS, "no more than there are");
        if (i % 50 == 49) {
            now_ms += THREADS_RETRY_FIRST_MS;
            (void)threads_retry(threads, now_ms);
        }
        whole = net_whole(net) && threads_read(threads, THREAD_WORKER).running == WORKERS;
        if (!clients && whole) {
            break;
        }
        usleep(1000);
    }
    race_require(whole, "everything declared is served");
}

/* The threads have stopped. */
static void close_house(void)
{
    net_close(net);
    query_server_destroy(server);
    registry_destroy(registry);
    threads_destroy(threads);
    for (unsigned i = 0; i < WORKERS; i++) {
        atomic_store_explicit(&starts[i], 0, memory_order_relaxed);
    }
}

static void round_once(void)
{
    static unsigned numbers[STREAMERS] = {0, 1, 2, 3, 4, 5};
    pthread_t clients[STREAMERS + ASKERS];
    open_house();
    atomic_store_explicit(&over, false, memory_order_relaxed);
    atomic_store_explicit(&living, STREAMERS, memory_order_relaxed);
    for (unsigned i = 0; i < STREAMERS + ASKERS; i++) {
        bool streams = i < STREAMERS;
        race_require(pthread_create(&clients[i], NULL, streams ? be_streamer : be_asker,
                                    &numbers[streams ? i : i - STREAMERS]) == 0,
                     "a thread");
    }
    turn_house();
    threads_stop(threads); /* with questions under way */
    atomic_store_explicit(&over, true, memory_order_release);
    for (unsigned i = 0; i < STREAMERS + ASKERS; i++) {
        pthread_join(clients[i], NULL);
    }
    close_house();
}

int main(void)
{
    struct account_state before[ACCOUNT_COUNT];
    alarm(PATIENCE_SECONDS);
    signal(SIGPIPE, SIG_IGN);
    write_zone();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ACCOUNT_COUNT; i++) {
            before[i] = ledger_read((enum account)i);
        }
        round_once();
        for (int i = 0; i < ACCOUNT_COUNT; i++) {
            size_t used = ledger_read((enum account)i).used_bytes;
            race_require(i == ACCOUNT_LIBRARIES || used == before[i].used_bytes, "the ledger");
        }
    }
    race_require(answers > 0 && turned_away > 0, "somebody was answered, somebody was not");
    printf("%llu answers, %llu turned away\n", (unsigned long long)answers,
           (unsigned long long)turned_away);
    unlink(path);
    return 0;
}

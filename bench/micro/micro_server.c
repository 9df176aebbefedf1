// SPDX-License-Identifier: Apache-2.0
#include "bench/micro/micro_server.h"

#include "server/registry/registry.h"
#include "threadpool/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESPONSE_BYTES 1232U
#define SLICES_MAX 1000U
#define DCS 4U

static struct epoch epoch;
static struct registry *registry;
static struct query_worker *worker;
static struct query_message messages[QUERY_BATCH_MAX];
static struct micro_question questions[QUERY_BATCH_MAX];
static uint8_t responses[QUERY_BATCH_MAX][RESPONSE_BYTES];
static const struct address client = {.family = ADDRESS_V4, .bytes = {127, 0, 0, 1}, .port = 5353};

static enum result write_zone(FILE *file)
{
    fputs("$TTL 900\n@ IN SOA dc1 hostmaster 1 900 600 86400 3600\n", file);
    for (uint32_t i = 1; i <= DCS; i++) {
        fprintf(file, "@ NS dc%u\ndc%u A 10.1.0.%u\n", i, i, i);
        fprintf(file, "_ldap._tcp.dc SRV 0 100 389 dc%u\n", i);
    }
    for (uint32_t i = 0; i < MICRO_SERVER_HOSTS; i++) {
        char name[64];
        micro_host_name(i, name, sizeof name);
        fprintf(file, "%s A 10.2.%u.%u\n", name, i >> 8, i & 0xff);
    }
    int failed = ferror(file);
    return fclose(file) == 0 && !failed ? OK : ERROR_IO;
}

static enum result load_zone(const char *path, struct jobs *jobs)
{
    static const struct access_entry everyone = {.kind = ACCESS_ANY};
    static const struct access_list anyone = {.entries = &everyone, .count = 1};
    static struct zone_options zone = {.name = (const uint8_t *)"\4corp\7example",
                                       .type = ZONE_PRIMARY,
                                       .query = &anyone,
                                       .records_per_rrset_max = 1000};
    static struct registry_zones zones = {.options = &zone, .count = 1};
    zone.file = path;
    enum result result = registry_apply(registry, &zones, false);
    for (uint32_t i = 0; i < SLICES_MAX && result == OK; i++) {
        registry_tick(registry);
        if (registry_waiting(registry) == 0) {
            return OK;
        }
        enum result slice = jobs_run_next(jobs);
        result = slice < 0 ? slice : OK;
    }
    return result == OK ? ERROR_TIMEOUT : result;
}

static enum result start_worker(void)
{
    static const struct access_entry everyone = {.kind = ACCESS_ANY};
    static const struct query_options policy = {
        .answer = {.address_order = ADDRESS_ORDER_ROTATE, .minimal_any = true},
        .query = {.entries = &everyone, .count = 1}};
    struct query_server_options options = {
        .registry = registry, .clock = clock_real(), .policy = &policy};
    struct query_server *server;
    enum result result = query_server_create(&options, &server);
    return result == OK ? query_worker_create(server, 1, &worker) : result;
}

enum result micro_server_start(void)
{
    static char path[] = "/tmp/plimsoll-micro-XXXXXX";
    struct jobs *jobs;
    struct epoch_reader *reader;
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    enum result result = file ? write_zone(file) : ERROR_IO;
    epoch_init(&epoch);
    if (result == OK) {
        result = epoch_register(&epoch, NULL, NULL, &reader);
    }
    if (result == OK) {
        epoch_enter(reader);
        result = jobs_create(64, &jobs);
    }
    if (result == OK) {
        struct registry_options options = {.clock = clock_real(), .loaders = 1};
        result = registry_create(&options, &registry);
    }
    if (result == OK) {
        registry_begin(registry, jobs, &epoch);
        result = load_zone(path, jobs);
    }
    if (fd >= 0) {
        unlink(path);
    }
    return result == OK ? start_worker() : result;
}

enum result micro_server_prepare(const struct micro_batch *batch)
{
    for (uint32_t i = 0; i < QUERY_BATCH_MAX; i++) {
        enum result result =
            micro_question_make(batch->names[i], batch->type, batch->edns, &questions[i]);
        if (result != OK) {
            return result;
        }
        messages[i] = (struct query_message){.packet = questions[i].packet,
                                             .packet_size = questions[i].size,
                                             .client = &client,
                                             .transport = TRANSPORT_UDP,
                                             .response = responses[i],
                                             .response_max = RESPONSE_BYTES};
    }
    micro_server_answer();
    for (uint32_t i = 0; i < QUERY_BATCH_MAX; i++) {
        if (messages[i].response_size < MESSAGE_HEADER_BYTES ||
            (responses[i][3] & MESSAGE_RCODE_MASK) != batch->rcode ||
            responses[i][7] != batch->answers) {
            return ERROR_SEMANTICS;
        }
    }
    return OK;
}

void micro_server_answer(void)
{
    query_batch(worker, messages, QUERY_BATCH_MAX);
    __asm__ volatile("" : : "r"(responses) : "memory");
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/query/query.h"
#include "server/registry/registry_state.h"
#include "tests/unit/server/query/answer_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * A whole server without sockets and threads: zones given as text, loaded through the registry,
 * questions as wire, answers printed as text (answer_text.h) and compared with what a test expects.
 */
#define FIXTURE_ZONES_MAX 16u

struct fixture {
    struct epoch epoch;
    struct epoch_reader *reader;
    struct jobs *jobs;
    struct registry *registry;
    struct query_server *server;
    struct query_worker *worker;
    struct clock_virtual clock;
    struct query_options policy;
    struct access_entry everyone;
    struct zone_options zones[FIXTURE_ZONES_MAX];
    struct name names[FIXTURE_ZONES_MAX];
    char files[FIXTURE_ZONES_MAX][128];
    unsigned zone_count;
    char directory[64];
    uint8_t packet[MESSAGE_BYTES_MAX];
    uint8_t response[MESSAGE_BYTES_MAX + 64];
    size_t response_size;
    struct answer_text answer;
};

/** One question. What is left out is the usual: class IN, UDP, from 192.0.2.200, without EDNS. */
struct ask {
    const char *name; /* absolute; NULL: no question */
    uint16_t type;    /* 0: A */
    uint16_t class;   /* 0: IN */
    uint16_t flags;   /* MESSAGE_RD, MESSAGE_CD, … */
    enum message_transport transport;
    const char *client;  /* address */
    uint16_t edns;       /* UDP size; 0: no OPT record, unless one of the following is set */
    bool dnssec_ok;      /* 1232 bytes unless `edns` says otherwise */
    uint8_t version;     /* of EDNS */
    const char *options; /* of the OPT record, in hexadecimal */
    size_t response_max; /* 0: as much as the transport takes */
};

static const struct access_list fixture_nobody = {.entries = NULL, .count = 0};

static inline void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    strcpy(f->directory, "/tmp/plimsoll-test-XXXXXX");
    cr_assert_not_null(mkdtemp(f->directory));
    f->everyone.kind = ACCESS_ANY;
    f->policy.query = (struct access_list){.entries = &f->everyone, .count = 1};
    f->policy.answer.address_order = ADDRESS_ORDER_FIXED;
    f->policy.answer.minimal_any = true;
    clock_virtual_init(&f->clock, 1000000, 1600000000);
    for (unsigned account = 0; account < ACCOUNT_COUNT; account++) {
        ledger_limit_set((enum account)account, SIZE_MAX);
    }
}

/** Adds a zone; a NULL text is a file that is not there. */
static inline struct zone_options *fixture_zone(struct fixture *f, const char *name,
                                                const char *text)
{
    unsigned i = f->zone_count++;
    cr_assert_lt(i, FIXTURE_ZONES_MAX);
    cr_assert_eq(name_from_text(name, strlen(name), name_root, &f->names[i]), OK);
    snprintf(f->files[i], sizeof f->files[i], "%s/%u.zone", f->directory, i);
    if (text != NULL) {
        FILE *file = fopen(f->files[i], "w");
        cr_assert_not_null(file);
        cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
        cr_assert_eq(fclose(file), 0);
    }
    f->zones[i] = (struct zone_options){.name = f->names[i].bytes,
                                        .type = ZONE_PRIMARY,
                                        .file = f->files[i],
                                        .records_per_rrset_max = 1000};
    return &f->zones[i];
}

/** A zone from a file that is committed beside the tests. */
static inline struct zone_options *fixture_zone_file(struct fixture *f, const char *name,
                                                     const char *path)
{
    struct zone_options *zone = fixture_zone(f, name, NULL);
    zone->file = path;
    return zone;
}

static inline void fixture_serve(struct fixture *f)
{
    struct query_server_options options = {
        .registry = f->registry,
        .clock = &f->clock.clock,
        .policy = &f->policy,
        .cookie_secret = {0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f, 0x48, 0xe7, 0xdc, 0x84,
                          0x9e, 0x37, 0xbf, 0xcf},
        .table_key = "sixteen bytes..",
    };
    cr_assert_eq(query_server_create(&options, &f->server), OK);
    cr_assert_eq(query_worker_create(f->server, 0, &f->worker), OK);
}

/** Loads what was added and makes the server. */
static inline void fixture_start(struct fixture *f)
{
    epoch_init(&f->epoch);
    cr_assert_eq(epoch_register(&f->epoch, NULL, NULL, &f->reader), OK);
    epoch_enter(f->reader);
    cr_assert_eq(jobs_create(16, &f->jobs), OK);
    struct registry_options options = {.clock = &f->clock.clock, .loaders = 1};
    cr_assert_eq(registry_create(&options, &f->registry), OK);
    registry_begin(f->registry, f->jobs, &f->epoch);
    struct registry_zones zones = {.options = f->zones, .count = f->zone_count};
    cr_assert_eq(registry_apply(f->registry, &zones, false), OK);
    for (unsigned i = 0; registry_waiting(f->registry) != 0; i++) {
        cr_assert_lt(i, 10000);
        (void)registry_tick(f->registry);
        (void)!jobs_run_next(f->jobs);
    }
    for (unsigned i = 0; i < f->zone_count; i++) {
        struct zone_status status;
        cr_assert_eq(registry_zone_find(f->registry, f->zones[i].name, &status), OK);
        if (access(f->zones[i].file, R_OK) == 0) {
            cr_assert_eq(status.state, ZONE_STATE_SERVING, "%s: %s", f->zones[i].file,
                         status.reason);
        }
    }
    fixture_serve(f);
}

static inline void fixture_end(struct fixture *f)
{
    query_worker_destroy(f->worker);
    query_server_destroy(f->server);
    epoch_leave(f->reader);
    if (f->jobs != NULL) {
        jobs_stop(f->jobs);
        jobs_destroy(f->jobs);
    }
    registry_destroy(f->registry);
    epoch_unregister(f->reader);
    epoch_deinit(&f->epoch);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->directory);
    cr_assert_eq(system(command), 0);
}

/** Puts a zone past its expire time. */
static inline void fixture_expire(struct fixture *f, const char *name)
{
    struct name wire;
    struct name_key key;
    cr_assert_eq(name_from_text(name, strlen(name), name_root, &wire), OK);
    name_key_make(wire.bytes, &key);
    const struct catalog_entry *entry = catalog_find_exact(registry_catalog(f->registry), &key);
    cr_assert_not_null(entry);
    atomic_store(&entry->zone->state, (uint8_t)ZONE_STATE_EXPIRED);
}

/* ---- questions --------------------------------------------------------------------------------
 */

static inline size_t fixture_hex(const char *text, uint8_t *bytes)
{
    size_t size = 0;
    for (; text[0] != 0 && text[1] != 0; text += text[0] == ' ' ? 1 : 2) {
        if (text[0] != ' ') {
            unsigned byte;
            cr_assert_eq(sscanf(text, "%2x", &byte), 1);
            bytes[size++] = (uint8_t)byte;
        }
    }
    return size;
}

static inline void fixture_question(struct writer *out, const struct ask *ask)
{
    struct name name;
    cr_assert_eq(name_from_text(ask->name, strlen(ask->name), name_root, &name), OK);
    writer_bytes(out, name.bytes, name.length);
    writer_u16(out, ask->type == 0 ? TYPE_A : ask->type);
    writer_u16(out, ask->class == 0 ? CLASS_IN : ask->class);
}

/** The question as a packet; returns its size. */
static inline size_t fixture_packet(struct fixture *f, const struct ask *ask)
{
    bool with_edns = ask->edns != 0 || ask->dnssec_ok || ask->version != 0 || ask->options != NULL;
    struct writer out = writer_over(f->packet, sizeof f->packet);
    struct message_header header = {.id = 0x1234, .flags = ask->flags};
    header.counts[SECTION_QUESTION] = ask->name != NULL;
    header.counts[SECTION_ADDITIONAL] = with_edns;
    message_header_write(&out, &header);
    if (ask->name != NULL) {
        fixture_question(&out, ask);
    }
    if (with_edns) {
        uint8_t options[512];
        size_t size = ask->options == NULL ? 0 : fixture_hex(ask->options, options);
        writer_u8(&out, 0);
        writer_u16(&out, TYPE_OPT);
        writer_u16(&out, ask->edns == 0 ? 1232 : ask->edns);
        writer_u8(&out, 0);
        writer_u8(&out, ask->version);
        writer_u16(&out, ask->dnssec_ok ? 0x8000 : 0);
        writer_u16(&out, (uint16_t)size);
        writer_bytes(&out, options, size);
    }
    cr_assert(writer_ok(&out));
    return out.at;
}

/** Sends what lies in f->packet and prints the answer. */
static inline const char *fixture_send(struct fixture *f, size_t size, const struct ask *ask)
{
    struct address client;
    const char *from = ask->client == NULL ? "192.0.2.200" : ask->client;
    cr_assert_eq(address_parse(from, 5353, &client), OK);
    bool udp = ask->transport == TRANSPORT_UDP;
    struct query_message message = {.packet = f->packet,
                                    .packet_size = size,
                                    .client = &client,
                                    .transport = ask->transport,
                                    .response = f->response,
                                    .response_max = udp ? 1232 : MESSAGE_BYTES_MAX};
    if (ask->response_max != 0) {
        message.response_max = ask->response_max;
    }
    memset(f->response, 0xee, sizeof f->response);
    query_batch(f->worker, &message, 1);
    f->response_size = message.response_size;
    return answer_text_print(&f->answer, f->response, f->response_size);
}

static inline const char *fixture_ask(struct fixture *f, const struct ask *ask)
{
    return fixture_send(f, fixture_packet(f, ask), ask);
}

/** One row of a table. */
struct exchange {
    struct ask ask;
    const char *answer;
};

static inline void fixture_expect(struct fixture *f, const struct ask *ask, const char *answer)
{
    char type[RRTYPE_TEXT_MAX];
    const char *got = fixture_ask(f, ask);
    cr_expect_str_eq(got, answer, "%s %s:\n%sexpected:\n%s", ask->name == NULL ? "" : ask->name,
                     rrtype_to_text(ask->type == 0 ? TYPE_A : ask->type, type), got, answer);
}

static inline void fixture_expect_all(struct fixture *f, const struct exchange *exchanges,
                                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fixture_expect(f, &exchanges[i].ask, exchanges[i].answer);
    }
}
#define FIXTURE_EXPECT(f, exchanges)                                                               \
    fixture_expect_all((f), (exchanges), sizeof(exchanges) / sizeof *(exchanges))

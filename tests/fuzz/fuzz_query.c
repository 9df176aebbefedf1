// SPDX-License-Identifier: Apache-2.0
#include "server/query/query.h"
#include "server/registry/registry.h"
#include "server/wire/rdata.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/server/answer/answer_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Any packet, or a question made of the zones' own labels, through the whole of query/ with plain
// and signed zones behind it, between two known questions of the same batch. The answer stays in
// its room, can be read to its end, and echoes what it must; the known questions get their answers.
//
// The first byte: bit 0 TCP, bit 1 a made question, bits 2 and 3 the room over UDP, the others how
// the signed zone is signed. The second: the client. Then the packet, or a made question: type (2),
// flags (2), OPT (1), and labels (1 each).

#define CANARY_BYTES 64u
#define PACKET_BYTES_MAX 1024u
#define MADE_BYTES_LEAST 7u

enum { BEFORE, ASKED, AFTER, BATCH };

static uint8_t responses[BATCH][MESSAGE_BYTES_MAX + CANARY_BYTES];

// ---- the server

static const struct {
    const char *name;
    const char *text; // NULL: `file`
    const char *file;
} sources[] = {
    {"example.", zone_example, NULL},
    {"other.", zone_other, NULL},
    {"kid.example.", zone_kid, NULL},
    {"large.",
     HEAD
     "t TXT \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"
     "$GENERATE 1-40 t TXT \"$ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"
     "$GENERATE 1-60 m A 192.0.2.$\n$GENERATE 1-20 m MX \"$ h$\"\n$GENERATE 1-20 h$ A 192.0.2.$\n"
     "$GENERATE 1-13 sub NS n$.sub\n$GENERATE 1-13 n$.sub A 192.0.2.$\n"
     "$GENERATE 1-13 n$.sub AAAA 2001:db8::$\n",
     NULL},
    {"signed.", NULL, NULL}, // another one for each server
    {"unloaded.", NULL, "/nonexistent"},
};
#define SOURCES (sizeof sources / sizeof *sources)

static const char *const signed_files[] = {SIGNED_ZONES "/signed_nsec.zone",
                                           SIGNED_ZONES "/signed_nsec3.zone",
                                           SIGNED_ZONES "/signed_optout.zone"};
#define SERVERS (sizeof signed_files / sizeof *signed_files)

static struct query_worker *workers[SERVERS];

// Zones are files; those that are texts live in memory under a descriptor's name.
static void source_open(size_t index, const char *signed_file, struct zone_options *options)
{
    static struct name names[SOURCES];
    static char paths[SOURCES][64];
    const char *text = sources[index].name;
    FUZZ_CHECK(name_from_text(text, strlen(text), name_root, &names[index]) == OK);
    *options = (struct zone_options){.name = names[index].bytes,
                                     .type = ZONE_PRIMARY,
                                     .file = sources[index].file == NULL ? signed_file
                                                                         : sources[index].file,
                                     .records_per_rrset_max = 1000};
    if (sources[index].text != NULL) { // the descriptor stays open
        size_t size = strlen(sources[index].text);
        int fd = memfd_create(text, MFD_CLOEXEC);
        FUZZ_CHECK(fd >= 0 && write(fd, sources[index].text, size) == (ssize_t)size);
        snprintf(paths[index], sizeof paths[index], "/proc/self/fd/%d", fd);
        options->file = paths[index];
    }
}

static void zones_load(struct registry *registry, struct jobs *jobs, size_t number)
{
    static struct zone_options all[SERVERS][SOURCES];
    struct zone_options *options = all[number];
    struct registry_zones zones = {.options = options, .count = SOURCES};
    for (size_t i = 0; i < SOURCES; i++) {
        source_open(i, signed_files[number], &options[i]);
    }
    FUZZ_CHECK(registry_apply(registry, &zones, false) == OK);
    while (registry_waiting(registry) != 0) {
        (void)registry_tick(registry);
        (void)!jobs_run_next(jobs);
    }
    for (size_t i = 0; i < SOURCES; i++) {
        struct zone_status status;
        FUZZ_CHECK(registry_zone_find(registry, options[i].name, &status) == OK);
        if (i + 1 != SOURCES && status.state != ZONE_STATE_SERVING) {
            fprintf(stderr, "%s: %s\n", sources[i].name, status.reason);
            FUZZ_CHECK(false);
        }
    }
}

static void open_server(size_t number, struct epoch *epoch, const struct clock *clock)
{
    static const struct access_entry entries[] = {
        {.kind = ACCESS_PREFIX, .prefix = {ADDRESS_V4, 25, {192, 0, 2, 0}}}};
    static const struct query_options policy = {
        .answer = {.address_order = ADDRESS_ORDER_ROTATE, .minimal_any = true},
        .query = {entries, 1},
        .identity = "plimsoll",
    };
    static struct registry *registries[SERVERS];
    struct query_server *server;
    struct jobs *jobs;
    FUZZ_CHECK(jobs_create(16, &jobs) == OK);
    const struct registry_options options = {.clock = clock, .loaders = 1};
    FUZZ_CHECK(registry_create(&options, &registries[number]) == OK);
    registry_begin(registries[number], jobs, epoch);
    zones_load(registries[number], jobs, number);
    const struct query_server_options served = {
        .registry = registries[number], .clock = clock, .policy = &policy};
    FUZZ_CHECK(query_server_create(&served, &server) == OK);
    FUZZ_CHECK(query_worker_create(server, 0, &workers[number]) == OK);
}

static void open_once(void)
{
    static struct clock_virtual clock;
    static struct epoch epoch;
    static struct epoch_reader *reader;
    if (reader != NULL) {
        return;
    }
    clock_virtual_init(&clock, 1000000, 1600000000);
    epoch_init(&epoch);
    FUZZ_CHECK(epoch_register(&epoch, NULL, NULL, &reader) == OK);
    epoch_enter(reader);
    for (size_t i = 0; i < SERVERS; i++) {
        open_server(i, &epoch, &clock.clock);
    }
}

// ---- a question of the zones' own labels

static size_t label_add(uint8_t *to, size_t used, uint8_t which)
{
    static const char *const labels[] = {
        "a",         "multi",    "alias",
        "alias2",    "outside",  "to-other",
        "to-secret", "to-wild",  "loop1",
        "self",      "ent",      "b",
        "wild",      "real",     "wildc",
        "went",      "below",    "*",
        "c0",        "c9",       "child",
        "ns",        "www",      "sib",
        "bare",      "d",        "x",
        "target",    "dout",     "dself",
        "mail",      "_ldap",    "_tcp",
        "_gc",       "svc",      "kid",
        "UpPer",     "m",        "t",
        "sub",       "n1",       "h1",
        "w",         "r",        "example",
        "other",     "large",    "signed",
        "unloaded",  "c",        "ins",
        "gone",      "opt",      "w1",
        "w2",        "w9",       "w10",
        "elsewhere", "deep",     "sec",
        "\300\014",  "hm",       "missing",
        "back",      "to-child", "_kdc",
        "no",        "q",        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    const char *label = labels[which % (sizeof labels / sizeof *labels)];
    size_t length = strlen(label);
    if (used + length + 2 > NAME_BYTES_MAX) {
        return used;
    }
    to[used] = (uint8_t)length;
    memcpy(to + used + 1, label, length);
    return used + 1 + length;
}

static size_t packet_make(const uint8_t *data, size_t size, uint8_t packet[PACKET_BYTES_MAX])
{
    static const uint8_t header[MESSAGE_HEADER_BYTES] = {0x12, 0x34, 0, 0, 0, 1};
    static const uint16_t sizes[] = {0, 512, 1232, 65535};
    uint8_t edns = data[4];
    struct writer out = writer_over(packet, PACKET_BYTES_MAX);
    uint8_t name[NAME_BYTES_MAX];
    size_t used = 0;
    for (size_t i = 5; i < size; i++) {
        used = label_add(name, used, data[i]);
    }
    name[used++] = 0;
    writer_bytes(&out, header, sizeof header);
    writer_bytes(&out, name, used);
    writer_bytes(&out, data, 2);
    writer_u16(&out, 1);
    packet[2] = data[2] & 1;
    packet[3] = data[3] & 0x30;
    if ((edns & 1) != 0) {
        bool cookie = (edns & 2) != 0;
        packet[11] = 1;
        writer_u8(&out, 0);
        writer_u16(&out, 41);
        writer_u16(&out, sizes[edns >> 2 & 3]);
        writer_u16(&out, 0);
        writer_u16(&out, (edns & 16) != 0 ? 0x8000 : 0);
        writer_u16(&out, cookie ? 12 : 0);
        if (cookie) {
            writer_u16(&out, 10);
            writer_u16(&out, 8);
            writer_bytes(&out, header, 8);
        }
    }
    FUZZ_CHECK(writer_ok(&out));
    return out.at;
}

// ---- what holds for every answer

static size_t room_of(const struct query_message *message, const struct request *request)
{
    size_t room = message->response_max;
    if (message->transport == TRANSPORT_UDP) {
        size_t takes = request->edns.present ? request->edns.udp_size : MESSAGE_UDP_BYTES;
        takes = takes < MESSAGE_UDP_BYTES ? MESSAGE_UDP_BYTES : takes;
        room = takes < room ? takes : room;
    }
    return room;
}

static void check_header(const struct message_header *header, const struct request *request,
                         enum message_transport transport)
{
    uint16_t echoed = MESSAGE_RD | 15u << MESSAGE_OPCODE_SHIFT;
    FUZZ_CHECK(header->id == request->id);
    FUZZ_CHECK((header->flags & MESSAGE_QR) != 0);
    FUZZ_CHECK((header->flags & (MESSAGE_RA | MESSAGE_Z)) == 0);
    FUZZ_CHECK((header->flags & echoed) == (request->flags & echoed));
    FUZZ_CHECK((header->flags & MESSAGE_TC) == 0 || transport == TRANSPORT_UDP);
    FUZZ_CHECK(header->counts[SECTION_QUESTION] == (request->question_size != 0));
}

static void check_records(struct message *message, const struct request *request)
{
    static uint8_t bytes[RDATA_BYTES_MAX];
    struct message_record record;
    unsigned opts = 0;
    unsigned soas = 0;
    enum result result;
    while ((result = message_record_next(message, &record)) == OK) {
        struct writer out = writer_over(bytes, sizeof bytes);
        struct reader rdata = message_rdata(message, &record);
        if (record.type == 41) {
            opts++;
            continue;
        }
        FUZZ_CHECK(rdata_from_wire(&rdata, record.type, record.rdata_size, &out) == OK);
        message_rdata_done(message, &rdata);
        soas += record.type == 6 && record.section == SECTION_AUTHORITY;
    }
    FUZZ_CHECK(result == END && message_trailing(message) == 0);
    FUZZ_CHECK(opts == (request->edns.present ? 1u : 0u));
    if ((message->header.flags & 15u) == RCODE_NXDOMAIN &&
        (message->header.flags & MESSAGE_TC) == 0) {
        FUZZ_CHECK(soas == 1); // RFC 2308 section 3
    }
}

static void check_response(const struct query_message *sent, const struct request *request)
{
    struct message message;
    FUZZ_CHECK(sent->response_size <= room_of(sent, request));
    FUZZ_CHECK(message_open(sent->response, sent->response_size, &message) == OK);
    check_header(&message.header, request, sent->transport);
    FUZZ_CHECK(MESSAGE_HEADER_BYTES + request->question_size <= sent->response_size);
    FUZZ_CHECK(memcmp(sent->response + MESSAGE_HEADER_BYTES, request->packet + MESSAGE_HEADER_BYTES,
                      request->question_size) == 0);
    check_records(&message, request);
}

static void check_known(const struct query_message *sent, uint8_t id)
{
    FUZZ_CHECK(sent->response_size == 43 && sent->response[1] == id);
    FUZZ_CHECK((sent->response[3] & 15) == 0 && sent->response[7] == 1);
    FUZZ_CHECK(memcmp(sent->response + 39, "\300\0\2\1", 4) == 0);
}

static void ask(const uint8_t *packet, size_t size, uint8_t mode, uint8_t host)
{
    static const uint8_t known[BATCH][27] = {
        [BEFORE] = "\0\1\0\0\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1",
        [AFTER] = "\0\2\0\0\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1",
    };
    static const size_t rooms[] = {512, 513, 1231, 1232};
    const struct address known_client = {.family = ADDRESS_V4, .bytes = {192, 0, 2, 1}};
    const struct address client = {.family = ADDRESS_V4, .bytes = {192, 0, 2, host}};
    struct query_message messages[BATCH];
    for (unsigned i = 0; i < BATCH; i++) {
        messages[i] = (struct query_message){.packet = known[i],
                                             .packet_size = sizeof known[i],
                                             .client = &known_client,
                                             .transport = TRANSPORT_UDP,
                                             .response = responses[i],
                                             .response_max = 512};
    }
    struct query_message *asked = &messages[ASKED];
    bool tcp = (mode & 1) != 0;
    asked->packet = packet;
    asked->packet_size = size;
    asked->client = &client;
    asked->transport = tcp ? TRANSPORT_TCP : TRANSPORT_UDP;
    asked->response_max = tcp ? MESSAGE_BYTES_MAX : rooms[mode >> 2 & 3];
    memset(asked->response + asked->response_max, 0xa5, CANARY_BYTES);
    query_batch(workers[(mode >> 4) % SERVERS], messages, BATCH);
    for (unsigned i = 0; i < CANARY_BYTES; i++) {
        FUZZ_CHECK(asked->response[asked->response_max + i] == 0xa5);
    }
    check_known(&messages[BEFORE], 1);
    check_known(&messages[AFTER], 2);
    struct request request;
    bool readable = request_parse(packet, size, &request) == OK;
    FUZZ_CHECK(readable == (asked->response_size != 0));
    if (readable) {
        check_response(asked, &request);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t packet[PACKET_BYTES_MAX];
    open_once();
    if (size < 2) {
        return 0;
    }
    if ((data[0] & 2) == 0) {
        ask(data + 2, size - 2 < MESSAGE_BYTES_MAX ? size - 2 : MESSAGE_BYTES_MAX, data[0],
            data[1]);
    } else if (size >= MADE_BYTES_LEAST) {
        ask(packet, packet_make(data + 2, size - 2, packet), data[0], data[1]);
    }
    return 0;
}

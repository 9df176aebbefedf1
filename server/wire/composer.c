// SPDX-License-Identifier: Apache-2.0
#include "server/wire/composer.h"

#include <assert.h>

#define RECORD_FIXED_BYTES 8u /* type, class, TTL */
#define OPT_RCODE_AT 5u       /* of the upper bits of the rcode, in an OPT record */

/* Where names stand in the rdata of the types that have some of interest. */
struct layout {
    uint8_t names;     /* how many, one after the other */
    uint8_t prefix;    /* bytes before the first */
    bool compressible; /* RFC 3597 section 4 */
};

static struct layout layout_of(unsigned type)
{
    static const struct layout layouts[] = {
        [TYPE_NS] = {1, 0, true},     [TYPE_MD] = {1, 0, true},    [TYPE_MF] = {1, 0, true},
        [TYPE_CNAME] = {1, 0, true},  [TYPE_SOA] = {2, 0, true},   [TYPE_MB] = {1, 0, true},
        [TYPE_MG] = {1, 0, true},     [TYPE_MR] = {1, 0, true},    [TYPE_PTR] = {1, 0, true},
        [TYPE_MINFO] = {2, 0, true},  [TYPE_MX] = {1, 2, true},    [TYPE_AFSDB] = {1, 2, false},
        [TYPE_RT] = {1, 2, false},    [TYPE_SRV] = {1, 6, false},  [TYPE_KX] = {1, 2, false},
        [TYPE_DNAME] = {1, 0, false}, [TYPE_SVCB] = {1, 2, false}, [TYPE_HTTPS] = {1, 2, false},
    };
    const struct layout none = {0, 0, false};
    return type < sizeof layouts / sizeof *layouts ? layouts[type] : none;
}

/* Rdata without names, copied as it is. */
static bool is_plain(unsigned type)
{
    return layout_of(type).names == 0;
}

static unsigned get_u16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static void put_u16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

void composer_init(struct composer *composer)
{
    memset(composer, 0, sizeof *composer);
    compress_init(&composer->names);
}

void composer_begin(struct composer *composer, uint8_t *buffer, size_t limit, uint16_t id,
                    uint16_t flags)
{
    assert(limit >= MESSAGE_UDP_BYTES && limit <= MESSAGE_BYTES_MAX);
    composer->writer = writer_over(buffer, limit);
    composer->writer.at = MESSAGE_HEADER_BYTES;
    composer->reserve = 0;
    composer->id = id;
    composer->flags = (uint16_t)(flags & ~MESSAGE_RCODE_MASK);
    composer->rcode = flags & MESSAGE_RCODE_MASK;
    composer->rr_class = CLASS_IN;
    composer->opt_at = 0;
    composer->section = SECTION_ANSWER;
    composer->question_end = MESSAGE_HEADER_BYTES;
    memset(composer->counts, 0, sizeof composer->counts);
    composer->target_count = 0;
    composer->pending_count = 0;
    composer->pending_done = 0;
    compress_reset(&composer->names);
}

/* The question stands: its name is the first that the table may learn. */
static void question_stands(struct composer *composer, uint16_t qclass)
{
    composer->counts[SECTION_QUESTION] = 1;
    composer->question_end = (uint16_t)composer->writer.at;
    composer->rr_class = qclass;
    composer->pending[0] = COMPOSER_QNAME_AT;
    composer->pending_count = 1;
}

void composer_begin_reply(struct composer *composer, uint8_t *buffer, size_t limit,
                          const struct request *request)
{
    const unsigned kept = 15u << MESSAGE_OPCODE_SHIFT | MESSAGE_RD | MESSAGE_CD;
    composer_begin(composer, buffer, limit, request->id,
                   (uint16_t)(MESSAGE_QR | (request->flags & kept)));
    composer->rcode = request->rcode;
    if (request->question_size != 0) {
        writer_bytes(&composer->writer, request->packet + MESSAGE_HEADER_BYTES,
                     request->question_size);
        question_stands(composer, request->qclass);
    }
}

enum result composer_question(struct composer *composer, const uint8_t *qname, uint16_t qtype,
                              uint16_t qclass)
{
    struct writer *writer = &composer->writer;
    assert(writer->at == MESSAGE_HEADER_BYTES);
    writer_bytes(writer, qname, name_length(qname));
    writer_u16(writer, qtype);
    writer_u16(writer, qclass);
    if (!writer_ok(writer)) {
        writer_rewind(writer, MESSAGE_HEADER_BYTES);
        return TRUNCATED;
    }
    question_stands(composer, qclass);
    return OK;
}

enum result composer_reserve(struct composer *composer, size_t bytes)
{
    if (bytes > writer_left(&composer->writer)) {
        return FULL;
    }
    composer->writer.size -= bytes;
    composer->reserve = (uint16_t)(composer->reserve + bytes);
    return OK;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* An RRset on its way into the message. */
struct output {
    const struct composer_rrset *rrset;
    struct layout layout;
    uint16_t owner_at;
    bool bad;
};

/* Lets the table learn the names that were only spelled out so far. */
static void learn_pending(struct composer *composer)
{
    while (composer->pending_done < composer->pending_count) {
        uint16_t offset = composer->pending[composer->pending_done++];
        compress_learn(&composer->names, composer->writer.base, offset);
    }
}

static uint16_t put_owner(struct composer *composer, const uint8_t *name)
{
    learn_pending(composer);
    return compress_name(&composer->names, &composer->writer, name);
}

/* A name in rdata, `size` bytes. Those that end in the apex rarely share more than that with the
 * names still to be learned: the learning is put off. */
static uint16_t put_name(struct composer *composer, const uint8_t *name, size_t size)
{
    if (!compress_ends_in_anchor(&composer->names, composer->writer.base, name, size)) {
        learn_pending(composer);
    }
    return compress_name(&composer->names, &composer->writer, name);
}

static void keep_target(struct composer *composer, unsigned index, uint16_t offset)
{
    if (index < composer->target_count) {
        composer->targets[index] = offset;
    }
}

/* A name in rdata that was copied as it is: owners to come may point at it. */
static void note_target(struct composer *composer, unsigned index, size_t rdata_at, size_t size,
                        unsigned prefix)
{
    struct reader rdata = reader_over(composer->writer.base + rdata_at, size);
    (void)reader_bytes(&rdata, prefix);
    const uint8_t *name = name_in_place(&rdata);
    size_t offset = rdata_at + prefix;
    if (name == NULL || name_is_root(name) || offset > COMPRESS_OFFSET_MAX) {
        return;
    }
    keep_target(composer, index, (uint16_t)offset);
    if (composer->pending_count < COMPOSER_PENDING_MAX) {
        composer->pending[composer->pending_count++] = (uint16_t)offset;
    }
}

/* Rdata with its names compressed, its length patched in front. */
static void put_compressed(struct composer *composer, struct output *output, unsigned index,
                           struct reader rdata)
{
    struct writer *writer = &composer->writer;
    size_t length_at = writer->at;
    writer_u16(writer, 0);
    const uint8_t *prefix = reader_bytes(&rdata, output->layout.prefix);
    if (prefix != NULL) {
        writer_bytes(writer, prefix, output->layout.prefix);
    }
    for (unsigned i = 0; i < output->layout.names; i++) {
        size_t begin = rdata.at;
        const uint8_t *name = name_in_place(&rdata);
        if (name == NULL) {
            output->bad = true;
            return;
        }
        uint16_t offset = put_name(composer, name, rdata.at - begin);
        if (i == 0) {
            keep_target(composer, index, offset);
        }
    }
    size_t left = reader_left(&rdata);
    writer_bytes(writer, rdata.base + rdata.at, left);
    if (writer_ok(writer)) {
        writer_patch_u16(writer, length_at, (uint16_t)(writer->at - length_at - 2));
    }
}

/* One record; a record that does not fit fails the writer. */
static void put_record(struct composer *composer, struct output *output, unsigned index,
                       struct reader rdata)
{
    struct writer *writer = &composer->writer;
    const struct composer_rrset *rrset = output->rrset;
    bool compressible = output->layout.compressible;
    if (output->owner_at == 0) {
        output->owner_at = put_owner(composer, rrset->owner);
    } else {
        writer_u16(writer, (uint16_t)(COMPRESS_POINTER | output->owner_at));
    }
    size_t size = RECORD_FIXED_BYTES + (compressible ? 0 : 2 + rdata.size);
    uint8_t *room = writer_room(writer, size);
    if (room == NULL) {
        return;
    }
    put_u16(room, rrset->type);
    put_u16(room + 2, composer->rr_class);
    put_u16(room + 4, rrset->ttl >> 16);
    put_u16(room + 6, rrset->ttl & 0xffff);
    if (compressible) {
        put_compressed(composer, output, index, rdata);
        return;
    }
    put_u16(room + 8, (unsigned)rdata.size);
    memcpy(room + 10, rdata.base, rdata.size);
    if (output->layout.names != 0) {
        note_target(composer, index, (size_t)(room + 10 - writer->base), rdata.size,
                    output->layout.prefix);
    }
}

static struct output output_of(struct composer *composer, const struct composer_rrset *rrset,
                               unsigned count)
{
    assert(rrset->owner_at <= COMPRESS_OFFSET_MAX);
    assert(rrset->owner_at != 0 || rrset->owner != NULL);
    struct output output = {
        .rrset = rrset, .layout = layout_of(rrset->type), .owner_at = rrset->owner_at};
    composer->target_count = 0;
    if (output.layout.names != 0) {
        unsigned kept = count < COMPOSER_TARGETS_MAX ? count : COMPOSER_TARGETS_MAX;
        memset(composer->targets, 0, kept * sizeof *composer->targets);
        composer->target_count = (uint16_t)kept;
    }
    if (output.layout.compressible && rrset->owner_at != 0 && composer->names.anchor_at == 0 &&
        rrset->owner_at < composer->question_end) {
        composer_apex(composer, rrset->owner_at);
    }
    return output;
}

/* Counts what was written since the mark, or takes it back. */
static enum result settle(struct composer *composer, const struct composer_mark *mark,
                          const struct output *output, unsigned count)
{
    if (!writer_ok(&composer->writer) || output->bad) {
        composer_rewind(composer, mark);
        return output->bad ? ERROR_SYNTAX : TRUNCATED;
    }
    composer->counts[composer->section] = (uint16_t)(composer->counts[composer->section] + count);
    return OK;
}

/* The beginning of every record of a set whose owner stands already: pointer, type, class, TTL. */
#define PLAIN_HEAD_BYTES 10u

static void plain_head(const struct composer *composer, const struct composer_rrset *rrset,
                       uint8_t head[PLAIN_HEAD_BYTES])
{
    put_u16(head, COMPRESS_POINTER | rrset->owner_at);
    put_u16(head + 2, rrset->type);
    put_u16(head + 4, composer->rr_class);
    put_u16(head + 6, rrset->ttl >> 16);
    put_u16(head + 8, rrset->ttl & 0xffff);
}

/*
 * Sets without names in their rdata, addresses above all, under an owner that stands already: a
 * packed record is its length and data as the wire has them, so each is two copies.
 */
static enum result put_plain(struct composer *composer, const struct composer_rrset *rrset)
{
    struct writer *writer = &composer->writer;
    uint8_t head[PLAIN_HEAD_BYTES];
    size_t begin = writer->at;
    const uint8_t *record = rrset->packed;
    unsigned index = 0;
    for (; index < rrset->first; index++) {
        record += 2 + get_u16(record);
    }
    plain_head(composer, rrset, head);
    composer->target_count = 0;
    for (unsigned written = 0; written < rrset->count; written++) {
        size_t size = 2 + (size_t)get_u16(record);
        uint8_t *room = writer_room(writer, PLAIN_HEAD_BYTES + size);
        if (room == NULL) {
            writer_rewind(writer, begin);
            return TRUNCATED;
        }
        memcpy(room, head, PLAIN_HEAD_BYTES);
        memcpy(room + PLAIN_HEAD_BYTES, record, size);
        record += size;
        if (++index == rrset->count) {
            index = 0;
            record = rrset->packed;
        }
    }
    composer->counts[composer->section] =
        (uint16_t)(composer->counts[composer->section] + rrset->count);
    return OK;
}

enum result composer_rrset(struct composer *composer, const struct composer_rrset *rrset)
{
    unsigned count = rrset->count;
    assert(count != 0 && rrset->first < count);
    if (rrset->owner_at != 0 && is_plain(rrset->type)) {
        assert(rrset->owner_at <= COMPRESS_OFFSET_MAX);
        return put_plain(composer, rrset);
    }
    struct composer_mark mark = composer_mark(composer);
    struct output output = output_of(composer, rrset, count);
    const uint8_t *record = rrset->packed;
    for (unsigned i = 0; i < rrset->first; i++) {
        record += 2 + get_u16(record);
    }
    unsigned index = rrset->first;
    for (unsigned written = 0; written < count; written++) {
        size_t size = get_u16(record);
        put_record(composer, &output, index, reader_over(record + 2, size));
        if (!writer_ok(&composer->writer) || output.bad) {
            break;
        }
        record += 2 + size;
        if (++index == count) {
            index = 0;
            record = rrset->packed;
        }
    }
    return settle(composer, &mark, &output, count);
}

enum result composer_record(struct composer *composer, const struct composer_rrset *rrset,
                            const uint8_t *rdata, uint16_t rdata_size)
{
    struct composer_mark mark = composer_mark(composer);
    struct output output = output_of(composer, rrset, 1);
    put_record(composer, &output, 0, reader_over(rdata, rdata_size));
    return settle(composer, &mark, &output, 1);
}

/* ---- states and the end -----------------------------------------------------------------------
 */

struct composer_mark composer_mark(const struct composer *composer)
{
    struct composer_mark mark = {
        .at = composer->writer.at,
        .section = composer->section,
        .node_count = composer->names.count,
        .pending_count = composer->pending_count,
        .pending_done = composer->pending_done,
    };
    memcpy(mark.counts, composer->counts, sizeof mark.counts);
    return mark;
}

void composer_rewind(struct composer *composer, const struct composer_mark *mark)
{
    assert(mark->at <= composer->writer.at);
    writer_rewind(&composer->writer, mark->at);
    composer->section = mark->section;
    composer->pending_count = mark->pending_count;
    composer->pending_done = mark->pending_done;
    composer->target_count = 0;
    memcpy(composer->counts, mark->counts, sizeof composer->counts);
    compress_rewind(&composer->names, mark->node_count);
}

void composer_clear(struct composer *composer)
{
    bool asked = composer->counts[SECTION_QUESTION] != 0;
    struct composer_mark mark = {.at = composer->question_end, .section = SECTION_ANSWER};
    mark.counts[SECTION_QUESTION] = asked ? 1 : 0;
    mark.pending_count = asked ? 1 : 0;
    composer_rewind(composer, &mark);
}

enum result composer_edns(struct composer *composer, const struct edns_reply *reply,
                          size_t trailing)
{
    assert(trailing <= composer->reserve);
    struct writer *writer = &composer->writer;
    size_t begin = writer->at;
    writer->size += composer->reserve - trailing;
    composer->reserve = (uint16_t)trailing;
    edns_reply_write(reply, composer->rcode, trailing, writer);
    if (!writer_ok(writer)) {
        writer_rewind(writer, begin);
        return TRUNCATED;
    }
    composer->section = SECTION_ADDITIONAL;
    composer->counts[SECTION_ADDITIONAL]++;
    composer->opt_at = (uint16_t)begin;
    return OK;
}

size_t composer_finish(struct composer *composer)
{
    uint8_t *header = composer->writer.base;
    unsigned rcode = composer->rcode;
    if (composer->opt_at != 0) {
        header[composer->opt_at + OPT_RCODE_AT] = (uint8_t)(rcode >> 4);
    } else if (rcode > MESSAGE_RCODE_MASK) {
        rcode = RCODE_SERVFAIL;
    }
    put_u16(header, composer->id);
    put_u16(header + 2, composer->flags | (rcode & MESSAGE_RCODE_MASK));
    for (unsigned i = 0; i < SECTION_COUNT; i++) {
        put_u16(header + 4 + (size_t)2 * i, composer->counts[i]);
    }
    return composer->writer.at;
}

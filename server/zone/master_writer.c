// SPDX-License-Identifier: Apache-2.0
#include "server/zone/master_writer.h"

#include "server/wire/name.h"
#include "server/wire/rdata.h"
#include "server/wire/rrtype.h"
#include "server/zone/zone_node.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The largest text of one record: an owner, and every byte of the data escaped, with room for what
 * stands between. */
#define RECORD_TEXT_MAX (NAME_TEXT_MAX + 5u * RDATA_BYTES_MAX + 256u)
static_assert(MASTER_WRITER_BYTES > RECORD_TEXT_MAX + 64u * 1024u, "one record more always fits");

struct output {
    const struct snapshot *snapshot;
    struct writer text; /* over the caller's buffer */
    master_sink_fn sink;
    void *context;
    enum result result; /* the first failure; everything is quiet behind it */
};

static void flush(struct output *output)
{
    if (output->result == OK && output->text.at != 0) {
        output->result =
            output->sink(output->context, (const char *)output->text.base, output->text.at);
    }
    output->text.at = 0;
}

static void put(struct output *output, const char *text)
{
    writer_bytes(&output->text, text, strlen(text));
}

/* The owner, relative to the apex where it lies below it. */
static void put_owner(struct output *output, const uint8_t *owner)
{
    struct name name;
    char text[NAME_TEXT_MAX];
    size_t below = name_length(owner) - name_length(output->snapshot->apex_name);
    if (below == 0) {
        put(output, "@");
        return;
    }
    memcpy(name.bytes, owner, below);
    name.bytes[below] = 0;
    size_t length = name_to_text(name.bytes, text);
    writer_bytes(&output->text, text, length - 1); /* without the final dot */
}

static void put_record(struct output *output, const struct rrset *set, const struct rr *rr)
{
    char text[32];
    char type[RRTYPE_TEXT_MAX];
    put(output, "\t");
    if (set->ttl != output->snapshot->soa.ttl) {
        (void)snprintf(text, sizeof text, "%u\t", set->ttl);
        put(output, text);
    }
    put(output, rrtype_to_text(set->type, type));
    put(output, "\t");
    size_t at = output->text.at;
    if (rdata_to_text(set->type, rr->rdata, rr->size, &output->text) != OK) {
        /* What its type's table cannot print goes out as bytes (RFC 3597 section 5). */
        writer_rewind(&output->text, at);
        output->result = rdata_to_text_unknown(rr->rdata, rr->size, &output->text);
    }
    put(output, "\n");
    if (output->text.size - output->text.at < RECORD_TEXT_MAX) {
        flush(output);
    }
}

/* All records of one name; `skip_soa` behind the SOA that was put first. */
static void put_node(struct output *output, const struct zone_node *node, bool is_apex)
{
    bool owner_is_put = is_apex;
    for (unsigned i = 0; i < node->set_count && output->result == OK; i++) {
        struct rrset set = zone_node_set(node, i);
        struct rr rr;
        if (is_apex && set.type == TYPE_SOA) {
            continue;
        }
        for (uint32_t at = 0; output->result == OK && rrset_next(&set, &at, &rr);) {
            if (!owner_is_put) {
                put_owner(output, zone_node_name(node));
                owner_is_put = true;
            }
            put_record(output, &set, &rr);
        }
    }
}

static void put_head(struct output *output)
{
    const struct snapshot *snapshot = output->snapshot;
    char text[NAME_TEXT_MAX];
    char ttl[32];
    (void)name_to_text(snapshot->apex_name, text);
    put(output, "$ORIGIN ");
    put(output, text);
    put(output, "\n$TTL ");
    (void)snprintf(ttl, sizeof ttl, "%u\n", snapshot->soa.ttl);
    put(output, ttl);
    put(output, "@");
    struct rr soa = rrset_first(&snapshot->soa);
    put_record(output, &snapshot->soa, &soa);
}

enum result master_write(const struct snapshot *snapshot, char *buffer, master_sink_fn sink,
                         void *context)
{
    struct output output = {
        .snapshot = snapshot,
        .text = writer_over(buffer, MASTER_WRITER_BYTES),
        .sink = sink,
        .context = context,
    };
    put_head(&output);
    struct snapshot_walk walk;
    snapshot_walk_begin(&walk, snapshot);
    const struct zone_node *node;
    while (output.result == OK && (node = snapshot_walk_next(&walk)) != NULL) {
        put_node(&output, node, node == snapshot->apex);
    }
    flush(&output);
    return output.result;
}

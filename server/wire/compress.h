// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/cursor.h"
#include "server/wire/name.h"

#include <assert.h>

/**
 * Name compression for messages that are written (RFC 1035 section 4.1.4): the table of the names
 * that a message already holds, as a tree of labels read from the root.
 *
 * Every node stands for one suffix and knows where in the message its first label is spelled out;
 * a child is found by (parent, label). So a look-up compares each label of a name once, and the
 * longest known suffix is where the walk from the root stops. Nodes are added in order and taken
 * back in reverse order, which makes going back to an earlier state exact and cheap. Starting a new
 * message bumps a generation: nothing is cleared.
 *
 * Comparisons are without regard to case (RFC 4343), so a name that differs only in case takes the
 * case of the earlier one. Names are spelled out when the table is full or the work for this
 * message is used up: larger, never wrong.
 *
 * One name in the message may be the anchor: a second root, which names at or below it are looked
 * up from after one comparison of the whole tail. A server anchors the zone's apex, since most
 * names it writes end there, and so saves the walk through the apex's labels.
 *
 * Not for callers of a composer: composer.h is their door. Pure, no allocation, one thread per
 * table; about 7 KiB each.
 */
#define COMPRESS_NODES_MAX 512u     /* suffixes remembered per message */
#define COMPRESS_BUCKETS 256u       /* power of two */
#define COMPRESS_PROBES_MAX 8u      /* nodes looked at for one label */
#define COMPRESS_WORK_MAX 16384u    /* labels looked up for one message; then no compression */
#define COMPRESS_OFFSET_MAX 0x3fffu /* what a pointer can hold: 14 bits */
#define COMPRESS_POINTER 0xc000u
#define COMPRESS_ANCHOR UINT16_MAX /* stands for the anchor where a node is named */

/** One suffix: 10 bytes. */
struct compress_node {
    uint16_t parent; /* node + 1 of the suffix without the first label; 0: the root */
    uint16_t offset; /* of the first label in the message */
    uint16_t next;   /* node + 1 further down this bucket; 0: none */
    uint16_t bucket;
    uint16_t check; /* further bits of the hash */
};

struct compress_bucket {
    uint32_t generation; /* the message it belongs to; another one: empty */
    uint16_t head;       /* node + 1 */
};

struct compress {
    uint32_t generation;
    uint16_t count;      /* nodes in use */
    uint16_t work;       /* labels still to be looked up for this message */
    uint16_t anchor_at;  /* offset of the anchor; 0: none */
    uint8_t anchor_size; /* bytes */
    uint8_t anchor_labels;
    uint16_t anchor_nodes; /* nodes in use when the anchor's own suffixes had been added; 0: not */
    struct compress_bucket buckets[COMPRESS_BUCKETS];
    struct compress_node nodes[COMPRESS_NODES_MAX];
};

/** Makes the table usable; once. */
void compress_init(struct compress *table);

/** Forgets all names: a new message. */
void compress_reset(struct compress *table);

/** Makes the uncompressed name at `offset` the anchor, until the next reset; it must not be taken
 * back. */
void compress_anchor(struct compress *table, const uint8_t *message, size_t offset);

/** Whether a name of `size` bytes ends in the anchor's bytes: a hint, since labels may be cut
 * elsewhere. */
bool compress_ends_in_anchor(const struct compress *table, const uint8_t *message,
                             const uint8_t *name, size_t size);

/** Forgets the nodes added after `count` of them were there. The work spent stays spent. */
void compress_rewind(struct compress *table, uint16_t count);

/**
 * Appends a name, compressed against what the table knows, and remembers its new suffixes.
 *
 * returns   the offset at which the name can be pointed to: where it was written, or, when it came
 *           out as a lone pointer, where that leads. 0: nowhere a pointer reaches, or the writer
 *           failed for want of room
 */
uint16_t compress_name(struct compress *table, struct writer *message, const uint8_t *name);

/** Remembers the suffixes of a name that stands uncompressed at `offset` of the message. */
void compress_learn(struct compress *table, const uint8_t *message, size_t offset);

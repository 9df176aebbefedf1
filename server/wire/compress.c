// SPDX-License-Identifier: Apache-2.0
#include "server/wire/compress.h"

#include "server/wire/fold.h"

static_assert((COMPRESS_BUCKETS & (COMPRESS_BUCKETS - 1)) == 0, "buckets are picked by a mask");
static_assert(COMPRESS_NODES_MAX < UINT16_MAX, "node + 1 fits its field");

void compress_init(struct compress *table)
{
    memset(table, 0, sizeof *table);
    table->generation = 1;
    table->work = COMPRESS_WORK_MAX;
}

void compress_reset(struct compress *table)
{
    table->work = COMPRESS_WORK_MAX;
    table->anchor_at = 0;
    table->anchor_nodes = 0;
    if (table->count == 0) {
        return;
    }
    table->count = 0;
    table->generation++;
    if (table->generation == 0) {
        /* Buckets of the message 2^32 ago would come to life again. */
        compress_init(table);
    }
}

void compress_rewind(struct compress *table, uint16_t count)
{
    while (table->count > count) {
        const struct compress_node *node = &table->nodes[--table->count];
        table->buckets[node->bucket].head = node->next;
    }
    if (table->anchor_nodes > count) {
        table->anchor_nodes = 0;
    }
}

void compress_anchor(struct compress *table, const uint8_t *message, size_t offset)
{
    assert(offset <= COMPRESS_OFFSET_MAX);
    const uint8_t *name = message + offset;
    table->anchor_at = (uint16_t)offset;
    table->anchor_size = (uint8_t)name_length(name);
    table->anchor_labels = (uint8_t)name_label_count(name);
    table->anchor_nodes = 0;
}

bool compress_ends_in_anchor(const struct compress *table, const uint8_t *message,
                             const uint8_t *name, size_t size)
{
    size_t tail = table->anchor_size;
    return table->anchor_at != 0 && size >= tail &&
           fold_equal(name + size - tail, message + table->anchor_at, tail);
}

/* A label below a node. Attackers may find collisions at leisure: probes and work are bounded. */
static uint64_t hash_label(uint16_t parent, const uint8_t *label)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    size_t size = label[0];
    const uint8_t *bytes = label + 1;
    uint64_t hash = ((uint64_t)parent << 8 | size) * odd;
    for (; size >= 8; size -= 8, bytes += 8) {
        hash = (hash ^ fold_word(fold_load(bytes))) * odd;
        hash ^= hash >> 32;
    }
    hash = (hash ^ fold_word(fold_load_part(bytes, size))) * odd;
    return hash ^ hash >> 29;
}

/* Node + 1 of that label below a node, 0 when it is not known. */
static uint16_t find_child(const struct compress *table, const uint8_t *message, uint16_t parent,
                           const uint8_t *label, uint64_t hash)
{
    const struct compress_bucket *bucket = &table->buckets[hash & (COMPRESS_BUCKETS - 1)];
    if (bucket->generation != table->generation) {
        return 0;
    }
    uint16_t at = bucket->head;
    for (unsigned probes = 0; at != 0 && probes < COMPRESS_PROBES_MAX; probes++) {
        const struct compress_node *node = &table->nodes[at - 1];
        if (node->check == (uint16_t)(hash >> 16) && node->parent == parent) {
            const uint8_t *known = message + node->offset;
            if (known[0] == label[0] && fold_equal(known + 1, label + 1, label[0])) {
                return at;
            }
        }
        at = node->next;
    }
    return 0;
}

static uint16_t add_child(struct compress *table, uint16_t parent, size_t offset, uint64_t hash)
{
    uint16_t index = (uint16_t)(hash & (COMPRESS_BUCKETS - 1));
    struct compress_bucket *bucket = &table->buckets[index];
    if (bucket->generation != table->generation) {
        *bucket = (struct compress_bucket){.generation = table->generation};
    }
    table->nodes[table->count] = (struct compress_node){
        .parent = parent,
        .offset = (uint16_t)offset,
        .next = bucket->head,
        .bucket = index,
        .check = (uint16_t)(hash >> 16),
    };
    bucket->head = ++table->count;
    return table->count;
}

/* A name on its way through the table. */
struct walk {
    const uint8_t *name;
    unsigned unknown; /* labels at the front that no node stands for */
    uint16_t node;    /* node + 1 of the known rest, or COMPRESS_ANCHOR; 0: the root */
    uint64_t hash;    /* of the last unknown label below that node */
    uint8_t at[NAME_LABELS_MAX + 1]; /* offsets of the labels, then of the root's zero */
};

static void walk_begin(struct walk *walk, const uint8_t *name)
{
    unsigned labels = 0;
    unsigned at = 0;
    for (; name[at] != 0; at += 1u + name[at]) {
        walk->at[labels++] = (uint8_t)at;
    }
    walk->at[labels] = (uint8_t)at;
    walk->name = name;
    walk->unknown = labels;
    walk->node = 0;
}

/* Goes down from where the walk stands to the longest suffix that is known. */
static void walk_down(struct compress *table, const uint8_t *message, struct walk *walk)
{
    unsigned labels = walk->unknown;
    while (labels != 0 && table->work != 0) {
        table->work--;
        const uint8_t *label = walk->name + walk->at[labels - 1];
        walk->hash = hash_label(walk->node, label);
        uint16_t child = find_child(table, message, walk->node, label, walk->hash);
        if (child == 0) {
            break;
        }
        walk->node = child;
        labels--;
    }
    walk->unknown = labels;
}

/* Adds the unknown labels, which now stand in the message from `offset` on. */
static void add_suffixes(struct compress *table, struct walk *walk, size_t offset)
{
    for (unsigned i = walk->unknown; i != 0; i--) {
        size_t label_at = walk->at[i - 1];
        if (table->work == 0 || table->count == COMPRESS_NODES_MAX ||
            offset + label_at > COMPRESS_OFFSET_MAX) {
            return;
        }
        if (i != walk->unknown) {
            table->work--;
            walk->hash = hash_label(walk->node, walk->name + label_at);
        }
        walk->node = add_child(table, walk->node, offset + label_at, walk->hash);
    }
}

/* Puts the walk at the anchor when the name is at or below it. */
static bool walk_to_anchor(const struct compress *table, const uint8_t *message, struct walk *walk)
{
    unsigned labels = table->anchor_labels;
    if (table->anchor_at == 0 || labels == 0 || walk->unknown < labels) {
        return false;
    }
    size_t tail = walk->at[walk->unknown - labels];
    size_t size = table->anchor_size;
    if (walk->at[walk->unknown] + 1 - tail != size ||
        !fold_equal(walk->name + tail, message + table->anchor_at, size)) {
        return false;
    }
    walk->unknown -= labels;
    walk->node = COMPRESS_ANCHOR;
    return true;
}

/* Adds the anchor's own suffixes, which only names outside of it can share. */
static void add_anchor(struct compress *table, const uint8_t *message)
{
    struct walk walk;
    walk_begin(&walk, message + table->anchor_at);
    walk_down(table, message, &walk);
    add_suffixes(table, &walk, table->anchor_at);
    table->anchor_nodes = table->count;
}

static void find_suffix(struct compress *table, const uint8_t *message, const uint8_t *name,
                        struct walk *walk)
{
    walk_begin(walk, name);
    if (!walk_to_anchor(table, message, walk) && table->anchor_at != 0 &&
        table->anchor_nodes == 0) {
        add_anchor(table, message);
    }
    walk_down(table, message, walk);
}

/* Where the known part of the name stands. */
static unsigned known_at(const struct compress *table, const struct walk *walk)
{
    return walk->node == COMPRESS_ANCHOR ? table->anchor_at : table->nodes[walk->node - 1].offset;
}

uint16_t compress_name(struct compress *table, struct writer *message, const uint8_t *name)
{
    struct walk walk;
    find_suffix(table, message->base, name, &walk);
    size_t offset = message->at;
    size_t spelled = walk.at[walk.unknown];
    uint8_t *room = writer_room(message, spelled + (walk.node == 0 ? 1 : 2));
    if (room == NULL) {
        return 0;
    }
    memcpy(room, name, spelled);
    if (walk.node == 0) {
        room[spelled] = 0;
    } else {
        unsigned to = known_at(table, &walk);
        room[spelled] = (uint8_t)((COMPRESS_POINTER | to) >> 8);
        room[spelled + 1] = (uint8_t)to;
        if (walk.unknown == 0) {
            return (uint16_t)to;
        }
    }
    if (walk.unknown == 0) {
        return 0; /* the root: shorter than any pointer */
    }
    add_suffixes(table, &walk, offset);
    return offset <= COMPRESS_OFFSET_MAX ? (uint16_t)offset : 0;
}

void compress_learn(struct compress *table, const uint8_t *message, size_t offset)
{
    struct walk walk;
    find_suffix(table, message, message + offset, &walk);
    add_suffixes(table, &walk, offset);
}

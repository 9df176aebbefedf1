// SPDX-License-Identifier: Apache-2.0
#include "server/wire/name.h"

#include "server/wire/fold.h"

const uint8_t name_root[1] = {0};

#define SAME_8(n) n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7
#define SAME_32(n) SAME_8(n), SAME_8(n + 8), SAME_8(n + 16), SAME_8(n + 24)

const uint8_t name_lower_byte[256] = {
    SAME_32(0), SAME_32(32), 64,           SAME_8('a'),  SAME_8('i'),  SAME_8('q'),
    'y',        'z',         91,           92,           93,           94,
    95,         SAME_32(96), SAME_32(128), SAME_32(160), SAME_32(192), SAME_32(224),
};

size_t name_length(const uint8_t *name)
{
    size_t at = 0;
    while (name[at] != 0) {
        at += 1u + name[at];
    }
    return at + 1;
}

unsigned name_label_count(const uint8_t *name)
{
    unsigned count = 0;
    for (; *name != 0; name += 1 + *name) {
        count++;
    }
    return count;
}

const uint8_t *name_skip(const uint8_t *name, unsigned count)
{
    while (count != 0 && *name != 0) {
        name += 1 + *name;
        count--;
    }
    return name;
}

bool name_equal(const uint8_t *a, const uint8_t *b)
{
    size_t length = name_length(a);
    return length == name_length(b) && fold_equal(a, b, length);
}

bool name_is_at_or_below(const uint8_t *name, const uint8_t *ancestor)
{
    size_t length = name_length(name);
    size_t tail = name_length(ancestor);
    if (length < tail) {
        return false;
    }
    /* The same bytes at the end are the same labels only where a label begins. */
    size_t at = 0;
    while (at < length - tail) {
        at += 1u + name[at];
    }
    return at == length - tail && fold_equal(name + at, ancestor, tail);
}

/* The offsets of a name's labels, the first one first; returns how many. */
static unsigned label_offsets(const uint8_t *name, uint8_t offsets[NAME_LABELS_MAX])
{
    unsigned count = 0;
    for (unsigned at = 0; name[at] != 0; at += 1u + name[at]) {
        offsets[count++] = (uint8_t)at;
    }
    return count;
}

unsigned name_common_labels(const uint8_t *a, const uint8_t *b)
{
    uint8_t a_at[NAME_LABELS_MAX];
    uint8_t b_at[NAME_LABELS_MAX];
    unsigned a_left = label_offsets(a, a_at);
    unsigned b_left = label_offsets(b, b_at);
    unsigned common = 0;
    while (a_left != 0 && b_left != 0) {
        const uint8_t *x = a + a_at[--a_left];
        const uint8_t *y = b + b_at[--b_left];
        if (x[0] != y[0] || !fold_equal(x + 1, y + 1, x[0])) {
            break;
        }
        common++;
    }
    return common;
}

/* Labels as left-justified strings of lowered bytes, the shorter first when one begins the other.
 */
static int label_compare(const uint8_t *a, const uint8_t *b)
{
    unsigned shorter = a[0] < b[0] ? a[0] : b[0];
    for (unsigned i = 1; i <= shorter; i++) {
        int difference = name_lower_byte[a[i]] - name_lower_byte[b[i]];
        if (difference != 0) {
            return difference;
        }
    }
    return (int)a[0] - (int)b[0];
}

int name_compare(const uint8_t *a, const uint8_t *b)
{
    uint8_t a_at[NAME_LABELS_MAX];
    uint8_t b_at[NAME_LABELS_MAX];
    unsigned a_left = label_offsets(a, a_at);
    unsigned b_left = label_offsets(b, b_at);
    while (a_left != 0 && b_left != 0) {
        int order = label_compare(a + a_at[--a_left], b + b_at[--b_left]);
        if (order != 0) {
            return order;
        }
    }
    return (int)a_left - (int)b_left;
}

bool name_is_wildcard(const uint8_t *name)
{
    return name[0] == 1 && name[1] == '*';
}

size_t name_copy(uint8_t *to, const uint8_t *name)
{
    size_t length = name_length(name);
    memcpy(to, name, length);
    return length;
}

size_t name_copy_lower(uint8_t *to, const uint8_t *name)
{
    size_t length = name_length(name);
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t word = fold_word(fold_load(name + at));
        memcpy(to + at, &word, sizeof word);
    }
    for (; at < length; at++) {
        to[at] = name_lower_byte[name[at]];
    }
    return length;
}

/* `prefix_size` bytes of labels in front of a name. */
static enum result join(const uint8_t *prefix, size_t prefix_size, const uint8_t *suffix,
                        struct name *ret_name)
{
    size_t suffix_length = name_length(suffix);
    if (prefix_size + suffix_length > NAME_BYTES_MAX) {
        return REFUSED_LIMIT;
    }
    /* Either may lie in *ret_name. */
    struct name joined;
    memcpy(joined.bytes, prefix, prefix_size);
    memcpy(joined.bytes + prefix_size, suffix, suffix_length);
    joined.length = (uint8_t)(prefix_size + suffix_length);
    memcpy(ret_name->bytes, joined.bytes, joined.length);
    ret_name->length = joined.length;
    return OK;
}

enum result name_join(const uint8_t *prefix, const uint8_t *suffix, struct name *ret_name)
{
    return join(prefix, name_length(prefix) - 1, suffix, ret_name);
}

enum result name_wildcard_of(const uint8_t *name, struct name *ret_name)
{
    static const uint8_t star[] = {1, '*'};
    return join(star, sizeof star, name, ret_name);
}

enum result name_substitute(const uint8_t *name, const uint8_t *old_tail, const uint8_t *new_tail,
                            struct name *ret_name)
{
    unsigned labels = name_label_count(name);
    unsigned tail_labels = name_label_count(old_tail);
    unsigned kept = labels > tail_labels ? labels - tail_labels : 0;
    return join(name, (size_t)(name_skip(name, kept) - name), new_tail, ret_name);
}

void name_from_wire(struct reader *message, struct name *ret_name)
{
    if (message->failed) {
        return;
    }
    const uint8_t *base = message->base;
    size_t size = message->size;
    size_t at = message->at;
    size_t run = at;   /* where the present run of labels began */
    size_t behind = 0; /* where the message goes on, once a pointer was followed */
    unsigned hops = 0;
    size_t length = 0;
    uint8_t bytes[NAME_BYTES_MAX];
    for (;;) {
        if (at >= size) {
            break;
        }
        unsigned label = base[at];
        if (label == 0) {
            bytes[length++] = 0;
            memcpy(ret_name->bytes, bytes, length);
            ret_name->length = (uint8_t)length;
            message->at = behind != 0 ? behind : at + 1;
            return;
        }
        if (label <= LABEL_BYTES_MAX) {
            /* One byte must be left for the root's. */
            if (label + 1 > size - at || length + label + 1 >= NAME_BYTES_MAX) {
                break;
            }
            memcpy(bytes + length, base + at, label + 1);
            length += label + 1;
            at += label + 1;
            continue;
        }
        if (label < 0xc0 || size - at < 2) {
            break;
        }
        size_t target = (size_t)(label & 0x3f) << 8 | base[at + 1];
        if (target >= run || ++hops > NAME_HOPS_MAX || ++message->hops > NAME_HOPS_TOTAL_MAX) {
            break;
        }
        behind = behind != 0 ? behind : at + 2;
        at = target;
        run = target;
    }
    message->failed = true;
}

const uint8_t *name_in_place(struct reader *reader)
{
    if (reader->failed) {
        return NULL;
    }
    const uint8_t *name = reader->base + reader->at;
    size_t left = reader->size - reader->at;
    size_t length = 0;
    while (length < left && length < NAME_BYTES_MAX) {
        unsigned label = name[length];
        if (label == 0) {
            reader->at += length + 1;
            return name;
        }
        if (label > LABEL_BYTES_MAX) {
            break;
        }
        length += label + 1;
    }
    reader->failed = true;
    return NULL;
}

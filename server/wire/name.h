// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"

/**
 * Domain names in uncompressed wire form (RFC 1035 section 3.1).
 *
 * A name is a `const uint8_t *` to its first length byte: labels, each a length 1..63 and its
 * bytes, then the root's zero; at most 255 bytes and 127 labels beside the root. Every function
 * below expects a *valid* name unless it says otherwise; the ways in (name_from_wire,
 * name_from_text) are the only places that decide validity. Case is preserved and never significant
 * (RFC 4343); any byte may stand in a label.
 *
 * Pure, no allocation, any thread.
 */
#define NAME_BYTES_MAX 255u  /* RFC 1035 section 2.3.4 */
#define LABEL_BYTES_MAX 63u  /* RFC 1035 section 2.3.4 */
#define NAME_LABELS_MAX 127u /* what 255 bytes can hold, the root's label not counted */
#define NAME_TEXT_MAX 1025u  /* every byte escaped as \DDD, dots, terminating zero */
#define NAME_HOPS_MAX 126u   /* compression pointers followed for one name */
/* Pointers followed through one reader, which is one message: a 64 KiB message of records that
 * point twice each stays below; one made to cost time does not (CVE-2024-8508 and kin). */
#define NAME_HOPS_TOTAL_MAX 32768u

/** Storage for one name. */
struct name {
    uint8_t bytes[NAME_BYTES_MAX];
    uint8_t length; /* bytes in use, 1..255 */
};

extern const uint8_t name_root[1];

/* ASCII letters to lower case, every other byte to itself. */
extern const uint8_t name_lower_byte[256];

/** Bytes of the name, the root's zero included: 1..255. */
size_t name_length(const uint8_t *name);
/** Labels, the root's not counted: 0..127. */
unsigned name_label_count(const uint8_t *name);
static inline bool name_is_root(const uint8_t *name)
{
    return name[0] == 0;
}
/** The name without its first label; of the root: the root. */
static inline const uint8_t *name_parent(const uint8_t *name)
{
    return name[0] == 0 ? name : name + 1 + name[0];
}
/** The name without its first `count` labels (count <= its labels). */
const uint8_t *name_skip(const uint8_t *name, unsigned count);

/** Equal without regard to ASCII case. */
bool name_equal(const uint8_t *a, const uint8_t *b);
/** Whether `name` is `ancestor` or below it. */
bool name_is_at_or_below(const uint8_t *name, const uint8_t *ancestor);
/** Labels from the root that both have in common. */
unsigned name_common_labels(const uint8_t *a, const uint8_t *b);
/** Canonical order, RFC 4034 section 6.1: negative, 0, positive. */
int name_compare(const uint8_t *a, const uint8_t *b);
/** Whether the first label is "*". */
bool name_is_wildcard(const uint8_t *name);

/** Copies to `to` (room for NAME_BYTES_MAX or for name_length) and returns the length. */
size_t name_copy(uint8_t *to, const uint8_t *name);
/** Copies in lower case. */
size_t name_copy_lower(uint8_t *to, const uint8_t *name);
/** Puts `prefix` (without its root) in front of `suffix`; REFUSED_LIMIT when that is longer than
 * 255. ret_name: NAME_BYTES_MAX. */
RESULT_MUST_CHECK enum result name_join(const uint8_t *prefix, const uint8_t *suffix,
                                        struct name *ret_name);
/** "*.<name>"; REFUSED_LIMIT when too long. */
RESULT_MUST_CHECK enum result name_wildcard_of(const uint8_t *name, struct name *ret_name);
/** Replaces the tail `old_tail` of `name` by `new_tail`: DNAME, RFC 6672 section 2.2. REFUSED_LIMIT
 * when too long. */
RESULT_MUST_CHECK enum result name_substitute(const uint8_t *name, const uint8_t *old_tail,
                                              const uint8_t *new_tail, struct name *ret_name);

/**
 * Reads a name at the reader, following compression pointers backward only: each pointer must lead
 * to before the place where the present run of labels began; at most NAME_HOPS_MAX pointers (RFC
 * 1035 section 4.1.4). The reader moves behind the name as it stands in the message. The reader's
 * base must be the message's first byte.
 *
 * Fails the reader on a bad label type, a forward or self pointer, too many hops in this name or
 * in the message (reader.hops against NAME_HOPS_TOTAL_MAX), more than 255 bytes. *ret_name is
 * written only when the reader has not failed.
 */
void name_from_wire(struct reader *message, struct name *ret_name);
/** The same for places where compression is forbidden: a pointer fails the reader. Returns the name
 * in place, or NULL. */
const uint8_t *name_in_place(struct reader *reader);

/**
 * Parses text with escapes (RFC 1035 section 5.1: \X and \DDD). A name without a final dot is
 * completed with `origin`; without an origin (NULL) it is taken as absolute. "@" alone is the
 * origin.
 *
 * returns   OK; ERROR_SYNTAX (empty label, bad escape, nothing); REFUSED_LIMIT (label over 63, name
 * over 255)
 */
RESULT_MUST_CHECK enum result name_from_text(const char *text, size_t text_length,
                                             const uint8_t *origin, struct name *ret_name);

/** Writes the absolute text form with final dot and escapes (RFC 4343 section 2.1), NUL-terminated;
 * returns its length. */
size_t name_to_text(const uint8_t *name, char text[NAME_TEXT_MAX]);

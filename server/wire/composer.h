// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/compress.h"
#include "server/wire/message.h"
#include "server/wire/rrtype.h"

/**
 * The composer: writes one message into a fixed buffer, section by section, with compression.
 *
 * Its story, for an answer:
 *
 *     composer_begin_reply(&composer, buffer, limit, &request);   header and question echoed
 *     composer_reserve(&composer, edns_reply_size(&opt));         room that records may not take
 *     composer_rrset(&composer, &rrset)                           answer section first …
 *     composer_section(&composer, SECTION_AUTHORITY);             … then onward, never back
 *     composer_flags(&composer, MESSAGE_AA); composer_rcode(&composer, RCODE_NXDOMAIN);
 *     composer_edns(&composer, &opt);                             out of the reserve, last
 *     size = composer_finish(&composer);                          counts and flags written
 *
 * An RRset goes in whole or not at all: when it does not fit, the message and the table of names
 * are what they were before. Several RRsets that belong together go between composer_mark() and
 * composer_rewind(). Setting TC is the caller's decision.
 *
 * Names: owners and the rdata of the types of RFC 1035 (NS MD MF CNAME SOA MB MG MR PTR MINFO MX)
 * are compressed, later types never (RFC 3597 section 4); an owner may point into the rdata of an
 * earlier record. Two fast ways avoid all look-ups: an owner whose place in the message is known
 * (`owner_at`), and the targets of the RRset written last (composer_target()). A name's place
 * within the question is COMPOSER_QNAME_AT plus its distance from the qname's first byte.
 *
 * Knows nothing of zones. No allocation; one composer per worker (about 7 KiB), used for one
 * message after the other; composer_init() once.
 */
#define COMPOSER_QNAME_AT 12u    /* offset of the question's name */
#define COMPOSER_TARGETS_MAX 16u /* targets whose places are kept */
#define COMPOSER_PENDING_MAX 32u /* names spelled out that the table has yet to learn */

struct composer {
    struct writer writer; /* size is the limit less the reserve */
    uint16_t reserve;
    uint16_t id;
    uint16_t flags;
    uint16_t rcode;
    uint16_t rr_class;     /* of the records written; the question's */
    uint16_t opt_at;       /* offset of our OPT record; 0: none */
    uint16_t question_end; /* offset of the first record */
    uint16_t section;      /* enum message_section */
    uint16_t counts[SECTION_COUNT];
    uint16_t targets[COMPOSER_TARGETS_MAX];
    uint16_t target_count;
    uint16_t pending_count; /* names at `pending`, */
    uint16_t pending_done;  /* of which the table has learned these */
    uint16_t pending[COMPOSER_PENDING_MAX];
    struct compress names;
};

/** A state to go back to. */
struct composer_mark {
    size_t at;
    uint16_t section;
    uint16_t node_count;
    uint16_t pending_count;
    uint16_t pending_done;
    uint16_t counts[SECTION_COUNT];
};

/**
 * An RRset as zones keep it. `packed` is `count` times a length of two bytes in network order and
 * that many bytes of uncompressed rdata that passed rdata_check().
 */
struct composer_rrset {
    const uint8_t *owner; /* may be NULL when owner_at is given */
    uint16_t owner_at;    /* offset below 0x4000 where the owner stands already; 0: look for it */
    uint16_t type;
    uint32_t ttl;
    const uint8_t *packed; /* borrowed (for the call) */
    uint16_t count;        /* records, at least 1 */
    uint16_t first; /* the record that comes first, 0..count-1; the others follow in a ring */
};

/** Makes a composer usable; once. */
void composer_init(struct composer *composer);

/**
 * Begins the answer to a request: id, opcode, RD and CD taken from it (RFC 1035 section 4.1.1, RFC
 * 4035 section 3.2.2), QR set, its question echoed byte for byte, its rcode taken over.
 *
 * buffer   borrowed (until composer_finish)
 * limit    bytes: 512, what EDNS allows, or 65535; at least 512 and at most the buffer's size
 */
void composer_begin_reply(struct composer *composer, uint8_t *buffer, size_t limit,
                          const struct request *request);
/** Begins any message, without a question. flags: MESSAGE_… with the opcode shifted in place. */
void composer_begin(struct composer *composer, uint8_t *buffer, size_t limit, uint16_t id,
                    uint16_t flags);
/** Appends the question. OK, or TRUNCATED when it does not fit. Before any record. */
RESULT_MUST_CHECK enum result composer_question(struct composer *composer, const uint8_t *qname,
                                                uint16_t qtype, uint16_t qclass);

/** Names the offset, within the question's name, of the apex of the zone that answers: names below
 * it are compressed faster. Without it the first owner_at within the question serves. */
static inline void composer_apex(struct composer *composer, uint16_t apex_at)
{
    compress_anchor(&composer->names, composer->writer.base, apex_at);
}

/** Keeps bytes at the end free for OPT and TSIG, in addition to those kept already. FULL when fewer
 * are left; nothing is kept then. */
RESULT_MUST_CHECK enum result composer_reserve(struct composer *composer, size_t bytes);

/** Goes on to a later section. */
static inline void composer_section(struct composer *composer, enum message_section section)
{
    composer->section = (uint16_t)section;
}
/** Sets header bits: MESSAGE_AA, MESSAGE_TC, MESSAGE_RA, MESSAGE_AD. */
static inline void composer_flags(struct composer *composer, uint16_t flags)
{
    composer->flags |= flags;
}
/** Sets the rcode; its upper bits go into the OPT record. One that needs them goes out as SERVFAIL
 * where there is no OPT record. */
static inline void composer_rcode(struct composer *composer, uint16_t rcode)
{
    composer->rcode = rcode;
}

/**
 * Writes an RRset into the present section.
 *
 * returns   OK; TRUNCATED when it does not fit (nothing was written); ERROR_SYNTAX when packed
 *           rdata of a compressible type is not what its type says (nothing was written)
 */
RESULT_MUST_CHECK enum result composer_rrset(struct composer *composer,
                                             const struct composer_rrset *rrset);

/** Offset of the name in record `index` (as packed, not as rotated) of the RRset written last: the
 * target of NS, CNAME, PTR, MX, SRV, SVCB, HTTPS, DNAME, …; 0 when there is none or it is not kept.
 * An owner_at for its addresses. */
static inline uint16_t composer_target(const struct composer *composer, unsigned index)
{
    return index < composer->target_count ? composer->targets[index] : 0;
}

/** One record whose rdata the caller has at hand (a synthesised CNAME); else like composer_rrset.
 */
RESULT_MUST_CHECK enum result composer_record(struct composer *composer,
                                              const struct composer_rrset *rrset,
                                              const uint8_t *rdata, uint16_t rdata_size);

/** The present state, and back to it. Flags, rcode and reserve are not part of it. */
struct composer_mark composer_mark(const struct composer *composer);
void composer_rewind(struct composer *composer, const struct composer_mark *mark);

/** Drops all records: what is left is header and question, flags, rcode and reserve. Not after
 * composer_edns(). */
void composer_clear(struct composer *composer);

/**
 * Writes the OPT record into the additional section, out of the reserve made for it (the whole
 * reserve but `trailing` is given back first).
 *
 * trailing   bytes to keep for what follows, a TSIG; part of the reserve
 * returns    OK; TRUNCATED when it does not fit (nothing was written)
 */
RESULT_MUST_CHECK enum result composer_edns(struct composer *composer,
                                            const struct edns_reply *reply, size_t trailing);
/** Writes counts, flags and rcode, and returns the message's size in bytes. */
size_t composer_finish(struct composer *composer);

/** Bytes still free for records. */
static inline size_t composer_left(const struct composer *composer)
{
    return writer_left(&composer->writer);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"
#include "server/wire/edns.h"
#include "server/wire/name.h"
#include "server/wire/opcode.h"
#include "server/wire/rcode.h"

/**
 * DNS messages as they arrive (RFC 1035 section 4): the header, a request as the server needs it,
 * and an iterator over the records of any message. Writing messages: composer.h.
 *
 * Two ways in. request_parse() is the server's hot path: it reads a question in place and decides
 * what to do with a packet that is not a plain question. message_open() is for answers from others
 * and for opcodes with records: one record at a time, owner names decompressed, work bounded.
 *
 * Pure, no allocation, no I/O, any thread.
 */
#define MESSAGE_HEADER_BYTES 12u
#define MESSAGE_BYTES_MAX 65535u
#define MESSAGE_UDP_BYTES 512u /* RFC 1035 section 4.2.1: without EDNS */

/* The header's second 16 bits. */
#define MESSAGE_QR 0x8000u
#define MESSAGE_AA 0x0400u
#define MESSAGE_TC 0x0200u
#define MESSAGE_RD 0x0100u
#define MESSAGE_RA 0x0080u
#define MESSAGE_Z 0x0040u
#define MESSAGE_AD 0x0020u /* RFC 4035 section 3.1.6 */
#define MESSAGE_CD 0x0010u
#define MESSAGE_OPCODE_SHIFT 11u
#define MESSAGE_RCODE_MASK 0x000fu

enum message_section {
    SECTION_QUESTION,
    SECTION_ANSWER,    /* in UPDATE: prerequisites */
    SECTION_AUTHORITY, /* in UPDATE: changes */
    SECTION_ADDITIONAL,
    SECTION_COUNT,
};

struct message_header {
    uint16_t id;
    uint16_t flags;                 /* QR … rcode as above */
    uint16_t counts[SECTION_COUNT]; /* QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT as claimed */
};

static inline uint8_t message_opcode(uint16_t flags)
{
    return (uint8_t)(flags >> MESSAGE_OPCODE_SHIFT & 15u);
}

/** Reads the header; a packet shorter than it fails the reader and *ret_header stays. */
void message_header_read(struct reader *message, struct message_header *ret_header);
void message_header_write(struct writer *message, const struct message_header *header);

/* ---- requests ---------------------------------------------------------------------------------
 */

enum message_transport {
    TRANSPORT_UDP,
    TRANSPORT_TCP,
};

/** One request. Pointers lead into its packet and live as long as that. */
struct request {
    const uint8_t *packet; /* borrowed (from the caller) */
    uint16_t packet_size;
    uint16_t id;
    uint16_t flags;         /* as received */
    uint16_t rcode;         /* RCODE_NOERROR: answer it. Anything else: refuse with this */
    const uint8_t *qname;   /* in the packet, uncompressed, case as asked; NULL: no question */
    uint16_t question_size; /* bytes from offset 12 to echo: 0 when the question is not usable */
    uint16_t qtype;
    uint16_t qclass;
    uint8_t qname_length; /* 1..255 */
    uint8_t qname_labels; /* 0..127 */
    uint8_t opcode;
    uint16_t tsig_at; /* offset of a TSIG record, always the last one; 0: none */
    struct edns edns;
};

/**
 * Parses a packet that arrived at a server.
 *
 * returns   OK: *ret_request is filled as far as it could be read, and `rcode` says what to do.
 *             NOERROR   one question of opcode QUERY; or no question and a cookie: qname is NULL
 *                       (RFC 7873 section 5.4)
 *             NOTIMP    an opcode other than QUERY; looked at before all else, nothing is read
 *             FORMERR   QDCOUNT above 1 (RFC 9619), or 0 without a cookie; a question that is cut
 *                       short or whose name holds a compression pointer (nothing precedes it that
 *                       it could point to); counts that lie; bytes behind the last record; a second
 *                       OPT, an OPT or TSIG outside the additional section, an OPT not at the root,
 *                       a TSIG that is not last; what edns_read() calls malformed
 *             BADVERS   an EDNS version above 0 (RFC 6891 section 6.1.3)
 *           ERROR_SYNTAX: drop it in silence: shorter than a header, or QR is set (answering
 *           answers makes loops)
 *
 * size      bytes of the packet, at most MESSAGE_BYTES_MAX
 */
RESULT_MUST_CHECK enum result request_parse(const uint8_t *packet, size_t size,
                                            struct request *ret_request);

/**
 * The policy for questions by type, class and transport: which rcode refuses them, NOERROR for
 * those that go on. For requests whose own rcode is NOERROR and whose qname is not NULL.
 *
 * FORMERR: types OPT and TSIG, AXFR over UDP. REFUSED: AXFR and IXFR otherwise, classes other than
 * IN and CHAOS. NOTIMP: TKEY and every other meta type but ANY (MAILA, MAILB, 128..248, 0).
 */
enum rcode request_policy(const struct request *request, enum message_transport transport);

/* ---- any message ------------------------------------------------------------------------------
 */

/** A walk over a message. */
struct message {
    struct reader reader; /* over the whole packet; rdata_from_wire() may read through a copy */
    struct message_header header;
    uint16_t left; /* records of `section` not yet returned */
    uint8_t section;
};

struct message_question {
    struct name qname;
    uint16_t qtype;
    uint16_t qclass;
};

struct message_record {
    struct name owner; /* decompressed */
    uint32_t ttl;
    uint16_t type;
    uint16_t rr_class;
    uint16_t at;         /* offset of the record's first byte */
    uint16_t rdata_at;   /* offset of its rdata in the packet */
    uint16_t rdata_size; /* bytes, wholly inside the packet */
    uint8_t section;     /* enum message_section */
};

/**
 * Opens a message of any kind.
 *
 * returns   OK; ERROR_SYNTAX when it is shorter than a header; REFUSED_LIMIT above 65,535 bytes
 */
RESULT_MUST_CHECK enum result message_open(const uint8_t *packet, size_t size,
                                           struct message *ret_message);
/** The next question. OK, END, or ERROR_SYNTAX (and the walk is over); *ret_question holds nothing
 * of use unless OK. */
RESULT_MUST_CHECK enum result message_question_next(struct message *message,
                                                    struct message_question *ret_question);
/**
 * The next record of the three sections, questions not yet read skipped.
 *
 * Bounded by the packet: a record takes at least 11 bytes, and all names of a message together may
 * follow NAME_HOPS_TOTAL_MAX pointers. Bytes behind the last record are not looked at:
 * message_trailing() says how many.
 *
 * returns   OK; END; ERROR_SYNTAX when a record is malformed or the counts lie (and the walk is
 *           over). *ret_record holds nothing of use unless OK
 */
RESULT_MUST_CHECK enum result message_record_next(struct message *message,
                                                  struct message_record *ret_record);
/** Bytes that follow the last record; valid after END. */
static inline size_t message_trailing(const struct message *message)
{
    return reader_left(&message->reader);
}
/** Positions a reader at a record's rdata, for rdata_from_wire(); give it back with
 * message_rdata_done() so that its hops are counted against the message. */
static inline struct reader message_rdata(const struct message *message,
                                          const struct message_record *record)
{
    struct reader reader = message->reader;
    reader.at = record->rdata_at;
    return reader;
}
static inline void message_rdata_done(struct message *message, const struct reader *rdata)
{
    message->reader.hops = rdata->hops;
}

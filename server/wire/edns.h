// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"
#include "server/wire/cursor.h"

/**
 * EDNS(0): the OPT record of a message as a struct, both ways (RFC 6891).
 *
 * Reading keeps what somebody here acts on and ignores every other option (RFC 6891 section 6.1.2);
 * nothing is copied, pointers lead into the message. Writing goes through composer_edns() of
 * composer.h, which knows the room, the extended rcode and the message's size for padding.
 *
 * Pure, no allocation, any thread.
 */
#define EDNS_OPTIONS_MAX 64u  /* options looked at in one OPT record; more is malformed */
#define EDNS_OPT_BYTES 11u    /* an OPT record without options */
#define EDNS_OPTION_BYTES 4u  /* an option's code and length */
#define EDNS_COOKIE_CLIENT 8u /* RFC 7873 section 4: client part */
#define EDNS_COOKIE_MIN 16u   /* … with a server part: 16..40 */
#define EDNS_COOKIE_MAX 40u
#define EDNS_EDE_MAX 3u         /* extended errors in one answer of ours */
#define EDNS_EDE_TEXT_MAX 96u   /* bytes of one EXTRA-TEXT of ours; longer texts are cut */
#define EDNS_UDP_BYTES_MIN 512u /* RFC 6891 section 6.2.3: smaller values mean this */

enum edns_option {
    EDNS_OPTION_NSID = 3,          /* RFC 5001 */
    EDNS_OPTION_CLIENT_SUBNET = 8, /* RFC 7871; ignored */
    EDNS_OPTION_EXPIRE = 9,        /* RFC 7314 */
    EDNS_OPTION_COOKIE = 10,       /* RFC 7873 */
    EDNS_OPTION_KEEPALIVE = 11,    /* RFC 7828 */
    EDNS_OPTION_PADDING = 12,      /* RFC 7830 */
    EDNS_OPTION_CHAIN = 13,        /* RFC 7901; ignored */
    EDNS_OPTION_EDE = 15,          /* RFC 8914 */
    EDNS_OPTION_REPORT = 18,       /* RFC 9567; ignored */
    EDNS_OPTION_ZONEVERSION = 19,  /* RFC 9660; ignored */
};

/** Extended DNS Errors: RFC 8914 section 4 and the IANA registry "Extended DNS Error Codes". */
enum ede {
    EDE_OTHER = 0,
    EDE_UNSUPPORTED_DNSKEY_ALGORITHM = 1,
    EDE_UNSUPPORTED_DS_DIGEST = 2,
    EDE_STALE_ANSWER = 3,
    EDE_FORGED_ANSWER = 4,
    EDE_DNSSEC_INDETERMINATE = 5,
    EDE_DNSSEC_BOGUS = 6,
    EDE_SIGNATURE_EXPIRED = 7,
    EDE_SIGNATURE_NOT_YET_VALID = 8,
    EDE_DNSKEY_MISSING = 9,
    EDE_RRSIGS_MISSING = 10,
    EDE_NO_ZONE_KEY_BIT = 11,
    EDE_NSEC_MISSING = 12,
    EDE_CACHED_ERROR = 13,
    EDE_NOT_READY = 14,
    EDE_BLOCKED = 15,
    EDE_CENSORED = 16,
    EDE_FILTERED = 17,
    EDE_PROHIBITED = 18,
    EDE_STALE_NXDOMAIN = 19,
    EDE_NOT_AUTHORITATIVE = 20,
    EDE_NOT_SUPPORTED = 21,
    EDE_NO_REACHABLE_AUTHORITY = 22,
    EDE_NETWORK_ERROR = 23,
    EDE_INVALID_DATA = 24,
    EDE_SIGNATURE_EXPIRED_BEFORE_VALID = 25, /* 25.. : the registry */
    EDE_TOO_EARLY = 26,                      /* RFC 9250 */
    EDE_UNSUPPORTED_NSEC3_ITERATIONS = 27,   /* RFC 9276 */
    EDE_UNABLE_TO_CONFORM = 28,
    EDE_SYNTHESIZED = 29,
    EDE_INVALID_QUERY_TYPE = 30, /* RFC 9824 */
};

/** What a message's OPT record said. `present` false: everything else is zero. */
struct edns {
    bool present;
    bool dnssec_ok;             /* the DO bit, RFC 3225 */
    bool nsid;                  /* NSID was asked for, or given */
    bool keepalive;             /* RFC 7828 */
    bool padding;               /* RFC 7830 */
    bool expire;                /* RFC 7314 */
    bool ede;                   /* an extended error was given */
    uint8_t version;            /* only 0 exists; above it: nothing below but udp_size is read */
    uint8_t rcode_high;         /* upper eight bits of the rcode */
    uint8_t cookie_size;        /* 0: none; 8: client part only; 16..40 with the server's */
    uint16_t udp_size;          /* what the sender can receive, at least EDNS_UDP_BYTES_MIN */
    uint16_t keepalive_timeout; /* units of 100 ms, 0 when the option was empty */
    uint16_t ede_code;          /* of the first extended error */
    uint16_t ede_text_size;
    const uint8_t *ede_text; /* UTF-8, not checked; borrowed (from the message) */
    const uint8_t *cookie;   /* borrowed (from the message) */
};

/**
 * Reads an OPT record whose owner (the root) and type have been read: the reader stands at the
 * class and is moved behind the record.
 *
 * returns   OK (also for a version above 0: the caller answers BADVERS); ERROR_SYNTAX when the
 *           record or an option is cut short, a cookie's length is not one of RFC 7873's, a
 *           keepalive's not 0 or 2, an extended error has no code, or there are more than
 *           EDNS_OPTIONS_MAX options. Of several cookies the first counts (RFC 7873 section 5.2),
 *           and so with the others.
 */
RESULT_MUST_CHECK enum result edns_read(struct reader *message, struct edns *ret_edns);

/** One extended error of an answer. */
struct edns_ede {
    uint16_t code;
    const char *text; /* constant or NULL; borrowed (until the answer is composed) */
};

/** What goes into the OPT record of a message of ours. Zero it, then fill. */
struct edns_reply {
    uint16_t udp_size; /* what we can receive */
    bool dnssec_ok;    /* the request's DO bit, copied (RFC 3225) */
    bool keepalive;    /* over TCP, when the client asked */
    bool expire;       /* RFC 7314 */
    uint8_t cookie_size;
    uint8_t ede_count; /* at most EDNS_EDE_MAX */
    uint16_t nsid_size;
    uint16_t keepalive_timeout; /* units of 100 ms */
    uint16_t padding_block;     /* pad the whole message to a multiple; 0: no padding (RFC 8467) */
    uint32_t expire_seconds;
    const uint8_t *nsid; /* borrowed (until the answer is composed) */
    uint8_t cookie[EDNS_COOKIE_MAX];
    struct edns_ede ede[EDNS_EDE_MAX];
};

/** Adds an extended error, silently not when EDNS_EDE_MAX are there or the code is there already.
 */
void edns_reply_ede(struct edns_reply *reply, uint16_t code, const char *text);

/** Bytes of the OPT record without extended errors and padding: what to reserve for it. */
static inline size_t edns_reply_size(const struct edns_reply *reply)
{
    size_t size = EDNS_OPT_BYTES;
    size += reply->cookie_size != 0 ? EDNS_OPTION_BYTES + reply->cookie_size : 0u;
    size += reply->nsid_size != 0 ? EDNS_OPTION_BYTES + reply->nsid_size : 0u;
    size += reply->keepalive ? EDNS_OPTION_BYTES + 2u : 0u;
    size += reply->expire ? EDNS_OPTION_BYTES + 4u : 0u;
    return size;
}

/**
 * Appends the OPT record. What edns_reply_size() counts must fit or the writer fails; extended
 * errors and then padding go in as far as there is room (a text is left out before its code is).
 *
 * rcode      the message's, up to 4095
 * trailing   bytes that will follow the record in the message (a TSIG), for padding
 */
void edns_reply_write(const struct edns_reply *reply, uint16_t rcode, size_t trailing,
                      struct writer *message);

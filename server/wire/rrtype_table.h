// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "server/wire/rrtype.h"

/**
 * The table of record types: for each its mnemonic, its properties and its fields in order. It is
 * the one place that knows a type's format; what each kind of field does is in rdata_field.h. Only
 * rrtype.c, rdata.c and their tests look in here.
 *
 * Constant data, any thread.
 */
#define RRTYPE_FIELDS_MAX 10u /* the longest list, and its end */

/* Fields. REST kinds take everything that is left. */
enum rdata_field_name {
    FIELD_END = 0,
    FIELD_U8,
    FIELD_U16,
    FIELD_U32,
    FIELD_U48,
    FIELD_TTL,   /* 32 bits of seconds; text may use units: 1h30m */
    FIELD_TIME,  /* 32 bits; text YYYYMMDDHHmmSS or seconds (RFC 4034 section 3.2) */
    FIELD_TYPE,  /* record type by mnemonic */
    FIELD_RCODE, /* 16 bits, by mnemonic (TSIG, TKEY) */
    FIELD_IPV4,
    FIELD_IPV6,
    FIELD_NAME,
    FIELD_NAME_OPTIONAL, /* a name, or nothing: A6 */
    FIELD_NAMES_REST,    /* none or more */
    FIELD_STRING,        /* <character-string> */
    FIELD_STRING_OPTIONAL,
    FIELD_STRINGS_REST, /* one or more */
    FIELD_DIGITS,       /* a <character-string> of four digits and more: X25 */
    FIELD_TAG,          /* a <character-string> of letters and digits, not quoted: CAA */
    FIELD_TEXT_REST,    /* text without a length of its own: CAA, URI */
    FIELD_HEX_REST,     /* one byte or more */
    FIELD_DIGEST_REST,  /* the same, of the length that the digest type in front implies: DS, SSHFP
                         */
    FIELD_FINGERPRINT_REST,
    FIELD_ZONE_DIGEST_REST,
    FIELD_HEX_COUNTED8,     /* a length byte; "-" when empty: the salt of NSEC3 */
    FIELD_BASE32_COUNTED8,  /* a length byte; base32hex without padding: the next owner of NSEC3 */
    FIELD_BASE64_REST,      /* one byte or more */
    FIELD_BASE64_OPTIONAL,  /* none or more */
    FIELD_BASE64_DASH,      /* none ("-") or more: DOA */
    FIELD_BASE64_COUNTED16, /* text: size, then base64 unless it is 0: TSIG, TKEY */
    FIELD_KEY_FLAGS,        /* 16 bits, by mnemonics too (RFC 2535 section 7.1) */
    FIELD_KEY_PROTOCOL,     /* by mnemonic too */
    FIELD_KEY_REST,         /* base64; nothing when the flags say that there is no key */
    FIELD_ALGORITHM,        /* DNSSEC algorithm, mnemonic accepted, number printed */
    FIELD_ALGORITHM_NAME,   /* the same, mnemonic printed: CERT */
    FIELD_DIGEST_TYPE,      /* mnemonic accepted, number printed */
    FIELD_CERT_TYPE,        /* 16 bits, mnemonic printed */
    FIELD_DSYNC_SCHEME,
    FIELD_TYPE_BITMAP_REST, /* RFC 4034 section 4.1.2 */
    FIELD_NXT_BITMAP_REST,  /* RFC 2535 section 5.2 */
    FIELD_SERVICES_REST,    /* protocol and ports: WKS */
    FIELD_SVC_PARAMS_REST,  /* RFC 9460 */
    FIELD_APL_REST,         /* RFC 3123 */
    FIELD_LOCATION,         /* RFC 1876 */
    FIELD_IPSEC_GATEWAY,    /* gateway type, algorithm, gateway: RFC 4025 */
    FIELD_AMT_RELAY,        /* D, type, relay: RFC 8777 */
    FIELD_A6_SUFFIX,        /* prefix length and address suffix: RFC 2874 */
    FIELD_NSAP_REST,        /* RFC 1706 */
    FIELD_ATM_REST,         /* format and address */
    FIELD_EUI48,            /* RFC 7043 */
    FIELD_EUI64,
    FIELD_ILNP64,      /* four groups of hexadecimal: RFC 6742 */
    FIELD_U64,         /* decimal: IPN */
    FIELD_HIP_HEADER,  /* algorithm, tag and key: RFC 8005 */
    FIELD_WINS_HEADER, /* flags and the two timeouts */
    FIELD_WINS_SERVERS_REST,
    RDATA_FIELDS /* how many there are */
};

enum rrtype_flag {
    RRTYPE_COMPRESS = 1,  /* names may be compressed when sent, and always are expanded */
    RRTYPE_EXPAND = 2,    /* compressed names are expanded when received (RFC 3597 section 4) */
    RRTYPE_LOWER = 4,     /* canonical form has names in lower case */
    RRTYPE_SINGLETON = 8, /* one record at a name */
    RRTYPE_META = 16,     /* no zone can hold it */
};

struct rrtype_descriptor {
    const char *mnemonic;              /* NULL: number not taken */
    uint8_t flags;                     /* enum rrtype_flag */
    uint8_t fields[RRTYPE_FIELDS_MAX]; /* enum rdata_field_name, up to FIELD_END; none: opaque */
};

/** The descriptor of a type, or NULL when the table does not have its number. */
const struct rrtype_descriptor *rrtype_find(uint16_t type);

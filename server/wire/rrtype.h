// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Record types and classes: numbers and mnemonics, from the IANA registry "Domain Name System (DNS)
 * Parameters", and Microsoft's WINS types. Pure, any thread. The fields of each type:
 * rrtype_table.c; what is done with them: rdata.h.
 */
enum rr_class {
    CLASS_IN = 1,
    CLASS_CHAOS = 3,
    CLASS_HESIOD = 4,
    CLASS_NONE = 254,
    CLASS_ANY = 255,
};

enum rr_type {
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_MD = 3,
    TYPE_MF = 4,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_MB = 7,
    TYPE_MG = 8,
    TYPE_MR = 9,
    TYPE_NULL = 10,
    TYPE_WKS = 11,
    TYPE_PTR = 12,
    TYPE_HINFO = 13,
    TYPE_MINFO = 14,
    TYPE_MX = 15,
    TYPE_TXT = 16,
    TYPE_RP = 17,
    TYPE_AFSDB = 18,
    TYPE_X25 = 19,
    TYPE_ISDN = 20,
    TYPE_RT = 21,
    TYPE_NSAP = 22,
    TYPE_NSAP_PTR = 23,
    TYPE_SIG = 24,
    TYPE_KEY = 25,
    TYPE_PX = 26,
    TYPE_GPOS = 27,
    TYPE_AAAA = 28,
    TYPE_LOC = 29,
    TYPE_NXT = 30,
    TYPE_EID = 31,
    TYPE_NIMLOC = 32,
    TYPE_SRV = 33,
    TYPE_ATMA = 34,
    TYPE_NAPTR = 35,
    TYPE_KX = 36,
    TYPE_CERT = 37,
    TYPE_A6 = 38,
    TYPE_DNAME = 39,
    TYPE_SINK = 40,
    TYPE_OPT = 41,
    TYPE_APL = 42,
    TYPE_DS = 43,
    TYPE_SSHFP = 44,
    TYPE_IPSECKEY = 45,
    TYPE_RRSIG = 46,
    TYPE_NSEC = 47,
    TYPE_DNSKEY = 48,
    TYPE_DHCID = 49,
    TYPE_NSEC3 = 50,
    TYPE_NSEC3PARAM = 51,
    TYPE_TLSA = 52,
    TYPE_SMIMEA = 53,
    TYPE_HIP = 55,
    TYPE_NINFO = 56,
    TYPE_RKEY = 57,
    TYPE_TALINK = 58,
    TYPE_CDS = 59,
    TYPE_CDNSKEY = 60,
    TYPE_OPENPGPKEY = 61,
    TYPE_CSYNC = 62,
    TYPE_ZONEMD = 63,
    TYPE_SVCB = 64,
    TYPE_HTTPS = 65,
    TYPE_DSYNC = 66,
    TYPE_HHIT = 67,
    TYPE_BRID = 68,
    TYPE_SPF = 99,
    TYPE_UINFO = 100,
    TYPE_UID = 101,
    TYPE_GID = 102,
    TYPE_UNSPEC = 103,
    TYPE_NID = 104,
    TYPE_L32 = 105,
    TYPE_L64 = 106,
    TYPE_LP = 107,
    TYPE_EUI48 = 108,
    TYPE_EUI64 = 109,
    TYPE_NXNAME = 128,
    TYPE_TKEY = 249,
    TYPE_TSIG = 250,
    TYPE_IXFR = 251,
    TYPE_AXFR = 252,
    TYPE_MAILB = 253,
    TYPE_MAILA = 254,
    TYPE_ANY = 255,
    TYPE_URI = 256,
    TYPE_CAA = 257,
    TYPE_AVC = 258,
    TYPE_DOA = 259,
    TYPE_AMTRELAY = 260,
    TYPE_RESINFO = 261,
    TYPE_WALLET = 262,
    TYPE_CLA = 263,
    TYPE_IPN = 264,
    TYPE_TA = 32768,
    TYPE_DLV = 32769,
    TYPE_WINS = 65281,
    TYPE_WINSR = 65282,
};

#define RRTYPE_TEXT_MAX 16u /* "TYPE65535", "NSEC3PARAM", terminating zero, with room */

/** The mnemonic, or "TYPEn" (RFC 3597 section 5) for the rest. Returns text. */
const char *rrtype_to_text(uint16_t type, char text[RRTYPE_TEXT_MAX]);
/** Mnemonic or TYPEn, any case. OK or NOT_FOUND. */
RESULT_MUST_CHECK enum result rrtype_from_text(const char *text, size_t length, uint16_t *ret_type);
/** "IN", "CH", "HS", "NONE", "ANY", "CLASSn". */
const char *rrclass_to_text(uint16_t rr_class, char text[RRTYPE_TEXT_MAX]);
RESULT_MUST_CHECK enum result rrclass_from_text(const char *text, size_t length,
                                                uint16_t *ret_class);

/** Whether the type is a question or meta type that no zone can hold: OPT, TKEY, TSIG, IXFR … ANY,
 * and 0 (RFC 6895 section 3.1). */
bool rrtype_is_meta(uint16_t type);
/** Whether the table has the type's format. */
bool rrtype_is_known(uint16_t type);
/** Whether one record at most may stand at a name: CNAME, DNAME, SOA. */
bool rrtype_is_singleton(uint16_t type);
/** Whether a message may carry the type's embedded names compressed: the types of RFC 1035 only
 * (RFC 3597 section 4). */
bool rrtype_names_compress(uint16_t type);

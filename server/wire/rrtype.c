// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype.h"
#include "server/wire/rrtype_table.h"

#include <string.h>

#define MNEMONIC_BYTES_MAX 10u /* NSEC3PARAM, OPENPGPKEY */

/* Types in the order of their mnemonics, for binary search; test_rrtype holds it against the table.
 */
static const uint16_t by_mnemonic[] = {
    TYPE_A,          TYPE_A6,     TYPE_AAAA,       TYPE_AFSDB,  TYPE_AMTRELAY, TYPE_ANY,
    TYPE_APL,        TYPE_ATMA,   TYPE_AVC,        TYPE_AXFR,   TYPE_BRID,     TYPE_CAA,
    TYPE_CDNSKEY,    TYPE_CDS,    TYPE_CERT,       TYPE_CLA,    TYPE_CNAME,    TYPE_CSYNC,
    TYPE_DHCID,      TYPE_DLV,    TYPE_DNAME,      TYPE_DNSKEY, TYPE_DOA,      TYPE_DS,
    TYPE_DSYNC,      TYPE_EID,    TYPE_EUI48,      TYPE_EUI64,  TYPE_GID,      TYPE_GPOS,
    TYPE_HHIT,       TYPE_HINFO,  TYPE_HIP,        TYPE_HTTPS,  TYPE_IPN,      TYPE_IPSECKEY,
    TYPE_ISDN,       TYPE_IXFR,   TYPE_KEY,        TYPE_KX,     TYPE_L32,      TYPE_L64,
    TYPE_LOC,        TYPE_LP,     TYPE_MAILA,      TYPE_MAILB,  TYPE_MB,       TYPE_MD,
    TYPE_MF,         TYPE_MG,     TYPE_MINFO,      TYPE_MR,     TYPE_MX,       TYPE_NAPTR,
    TYPE_NID,        TYPE_NIMLOC, TYPE_NINFO,      TYPE_NS,     TYPE_NSAP,     TYPE_NSAP_PTR,
    TYPE_NSEC,       TYPE_NSEC3,  TYPE_NSEC3PARAM, TYPE_NULL,   TYPE_NXNAME,   TYPE_NXT,
    TYPE_OPENPGPKEY, TYPE_OPT,    TYPE_PTR,        TYPE_PX,     TYPE_RESINFO,  TYPE_RKEY,
    TYPE_RP,         TYPE_RRSIG,  TYPE_RT,         TYPE_SIG,    TYPE_SINK,     TYPE_SMIMEA,
    TYPE_SOA,        TYPE_SPF,    TYPE_SRV,        TYPE_SSHFP,  TYPE_SVCB,     TYPE_TA,
    TYPE_TALINK,     TYPE_TKEY,   TYPE_TLSA,       TYPE_TSIG,   TYPE_TXT,      TYPE_UID,
    TYPE_UINFO,      TYPE_UNSPEC, TYPE_URI,        TYPE_WALLET, TYPE_WINS,     TYPE_WINSR,
    TYPE_WKS,        TYPE_X25,    TYPE_ZONEMD,
};

#define BY_MNEMONIC_COUNT (sizeof by_mnemonic / sizeof *by_mnemonic)

static inline uint8_t upper(char c)
{
    return (uint8_t)(c >= 'a' && c <= 'z' ? c - 32 : c);
}

/* Order of a mnemonic against a word of any case. */
static int compare_mnemonic(const char *mnemonic, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = upper(text[i]);
        if ((uint8_t)mnemonic[i] != byte) {
            return (int)(uint8_t)mnemonic[i] - (int)byte;
        }
        if (byte == 0) {
            return 1; /* a zero byte in the word ends no word */
        }
    }
    return mnemonic[length] == 0 ? 0 : 1;
}

#define PACKED(a, b, c, d, e)                                                                      \
    ((uint64_t)(a) << 32 | (uint64_t)(b) << 24 | (uint64_t)(c) << 16 | (uint64_t)(d) << 8 |        \
     (uint64_t)(e))

/* The types that nearly every line of a master file names; 0 for the rest. */
static uint16_t frequent_type(const char *text, size_t length)
{
    uint64_t packed = 0;
    for (size_t i = 0; i < length; i++) {
        packed = packed << 8 | upper(text[i]);
    }
    switch (packed) {
    case PACKED(0, 0, 0, 0, 'A'):
        return TYPE_A;
    case PACKED(0, 0, 0, 'N', 'S'):
        return TYPE_NS;
    case PACKED(0, 0, 0, 'D', 'S'):
        return TYPE_DS;
    case PACKED(0, 0, 0, 'M', 'X'):
        return TYPE_MX;
    case PACKED(0, 0, 'P', 'T', 'R'):
        return TYPE_PTR;
    case PACKED(0, 0, 'S', 'R', 'V'):
        return TYPE_SRV;
    case PACKED(0, 0, 'T', 'X', 'T'):
        return TYPE_TXT;
    case PACKED(0, 'A', 'A', 'A', 'A'):
        return TYPE_AAAA;
    case PACKED('C', 'N', 'A', 'M', 'E'):
        return TYPE_CNAME;
    case PACKED('R', 'R', 'S', 'I', 'G'):
        return TYPE_RRSIG;
    default:
        return 0;
    }
}

/* "PREFIXn", n at most 65535, without superfluous zeros in front. */
static bool numbered_text(const char *text, size_t length, const char *prefix, uint16_t *ret_number)
{
    size_t prefix_length = strlen(prefix);
    if (length <= prefix_length || length > prefix_length + 5 ||
        (text[prefix_length] == '0' && length > prefix_length + 1)) {
        return false;
    }
    for (size_t i = 0; i < prefix_length; i++) {
        if (upper(text[i]) != (uint8_t)prefix[i]) {
            return false;
        }
    }
    uint32_t number = 0;
    for (size_t i = prefix_length; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    if (number > UINT16_MAX) {
        return false;
    }
    *ret_number = (uint16_t)number;
    return true;
}

static const char *number_to_text(const char *prefix, uint16_t number, char text[RRTYPE_TEXT_MAX])
{
    size_t at = strlen(prefix);
    memcpy(text, prefix, at);
    char digits[5];
    size_t count = 0;
    uint32_t left = number;
    do {
        digits[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    while (count != 0) {
        text[at++] = digits[--count];
    }
    text[at] = 0;
    return text;
}

const char *rrtype_to_text(uint16_t type, char text[RRTYPE_TEXT_MAX])
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    if (descriptor == NULL) {
        return number_to_text("TYPE", type, text);
    }
    memcpy(text, descriptor->mnemonic, strlen(descriptor->mnemonic) + 1);
    return text;
}

enum result rrtype_from_text(const char *text, size_t length, uint16_t *ret_type)
{
    if (length >= 1 && length <= 5 && text[0] != 0) {
        uint16_t type = frequent_type(text, length);
        if (type != 0) {
            *ret_type = type;
            return OK;
        }
    }
    if (length <= MNEMONIC_BYTES_MAX) {
        size_t low = 0;
        size_t high = BY_MNEMONIC_COUNT;
        while (low < high) {
            size_t middle = (low + high) / 2;
            int order = compare_mnemonic(rrtype_find(by_mnemonic[middle])->mnemonic, text, length);
            if (order == 0) {
                *ret_type = by_mnemonic[middle];
                return OK;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (length == 6 && compare_mnemonic("WINS-R", text, length) == 0) {
            *ret_type = TYPE_WINSR;
            return OK;
        }
    }
    return numbered_text(text, length, "TYPE", ret_type) ? OK : NOT_FOUND;
}

static const struct {
    uint16_t rr_class;
    const char *mnemonic;
} classes[] = {
    {CLASS_IN, "IN"},   {CLASS_CHAOS, "CH"},    {CLASS_HESIOD, "HS"},     {CLASS_NONE, "NONE"},
    {CLASS_ANY, "ANY"}, {CLASS_CHAOS, "CHAOS"}, {CLASS_HESIOD, "HESIOD"},
};

const char *rrclass_to_text(uint16_t rr_class, char text[RRTYPE_TEXT_MAX])
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i].rr_class == rr_class) {
            memcpy(text, classes[i].mnemonic, strlen(classes[i].mnemonic) + 1);
            return text;
        }
    }
    return number_to_text("CLASS", rr_class, text);
}

enum result rrclass_from_text(const char *text, size_t length, uint16_t *ret_class)
{
    if (length == 2 && upper(text[0]) == 'I' && upper(text[1]) == 'N') {
        *ret_class = CLASS_IN;
        return OK;
    }
    for (size_t i = 0; length != 0 && i < sizeof classes / sizeof *classes; i++) {
        if (compare_mnemonic(classes[i].mnemonic, text, length) == 0) {
            *ret_class = classes[i].rr_class;
            return OK;
        }
    }
    return numbered_text(text, length, "CLASS", ret_class) ? OK : NOT_FOUND;
}

bool rrtype_is_meta(uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    /* RFC 6895 section 3.1: 128 to 255 are for questions and meta types, taken or not. */
    return type == 0 || (type >= 128 && type <= 255) ||
           (descriptor != NULL && (descriptor->flags & RRTYPE_META) != 0);
}

bool rrtype_is_known(uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    return descriptor != NULL && descriptor->fields[0] != FIELD_END;
}

bool rrtype_is_singleton(uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    return descriptor != NULL && (descriptor->flags & RRTYPE_SINGLETON) != 0;
}

bool rrtype_names_compress(uint16_t type)
{
    const struct rrtype_descriptor *descriptor = rrtype_find(type);
    return descriptor != NULL && (descriptor->flags & RRTYPE_COMPRESS) != 0;
}

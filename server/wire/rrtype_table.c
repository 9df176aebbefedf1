// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype_table.h"

#include <stddef.h>

/* What RFC 1035 defines, and what later types share with it. */
#define OLD (RRTYPE_COMPRESS | RRTYPE_EXPAND | RRTYPE_LOWER)
#define NEW (RRTYPE_EXPAND | RRTYPE_LOWER)

#define SIGNATURE_FIELDS                                                                           \
    FIELD_TYPE, FIELD_ALGORITHM, FIELD_U8, FIELD_TTL, FIELD_TIME, FIELD_TIME, FIELD_U16,           \
        FIELD_NAME, FIELD_BASE64_REST
#define DS_FIELDS FIELD_U16, FIELD_ALGORITHM, FIELD_DIGEST_TYPE, FIELD_DIGEST_REST
#define DNSKEY_FIELDS FIELD_KEY_FLAGS, FIELD_KEY_PROTOCOL, FIELD_ALGORITHM, FIELD_BASE64_REST
#define SERVICE_FIELDS FIELD_U16, FIELD_NAME, FIELD_SVC_PARAMS_REST
#define TLSA_FIELDS FIELD_U8, FIELD_U8, FIELD_U8, FIELD_HEX_REST

static const struct rrtype_descriptor numbered[] = {
    [TYPE_A] = {"A", 0, {FIELD_IPV4}},                              /* RFC 1035 */
    [TYPE_NS] = {"NS", OLD, {FIELD_NAME}},                          /* RFC 1035 */
    [TYPE_MD] = {"MD", OLD, {FIELD_NAME}},                          /* RFC 1035 */
    [TYPE_MF] = {"MF", OLD, {FIELD_NAME}},                          /* RFC 1035 */
    [TYPE_CNAME] = {"CNAME", OLD | RRTYPE_SINGLETON, {FIELD_NAME}}, /* RFC 1035 */
    [TYPE_SOA] = {"SOA",                                            /* RFC 1035 */
                  OLD | RRTYPE_SINGLETON,
                  {FIELD_NAME, FIELD_NAME, FIELD_U32, FIELD_TTL, FIELD_TTL, FIELD_TTL, FIELD_TTL}},
    [TYPE_MB] = {"MB", OLD, {FIELD_NAME}},                            /* RFC 1035 */
    [TYPE_MG] = {"MG", OLD, {FIELD_NAME}},                            /* RFC 1035 */
    [TYPE_MR] = {"MR", OLD, {FIELD_NAME}},                            /* RFC 1035 */
    [TYPE_NULL] = {"NULL", 0, {FIELD_END}},                           /* RFC 1035 */
    [TYPE_WKS] = {"WKS", 0, {FIELD_IPV4, FIELD_SERVICES_REST}},       /* RFC 1035 */
    [TYPE_PTR] = {"PTR", OLD, {FIELD_NAME}},                          /* RFC 1035 */
    [TYPE_HINFO] = {"HINFO", 0, {FIELD_STRING, FIELD_STRING}},        /* RFC 1035 */
    [TYPE_MINFO] = {"MINFO", OLD, {FIELD_NAME, FIELD_NAME}},          /* RFC 1035 */
    [TYPE_MX] = {"MX", OLD, {FIELD_U16, FIELD_NAME}},                 /* RFC 1035 */
    [TYPE_TXT] = {"TXT", 0, {FIELD_STRINGS_REST}},                    /* RFC 1035 */
    [TYPE_RP] = {"RP", NEW, {FIELD_NAME, FIELD_NAME}},                /* RFC 1183 */
    [TYPE_AFSDB] = {"AFSDB", NEW, {FIELD_U16, FIELD_NAME}},           /* RFC 1183 */
    [TYPE_X25] = {"X25", 0, {FIELD_DIGITS}},                          /* RFC 1183 */
    [TYPE_ISDN] = {"ISDN", 0, {FIELD_STRING, FIELD_STRING_OPTIONAL}}, /* RFC 1183 */
    [TYPE_RT] = {"RT", NEW, {FIELD_U16, FIELD_NAME}},                 /* RFC 1183 */
    [TYPE_NSAP] = {"NSAP", 0, {FIELD_NSAP_REST}},                     /* RFC 1706 */
    [TYPE_NSAP_PTR] = {"NSAP-PTR", 0, {FIELD_NAME}},                  /* RFC 1348 */
    [TYPE_SIG] = {"SIG", NEW, {SIGNATURE_FIELDS}},                    /* RFC 2535 */
    [TYPE_KEY] = {"KEY",                                              /* RFC 2535 */
                  0,
                  {FIELD_KEY_FLAGS, FIELD_KEY_PROTOCOL, FIELD_ALGORITHM, FIELD_KEY_REST}},
    [TYPE_PX] = {"PX", NEW, {FIELD_U16, FIELD_NAME, FIELD_NAME}},             /* RFC 2163 */
    [TYPE_GPOS] = {"GPOS", 0, {FIELD_STRING, FIELD_STRING, FIELD_STRING}},    /* RFC 1712 */
    [TYPE_AAAA] = {"AAAA", 0, {FIELD_IPV6}},                                  /* RFC 3596 */
    [TYPE_LOC] = {"LOC", 0, {FIELD_LOCATION}},                                /* RFC 1876 */
    [TYPE_NXT] = {"NXT", NEW, {FIELD_NAME, FIELD_NXT_BITMAP_REST}},           /* RFC 2535 */
    [TYPE_EID] = {"EID", 0, {FIELD_HEX_REST}},                                /* Nimrod, 1995 */
    [TYPE_NIMLOC] = {"NIMLOC", 0, {FIELD_HEX_REST}},                          /* Nimrod, 1995 */
    [TYPE_SRV] = {"SRV", NEW, {FIELD_U16, FIELD_U16, FIELD_U16, FIELD_NAME}}, /* RFC 2782 */
    [TYPE_ATMA] = {"ATMA", 0, {FIELD_ATM_REST}}, /* ATM Forum, af-saa-0069.000 */
    [TYPE_NAPTR] = {"NAPTR",                     /* RFC 3403 */
                    NEW,
                    {FIELD_U16, FIELD_U16, FIELD_STRING, FIELD_STRING, FIELD_STRING, FIELD_NAME}},
    [TYPE_KX] = {"KX", NEW, {FIELD_U16, FIELD_NAME}}, /* RFC 2230 */
    [TYPE_CERT] = {"CERT",                            /* RFC 4398 */
                   0,
                   {FIELD_CERT_TYPE, FIELD_U16, FIELD_ALGORITHM_NAME, FIELD_BASE64_REST}},
    [TYPE_A6] = {"A6", RRTYPE_LOWER, {FIELD_A6_SUFFIX, FIELD_NAME_OPTIONAL}}, /* RFC 2874 */
    [TYPE_DNAME] = {"DNAME", RRTYPE_LOWER | RRTYPE_SINGLETON, {FIELD_NAME}},  /* RFC 6672 */
    [TYPE_SINK] = {"SINK", 0, {FIELD_U8, FIELD_U8, FIELD_U8, FIELD_BASE64_OPTIONAL}},
    [TYPE_OPT] = {"OPT", RRTYPE_META, {FIELD_END}},                            /* RFC 6891 */
    [TYPE_APL] = {"APL", 0, {FIELD_APL_REST}},                                 /* RFC 3123 */
    [TYPE_DS] = {"DS", 0, {DS_FIELDS}},                                        /* RFC 4034 */
    [TYPE_SSHFP] = {"SSHFP", 0, {FIELD_U8, FIELD_U8, FIELD_FINGERPRINT_REST}}, /* RFC 4255 */
    [TYPE_IPSECKEY] = {"IPSECKEY",                                             /* RFC 4025 */
                       0,
                       {FIELD_U8, FIELD_IPSEC_GATEWAY, FIELD_BASE64_OPTIONAL}},
    [TYPE_RRSIG] = {"RRSIG", RRTYPE_LOWER, {SIGNATURE_FIELDS}},      /* RFC 4034, 6840 */
    [TYPE_NSEC] = {"NSEC", 0, {FIELD_NAME, FIELD_TYPE_BITMAP_REST}}, /* RFC 4034, 6840 */
    [TYPE_DNSKEY] = {"DNSKEY", 0, {DNSKEY_FIELDS}},                  /* RFC 4034 */
    [TYPE_DHCID] = {"DHCID", 0, {FIELD_BASE64_REST}},                /* RFC 4701 */
    [TYPE_NSEC3] = {"NSEC3",                                         /* RFC 5155 */
                    0,
                    {FIELD_U8, FIELD_U8, FIELD_U16, FIELD_HEX_COUNTED8, FIELD_BASE32_COUNTED8,
                     FIELD_TYPE_BITMAP_REST}},
    [TYPE_NSEC3PARAM] = {"NSEC3PARAM", /* RFC 5155 */
                         0,
                         {FIELD_U8, FIELD_U8, FIELD_U16, FIELD_HEX_COUNTED8}},
    [TYPE_TLSA] = {"TLSA", 0, {TLSA_FIELDS}},                      /* RFC 6698 */
    [TYPE_SMIMEA] = {"SMIMEA", 0, {TLSA_FIELDS}},                  /* RFC 8162 */
    [TYPE_HIP] = {"HIP", 0, {FIELD_HIP_HEADER, FIELD_NAMES_REST}}, /* RFC 8005 */
    [TYPE_NINFO] = {"NINFO", 0, {FIELD_STRINGS_REST}},             /* zone status, Reid 2008 */
    [TYPE_RKEY] = {"RKEY", 0, {DNSKEY_FIELDS}},                    /* DNS resource key, Reid 2008 */
    [TYPE_TALINK] = {"TALINK", 0, {FIELD_NAME, FIELD_NAME}}, /* trust anchor history, Wijngaards */
    [TYPE_CDS] = {"CDS", 0, {DS_FIELDS}},                    /* RFC 7344 */
    [TYPE_CDNSKEY] = {"CDNSKEY", 0, {DNSKEY_FIELDS}},        /* RFC 7344 */
    [TYPE_OPENPGPKEY] = {"OPENPGPKEY", 0, {FIELD_BASE64_REST}},                  /* RFC 7929 */
    [TYPE_CSYNC] = {"CSYNC", 0, {FIELD_U32, FIELD_U16, FIELD_TYPE_BITMAP_REST}}, /* RFC 7477 */
    [TYPE_ZONEMD] = {"ZONEMD", 0, {FIELD_U32, FIELD_U8, FIELD_U8, FIELD_ZONE_DIGEST_REST}},
    [TYPE_SVCB] = {"SVCB", 0, {SERVICE_FIELDS}},   /* RFC 9460 */
    [TYPE_HTTPS] = {"HTTPS", 0, {SERVICE_FIELDS}}, /* RFC 9460 */
    [TYPE_DSYNC] = {"DSYNC",                       /* RFC 9859 */
                    0,
                    {FIELD_TYPE, FIELD_DSYNC_SCHEME, FIELD_U16, FIELD_NAME}},
    [TYPE_HHIT] = {"HHIT", 0, {FIELD_BASE64_REST}},       /* RFC 9886 */
    [TYPE_BRID] = {"BRID", 0, {FIELD_BASE64_REST}},       /* RFC 9886 */
    [TYPE_SPF] = {"SPF", 0, {FIELD_STRINGS_REST}},        /* RFC 7208 */
    [TYPE_UINFO] = {"UINFO", 0, {FIELD_END}},             /* reserved */
    [TYPE_UID] = {"UID", 0, {FIELD_END}},                 /* reserved */
    [TYPE_GID] = {"GID", 0, {FIELD_END}},                 /* reserved */
    [TYPE_UNSPEC] = {"UNSPEC", 0, {FIELD_END}},           /* reserved */
    [TYPE_NID] = {"NID", 0, {FIELD_U16, FIELD_ILNP64}},   /* RFC 6742 */
    [TYPE_L32] = {"L32", 0, {FIELD_U16, FIELD_IPV4}},     /* RFC 6742 */
    [TYPE_L64] = {"L64", 0, {FIELD_U16, FIELD_ILNP64}},   /* RFC 6742 */
    [TYPE_LP] = {"LP", 0, {FIELD_U16, FIELD_NAME}},       /* RFC 6742 */
    [TYPE_EUI48] = {"EUI48", 0, {FIELD_EUI48}},           /* RFC 7043 */
    [TYPE_EUI64] = {"EUI64", 0, {FIELD_EUI64}},           /* RFC 7043 */
    [TYPE_NXNAME] = {"NXNAME", RRTYPE_META, {FIELD_END}}, /* RFC 9824 */
    [TYPE_TKEY] = {"TKEY",                                /* RFC 2930 */
                   RRTYPE_META,
                   {FIELD_NAME, FIELD_U32, FIELD_U32, FIELD_U16, FIELD_RCODE,
                    FIELD_BASE64_COUNTED16, FIELD_BASE64_COUNTED16}},
    [TYPE_TSIG] = {"TSIG", /* RFC 8945 */
                   RRTYPE_META,
                   {FIELD_NAME, FIELD_U48, FIELD_U16, FIELD_BASE64_COUNTED16, FIELD_U16,
                    FIELD_RCODE, FIELD_BASE64_COUNTED16}},
    [TYPE_IXFR] = {"IXFR", RRTYPE_META, {FIELD_END}},                 /* RFC 1995 */
    [TYPE_AXFR] = {"AXFR", RRTYPE_META, {FIELD_END}},                 /* RFC 5936 */
    [TYPE_MAILB] = {"MAILB", RRTYPE_META, {FIELD_END}},               /* RFC 1035 */
    [TYPE_MAILA] = {"MAILA", RRTYPE_META, {FIELD_END}},               /* RFC 1035 */
    [TYPE_ANY] = {"ANY", RRTYPE_META, {FIELD_END}},                   /* RFC 1035 */
    [TYPE_URI] = {"URI", 0, {FIELD_U16, FIELD_U16, FIELD_TEXT_REST}}, /* RFC 7553 */
    [TYPE_CAA] = {"CAA", 0, {FIELD_U8, FIELD_TAG, FIELD_TEXT_REST}},  /* RFC 8659 */
    [TYPE_AVC] = {"AVC", 0, {FIELD_STRINGS_REST}}, /* application visibility, Wolfgang 2016 */
    [TYPE_DOA] = {"DOA",                           /* digital object architecture, Durand 2017 */
                  0,
                  {FIELD_U32, FIELD_U32, FIELD_U8, FIELD_STRING, FIELD_BASE64_DASH}},
    [TYPE_AMTRELAY] = {"AMTRELAY", 0, {FIELD_U8, FIELD_AMT_RELAY}}, /* RFC 8777 */
    [TYPE_RESINFO] = {"RESINFO", 0, {FIELD_STRINGS_REST}},          /* RFC 9606 */
    [TYPE_WALLET] = {"WALLET", 0, {FIELD_STRINGS_REST}},            /* registered 2024 */
    [TYPE_CLA] = {"CLA", 0, {FIELD_STRINGS_REST}},                  /* DTN overlays, Johnson 2024 */
    [TYPE_IPN] = {"IPN", 0, {FIELD_U64}},                           /* DTN overlays, Johnson 2024 */
};

#define NUMBERED_COUNT (sizeof numbered / sizeof *numbered)

static const struct rrtype_descriptor dnssec_trust_authorities = {"TA", 0, {DS_FIELDS}};
static const struct rrtype_descriptor dnssec_lookaside = {"DLV", 0, {DS_FIELDS}}; /* RFC 4431 */
/* Microsoft's private numbers: [MS-DNSP] sections 2.2.2.2.4. */
static const struct rrtype_descriptor wins = {
    "WINS", 0, {FIELD_WINS_HEADER, FIELD_WINS_SERVERS_REST}};
static const struct rrtype_descriptor wins_reverse = {"WINSR", 0, {FIELD_WINS_HEADER, FIELD_NAME}};

const struct rrtype_descriptor *rrtype_find(uint16_t type)
{
    if (type < NUMBERED_COUNT) {
        return numbered[type].mnemonic != NULL ? &numbered[type] : NULL;
    }
    switch (type) {
    case TYPE_TA:
        return &dnssec_trust_authorities;
    case TYPE_DLV:
        return &dnssec_lookaside;
    case TYPE_WINS:
        return &wins;
    case TYPE_WINSR:
        return &wins_reverse;
    default:
        return NULL;
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_types.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    uint16_t type;
} types[] = {
    {"A", 1},      {"NS", 2},     {"CNAME", 5}, {"SOA", 6},     {"PTR", 12},   {"MX", 15},
    {"TXT", 16},   {"AAAA", 28},  {"SRV", 33},  {"NAPTR", 35},  {"DNAME", 39}, {"DS", 43},
    {"SSHFP", 44}, {"RRSIG", 46}, {"NSEC", 47}, {"DNSKEY", 48}, {"NSEC3", 50}, {"TLSA", 52},
    {"SVCB", 64},  {"HTTPS", 65}, {"ANY", 255}, {"URI", 256},   {"CAA", 257},
};

enum result load_type_from_text(const char *text, size_t size, uint16_t *ret_type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strlen(types[i].name) == size && strncasecmp(types[i].name, text, size) == 0) {
            *ret_type = types[i].type;
            return OK;
        }
    }
    if (size < 5 || size > 9 || strncasecmp(text, "TYPE", 4) != 0) {
        return ERROR_SYNTAX;
    }
    uint32_t value = 0;
    for (size_t i = 4; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return ERROR_SYNTAX;
        }
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    if (value > UINT16_MAX) {
        return ERROR_SYNTAX;
    }
    *ret_type = (uint16_t)value;
    return OK;
}

const char *load_rcode_name(uint32_t rcode)
{
    static const char *const names[LOAD_RCODES] = {
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
        "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI", "RCODE12", "RCODE13", "RCODE14",  "RCODE15",
    };
    return rcode < LOAD_RCODES ? names[rcode] : "RCODE";
}

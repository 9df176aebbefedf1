// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype_table.h"

#include <criterion/criterion.h>
#include <string.h>

/* Holds the table against the rules that its readers rely on. */
Test(rrtype_table, every_descriptor_is_sound, .timeout = 10)
{
    unsigned count = 0;
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        const struct rrtype_descriptor *descriptor = rrtype_find((uint16_t)type);
        if (descriptor == NULL) {
            continue;
        }
        count++;
        cr_assert_lt(strlen(descriptor->mnemonic), RRTYPE_TEXT_MAX);
        bool ended = false;
        bool has_name = false;
        for (size_t i = 0; i < RRTYPE_FIELDS_MAX && !ended; i++) {
            ended = descriptor->fields[i] == FIELD_END;
            cr_assert_lt(descriptor->fields[i], RDATA_FIELDS);
            has_name |=
                descriptor->fields[i] == FIELD_NAME || descriptor->fields[i] == FIELD_NAME_OPTIONAL;
        }
        cr_assert(ended, "%s", descriptor->mnemonic);
        if ((descriptor->flags & (RRTYPE_COMPRESS | RRTYPE_EXPAND | RRTYPE_LOWER)) != 0) {
            cr_assert(has_name, "%s", descriptor->mnemonic);
        }
        if ((descriptor->flags & RRTYPE_COMPRESS) != 0) {
            cr_assert(descriptor->flags & RRTYPE_EXPAND, "%s", descriptor->mnemonic);
        }
    }
    cr_assert_eq(count, 99, "%u types", count);
}

/* RFC 4034 section 6.2 as amended by RFC 6840 section 5.1; RFC 3597 section 4. */
Test(rrtype_table, names_are_lowered_and_expanded_where_the_standards_say_so, .timeout = 10)
{
    static const uint16_t lowered[] = {
        TYPE_NS,  TYPE_MD,    TYPE_MF, TYPE_CNAME, TYPE_SOA,   TYPE_MB, TYPE_MG,    TYPE_MR,
        TYPE_PTR, TYPE_MINFO, TYPE_MX, TYPE_RP,    TYPE_AFSDB, TYPE_RT, TYPE_SIG,   TYPE_PX,
        TYPE_NXT, TYPE_NAPTR, TYPE_KX, TYPE_SRV,   TYPE_DNAME, TYPE_A6, TYPE_RRSIG,
    };
    static const uint16_t compressed[] = {TYPE_NS, TYPE_MD, TYPE_MF,  TYPE_CNAME, TYPE_SOA, TYPE_MB,
                                          TYPE_MG, TYPE_MR, TYPE_PTR, TYPE_MINFO, TYPE_MX};
    unsigned lower = 0;
    unsigned compress = 0;
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        const struct rrtype_descriptor *descriptor = rrtype_find((uint16_t)type);
        lower += descriptor != NULL && (descriptor->flags & RRTYPE_LOWER) != 0;
        compress += descriptor != NULL && (descriptor->flags & RRTYPE_COMPRESS) != 0;
    }
    for (size_t i = 0; i < sizeof lowered / sizeof *lowered; i++) {
        cr_assert(rrtype_find(lowered[i])->flags & RRTYPE_LOWER);
    }
    for (size_t i = 0; i < sizeof compressed / sizeof *compressed; i++) {
        cr_assert(rrtype_find(compressed[i])->flags & RRTYPE_COMPRESS);
    }
    cr_assert_eq(lower, sizeof lowered / sizeof *lowered);
    cr_assert_eq(compress, sizeof compressed / sizeof *compressed);
    cr_assert_not(rrtype_find(TYPE_NSEC)->flags & RRTYPE_LOWER, "RFC 6840 section 5.1");
}

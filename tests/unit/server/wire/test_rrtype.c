// SPDX-License-Identifier: Apache-2.0
#include "server/wire/rrtype.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

Test(rrtype, every_number_survives_its_text, .timeout = 10)
{
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        char text[RRTYPE_TEXT_MAX];
        uint16_t back = 1;
        cr_assert_eq(rrtype_to_text((uint16_t)type, text), text);
        cr_assert_lt(strlen(text), sizeof text);
        cr_assert_eq(rrtype_from_text(text, strlen(text), &back), OK, "%s", text);
        cr_assert_eq(back, type, "%s", text);
        for (char *at = text; *at != 0; at++) {
            *at = (char)tolower(*at);
        }
        back = 1;
        cr_assert_eq(rrtype_from_text(text, strlen(text), &back), OK, "%s", text);
        cr_assert_eq(back, type, "%s", text);
    }
}

Test(rrtype, classes_survive_their_text, .timeout = 10)
{
    static const struct {
        uint16_t rr_class;
        const char *text;
    } cases[] = {{1, "IN"},
                 {3, "CH"},
                 {4, "HS"},
                 {254, "NONE"},
                 {255, "ANY"},
                 {0, "CLASS0"},
                 {65535, "CLASS65535"},
                 {2, "CLASS2"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[RRTYPE_TEXT_MAX];
        uint16_t back = 77;
        cr_assert_str_eq(rrclass_to_text(cases[i].rr_class, text), cases[i].text);
        cr_assert_eq(rrclass_from_text(text, strlen(text), &back), OK);
        cr_assert_eq(back, cases[i].rr_class);
    }
    uint16_t back = 77;
    cr_assert_eq(rrclass_from_text("chaos", 5, &back), OK);
    cr_assert_eq(back, CLASS_CHAOS);
    cr_assert_eq(rrclass_from_text("in", 2, &back), OK);
    cr_assert_eq(back, CLASS_IN);
    cr_assert_eq(rrclass_from_text("", 0, &back), NOT_FOUND);
    cr_assert_eq(rrclass_from_text("INN", 3, &back), NOT_FOUND);
    cr_assert_eq(rrclass_from_text("I", 1, &back), NOT_FOUND);
}

Test(rrtype, what_is_no_type_is_not_found, .timeout = 10)
{
    static const char *const words[] = {
        "",          "AA",        "TYPE",       "TYPE65536",   "TYPE-1",
        "TYPE01",    "TYPE99999", "TYPE1x",     "NSEC3PARAMS", "NSEC3PARA",
        "OPENPGPKE", "1",         "TYPE000001", "WINS-",       "TYPE 1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        uint16_t type = 4711;
        cr_assert_eq(rrtype_from_text(words[i], strlen(words[i]), &type), NOT_FOUND, "%s",
                     words[i]);
        cr_assert_eq(type, 4711);
    }
    uint16_t type = 4711;
    cr_assert_eq(rrtype_from_text("A\0", 2, &type), NOT_FOUND, "a zero byte ends no word");
    cr_assert_eq(rrtype_from_text("\0A", 2, &type), NOT_FOUND);
    cr_assert_eq(rrtype_from_text("NSEC\0", 5, &type), NOT_FOUND);
    cr_assert_eq(rrtype_from_text("TYPE0", 5, &type), OK);
    cr_assert_eq(type, 0);
    cr_assert_eq(rrtype_from_text("wins-r", 6, &type), OK);
    cr_assert_eq(type, TYPE_WINSR);
}

Test(rrtype, properties, .timeout = 10)
{
    cr_assert(rrtype_is_meta(0));
    cr_assert(rrtype_is_meta(TYPE_OPT));
    cr_assert(rrtype_is_meta(128));
    cr_assert(rrtype_is_meta(TYPE_TKEY));
    cr_assert(rrtype_is_meta(TYPE_ANY));
    cr_assert_not(rrtype_is_meta(127));
    cr_assert_not(rrtype_is_meta(TYPE_URI));
    cr_assert_not(rrtype_is_meta(TYPE_A));
    cr_assert_not(rrtype_is_meta(65535));

    cr_assert(rrtype_is_singleton(TYPE_CNAME));
    cr_assert(rrtype_is_singleton(TYPE_DNAME));
    cr_assert(rrtype_is_singleton(TYPE_SOA));
    cr_assert_not(rrtype_is_singleton(TYPE_A));
    cr_assert_not(rrtype_is_singleton(4711));

    cr_assert(rrtype_is_known(TYPE_A));
    cr_assert(rrtype_is_known(TYPE_WINS));
    cr_assert(rrtype_is_known(TYPE_WINSR));
    cr_assert(rrtype_is_known(TYPE_DLV));
    cr_assert_not(rrtype_is_known(TYPE_NULL), "opaque");
    cr_assert_not(rrtype_is_known(0));
    cr_assert_not(rrtype_is_known(65535));

    cr_assert(rrtype_names_compress(TYPE_MX));
    cr_assert_not(rrtype_names_compress(TYPE_SRV), "RFC 3597 section 4");
    cr_assert_not(rrtype_names_compress(TYPE_DNAME));
    cr_assert_not(rrtype_names_compress(4711));
}

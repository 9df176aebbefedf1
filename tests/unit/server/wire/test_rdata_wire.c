// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include <stdio.h>

Test(rdata_wire, fixed_fields_must_be_whole_and_alone, .timeout = 10)
{
    static const struct {
        const char *mnemonic;
        const char *hex;
    } cases[] = {
        {"A", "C0000201"},
        {"AAAA", "20010DB8000000000000000000000001"},
        {"EUI48", "00005E00532A"},
        {"EUI64", "00005EEF1000002A"},
        {"NID", "000A00144FFFFF20EE64"},
        {"IPN", "0000000000000001"},
        {"SRV", "0000000000580161016200"},
        {"SOA", "00 00 00000001 00000002 00000003 00000004 00000005"},
        {"NSEC3PARAM", "0100000C04AABBCCDD"},
        {"HINFO", "024142 0143"},
        {"GPOS", "0131 0132 0133"},
        {"NAPTR", "0001 0002 0141 0142 0143 00"},
        {"DS", "0001 05 01 0000000000000000000000000000000000000000"},
        {"SSHFP", "01 01 0000000000000000000000000000000000000000"},
        {"TSIG", "00 000000000001 012C 0003000000 0001 0010 0000"},
        {"LP", "000A 0161 00"},
        {"PX", "000A 00 00"},
        {"X25", "0430303030"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char longer[256];
        expect_prefixes_malformed(cases[i].mnemonic, cases[i].hex);
        snprintf(longer, sizeof longer, "%s 00", cases[i].hex);
        expect_malformed(cases[i].mnemonic, longer);
    }
}

Test(rdata_wire, names_are_valid_and_never_compressed, .timeout = 10)
{
    expect_malformed("NS", "C000");
    expect_malformed("NS", "4061");
    expect_malformed("NS", "0161");
    expect_malformed("NS", "0061");
    expect_malformed("MX", "000AC000");
    expect_malformed("HIP", "01 02 0001 41 42 0161");
}

Test(rdata_wire, strings, .timeout = 10)
{
    expect_malformed("TXT", "");
    expect_malformed("TXT", "0241");
    expect_malformed("TXT", "014101");
    expect_print("TXT", "00", "\"\"");
    expect_malformed("ISDN", "");
    expect_malformed("ISDN", "014102");
    expect_malformed("X25", "03303030");
    expect_malformed("X25", "0430303041");
    expect_malformed("CAA", "00 00");
    expect_malformed("CAA", "00 01 2D");
    expect_malformed("CAA", "00 02 41");
    expect_print("CAA", "00 01 41", "0 A \"\"");
}

Test(rdata_wire, digests_have_the_length_of_their_type, .timeout = 10)
{
    expect_malformed("DS", "0001 05 01 00");
    expect_malformed("DS", "0001 05 02 0000000000000000000000000000000000000000");
    expect_malformed("DS", "0001 05 63");
    expect_print("DS", "0001 05 63 00", "1 5 99 00");
    expect_malformed("SSHFP", "01 02 00");
    expect_malformed("SSHFP", "01 09");
    expect_print("SSHFP", "01 09 FF", "1 9 FF");
    expect_malformed("ZONEMD", "00000001 01 01 000000000000000000000000");
    expect_malformed("ZONEMD", "00000001 01 F0 0000000000000000000000");
    expect_print("ZONEMD", "00000001 01 F0 000000000000000000000000",
                 "1 1 240 000000000000000000000000");
}

Test(rdata_wire, keys_may_be_absent_only_where_the_flags_say_so, .timeout = 10)
{
    expect_print("KEY", "C000 03 00", "49152 3 0");
    expect_print("KEY", "C000 03 00 AA", "49152 3 0 qg==");
    expect_malformed("KEY", "8000 03 00");
    expect_malformed("DNSKEY", "C000 03 00");
    expect_malformed("NSEC3", "01 00 0001 00 00");
    expect_malformed("TSIG", "00 000000000001 012C 0002AA 0001 0010 0000");
}

// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include <stdio.h>
#include <time.h>

#define SIG_TAIL "0001 00 414141"

Test(rdata_security, times, .timeout = 10)
{
    expect_both("RRSIG", "A 8 0 0 20300101000000 20200101000000 1 . QUFB",
                "0001 08 00 00000000 70DBD880 5E0BE100 " SIG_TAIL);
    expect_wire("RRSIG", "A 8 0 0 4294967295 0 1 . QUFB",
                "0001 08 00 00000000 FFFFFFFF 00000000 " SIG_TAIL);
    expect_print("RRSIG", "0001 08 00 00000000 FFFFFFFF 00000000 " SIG_TAIL,
                 "A 8 0 0 21060207062815 19700101000000 1 . QUFB");
    expect_wire("RRSIG", "A 8 0 0 20000229000000 1 1 . QUFB",
                "0001 08 00 00000000 38BB0C00 00000001 " SIG_TAIL);
    static const char *const bad[] = {"21060207062816", "19691231235959",
                                      "20010229000000", "20010001000000",
                                      "20011301000000", "20010100000000",
                                      "20010132000000", "20010101240000",
                                      "20010101006000", "20010101000060",
                                      "2001010100000",  "200101010000000",
                                      "4294967296",     "x",
                                      "2001010100000x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[80];
        snprintf(text, sizeof text, "A 8 0 0 %s 0 1 . QUFB", bad[i]);
        expect_refusal("RRSIG", text, 9, "not a time YYYYMMDDHHmmSS from 1970 to 2106");
    }
}

Test(rdata_security, times_as_the_standard_functions_print_them, .timeout = 20)
{
    for (uint64_t seconds = 0; seconds <= UINT32_MAX; seconds += 86399u * 7u + 1u) {
        uint8_t wire[22] = {0, 1, 8, 0, 0, 0, 0, 0};
        for (unsigned i = 0; i < 4; i++) {
            wire[8 + i] = (uint8_t)(seconds >> (24 - 8 * i));
        }
        uint8_t text[128];
        char wanted[32];
        struct writer out = writer_over(text, sizeof text - 1);
        time_t when = (time_t)seconds;
        struct tm parts;
        wire[19] = 1;
        cr_assert_eq(rdata_to_text(TYPE_RRSIG, wire, 20, &out), OK);
        text[out.at] = 0;
        strftime(wanted, sizeof wanted, "A 8 0 0 %Y%m%d%H%M%S ", gmtime_r(&when, &parts));
        cr_assert_eq(strncmp((char *)text, wanted, strlen(wanted)), 0, "%s %s", (char *)text,
                     wanted);
    }
}

Test(rdata_security, mnemonics, .timeout = 10)
{
    expect_wire("DS", "1 ecdsap256sha256 255 00", "0001 0D FF 00");
    expect_refusal("DS", "1 FOO 255 00", 3, "not a DNSSEC algorithm");
    expect_refusal("DS", "1 256 255 00", 3, "not a DNSSEC algorithm");
    expect_refusal("DS", "1 8 MD5 00", 5, "not a digest type");
    expect_refusal("DS", "1 8 2 00", 7, "not the length of that digest type");
    expect_refusal("SSHFP", "1 1 00", 5, "not the length of that digest type");
    expect_refusal("ZONEMD", "1 1 1 00", 7, "not the length of that digest type");
    expect_wire("DNSKEY", "ZONE|KSK DNSSEC ED25519 QUFB", "0101 03 0F 414141");
    expect_wire("KEY", "NOKEY ALL DH", "C000 FF 02");
    static const char flags[] = "not key flags (a number, or mnemonics with |)";
    expect_refusal("DNSKEY", "ZONE|FOO 3 8 QUFB", 1, flags);
    expect_refusal("DNSKEY", "ZONE| 3 8 QUFB", 1, flags);
    expect_refusal("DNSKEY", "65536 3 8 QUFB", 1, flags);
    expect_refusal("DNSKEY", "256 FOO 8 QUFB", 5, "not a key protocol");
    expect_refusal("CERT", "FOO 1 8 QUFB", 1, "not a certificate type");
    expect_both("CERT", "65535 1 255 QUFB", "FFFF 0001 FF 414141");
    expect_both("CERT", "IACPKIX 1 ED448 QUFB", "0008 0001 10 414141");
    expect_both("DSYNC", "CDS NOTIFY 5359 .", "003B 01 14EF 00");
    expect_both("DSYNC", "CDS 255 5359 .", "003B FF 14EF 00");
    expect_refusal("DSYNC", "CDS FOO 5359 .", 5, "not a DSYNC scheme");
    expect_refusal("DSYNC", "FOO 1 5359 .", 1, "not a record type");
    expect_wire("SIG", "0 8 0 0 0 0 1 . QUFB", "0000 08 00 00000000 00000000 00000000 " SIG_TAIL);
    expect_refusal("TKEY", ". 0 0 0 FOO 0 0", 9, "not a response code");
    expect_both("TKEY", ". 0 0 0 3841 0 0", "00 00000000 00000000 0000 0F01 0000 0000");
}

Test(rdata_security, hip, .timeout = 10)
{
    expect_both("HIP", "2 4142 QUFB a. b.", "02 02 0003 4142 414141 016100 016200");
    expect_malformed("HIP", "00 02 0003 414141");
    expect_malformed("HIP", "02 02 0000 4142");
    expect_malformed("HIP", "02 02 0003 4142 4141");
    expect_malformed("HIP", "02 02 00");
    expect_refusal("HIP", "2 \"\" QUFB", 3, "not a tag of 1 to 255 bytes");
    expect_refusal("HIP", "2 4 QUFB", 3, "an odd number of hexadecimal digits");
    expect_refusal("HIP", "2 41 \"\"", 6, "not a key of 1 to 65535 bytes");
    expect_refusal("HIP", "2 41 QUF", 6, "base64 that does not end properly");
    expect_refusal("HIP", "2 41", 5, MISSING);
}

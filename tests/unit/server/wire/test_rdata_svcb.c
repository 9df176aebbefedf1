// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

#include <stdio.h>

/* RFC 9460 appendix D.2 */
Test(rdata_svcb, vectors_of_the_standard, .timeout = 10)
{
    static const char foo_com[] = "03666F6F076578616D706C6503636F6D00";
    static const char foo_org[] = "03666F6F076578616D706C65036F726700";
    static const struct {
        const char *mnemonic;
        const char *text;
        const char *priority;
        const char *target;
        const char *params;
    } cases[] = {
        {"HTTPS", "0 foo.example.com.", "0000", foo_com, ""},
        {"SVCB", "1 .", "0001", "00", ""},
        {"SVCB", "16 foo.example.com. port=53", "0010", foo_com, "000300020035"},
        {"SVCB", "1 foo.example.com. key667=hello", "0001", foo_com, "029B000568656C6C6F"},
        {"SVCB", "1 foo.example.com. key667=\"hello\\210qoo\"", "0001", foo_com,
         "029B000968656C6C6FD2716F6F"},
        {"SVCB", "1 foo.example.com. (ipv6hint=\"2001:db8::1,2001:db8::53:1\")", "0001", foo_com,
         "0006002020010DB800000000000000000000000120010DB8000000000000000000530001"},
        {"SVCB", "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"", "0001",
         "076578616D706C6503636F6D00", "0006001020010DB8012203440000 0000C0000221"},
        {"SVCB", "16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)",
         "0010", foo_org, "0000000400010004 00010009 026832 0568332D3139 00040004C0000201"},
        {"SVCB", "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", "0010", foo_org,
         "0001000C08665C6F6F2C626172026832"},
        {"SVCB", "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2", "0010", foo_org,
         "0001000C08665C6F6F2C626172026832"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char hex[256];
        snprintf(hex, sizeof hex, "%s%s%s", cases[i].priority, cases[i].target, cases[i].params);
        expect_wire(cases[i].mnemonic, cases[i].text, hex);
    }
}

/* RFC 9460 appendix D.3 */
Test(rdata_svcb, failures_of_the_standard, .timeout = 10)
{
    expect_refusal("SVCB", "1 a. (key123=abc key123=def)", 18,
                   "a service parameter key given twice");
    expect_refusal("SVCB", "1 a. mandatory", 6, "not a list of service parameter keys");
    expect_refusal("SVCB", "1 a. alpn", 6, "not a list of protocols of 1 to 255 bytes");
    expect_refusal("SVCB", "1 a. port", 6, "not a port");
    expect_refusal("SVCB", "1 a. ipv4hint", 6, "not a list of IPv4 addresses");
    expect_refusal("SVCB", "1 a. ipv6hint", 6, "not a list of IPv6 addresses");
    expect_refusal("SVCB", "1 a. no-default-alpn=abc", 6, "this key has no value");
    expect_refusal("SVCB", "1 a. mandatory=key123", 6, "mandatory lists a key that is not there");
    expect_refusal("SVCB", "1 a. mandatory=mandatory", 6, "not a value for this key");
    expect_refusal("SVCB", "1 a. mandatory=key123,key123 key123=abc", 6,
                   "not a value for this key");
    expect_refusal("SVCB", "1 a. no-default-alpn", 6, "no-default-alpn without alpn");
}

Test(rdata_svcb, keys_and_values, .timeout = 10)
{
    static const char key[] = "not a service parameter key";
    expect_refusal("SVCB", "1 a. foo=1", 6, key);
    expect_refusal("SVCB", "1 a. key65535=x", 6, key);
    expect_refusal("SVCB", "1 a. key65536=x", 6, key);
    expect_refusal("SVCB", "1 a. key01=x", 6, key);
    expect_refusal("SVCB", "1 a. key=x", 6, key);
    expect_refusal("SVCB", "1 a. =x", 6, key);
    expect_refusal("SVCB", "1 a. \"port=1\"", 6, key);
    expect_refusal("SVCB", "1 a. port= \"1\"", 6, "not a port");
    expect_refusal("SVCB", "1 a. port=65536", 6, "not a port");
    expect_refusal("SVCB", "1 a. port=\"x\"", 11, "not a port");
    expect_refusal("SVCB", "1 a. alpn=,", 6, "not a list of protocols of 1 to 255 bytes");
    expect_refusal("SVCB", "1 a. alpn=\"h2,\"", 11, "not a list of protocols of 1 to 255 bytes");
    expect_refusal("SVCB", "1 a. alpn=\"h2\\\\\"", 11, "a bad escape");
    expect_refusal("SVCB", "1 a. ipv4hint=1.2.3.4,", 6, "not a list of IPv4 addresses");
    expect_refusal("SVCB", "1 a. mandatory=foo", 6, "not a list of service parameter keys");
    expect_refusal("SVCB", "1 a. ech=x", 6, "base64 that does not end properly");
    expect_refusal("SVCB", "1 a. key9=\\256", 6, "a bad escape");
    expect_refusal("SVCB", "1 a. key3=x", 6, "not a value for this key");
    expect_wire("SVCB", "1 . key3=\\000\\053", "0001 00 000300020035");
    expect_wire("SVCB", "1 . KEY667=a ALPN=h2", "0001 00 00010003026832 029B000161");
    expect_print("SVCB", "0001 00 00050003414141 0008 0000 029B0000", "1 . ech=QUFB ohttp key667");
    expect_print("SVCB", "0001 00 0007 000161", "1 . dohpath=\"a\"");
    expect_wire("SVCB", "1 . key9=c key10=d key667=b key8 key668=a",
                "0001 00 00080000 0009000163 000A000164 029B000162 029C000161");
}

Test(rdata_svcb, wire_form, .timeout = 10)
{
    expect_malformed("SVCB", "0001");
    expect_malformed("SVCB", "0001 00 00");
    expect_malformed("SVCB", "0001 00 00030002");
    expect_malformed("SVCB", "0001 00 0003000100");
    expect_malformed("SVCB", "0001 00 0003000200350003000200 35");
    expect_malformed("SVCB", "0001 00 000400040102030400030002 0035");
    expect_malformed("SVCB", "0001 00 00000000");
    expect_malformed("SVCB", "0001 00 0000000100");
    expect_malformed("SVCB", "0001 00 00000002 0000");
    expect_malformed("SVCB", "0001 00 00000004 00030003");
    expect_malformed("SVCB", "0001 00 00010000");
    expect_malformed("SVCB", "0001 00 00010001 00");
    expect_malformed("SVCB", "0001 00 00010002 0241");
    expect_malformed("SVCB", "0001 00 00020001 00");
    expect_malformed("SVCB", "0001 00 00040000");
    expect_malformed("SVCB", "0001 00 00040003 010203");
    expect_malformed("SVCB", "0001 00 00060004 01020304");
    expect_malformed("SVCB", "0001 00 FFFF0000");
    /* What contradicts itself is passed on, in the form that can say it. */
    expect_print("SVCB", "0001 00 00020000", "\\# 7 00010000020000");
    expect_print("SVCB", "0001 00 000000020003", "\\# 9 000100000000020003");
}

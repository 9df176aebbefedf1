// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_telecom, nsap, .timeout = 10)
{
    /* RFC 1706 section 5 */
    expect_wire("NSAP", "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00",
                "47000580005A0000000001E133FFFFFF00016100");
    expect_both("NSAP", "0x00", "00");
    expect_malformed("NSAP", "");
    static const char form[] = "not an NSAP address: 0x and hexadecimal";
    expect_refusal("NSAP", "47", 1, form);
    expect_refusal("NSAP", "0x", 1, form);
    expect_refusal("NSAP", "0x...", 1, "empty data");
    expect_refusal("NSAP", "0x0", 1, "an odd number of hexadecimal digits");
    expect_refusal("NSAP", "0x0.0", 1, "not a hexadecimal digit");
    expect_refusal("NSAP", "0xzz", 1, "not a hexadecimal digit");
}

Test(rdata_telecom, atma, .timeout = 10)
{
    expect_both("ATMA", "47009181", "00 47009181");
    expect_wire("ATMA", "47.0091.81", "00 47009181");
    expect_both("ATMA", "+61200000000", "01 3631323030303030303030");
    expect_wire("ATMA", "+61.2", "01 363132");
    expect_print("ATMA", "02 AA", "\\# 2 02AA");
    expect_malformed("ATMA", "");
    expect_malformed("ATMA", "00");
    expect_malformed("ATMA", "01 41");
    expect_refusal("ATMA", "+", 1, "empty data");
    expect_refusal("ATMA", "+6a", 1, "not a telephone number");
    expect_refusal("ATMA", "4", 1, "an odd number of hexadecimal digits");
}

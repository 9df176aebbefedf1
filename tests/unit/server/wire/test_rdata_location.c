// SPDX-License-Identifier: Apache-2.0
#include "rdata_testing.h"

Test(rdata_location, examples_of_the_standard, .timeout = 10)
{
    /* RFC 1876 section 4, appendix A */
    expect_wire("LOC", "42 21 54 N 71 06 18 W -24m 30m", "00 33 16 13 89172DD0 70BE15F0 00988D20");
    expect_print("LOC", "00 25 16 13 8916CB3C 70C310DF 00988550",
                 "42 21 28.764 N 71 0 51.617 W -44.00m 2000m 10000m 10m");
    expect_wire("LOC", "0 S 0 E 0",
                "00"
                "121613 80000000 80000000 00989680");
}

Test(rdata_location, limits, .timeout = 10)
{
    expect_both("LOC", "90 0 0.000 N 180 0 0.000 E 42849672.95m 90000000m 0.09m 0.90m",
                "00 99 90 91 934FD900 A69FB200 FFFFFFFF");
    expect_both("LOC", "90 0 0.000 S 180 0 0.000 W -100000.00m 0.00m 0.00m 0.00m",
                "00 00 00 00 6CB02700 59604E00 00000000");
    static const char arc[] = "not degrees, minutes, seconds and a direction within the globe";
    expect_refusal("LOC", "90 0 0.001 N 0 E 0", 1, "an arc beyond the globe");
    expect_refusal("LOC", "91 N 0 E 0", 1, "an arc beyond the globe");
    expect_refusal("LOC", "181 N 0 E 0", 1, arc);
    expect_refusal("LOC", "0 N 180 0 0.001 E 0", 5, "an arc beyond the globe");
    expect_refusal("LOC", "1 60 N 0 E 0", 3, arc);
    expect_refusal("LOC", "1 1 60 N 0 E 0", 5, arc);
    expect_refusal("LOC", "1 1 1.0001 N 0 E 0", 5, arc);
    expect_refusal("LOC", "1 1 1. N 0 E 0", 5, arc);
    expect_refusal("LOC", "1 1 1 1 N 0 E 0", 7, arc);
    expect_refusal("LOC", "1 E 0 E 0", 3, arc);
    expect_refusal("LOC", "N 0 E 0", 1, arc);
    expect_refusal("LOC", "1 N 1", 6, MISSING);
    static const char altitude[] = "not an altitude in metres from -100000.00 to 42849672.95";
    expect_refusal("LOC", "1 N 1 E -100000.01", 9, altitude);
    expect_refusal("LOC", "1 N 1 E 42849672.96m", 9, altitude);
    expect_refusal("LOC", "1 N 1 E 1.234", 9, altitude);
    expect_refusal("LOC", "1 N 1 E m", 9, altitude);
    expect_refusal("LOC", "1 N 1 E --1", 9, altitude);
    expect_refusal("LOC", "1 N 1 E 0 90000000.01", 11,
                   "not a size in metres from 0.00 to 90000000.00");
    expect_refusal("LOC", "1 N 1 E 0 1 1 1 1", 17, EXTRA);
}

Test(rdata_location, wire_form, .timeout = 10)
{
    expect_prefixes_malformed("LOC", "00 12 16 13 80000000 80000000 00000000");
    expect_malformed("LOC", "00 A2 16 13 80000000 80000000 00000000");
    expect_malformed("LOC", "00 12 1A 13 80000000 80000000 00000000");
    expect_malformed("LOC", "00 12 16 13 934FD901 80000000 00000000");
    expect_malformed("LOC", "00 12 16 13 80000000 59604DFF 00000000");
    expect_malformed("LOC", "00 12 16 13 80000000 80000000 00000000 00");
    expect_print("LOC", "01 AB", "\\# 2 01AB");
    expect_print("LOC", "00 01 16 13 80000000 80000000 00000000",
                 "\\# 16 00011613800000008000000000000000");
}

// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl_text.h"

#include "tests/unit/server/plimsollctl/ctl_fixture.h"

static char text[CTL_TEXT_BYTES];

Test(ctl_text, sizes, .timeout = 10)
{
    cr_assert_str_eq(ctl_size_text(0, text), "0 B");
    cr_assert_str_eq(ctl_size_text(65536, text), "64 KiB");
    cr_assert_str_eq(ctl_size_text(3 << 19, text), "1.5 MiB");
    cr_assert_lt(strlen(ctl_size_text(UINT64_MAX, text)), CTL_TEXT_BYTES);
}

Test(ctl_text, durations, .timeout = 10)
{
    cr_assert_str_eq(ctl_duration_text(0, text), "0 s");
    cr_assert_str_eq(ctl_duration_text(59, text), "59 s");
    cr_assert_str_eq(ctl_duration_text(60, text), "1 min 0 s");
    cr_assert_str_eq(ctl_duration_text(3599, text), "59 min 59 s");
    cr_assert_str_eq(ctl_duration_text(3600, text), "1 h 0 min");
    cr_assert_str_eq(ctl_duration_text(86399, text), "23 h 59 min");
    cr_assert_str_eq(ctl_duration_text(86400, text), "1 d 0 h");
    cr_assert_lt(strlen(ctl_duration_text(UINT64_MAX, text)), CTL_TEXT_BYTES);
}

Test(ctl_text, times, .timeout = 10)
{
    cr_assert_str_eq(ctl_time_text(0, text), "never");
    cr_assert_str_eq(ctl_time_text(1, text), "1970-01-01 00:00:01 UTC");
    cr_assert_str_eq(ctl_time_text(UINT64_MAX >> 1, text), "-");
}

Test(ctl_text, members, .timeout = 10)
{
    json_t *object = json_pack("{s:s,s:s,s:i,s:i}", "a", "x", "b", "", "c", 7, "d", -7);
    cr_assert_str_eq(ctl_member_text(object, "a"), "x");
    cr_assert_str_eq(ctl_member_text(object, "b"), "-");
    cr_assert_str_eq(ctl_member_text(object, "c"), "-");
    cr_assert_str_eq(ctl_member_text(NULL, "a"), "-");
    cr_assert_eq(ctl_member_number(object, "c"), 7);
    cr_assert_eq(ctl_member_number(object, "d"), 0);
    cr_assert_eq(ctl_member_number(object, "a"), 0);
    cr_assert_eq(ctl_member_number(NULL, "a"), 0);
    json_decref(object);
}

Test(ctl_text, colours_and_control_characters, .timeout = 10)
{
    struct ctl_paper paper;
    ctl_paper_open(&paper);
    struct ctl_printer printer = {.out = paper.file};
    ctl_put(&printer, CTL_BAD, 5, "a\033b");
    ctl_put(&printer, CTL_BAD, 2, "long");
    cr_assert_str_eq(ctl_paper_text(&paper), "a?b  long");
    printer.colour = true;
    ctl_put(&printer, CTL_GOOD, 0, "ok");
    ctl_put(&printer, CTL_PLAIN, 0, "\xc3\xa4\x7f");
    cr_assert_str_eq(ctl_paper_text(&paper), "a?b  long\033[32mok\033[0m\xc3\xa4?");
    ctl_paper_close(&paper);
    ctl_paper_open(&paper);
    printer = (struct ctl_printer){.out = paper.file};
    ctl_put_label(&printer, "version");
    cr_assert_str_eq(ctl_paper_text(&paper), "version      ");
    ctl_paper_close(&paper);
}

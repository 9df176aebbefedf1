// SPDX-License-Identifier: Apache-2.0
#include "alloc/budget.h"

#include <criterion/criterion.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static struct budget budget;
static char printed[16384];

static void add(enum account account, size_t bytes, const char *holder)
{
    cr_assert_eq(budget_add(&budget, account, bytes, holder, "%s", ""), OK);
}

static const char *print(void)
{
    memset(printed, 0, sizeof(printed));
    FILE *out = fmemopen(printed, sizeof(printed) - 1, "w");
    cr_assert_not_null(out);
    budget_print(&budget, out);
    fclose(out);
    return printed;
}

static void assert_order(const char *text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(text, parts[i]);
        cr_assert_not_null(found, "\"%s\" is missing or out of order in\n%s", parts[i], printed);
        text = found + strlen(parts[i]);
    }
}

Test(budget, an_empty_sheet_fits_nothing_into_nothing, .timeout = 10)
{
    budget_init(&budget, 0);
    cr_assert_eq(budget_total(&budget), 0);
    cr_assert_eq(budget_left(&budget), 0);
    cr_assert_eq(budget_check(&budget), OK);
    add(ACCOUNT_CACHE, 1, "cache");
    cr_assert_eq(budget_check(&budget), REFUSED_MEMORY);
}

Test(budget, the_last_byte_fits_and_one_more_does_not, .timeout = 10)
{
    budget_init(&budget, 100);
    add(ACCOUNT_CACHE, 60, "cache");
    add(ACCOUNT_ZONES, 39, "zones");
    cr_assert_eq(budget_left(&budget), 1);
    add(ACCOUNT_CACHE, 1, "more");
    cr_assert_eq(budget_check(&budget), OK);
    cr_assert_eq(budget_left(&budget), 0);
    cr_assert_eq(budget_account_total(&budget, ACCOUNT_CACHE), 61);
    cr_assert_eq(budget_account_total(&budget, ACCOUNT_ZONES), 39);
    cr_assert_eq(budget_account_total(&budget, ACCOUNT_STORE), 0);
    add(ACCOUNT_STORE, 1, "log");
    cr_assert_eq(budget_check(&budget), REFUSED_MEMORY);
    cr_assert_eq(budget_left(&budget), 0);
}

Test(budget, sums_saturate_and_never_fit, .timeout = 10)
{
    budget_init(&budget, SIZE_MAX - 1);
    add(ACCOUNT_ZONES, SIZE_MAX - 1, "zones");
    cr_assert_eq(budget_check(&budget), OK);
    add(ACCOUNT_ZONES, SIZE_MAX - 1, "zones");
    cr_assert_eq(budget_total(&budget), SIZE_MAX);
    cr_assert_eq(budget_account_total(&budget, ACCOUNT_ZONES), SIZE_MAX);
    cr_assert_eq(budget_check(&budget), REFUSED_MEMORY);
}

Test(budget, a_full_sheet_refuses_the_line, .timeout = 10)
{
    budget_init(&budget, 1000);
    for (unsigned i = 0; i < BUDGET_LINES_MAX; i++) {
        add(ACCOUNT_ZONES, 1, "zones");
    }
    cr_assert_eq(budget_add(&budget, ACCOUNT_ZONES, 1, "one more", "%s", ""), REFUSED_LIMIT);
    cr_assert_eq(budget_total(&budget), BUDGET_LINES_MAX);
}

Test(budget, long_texts_are_cut, .timeout = 10)
{
    char text[200];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    budget_init(&budget, 1000);
    cr_assert_eq(budget_add(&budget, ACCOUNT_ZONES, 1, text, "%s", text), OK);
    cr_assert_eq(strlen(budget.lines[0].holder), sizeof(budget.lines[0].holder) - 1);
    cr_assert_eq(strlen(budget.lines[0].reason), sizeof(budget.lines[0].reason) - 1);
}

Test(budget, becomes_the_ledgers_limits, .timeout = 10)
{
    budget_init(&budget, 1000);
    add(ACCOUNT_ZONES, 100, "zones");
    add(ACCOUNT_CACHE, 20, "cache");
    add(ACCOUNT_ZONES, 11, "more zones");
    budget_apply(&budget);
    cr_assert_eq(ledger_read(ACCOUNT_ZONES).limit_bytes, 111);
    cr_assert_eq(ledger_read(ACCOUNT_CACHE).limit_bytes, 20);
    cr_assert_eq(ledger_read(ACCOUNT_STORE).limit_bytes, 0);
}

Test(budget, prints_accounts_sums_and_what_is_left, .timeout = 10)
{
    budget_init(&budget, 256 * MIB);
    add(ACCOUNT_ZONES, 100 * MIB, "zones");
    cr_assert_eq(budget_add(&budget, ACCOUNT_NETWORK, MIB, "udp batches", "%d workers x %s", 2,
                            "128 messages x 4 KiB"),
                 OK);
    add(ACCOUNT_NETWORK, MIB / 2, "tcp slots");
    static const char *const parts[] = {
        "network",   "1.5 MiB", "udp batches", "1 MiB",     "2 workers x 128 messages x 4 KiB",
        "tcp slots", "512 KiB", "zones",       "total",     "101.5 MiB",
        "load line", "256 MiB", "left",        "154.5 MiB",
    };
    assert_order(print(), parts, sizeof(parts) / sizeof(parts[0]));
    cr_assert_null(strstr(printed, "does not fit"));
    cr_assert_null(strstr(printed, "cache"), "accounts without a line are left out");
}

Test(budget, a_sheet_that_does_not_fit_names_the_largest_lines, .timeout = 10)
{
    budget_init(&budget, 10 * MIB);
    add(ACCOUNT_STORE, 2 * MIB, "page caches");
    add(ACCOUNT_ZONES, 5 * MIB, "zones");
    add(ACCOUNT_CACHE, 4 * MIB, "cache region");
    add(ACCOUNT_LIBRARIES, 4 * MIB, "libraries");
    add(ACCOUNT_NETWORK, 1, "a byte");
    static const char *const parts[] = {
        "missing",
        "5.0 MiB",
        "does not fit",
        "5.0 MiB above the line of 10 MiB",
        "zones: zones",
        "cache: cache region",
        "libraries: libraries",
        "limits.memory",
    };
    assert_order(print(), parts, sizeof(parts) / sizeof(parts[0]));
    cr_assert_null(strstr(printed, "store: page caches"), "three lines are named");
}

Test(budget, fewer_than_three_lines_can_be_too_many_bytes, .timeout = 10)
{
    budget_init(&budget, 1);
    add(ACCOUNT_STORE, 2, "log");
    static const char *const parts[] = {"does not fit: the sum is 1 B above the line of 1 B",
                                        "store: log"};
    assert_order(print(), parts, 2);
}

Test(budget, sizes_read_like_sizes, .timeout = 10)
{
    static const struct {
        size_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {1025, "1.0 KiB"},
        {1536, "1.5 KiB"},
        {65536, "64 KiB"},
        {MIB - 1, "1.0 MiB"},
        {MIB, "1 MiB"},
        {MIB + MIB / 2, "1.5 MiB"},
        {(size_t)3 << 30, "3 GiB"},
        {((size_t)1 << 40) - 1, "1.0 TiB"},
        {(size_t)5 << 60, "5 EiB"},
        {SIZE_MAX, "16.0 EiB"},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[24];
        cr_assert_eq(budget_size_text(sizes[i].bytes, text), text);
        cr_assert_str_eq(text, sizes[i].text);
    }
}

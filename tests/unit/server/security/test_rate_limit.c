// SPDX-License-Identifier: Apache-2.0
#include "server/security/rate_limit.h"

#include "alloc/fault.h"
#include "alloc/ledger.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW UINT64_C(5000000)

static struct rate_limit *limit;
static struct rate_limit_options options = {.rate = 10, .slip = 0, .prefix4 = 24, .prefix6 = 56};

static void start(void)
{
    ledger_limit_set(ACCOUNT_NETWORK, SIZE_MAX);
    cr_assert_eq(rate_limit_create((const uint8_t *)"sixteen bytes..", &limit), OK);
}

static void end(void)
{
    rate_limit_destroy(limit);
}

TestSuite(rate_limit, .init = start, .fini = end, .timeout = 30);

static enum rate_verdict take(const char *client, uint64_t now_ms)
{
    struct address address;
    cr_assert_eq(address_parse(client, 53, &address), OK);
    return rate_limit_take(limit, &options, &address, now_ms);
}

/* How many of `tries` pass at one moment. */
static unsigned passed(const char *client, uint64_t now_ms, unsigned tries)
{
    unsigned count = 0;
    for (unsigned i = 0; i < tries; i++) {
        count += take(client, now_ms) == RATE_PASS;
    }
    return count;
}

Test(rate_limit, a_bucket_holds_one_seconds_answers)
{
    cr_expect_eq(passed("192.0.2.1", NOW, 100), 10);
    cr_expect_eq(passed("192.0.2.1", NOW + 99, 100), 0);
    cr_expect_eq(passed("192.0.2.1", NOW + 100, 100), 1);
    cr_expect_eq(passed("192.0.2.1", NOW + 350, 100), 2);
    cr_expect_eq(passed("192.0.2.1", NOW + 400, 100), 1, "half a token was not lost");
    cr_expect_eq(passed("192.0.2.1", NOW + 999999, 100), 10);
}

Test(rate_limit, rate_zero_lets_everything_pass)
{
    options.rate = 0;
    cr_expect_eq(passed("192.0.2.1", NOW, 1000), 1000);
}

Test(rate_limit, the_smallest_and_the_largest_rate)
{
    options.rate = 1;
    cr_expect_eq(passed("192.0.2.1", NOW, 10), 1);
    cr_expect_eq(passed("192.0.2.1", NOW + 999, 10), 0);
    cr_expect_eq(passed("192.0.2.1", NOW + 1000, 10), 1);
    options.rate = RATE_LIMIT_RATE_MAX;
    cr_expect_eq(passed("198.51.100.1", NOW, RATE_LIMIT_RATE_MAX + 5), RATE_LIMIT_RATE_MAX);
    cr_expect_eq(passed("198.51.100.1", NOW + 1, 2000), 1000);
}

Test(rate_limit, a_lower_rate_holds_at_once)
{
    options.rate = 100;
    cr_expect_eq(passed("192.0.2.1", NOW, 1), 1);
    options.rate = 5;
    cr_expect_eq(passed("192.0.2.1", NOW, 100), 5);
}

Test(rate_limit, clients_are_prefixes)
{
    cr_expect_eq(passed("192.0.2.1", NOW, 6), 6);
    cr_expect_eq(passed("192.0.2.255", NOW, 6), 4);
    cr_expect_eq(passed("192.0.3.0", NOW, 6), 6);
    cr_expect_eq(passed("2001:db8::1", NOW, 10), 10);
    cr_expect_eq(passed("2001:db8:0:ff:ffff::", NOW, 1), 0);
    cr_expect_eq(passed("2001:db8:0:100::", NOW, 1), 1);
    struct address mapped = {.family = ADDRESS_V6,
                             .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9}};
    cr_expect_eq(rate_limit_take(limit, &options, &mapped, NOW), RATE_DROP,
                 "a mapped address is its IPv4 client");
}

Test(rate_limit, every_nth_slips)
{
    options.slip = 3;
    cr_expect_eq(passed("192.0.2.1", NOW, 10), 10);
    unsigned slipped = 0;
    for (unsigned i = 0; i < 30; i++) {
        enum rate_verdict verdict = take("192.0.2.1", NOW);
        cr_expect_neq(verdict, RATE_PASS);
        slipped += verdict == RATE_SLIP;
    }
    cr_expect_eq(slipped, 10);
    options.slip = 1;
    cr_expect_eq(take("192.0.2.1", NOW), RATE_SLIP);
    options.slip = 0;
    cr_expect_eq(take("192.0.2.1", NOW), RATE_DROP);
}

Test(rate_limit, a_clock_that_stands_or_goes_back_gives_nothing)
{
    cr_expect_eq(passed("192.0.2.1", NOW, 10), 10);
    cr_expect_eq(passed("192.0.2.1", NOW - 5000, 10), 0);
    cr_expect_eq(passed("192.0.2.1", NOW + 100, 10), 1);
}

/* A flood of prefixes makes it forget, and never limits who is new. */
Test(rate_limit, new_clients_pass_when_the_table_is_full)
{
    for (uint32_t i = 0; i < 4 * RATE_LIMIT_PLACES; i++) {
        struct address address = {.family = ADDRESS_V4,
                                  .bytes = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1}};
        cr_assert_eq(rate_limit_take(limit, &options, &address, NOW + i / 1000), RATE_PASS);
    }
}

Test(rate_limit, memory_that_is_refused_is_a_result)
{
    rate_limit_destroy(limit);
    limit = NULL;
    uint64_t before = ledger_read(ACCOUNT_NETWORK).used_bytes;
    ledger_limit_set(ACCOUNT_NETWORK, before + 4096);
    cr_expect_eq(rate_limit_create((const uint8_t *)"sixteen bytes..", &limit), REFUSED_MEMORY);
    cr_expect_null(limit);
    cr_expect_eq(ledger_read(ACCOUNT_NETWORK).used_bytes, before);
    rate_limit_destroy(NULL);
}

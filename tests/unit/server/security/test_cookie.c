// SPDX-License-Identifier: Apache-2.0
#include "server/security/cookie.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* RFC 9018 appendix A. */
struct sample {
    const char *secret;
    const char *client;
    const char *address;
    uint32_t seconds;
    const char *cookie;
};

static const struct sample samples[] = {
    {"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100", 1559731985,
     "2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
    {"e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100", 1559734385,
     "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"},
    {"e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86", "203.0.113.203", 1559734700,
     "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"},
    {"445536bcd2513298075a5d379663c962", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8",
     1559741961, "22681ab97d52c298010000005cf7c609a6bb79d16625507a"},
};

static size_t bytes_of(const char *text, uint8_t *bytes)
{
    size_t size = strlen(text) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        cr_assert_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    return size;
}

static struct address address_of(const char *text)
{
    struct address address;
    cr_assert_eq(address_parse(text, 53, &address), OK);
    return address;
}

static uint8_t secret[COOKIE_SECRET_BYTES];
static uint8_t cookie[64];
static struct address client;

/* The first sample's cookie, with its secret and client. */
static void take_first(void)
{
    bytes_of(samples[0].secret, secret);
    bytes_of(samples[0].cookie, cookie);
    client = address_of(samples[0].address);
}

static bool check_at(uint32_t seconds)
{
    return cookie_check(secret, cookie, COOKIE_BYTES, &client, seconds);
}

Test(cookie, the_samples_of_the_standard, .timeout = 10)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint8_t made[COOKIE_BYTES];
        uint8_t wanted[COOKIE_BYTES];
        uint8_t part[COOKIE_CLIENT_BYTES];
        bytes_of(samples[i].secret, secret);
        bytes_of(samples[i].client, part);
        cr_assert_eq(bytes_of(samples[i].cookie, wanted), COOKIE_BYTES);
        client = address_of(samples[i].address);
        cookie_make(secret, part, &client, samples[i].seconds, made);
        cr_expect_arr_eq(made, wanted, COOKIE_BYTES, "%zu", i);
        cr_expect(cookie_check(secret, made, COOKIE_BYTES, &client, samples[i].seconds));
    }
}

/* RFC 9018 section 4.2: reserved bytes are hashed as they came. */
Test(cookie, reserved_bytes_of_another_server_are_accepted, .timeout = 10)
{
    bytes_of(samples[2].secret, secret);
    cr_assert_eq(bytes_of("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", cookie), 24);
    client = address_of("203.0.113.203");
    cr_expect(check_at(0x5cf78f71));
}

Test(cookie, age_at_its_edges, .timeout = 10)
{
    take_first();
    uint32_t made = samples[0].seconds;
    cr_expect(check_at(made));
    cr_expect(check_at(made + COOKIE_AGE_MAX));
    cr_expect_not(check_at(made + COOKIE_AGE_MAX + 1));
    cr_expect(check_at(made - COOKIE_AHEAD_MAX));
    cr_expect_not(check_at(made - COOKIE_AHEAD_MAX - 1));
    cr_expect_not(check_at(made + 0x80000000u));
}

Test(cookie, the_clock_may_wrap, .timeout = 10)
{
    take_first();
    uint8_t made[COOKIE_BYTES];
    cookie_make(secret, cookie, &client, UINT32_MAX - 10, made);
    cr_expect(cookie_check(secret, made, COOKIE_BYTES, &client, 20));
    cr_expect_not(cookie_check(secret, made, COOKIE_BYTES, &client, 20 + COOKIE_AGE_MAX));
}

Test(cookie, every_bit_counts, .timeout = 10)
{
    take_first();
    for (unsigned bit = 0; bit < COOKIE_BYTES * 8; bit++) {
        cookie[bit / 8] ^= (uint8_t)(1u << bit % 8);
        /* Not even the timestamp may change, whatever the clock says. */
        uint32_t stamp = (uint32_t)cookie[12] << 24 | (uint32_t)cookie[13] << 16 |
                         (uint32_t)cookie[14] << 8 | cookie[15];
        cr_expect_not(check_at(stamp), "bit %u", bit);
        cookie[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    secret[7] ^= 1;
    cr_expect_not(check_at(samples[0].seconds));
    secret[7] ^= 1;
    client.bytes[3] ^= 1;
    cr_expect_not(check_at(samples[0].seconds));
    client.bytes[3] ^= 1;
    client.port++;
    cr_expect(check_at(samples[0].seconds), "a client may change its port");
}

Test(cookie, other_sizes_are_not_ours, .timeout = 10)
{
    take_first();
    for (size_t size = 0; size <= 40; size++) {
        cr_expect_eq(cookie_check(secret, cookie, size, &client, samples[0].seconds),
                     size == COOKIE_BYTES);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "server/base/digest.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void must_be(const uint8_t *digest, const char *hex)
{
    char text[2 * DIGEST_SHA1_BYTES + 1];
    for (unsigned i = 0; i < DIGEST_SHA1_BYTES; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    cr_assert_str_eq(text, hex);
}

/* Values from FIPS 180-4's examples, and from coreutils for the edges of blocks. */
Test(digest, sha1_of_known_texts, .timeout = 10)
{
    uint8_t digest[DIGEST_SHA1_BYTES];
    digest_sha1("", 0, digest);
    must_be(digest, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    digest_sha1("abc", 3, digest);
    must_be(digest, "a9993e364706816aba3e25717850c26c9cd0d89d");
    digest_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
    must_be(digest, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

Test(digest, sha1_at_the_edges_of_blocks, .timeout = 10)
{
    static const struct {
        size_t size;
        const char *hex;
    } cases[] = {
        {1, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"},
        {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
        {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
        {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"},
        {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
        {65, "11655326c708d70319be2610e8a57d9a5b959d3b"},
        {119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"},
        {120, "f34c1488385346a55709ba056ddd08280dd4c6d6"},
        {128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0"},
        {1000, "291e9a6c66994949b57ba5e650361e98fc36b1ba"},
    };
    uint8_t bytes[1000];
    uint8_t digest[DIGEST_SHA1_BYTES];
    memset(bytes, 'a', sizeof bytes);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        digest_sha1(bytes, cases[i].size, digest);
        must_be(digest, cases[i].hex);
    }
}

/* RFC 5155 appendix A: H(example) = 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom. */
Test(digest, nsec3_of_the_rfc_and_without_salt_or_iterations, .timeout = 10)
{
    static const uint8_t salt[] = {0xaa, 0xbb, 0xcc, 0xdd};
    static const uint8_t name[] = "\7example";
    struct digest_nsec3 parameters = {.salt = salt, .salt_size = 4, .iterations = 12};
    uint8_t digest[DIGEST_SHA1_BYTES];
    digest_nsec3(&parameters, name, sizeof name, digest);
    must_be(digest, "065368abeed7ec6e9feba96b8c8bc3e8b791f716");
    parameters = (struct digest_nsec3){0};
    digest_nsec3(&parameters, name, sizeof name, digest);
    must_be(digest, "1db8efa7dcb348bda7893fca1d8badfdb6996b01");
    uint8_t long_name[255];
    uint8_t long_salt[DIGEST_NSEC3_SALT_MAX];
    memset(long_name, 'x', sizeof long_name);
    memset(long_salt, 's', sizeof long_salt);
    parameters = (struct digest_nsec3){.salt = long_salt, .salt_size = 255, .iterations = 1};
    digest_nsec3(&parameters, long_name, sizeof long_name, digest);
    must_be(digest, "ca850d22cb48b86459ef948476d49742b96cb6be");
}

// SPDX-License-Identifier: Apache-2.0
/* Plain fields in wire form. */
#include "server/wire/rdata_kinds.h"

void check_u8(struct reader *rdata)
{
    (void)reader_bytes(rdata, 1);
}

void check_u16(struct reader *rdata)
{
    (void)reader_bytes(rdata, 2);
}

void check_u32(struct reader *rdata)
{
    (void)reader_bytes(rdata, 4);
}

void check_u48(struct reader *rdata)
{
    (void)reader_bytes(rdata, 6);
}

void check_u64(struct reader *rdata)
{
    (void)reader_bytes(rdata, 8);
}

void check_16_bytes(struct reader *rdata)
{
    (void)reader_bytes(rdata, 16);
}

void check_name(struct reader *rdata)
{
    (void)name_in_place(rdata);
}

/* A6 has a name exactly when its prefix is not empty (RFC 2874 section 3.1); the prefix length is
 * the first byte, and the suffix that follows has as many bytes as it leaves over. */
void check_name_optional(struct reader *rdata)
{
    if (reader_left(rdata) != 0) {
        check_name(rdata);
    }
}

void check_names_rest(struct reader *rdata)
{
    while (reader_left(rdata) != 0) {
        check_name(rdata);
    }
}

void check_string(struct reader *rdata)
{
    (void)reader_bytes(rdata, reader_u8(rdata));
}

void check_string_optional(struct reader *rdata)
{
    if (reader_left(rdata) != 0) {
        check_string(rdata);
    }
}

void check_strings_rest(struct reader *rdata)
{
    do {
        check_string(rdata);
    } while (reader_left(rdata) != 0);
}

void check_digits(struct reader *rdata)
{
    size_t size = reader_u8(rdata);
    const uint8_t *digits = reader_bytes(rdata, size);
    if (digits == NULL || size < 4) { /* RFC 1183 section 3.1: a country code of four digits */
        reader_fail(rdata);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            reader_fail(rdata);
        }
    }
}

void check_tag(struct reader *rdata)
{
    size_t size = reader_u8(rdata);
    const uint8_t *tag = reader_bytes(rdata, size);
    if (tag == NULL || size == 0) {
        reader_fail(rdata);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t lower = name_lower_byte[tag[i]];
        if ((lower < '0' || lower > '9') && (lower < 'a' || lower > 'z')) {
            reader_fail(rdata); /* RFC 8659 section 4.1 */
        }
    }
}

void check_rest(struct reader *rdata)
{
    (void)reader_bytes(rdata, reader_left(rdata));
}

void check_rest_some(struct reader *rdata)
{
    if (reader_left(rdata) == 0) {
        reader_fail(rdata);
        return;
    }
    check_rest(rdata);
}

/* The rest must have `size` bytes; 0: one at least. */
static void check_rest_sized(struct reader *rdata, size_t size)
{
    if (size != 0 && reader_left(rdata) != size) {
        reader_fail(rdata);
        return;
    }
    check_rest_some(rdata);
}

/* The byte in front of the reader's place; the fields before have been read, so it is there. */
static uint8_t byte_before(const struct reader *rdata)
{
    return rdata->failed || rdata->at == 0 ? 0 : rdata->base[rdata->at - 1];
}

void check_digest(struct reader *rdata)
{
    /* SHA-1, SHA-256, GOST R 34.11-94, SHA-384: RFC 3658, 4509, 5933, 6605 */
    static const uint8_t sizes[] = {0, 20, 32, 32, 48};
    uint8_t type = byte_before(rdata);
    check_rest_sized(rdata, type < sizeof sizes ? sizes[type] : 0);
}

void check_fingerprint(struct reader *rdata)
{
    static const uint8_t sizes[] = {0, 20, 32}; /* SHA-1, SHA-256: RFC 4255, 6594 */
    uint8_t type = byte_before(rdata);
    check_rest_sized(rdata, type < sizeof sizes ? sizes[type] : 0);
}

void check_zone_digest(struct reader *rdata)
{
    static const uint8_t sizes[] = {0, 48, 64}; /* SHA-384, SHA-512: RFC 8976 section 5.3 */
    uint8_t type = byte_before(rdata);
    if (reader_left(rdata) < 12) { /* RFC 8976 section 2.2.4 */
        reader_fail(rdata);
        return;
    }
    check_rest_sized(rdata, type < sizeof sizes ? sizes[type] : 0);
}

void check_counted8_some(struct reader *rdata)
{
    size_t size = reader_u8(rdata);
    if (size == 0) {
        reader_fail(rdata);
        return;
    }
    (void)reader_bytes(rdata, size);
}

void check_counted16(struct reader *rdata)
{
    (void)reader_bytes(rdata, reader_u16(rdata));
}

void check_key(struct reader *rdata)
{
    /* RFC 2535 section 3.1.2: both of the first two flags mean that there is no key. Flags,
     * protocol and algorithm stand in front. */
    if (rdata->failed || rdata->at < 4) {
        reader_fail(rdata);
        return;
    }
    if ((rdata->base[rdata->at - 4] & 0xc0) == 0xc0) {
        check_rest(rdata);
    } else {
        check_rest_some(rdata);
    }
}

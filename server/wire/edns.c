// SPDX-License-Identifier: Apache-2.0
#include "server/wire/edns.h"

#include "server/wire/rrtype.h"

#define EDNS_DO 0x8000u /* RFC 6891 section 6.1.4 */

static bool is_cookie_size(unsigned size)
{
    return size == EDNS_COOKIE_CLIENT || (size >= EDNS_COOKIE_MIN && size <= EDNS_COOKIE_MAX);
}

/* One option; false when it is malformed. */
static bool read_option(struct edns *edns, unsigned code, const uint8_t *data, unsigned size)
{
    switch (code) {
    case EDNS_OPTION_COOKIE:
        if (!is_cookie_size(size)) {
            return false;
        }
        if (edns->cookie_size == 0) {
            edns->cookie = data;
            edns->cookie_size = (uint8_t)size;
        }
        return true;
    case EDNS_OPTION_NSID:
        edns->nsid = true;
        return true;
    case EDNS_OPTION_KEEPALIVE:
        if (size != 0 && size != 2) {
            return false;
        }
        if (!edns->keepalive && size == 2) {
            edns->keepalive_timeout = (uint16_t)((unsigned)data[0] << 8 | data[1]);
        }
        edns->keepalive = true;
        return true;
    case EDNS_OPTION_PADDING:
        edns->padding = true;
        return true;
    case EDNS_OPTION_EXPIRE:
        edns->expire = true;
        return true;
    case EDNS_OPTION_EDE:
        if (size < 2) {
            return false;
        }
        if (!edns->ede) {
            edns->ede = true;
            edns->ede_code = (uint16_t)((unsigned)data[0] << 8 | data[1]);
            edns->ede_text = data + 2;
            edns->ede_text_size = (uint16_t)(size - 2);
        }
        return true;
    default:
        return true;
    }
}

static bool read_options(struct edns *edns, struct reader options)
{
    for (unsigned count = 0; reader_left(&options) != 0; count++) {
        unsigned code = reader_u16(&options);
        unsigned size = reader_u16(&options);
        const uint8_t *data = reader_bytes(&options, size);
        if (data == NULL || count == EDNS_OPTIONS_MAX || !read_option(edns, code, data, size)) {
            return false;
        }
    }
    return true;
}

enum result edns_read(struct reader *message, struct edns *ret_edns)
{
    struct edns edns = {.present = true};
    unsigned udp_size = reader_u16(message);
    edns.rcode_high = reader_u8(message);
    edns.version = reader_u8(message);
    edns.dnssec_ok = (reader_u16(message) & EDNS_DO) != 0;
    size_t size = reader_u16(message);
    const uint8_t *data = reader_bytes(message, size);
    if (data == NULL) {
        return ERROR_SYNTAX;
    }
    edns.udp_size = (uint16_t)(udp_size < EDNS_UDP_BYTES_MIN ? EDNS_UDP_BYTES_MIN : udp_size);
    if (size != 0 && edns.version == 0 && !read_options(&edns, reader_over(data, size))) {
        return ERROR_SYNTAX;
    }
    *ret_edns = edns;
    return OK;
}

void edns_reply_ede(struct edns_reply *reply, uint16_t code, const char *text)
{
    for (unsigned i = 0; i < reply->ede_count; i++) {
        if (reply->ede[i].code == code) {
            return;
        }
    }
    if (reply->ede_count < EDNS_EDE_MAX) {
        reply->ede[reply->ede_count++] = (struct edns_ede){.code = code, .text = text};
    }
}

static void write_option(struct writer *message, enum edns_option code, const void *data,
                         size_t size)
{
    writer_u16(message, (uint16_t)code);
    writer_u16(message, (uint16_t)size);
    writer_bytes(message, data, size);
}

/* The code, and its text if that fits too. */
static void write_ede(struct writer *message, const struct edns_ede *ede)
{
    size_t text_size = ede->text == NULL ? 0 : strnlen(ede->text, EDNS_EDE_TEXT_MAX);
    size_t left = writer_left(message);
    if (left < EDNS_OPTION_BYTES + 2) {
        return;
    }
    if (left < EDNS_OPTION_BYTES + 2 + text_size) {
        text_size = 0;
    }
    writer_u16(message, EDNS_OPTION_EDE);
    writer_u16(message, (uint16_t)(2 + text_size));
    writer_u16(message, ede->code);
    writer_bytes(message, ede->text, text_size);
}

/* Zeros that bring the whole message to a multiple of the block, as far as there is room
 * (RFC 8467 section 4.1). */
static void write_padding(struct writer *message, size_t block, size_t trailing)
{
    size_t left = writer_left(message);
    if (left < EDNS_OPTION_BYTES) {
        return;
    }
    size_t size = message->at + EDNS_OPTION_BYTES + trailing;
    size_t padding = (block - size % block) % block;
    if (padding > left - EDNS_OPTION_BYTES) {
        padding = left - EDNS_OPTION_BYTES;
    }
    writer_u16(message, EDNS_OPTION_PADDING);
    writer_u16(message, (uint16_t)padding);
    uint8_t *room = writer_room(message, padding);
    if (room != NULL) {
        memset(room, 0, padding);
    }
}

/* Everything behind the fixed part. */
static void write_options(const struct edns_reply *reply, size_t trailing, struct writer *message)
{
    if (reply->nsid_size != 0) {
        write_option(message, EDNS_OPTION_NSID, reply->nsid, reply->nsid_size);
    }
    if (reply->cookie_size != 0) {
        write_option(message, EDNS_OPTION_COOKIE, reply->cookie, reply->cookie_size);
    }
    if (reply->keepalive) {
        writer_u16(message, EDNS_OPTION_KEEPALIVE);
        writer_u16(message, 2);
        writer_u16(message, reply->keepalive_timeout);
    }
    if (reply->expire) {
        writer_u16(message, EDNS_OPTION_EXPIRE);
        writer_u16(message, 4);
        writer_u32(message, reply->expire_seconds);
    }
    for (unsigned i = 0; i < reply->ede_count; i++) {
        write_ede(message, &reply->ede[i]);
    }
    if (reply->padding_block != 0) {
        write_padding(message, reply->padding_block, trailing);
    }
}

void edns_reply_write(const struct edns_reply *reply, uint16_t rcode, size_t trailing,
                      struct writer *message)
{
    uint8_t *opt = writer_room(message, EDNS_OPT_BYTES);
    if (opt == NULL) {
        return;
    }
    const uint8_t fixed[EDNS_OPT_BYTES] = {
        0, /* the root */
        0,
        TYPE_OPT,
        (uint8_t)(reply->udp_size >> 8),
        (uint8_t)reply->udp_size,
        (uint8_t)(rcode >> 4),
        0, /* version */
        reply->dnssec_ok ? EDNS_DO >> 8 : 0,
        0,
        0, /* length of the options, below */
        0,
    };
    memcpy(opt, fixed, sizeof fixed);
    size_t begin = message->at;
    write_options(reply, trailing, message);
    if (writer_ok(message)) {
        writer_patch_u16(message, begin - 2, (uint16_t)(message->at - begin));
    }
}

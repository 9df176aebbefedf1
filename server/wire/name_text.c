// SPDX-License-Identifier: Apache-2.0
#include "server/wire/name.h"

/* Reads \X or \DDD at text[*at], which is the backslash. */
static enum result unescape(const char *text, size_t text_length, size_t *at, uint8_t *ret_byte)
{
    size_t next = *at + 1;
    if (next >= text_length) {
        return ERROR_SYNTAX;
    }
    unsigned first = (unsigned char)text[next] - (unsigned)'0';
    if (first > 9) {
        *ret_byte = (uint8_t)text[next];
        *at = next + 1;
        return OK;
    }
    if (text_length - next < 3) {
        return ERROR_SYNTAX;
    }
    unsigned second = (unsigned char)text[next + 1] - (unsigned)'0';
    unsigned third = (unsigned char)text[next + 2] - (unsigned)'0';
    if (second > 9 || third > 9 || first * 100 + second * 10 + third > 255) {
        return ERROR_SYNTAX;
    }
    *ret_byte = (uint8_t)(first * 100 + second * 10 + third);
    *at = next + 3;
    return OK;
}

/* The root's zero behind the labels, or the origin. */
static enum result complete(struct name *name, size_t length, const uint8_t *origin,
                            struct name *ret_name)
{
    size_t tail = origin == NULL ? 1 : name_length(origin);
    if (length + tail > NAME_BYTES_MAX) {
        return REFUSED_LIMIT;
    }
    memcpy(name->bytes + length, origin == NULL ? name_root : origin, tail);
    name->length = (uint8_t)(length + tail);
    memcpy(ret_name->bytes, name->bytes, name->length);
    ret_name->length = name->length;
    return OK;
}

enum result name_from_text(const char *text, size_t text_length, const uint8_t *origin,
                           struct name *ret_name)
{
    struct name name;
    if (text_length == 1 && text[0] == '.') {
        return complete(&name, 0, NULL, ret_name);
    }
    if (text_length == 1 && text[0] == '@' && origin != NULL) {
        return complete(&name, 0, origin, ret_name);
    }
    size_t label = 0;  /* offset of the present label's length byte */
    size_t length = 1; /* bytes so far, that length byte included */
    size_t at = 0;
    while (at < text_length) {
        uint8_t byte = (uint8_t)text[at];
        if (byte == '.') {
            if (length == label + 1) {
                return ERROR_SYNTAX;
            }
            name.bytes[label] = (uint8_t)(length - label - 1);
            label = length++;
            at++;
            continue;
        }
        if (byte == '\\') {
            enum result result = unescape(text, text_length, &at, &byte);
            if (result != OK) {
                return result;
            }
        } else {
            at++;
        }
        /* A byte of the 255 is the root's. */
        if (length - label > LABEL_BYTES_MAX || length >= NAME_BYTES_MAX - 1) {
            return REFUSED_LIMIT;
        }
        name.bytes[length++] = byte;
    }
    if (length == label + 1) {
        /* Nothing at all, or a final dot: absolute. */
        return label == 0 ? ERROR_SYNTAX : complete(&name, label, NULL, ret_name);
    }
    name.bytes[label] = (uint8_t)(length - label - 1);
    return complete(&name, length, origin, ret_name);
}

/* Bytes that stand for themselves; the others of the printable ones get a backslash. */
static bool is_plain(uint8_t byte)
{
    return byte > ' ' && byte < 0x7f && strchr("\"$().;@\\", byte) == NULL;
}

size_t name_to_text(const uint8_t *name, char text[NAME_TEXT_MAX])
{
    size_t length = 0;
    if (name_is_root(name)) {
        text[length++] = '.';
    }
    for (; name[0] != 0; name = name_parent(name)) {
        for (unsigned i = 1; i <= name[0]; i++) {
            uint8_t byte = name[i];
            if (is_plain(byte)) {
                text[length++] = (char)byte;
                continue;
            }
            text[length++] = '\\';
            if (byte > ' ' && byte < 0x7f) {
                text[length++] = (char)byte;
                continue;
            }
            text[length++] = (char)('0' + byte / 100);
            text[length++] = (char)('0' + byte / 10 % 10);
            text[length++] = (char)('0' + byte % 10);
        }
        text[length++] = '.';
    }
    text[length] = 0;
    return length;
}

// SPDX-License-Identifier: Apache-2.0
/* Text of plain fields, and the printers' tools for the other files. */
#include "server/wire/rdata_kinds.h"

const char rdata_hex_upper[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                  '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
const char rdata_hex_lower[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                  '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

void rdata_print_number(struct writer *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    writer_bytes(out, digits + at, sizeof digits - at);
}

void rdata_print_text(struct writer *out, const char *text)
{
    writer_bytes(out, text, strlen(text));
}

void rdata_print_hex_byte(struct writer *out, uint8_t byte, const char digits[16])
{
    uint8_t *room = writer_room(out, 2);
    if (room != NULL) {
        room[0] = (uint8_t)digits[byte >> 4];
        room[1] = (uint8_t)digits[byte & 15];
    }
}

void rdata_print_escaped(struct writer *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[i];
        if (byte < 0x20 || byte >= 0x7f) {
            uint8_t *room = writer_room(out, 4);
            if (room != NULL) {
                room[0] = '\\';
                room[1] = (uint8_t)('0' + byte / 100);
                room[2] = (uint8_t)('0' + byte / 10 % 10);
                room[3] = (uint8_t)('0' + byte % 10);
            }
            continue;
        }
        if (byte == '"' || byte == '\\') {
            writer_u8(out, '\\');
        }
        writer_u8(out, byte);
    }
}

void rdata_print_quoted(struct writer *out, const uint8_t *bytes, size_t size)
{
    writer_u8(out, '"');
    rdata_print_escaped(out, bytes, size);
    writer_u8(out, '"');
}

void rdata_print_name(struct writer *out, const uint8_t *name)
{
    if (writer_left(out) >= NAME_TEXT_MAX) {
        out->at += name_to_text(name, (char *)out->base + out->at);
        return;
    }
    char text[NAME_TEXT_MAX];
    size_t length = name_to_text(name, text);
    writer_bytes(out, text, length);
}

bool print_u8(struct reader *rdata, struct writer *out)
{
    rdata_print_number(out, reader_u8(rdata));
    return true;
}

bool print_u16(struct reader *rdata, struct writer *out)
{
    rdata_print_number(out, reader_u16(rdata));
    return true;
}

bool print_u32(struct reader *rdata, struct writer *out)
{
    rdata_print_number(out, reader_u32(rdata));
    return true;
}

bool print_u48(struct reader *rdata, struct writer *out)
{
    rdata_print_number(out, reader_u48(rdata));
    return true;
}

bool print_u64(struct reader *rdata, struct writer *out)
{
    uint64_t high = reader_u32(rdata);
    rdata_print_number(out, high << 32 | reader_u32(rdata));
    return true;
}

bool print_name(struct reader *rdata, struct writer *out)
{
    const uint8_t *name = name_in_place(rdata);
    if (name == NULL) {
        return false;
    }
    rdata_print_name(out, name);
    return true;
}

bool print_name_optional(struct reader *rdata, struct writer *out)
{
    return reader_left(rdata) == 0 || print_name(rdata, out);
}

bool print_names_rest(struct reader *rdata, struct writer *out)
{
    for (bool first = true; reader_left(rdata) != 0; first = false) {
        if (!first) {
            writer_u8(out, ' ');
        }
        if (!print_name(rdata, out)) {
            return false;
        }
    }
    return true;
}

bool print_string(struct reader *rdata, struct writer *out)
{
    size_t size = reader_u8(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    rdata_print_quoted(out, bytes, size);
    return true;
}

bool print_string_optional(struct reader *rdata, struct writer *out)
{
    return reader_left(rdata) == 0 || print_string(rdata, out);
}

bool print_strings_rest(struct reader *rdata, struct writer *out)
{
    for (bool first = true; reader_left(rdata) != 0; first = false) {
        if (!first) {
            writer_u8(out, ' ');
        }
        if (!print_string(rdata, out)) {
            return false;
        }
    }
    return true;
}

bool print_tag(struct reader *rdata, struct writer *out)
{
    size_t size = reader_u8(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    writer_bytes(out, bytes, size);
    return true;
}

bool print_text_rest(struct reader *rdata, struct writer *out)
{
    size_t size = reader_left(rdata);
    const uint8_t *bytes = reader_bytes(rdata, size);
    if (bytes == NULL) {
        return false;
    }
    rdata_print_quoted(out, bytes, size);
    return true;
}

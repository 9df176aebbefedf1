// SPDX-License-Identifier: Apache-2.0
/* LOC, RFC 1876. */
#include "server/wire/rdata_kinds.h"

#define LOCATION_EQUATOR 0x80000000u /* thousandths of a second of arc at 0 degrees */
#define LATITUDE_MAX (90u * 3600000u)
#define LONGITUDE_MAX (180u * 3600000u)
#define ALTITUDE_BASE_CM 10000000u /* 100,000 m below the spheroid */
#define ALTITUDE_MAX_CM (UINT64_C(0xffffffff) - ALTITUDE_BASE_CM)
#define PRECISION_MAX_CM UINT64_C(9000000000)
#define SIZE_DEFAULT 0x12u       /* 1 m */
#define HORIZONTAL_DEFAULT 0x16u /* 10,000 m */
#define VERTICAL_DEFAULT 0x13u   /* 10 m */

static uint32_t arc_from_equator(uint32_t value)
{
    return value >= LOCATION_EQUATOR ? value - LOCATION_EQUATOR : LOCATION_EQUATOR - value;
}

static bool is_precision(uint8_t byte)
{
    return byte >> 4 <= 9 && (byte & 15) <= 9;
}

void check_location(struct reader *rdata)
{
    if (reader_left(rdata) == 0 || rdata->base[rdata->at] != 0) {
        check_rest_some(rdata); /* a version that is not defined yet: opaque */
        return;
    }
    check_u8(rdata);
    for (unsigned i = 0; i < 3; i++) {
        if (!is_precision(reader_u8(rdata))) {
            reader_fail(rdata);
        }
    }
    uint32_t latitude = reader_u32(rdata);
    uint32_t longitude = reader_u32(rdata);
    check_u32(rdata);
    if (arc_from_equator(latitude) > LATITUDE_MAX || arc_from_equator(longitude) > LONGITUDE_MAX) {
        reader_fail(rdata);
    }
}

/* A number with up to `decimals` digits behind the point, as an integer in units of the last of
 * them; more digits are refused. */
static bool fixed_from_text(const char *text, size_t length, unsigned decimals, uint64_t max,
                            uint64_t *ret_value)
{
    uint64_t value = 0;
    const char *point = memchr(text, '.', length);
    size_t whole = point != NULL ? (size_t)(point - text) : length;
    size_t fraction = point != NULL ? length - whole - 1 : 0;
    if (fraction > decimals || (point != NULL && fraction == 0) ||
        !rdata_digits(text, whole, UINT32_MAX, &value)) {
        return false;
    }
    for (size_t i = 0; i < decimals; i++) {
        char digit = i < fraction ? point[1 + i] : '0';
        if (digit < '0' || digit > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(digit - '0');
    }
    if (value > max) {
        return false;
    }
    *ret_value = value;
    return true;
}

/* Metres, with an "m" behind or not, in centimetres. */
static bool metres_from_text(const char *text, size_t length, uint64_t max, uint64_t *ret_cm)
{
    if (length != 0 && (text[length - 1] | 0x20) == 'm') {
        length--;
    }
    return fixed_from_text(text, length, 2, max, ret_cm);
}

/* One letter out of two; sets whether it is the second. */
static bool direction_from_text(const struct token *token, const char *letters, bool *ret_negative)
{
    if (token->kind != TOKEN_WORD || token->length != 1) {
        return false;
    }
    char letter = (char)(token->text[0] & ~0x20);
    *ret_negative = letter == letters[1];
    return letter == letters[0] || letter == letters[1];
}

/* degrees [minutes [seconds]] direction */
static enum result parse_arc(struct rdata_parser *parser, uint32_t max, const char *letters)
{
    static const uint32_t parts_ms[] = {3600000, 60000, 1};
    static const uint32_t parts_max[] = {180, 59, 59999};
    uint64_t arc = 0;
    bool negative = false;
    struct token place = *rdata_peek(parser);
    for (unsigned part = 0;; part++) {
        struct token token;
        enum result result = rdata_word(parser, &token);
        if (result != OK) {
            return result;
        }
        if (part != 0 && direction_from_text(&token, letters, &negative)) {
            break;
        }
        uint64_t value = 0;
        if (part > 2 || !fixed_from_text(token.text, token.length, part == 2 ? 3 : 0,
                                         parts_max[part], &value)) {
            return rdata_wrong(parser, &token,
                               "not degrees, minutes, seconds and a direction within the globe");
        }
        arc += value * parts_ms[part];
    }
    if (arc > max) {
        return rdata_wrong(parser, &place, "an arc beyond the globe");
    }
    writer_u32(parser->out, (uint32_t)(negative ? LOCATION_EQUATOR - arc : LOCATION_EQUATOR + arc));
    return OK;
}

static enum result parse_altitude(struct rdata_parser *parser)
{
    struct token token;
    enum result result = rdata_word(parser, &token);
    if (result != OK) {
        return result;
    }
    bool negative = token.length != 0 && token.text[0] == '-';
    bool sign = token.length != 0 && (negative || token.text[0] == '+');
    uint64_t cm;
    if (!metres_from_text(token.text + sign, token.length - sign,
                          negative ? ALTITUDE_BASE_CM : ALTITUDE_MAX_CM, &cm)) {
        return rdata_wrong(parser, &token,
                           "not an altitude in metres from -100000.00 to 42849672.95");
    }
    writer_u32(parser->out, (uint32_t)(negative ? ALTITUDE_BASE_CM - cm : ALTITUDE_BASE_CM + cm));
    return OK;
}

/* Mantissa and power of ten, one digit each; what does not fit the digit is cut off. */
static uint8_t precision_from_cm(uint64_t cm)
{
    unsigned exponent = 0;
    while (cm > 9) {
        cm /= 10;
        exponent++;
    }
    return (uint8_t)(cm << 4 | exponent);
}

enum result parse_location(struct rdata_parser *parser)
{
    struct writer *out = parser->out;
    size_t at = out->at;
    uint8_t precision[] = {SIZE_DEFAULT, HORIZONTAL_DEFAULT, VERTICAL_DEFAULT};
    writer_u32(out, 0); /* version and the three precisions */
    enum result result = parse_arc(parser, LATITUDE_MAX, "NS");
    if (result == OK) {
        result = parse_arc(parser, LONGITUDE_MAX, "EW");
    }
    if (result == OK) {
        result = parse_altitude(parser);
    }
    for (size_t i = 0; i < sizeof precision && result == OK && !rdata_at_end(parser); i++) {
        struct token token;
        uint64_t cm;
        result = rdata_word(parser, &token);
        if (result == OK && !metres_from_text(token.text, token.length, PRECISION_MAX_CM, &cm)) {
            return rdata_wrong(parser, &token, "not a size in metres from 0.00 to 90000000.00");
        }
        if (result == OK) {
            precision[i] = precision_from_cm(cm);
        }
    }
    if (result == OK && writer_ok(out)) {
        memcpy(out->base + at + 1, precision, sizeof precision);
    }
    return result;
}

static void print_decimals(struct writer *out, uint32_t number, unsigned decimals)
{
    uint8_t *room = writer_room(out, decimals);
    for (unsigned i = decimals; room != NULL && i-- > 0; number /= 10) {
        room[i] = (uint8_t)('0' + number % 10);
    }
}

static void print_arc(struct writer *out, uint32_t value, const char *letters)
{
    uint32_t arc = arc_from_equator(value);
    rdata_print_number(out, arc / 3600000);
    writer_u8(out, ' ');
    rdata_print_number(out, arc % 3600000 / 60000);
    writer_u8(out, ' ');
    rdata_print_number(out, arc % 60000 / 1000);
    writer_u8(out, '.');
    print_decimals(out, arc % 1000, 3);
    writer_u8(out, ' ');
    writer_u8(out, (uint8_t)letters[value < LOCATION_EQUATOR]);
    writer_u8(out, ' ');
}

static void print_precision(struct writer *out, uint8_t precision)
{
    unsigned mantissa = precision >> 4;
    unsigned exponent = precision & 15;
    if (exponent < 2) { /* less than a metre */
        rdata_print_text(out, "0.");
        print_decimals(out, exponent == 0 ? mantissa : mantissa * 10, 2);
    } else {
        rdata_print_number(out, mantissa);
        for (unsigned i = 2; i < exponent; i++) {
            writer_u8(out, '0');
        }
    }
    writer_u8(out, 'm');
}

bool print_location(struct reader *rdata, struct writer *out)
{
    const uint8_t *header = reader_bytes(rdata, 4);
    if (header == NULL || header[0] != 0) {
        return false;
    }
    for (unsigned i = 1; i < 4; i++) {
        if (header[i] >> 4 == 0 && header[i] != 0) {
            return false; /* 0 times a power of ten: text knows one zero only */
        }
    }
    print_arc(out, reader_u32(rdata), "NS");
    print_arc(out, reader_u32(rdata), "EW");
    uint32_t altitude = reader_u32(rdata);
    bool below = altitude < ALTITUDE_BASE_CM;
    uint32_t cm = below ? ALTITUDE_BASE_CM - altitude : altitude - ALTITUDE_BASE_CM;
    rdata_print_text(out, below ? "-" : "");
    rdata_print_number(out, cm / 100);
    writer_u8(out, '.');
    print_decimals(out, cm % 100, 2);
    writer_u8(out, 'm');
    for (unsigned i = 1; i < 4; i++) {
        writer_u8(out, ' ');
        print_precision(out, header[i]);
    }
    return true;
}
